"""A running shop with its cashier, and windows whose complaints fail the test."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connections
from django.test import override_settings
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, BrowserContext, Page, expect

from config.embedded.ports import any_free
from configurator.models import ModelVersion
from shop.stripe.sandbox.cashier import Settings
from shop.stripe.sandbox.server import open_cashier, serve_in_thread
from tests.browser.chromium import running_chromium
from tests.browser.clerk import clerk_at_work
from tests.emptying import empty_the_database
from tests.factories.configurator import ProductModelFactory, publish_small_model
from tests.factories.production import makeable_model
from tests.factories.shop import ShippingMethodFactory

PHONE, DESK = 390, 1_440
PATIENCE_MS = 15_000
expect.set_options(timeout=PATIENCE_MS)  # these machines are shared; five seconds are not many
# A form that comes back with its mistakes, a card that is declined: the browser notes the status.
EXPECTED = re.compile(r"status of (422|402)")
TELL_VIOLATIONS = (
    "document.addEventListener('securitypolicyviolation', event =>"
    " console.error('policy violated', event.violatedDirective, event.blockedURI))"
)

type OpenPage = Callable[..., Page]


@pytest.fixture
def _django_db_helper(django_db_setup: None) -> None:
    """Instead of pytest-django's, which empties the database after every test: see `_rows`."""


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with running_chromium() as browser:
        yield browser


@pytest.fixture(scope="package")
def shop_url(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory, chromium: Browser
) -> Iterator[str]:
    """A web server in a thread, and a cashier whose events nobody hears: returning has to do."""
    # Files are served as in production, by our own middleware.
    shop = LiveServerThread("127.0.0.1", static_handler=lambda handler: handler)
    shop.daemon = True
    shop.start()
    assert shop.is_ready.wait(timeout=60)
    assert shop.error is None, shop.error
    url = f"http://{shop.host}:{shop.port}"
    state: Path = tmp_path_factory.mktemp("cashier")
    nobody = f"http://127.0.0.1:{any_free()}/"
    cashier = open_cashier(
        state, Settings(webhook_url=nobody, webhook_secret="whsec_x", debit_delay_seconds=3_600.0)
    )
    serve_in_thread(cashier)
    policy = dict(django_settings.SECURE_CSP)
    with override_settings(
        BASE_URL=url,
        STRIPE_API_BASE=cashier.url,
        # As the settings have it where STRIPE_API_BASE is set from the start.
        SECURE_CSP=policy | {"form-action": [*policy["form-action"], cashier.url]},
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    ):
        yield url
    shop.terminate()
    cashier.stop()


@pytest.fixture(scope="module")
def _rows(shop_url: str, django_db_blocker: Any) -> Iterator[None]:
    """What a module's fixtures and pages write stays until the module ends."""
    with django_db_blocker.unblock():
        with clerk_at_work():
            yield
        # Sequences go on: what is cached by primary key must not meet another row of that key.
        empty_the_database()
        # While Playwright's loop runs, Django gives this thread a connection of its own.
        connections.close_all()


@pytest.fixture(scope="module")
def small_computer(_rows: None) -> ModelVersion:
    """The small computer of the factories on sale, every part on the shelf."""
    ShippingMethodFactory.create()
    product = ProductModelFactory.create(slug="small", name="Small computer")
    # Its parts come after it; what the tests set for each of them is not set yet.
    with override_settings(CONFIGURATOR_BUILDER="configurator.ports.builds_anything"):
        version = publish_small_model(product_model=product)
    return makeable_model(version=version)


@pytest.fixture(scope="module")
def demo(_rows: None) -> None:
    """The shop that `manage.py demo` shows."""
    call_command("load_demo", verbosity=0)


@pytest.fixture
def open_page(chromium: Browser, shop_url: str) -> Iterator[OpenPage]:
    """Opens a path in a window of its own; `cookies` and what a browser context takes.

    After the test no window may have complained: no script error, no violated content policy.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_window(path: str, *, cookies: dict[str, str] | None = None, **options: Any) -> Page:
        options = {"viewport": {"width": DESK, "height": 900}, "reduced_motion": "reduce"} | options
        context = chromium.new_context(base_url=shop_url, **options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(TELL_VIOLATIONS)
        pairs = [{"name": n, "value": v, "url": shop_url} for n, v in (cookies or {}).items()]
        context.add_cookies(pairs)
        context.on("console", lambda message: _note(complaints, message.type, message.text))
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        page = context.new_page()
        answer = page.goto(path)
        assert answer is not None
        assert answer.status < 400, f"{path} answered {answer.status}"
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert complaints == []


def _note(complaints: list[str], kind: str, text: str) -> None:
    if kind in {"error", "warning"} and not EXPECTED.search(text):
        complaints.append(text)
