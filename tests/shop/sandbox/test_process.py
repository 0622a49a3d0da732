"""The cashier as a process: how it starts, refuses, stops and remembers."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import stripe

from tests.shop.sandbox import browser_double as browser
from tests.shop.sandbox.conftest import client_of
from tests.shop.sandbox.orders import open_session
from tests.shop.sandbox.shop_double import SECRET, WebhookEndpoint

ROOT = Path(__file__).parents[3]
ENDPOINT_DOWN = "http://127.0.0.1:9/"  # the discard port: nobody listens

type Start = Callable[..., subprocess.Popen[str]]


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "shop.stripe.sandbox", *arguments]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts cashiers on one state directory; those still running are stopped at the end."""
    running: list[subprocess.Popen[str]] = []

    def run(*arguments: str, env: dict[str, str] | None = None) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            command("--state", str(tmp_path / "state"), *arguments),
            cwd=ROOT,
            env={**os.environ, **(env or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield run
    for process in running:
        process.kill()
        process.communicate()


def address_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_tells_its_address_first_and_stops_cleanly(
    start: Start, tmp_path: Path, number: signal.Signals
):
    ready = tmp_path / "ready"
    process = start("--ready-file", str(ready))
    url = address_of(process)
    assert url.startswith("http://127.0.0.1:")
    assert browser.visit(f"{url}/").status == 200
    assert ready.read_text() == f"{url}\n"
    process.send_signal(number)
    _, errors = process.communicate(timeout=15)
    assert (process.returncode, errors) == (0, "")
    assert not ready.exists()


def test_a_killed_cashier_remembers_sessions_and_unsent_webhooks(
    start: Start, webhooks: WebhookEndpoint
):
    secret = ("--webhook-secret", SECRET)
    first = start("--webhook-url", ENDPOINT_DOWN, *secret)
    client = client_of(address_of(first))
    paid, left_open = open_session(client), open_session(client)
    browser.visit(str(paid.url), browser.GOOD)
    first.kill()
    first.communicate()
    second = start("--webhook-url", webhooks.url, *secret)
    client = client_of(address_of(second))
    webhooks.wait_for_type("checkout.session.completed")
    assert client.v1.checkout.sessions.retrieve(paid.id).payment_status == "paid"
    again = client.v1.checkout.sessions.retrieve(left_open.id)
    assert browser.visit(str(again.url), browser.GOOD).status == 303


def test_a_debit_waiting_when_it_was_killed_is_settled_after_the_restart(
    start: Start, webhooks: WebhookEndpoint
):
    events = ("--webhook-url", webhooks.url, "--webhook-secret", SECRET)
    first = start(*events, "--debit-delay", "1")
    session = open_session(client_of(address_of(first)))
    browser.visit(str(session.url), browser.DEBIT_OK)
    first.kill()
    first.communicate()
    client = client_of(address_of(start(*events)))
    webhooks.wait_for_type("checkout.session.async_payment_succeeded")
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_two_cashiers_do_not_share_one_memory(start: Start):
    address_of(start())
    second = start()
    _, errors = second.communicate(timeout=15)
    assert second.returncode == 1
    assert "another cashier is using" in errors


@pytest.mark.parametrize(
    ("arguments", "env"),
    [
        (("--webhook-secret", "sk_live_x"), {}),
        ((), {"STRIPE_SECRET_KEY": "sk_live_x"}),
        ((), {"STRIPE_API_KEY": "rk_live_x"}),
        (("--webhook-url", ENDPOINT_DOWN, "--webhook-secret", "x"), {}),
        (("--webhook-url", ENDPOINT_DOWN), {"STRIPE_WEBHOOK_SECRET": ""}),
        (("--webhook-url", "ftp://x", "--webhook-secret", SECRET), {}),
    ],
)
def test_it_refuses_live_keys_and_half_a_webhook(
    start: Start, arguments: tuple[str, ...], env: dict[str, str]
):
    process = start(*arguments, env=env)
    output, errors = process.communicate(timeout=15)
    assert (process.returncode, output) == (2, "")
    assert "live_x" not in errors.splitlines()[-1]


def test_it_needs_neither_django_nor_the_shops_settings():
    code = (
        "import sys, shop.stripe.sandbox.__main__;"
        "print([name for name in sys.modules if name.split('.')[0] == 'django'"
        " or name == 'config.settings'])"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert printed.stdout == "[]\n"


def test_the_version_it_speaks_is_the_sdks(start: Start):
    client = client_of(address_of(start()))
    answer = client.v1.events.list()
    assert answer.last_response.headers["Stripe-Version"] == stripe.api_version
