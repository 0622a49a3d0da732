from collections.abc import Iterator
from pathlib import Path

import pytest

from config.embedded.ports import any_free
from shop.stripe.sandbox.cashier import Settings
from shop.stripe.sandbox.server import Server, open_cashier, serve_in_thread
from tests.factories.shop import FIXED_PROMISER
from tests.shop.sandbox.sent_requests import judge_what_is_sent


@pytest.fixture(autouse=True)
def _fixed_promise(settings) -> None:
    """The shop alone: dates come from a promiser that always says the same."""
    settings.SHOP_PROMISER = FIXED_PROMISER


@pytest.fixture(autouse=True)
def _requests_are_legal(monkeypatch) -> None:
    """Nothing leaves the shop that Stripe would refuse for its form."""
    judge_what_is_sent(monkeypatch)


@pytest.fixture
def cashier(tmp_path: Path, settings) -> Iterator[Server]:
    """The sandbox, with a webhook address that nobody answers: every event is lost."""
    server = open_cashier(
        tmp_path / "cashier",
        Settings(
            webhook_url=f"http://127.0.0.1:{any_free()}/",
            webhook_secret="whsec_x",
            debit_delay_seconds=3_600.0,
        ),
    )
    serve_in_thread(server)
    settings.STRIPE_API_BASE = server.url
    yield server
    server.stop()


@pytest.fixture
def no_cashier(settings) -> None:
    """Nobody answers where the cashier should be."""
    settings.STRIPE_API_BASE = f"http://127.0.0.1:{any_free()}"
