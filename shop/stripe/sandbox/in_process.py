"""The cashier without a socket: asked through Stripe's own SDK, in this process, at any time.

For who makes a history: nothing leaves the process, its clock is the caller's, and what was paid
is known to the cashier that later opens the same memory.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import stripe

from shop.stripe.gateway import asking
from shop.stripe.sandbox.api import answer_api
from shop.stripe.sandbox.background import keep_appointments
from shop.stripe.sandbox.cashier import Cashier, Clock, Settings
from shop.stripe.sandbox.exchange import Request
from shop.stripe.sandbox.instruments import BY_KEY
from shop.stripe.sandbox.payers import Payer
from shop.stripe.sandbox.payments import pay
from shop.stripe.sandbox.store import Store

KEY = "sk_test_in_process"
LATEST_EXPIRY = (12, 2049)


class InProcessClient(stripe.HTTPClient):
    """What the SDK speaks through instead of a network."""

    name = "in-process"

    def __init__(self, cashier: Cashier) -> None:
        super().__init__()
        self._cashier = cashier

    def request(  # type: ignore[override]  # as the SDK's own RequestsClient has it
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        parts = urlsplit(url)
        body = post_data or b""
        answer = answer_api(
            self._cashier,
            Request(
                method=method.upper(),
                path=parts.path,
                query=parts.query,
                headers={name.lower(): value for name, value in (headers or {}).items()},
                body=body.encode() if isinstance(body, str) else body,
            ),
        )
        return answer.body, answer.status, answer.headers

    def close(self) -> None:
        """Nothing is open."""


class InProcess:
    """A cashier to be paid at, and to be asked like any other."""

    def __init__(self, cashier: Cashier) -> None:
        self._cashier = cashier

    def pay(self, session_id: str, *, with_key: str, name: str, email: str) -> str:
        """Fill in the form with one of `instruments`; returns what the customer sees next."""
        month, year = LATEST_EXPIRY
        payer = Payer(BY_KEY[with_key], name, email, exp_month=month, exp_year=year)
        return pay(self._cashier, session_id, payer).kind

    def catch_up(self) -> None:
        """Do what it would have done by itself until now: settle debits, expire sessions."""
        keep_appointments(self._cashier)

    def get(self, path: str) -> Any:
        """A document of its API."""
        url = urlsplit(path)
        headers = {"authorization": f"Bearer {KEY}"}
        answer = answer_api(self._cashier, Request("GET", url.path, url.query, headers))
        return json.loads(answer.body)


@contextmanager
def cashier_in_process(
    state: Path, *, clock: Clock, debit_delay_seconds: float
) -> Iterator[InProcess]:
    """Have everything that this process asks Stripe answered by the cashier of `state`.

    Raises `StateInUseError` while another cashier has that memory.
    """
    store = Store(state)
    cashier = Cashier(store, Settings(debit_delay_seconds=debit_delay_seconds), clock)
    cashier.public_url = "http://cashier.invalid"
    sdk = stripe.StripeClient(KEY, max_network_retries=0, http_client=InProcessClient(cashier))
    try:
        with asking(sdk):
            yield InProcess(cashier)
    finally:
        store.close()
