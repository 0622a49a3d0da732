"""A cashier that is killed in the middle of its work, and started again on the same memory."""

import itertools
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from tests.shop.sandbox.conftest import client_of
from tests.shop.sandbox.orders import session_params
from tests.shop.sandbox.shop_double import SECRET, WebhookEndpoint
from tests.shop.sandbox.test_process import ENDPOINT_DOWN, Start, address_of, start

__all__ = ["start"]

CALLERS = 4
KILLS = 3
ENOUGH = 8  # acknowledged calls before each kill


class Shop:
    """Callers that open sessions and close them, and what they were told, by key."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.opened: dict[str, str] = {}  # idempotency key → session, as the cashier said
        self.expired: set[str] = set()
        self.tried: set[str] = set()
        self._numbers = itertools.count()
        self._stop = threading.Event()

    def work(self, _caller: int) -> None:
        client = client_of(self.url)
        while not self._stop.is_set():
            key = f"order-{next(self._numbers)}"
            self.tried.add(key)
            try:
                self.open(client, key)
            except stripe.APIConnectionError:
                return  # killed: whether it was done is what the same key will tell

    def open(self, client: stripe.StripeClient, key: str) -> None:
        params = session_params(client_reference_id=key)
        session = client.v1.checkout.sessions.create(params, {"idempotency_key": key})
        self.opened[key] = session.id
        expired = client.v1.checkout.sessions.expire(
            session.id, {}, {"idempotency_key": f"{key}-x"}
        )
        self.expired.add(expired.id)

    def stop(self) -> None:
        self._stop.set()


@pytest.fixture
def callers() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(CALLERS) as pool:
        yield pool


def wait_until(holds: Callable[[], bool], *, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not holds():
        assert time.monotonic() < deadline
        pause.wait(0.01)


def every(client: stripe.StripeClient) -> dict[str, stripe.checkout.Session]:
    """All sessions by their reference; an order with two would fail here."""
    listed = list(client.v1.checkout.sessions.list({"limit": 100}).auto_paging_iter())
    found = {str(session.client_reference_id): session for session in listed}
    assert len(found) == len(listed)
    return found


def test_nothing_that_was_acknowledged_is_lost_by_kill_9(
    start: Start, webhooks: WebhookEndpoint, callers: ThreadPoolExecutor
):
    secret = ("--webhook-secret", SECRET)
    process = start("--webhook-url", ENDPOINT_DOWN, *secret)
    shop = Shop(address_of(process))
    port = shop.url.rpartition(":")[2]
    for _ in range(KILLS):
        so_far = len(shop.expired)
        working = [callers.submit(shop.work, caller) for caller in range(CALLERS)]
        wait_until(lambda so_far=so_far: len(shop.expired) >= so_far + ENOUGH)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        for done in working:
            done.result(timeout=20)
        process = start("--port", port, "--webhook-url", ENDPOINT_DOWN, *secret)
        assert address_of(process) == shop.url

    client = client_of(shop.url)
    found = every(client)
    assert {key: found[key].id for key in shop.opened} == shop.opened
    assert {one.id for one in found.values() if one.status == "expired"} >= shop.expired
    # Calls whose answer was never heard: the same key finishes them, and makes no second session.
    for key in shop.tried - set(shop.opened):
        shop.open(client, key)
    assert {key: one.id for key, one in every(client).items()} == shop.opened

    process.send_signal(signal.SIGKILL)
    process.communicate()
    address_of(start("--port", port, "--webhook-url", webhooks.url, *secret))
    webhooks.wait_for(lambda: {told(event) for event in webhooks.events} >= shop.expired)
    undelivered = {"delivery_success": False, "type": "checkout.session.expired"}
    wait_until(lambda: client.v1.events.list(undelivered).data == [])


def told(event: dict[str, dict[str, dict[str, str]]]) -> str:
    return event["data"]["object"]["id"]
