from collections.abc import Iterator
from pathlib import Path

import pytest

from config.embedded.ports import any_free
from shop.stripe.sandbox.cashier import Settings
from shop.stripe.sandbox.server import Server, open_cashier, serve_in_thread


@pytest.fixture
def cashier(tmp_path: Path, settings) -> Iterator[Server]:
    """The sandbox, with a webhook address that nobody answers: every event is lost."""
    nobody = f"http://127.0.0.1:{any_free()}/"
    server = open_cashier(
        tmp_path / "state",
        Settings(webhook_url=nobody, webhook_secret="whsec_x", debit_delay_seconds=3_600.0),
    )
    serve_in_thread(server)
    settings.STRIPE_API_BASE = server.url
    yield server
    server.stop()
