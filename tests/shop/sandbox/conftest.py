"""One cashier a test, on a free port, with a clock that the test may set forward."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import stripe

from shop.stripe.sandbox.cashier import Settings
from shop.stripe.sandbox.server import Server, open_cashier, serve_in_thread
from tests.shop.sandbox.shop_double import SECRET, WebhookEndpoint


@pytest.fixture(autouse=True)
def _plain_secrets() -> None:
    """The shop's fixture of this name needs Django; the cashier's tests do without."""


@pytest.fixture(autouse=True)
def _fixed_promise() -> None:
    """The same."""


@pytest.fixture(autouse=True)
def _requests_are_legal() -> None:
    """Here, wrong requests are sent on purpose."""


class MovableClock:
    """The real time, and what was added to it."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self.was_moved: Callable[[], None] = lambda: None

    def __call__(self) -> float:
        return time.time() + self._ahead

    @property
    def ahead(self) -> float:
        return self._ahead

    @ahead.setter
    def ahead(self, seconds: float) -> None:
        self._ahead = seconds
        self.was_moved()


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def webhooks() -> Iterator[WebhookEndpoint]:
    endpoint = WebhookEndpoint()
    yield endpoint
    endpoint.stop()


@pytest.fixture
def cashier(tmp_path: Path, webhooks: WebhookEndpoint, clock: MovableClock) -> Iterator[Server]:
    settings = Settings(
        webhook_url=webhooks.url, webhook_secret=SECRET, debit_delay_seconds=3_600.0
    )
    server = open_cashier(tmp_path / "state", settings, clock=clock)
    clock.was_moved = server.cashier.store.changed.set
    serve_in_thread(server)
    yield server
    server.stop()


@pytest.fixture
def stripe_client(cashier: Server) -> stripe.StripeClient:
    return client_of(cashier.url)


def client_of(url: str, key: str = "sk_test_cartwright") -> stripe.StripeClient:
    return stripe.StripeClient(key, base_addresses={"api": url}, max_network_retries=0)
