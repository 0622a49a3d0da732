"""The hosted page in Chromium: without script, by keyboard, under its own strict policy."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import stripe
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.chromium import running_chromium
from tests.shop.sandbox.orders import open_session

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_chromium() as chromium:
        yield chromium


@pytest.fixture
def shop_front() -> Iterator[str]:
    """Another origin to come back to, as the shop is."""

    class Front(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<title>Back in the shop</title>")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Front)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def open_page(browser: Browser, url: str, **context: Any) -> tuple[Page, list[str]]:
    """A page, and what the browser complained about."""
    page = browser.new_context(**context).new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(url)
    return page, complaints


def test_a_customer_without_script_pays_by_keyboard_and_returns_to_the_shop(
    stripe_client: stripe.StripeClient, browser: Browser, shop_front: str
):
    session = open_session(stripe_client, success_url=f"{shop_front}/paid/")
    page, complaints = open_page(browser, str(session.url), java_script_enabled=False)
    page.get_by_label("E-mail").focus()
    for typed in ("ada@example.com", None, "4242424242424242", "12/34", "123", "Ada Example"):
        if typed:  # at the radio buttons there is nothing to type: the card is chosen already
            page.keyboard.type(typed)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{shop_front}/paid/")
    assert page.title() == "Back in the shop"
    assert [line for line in complaints if "favicon" not in line] == []


def test_a_filled_in_secure_card_goes_by_way_of_the_bank(
    stripe_client: stripe.StripeClient, browser: Browser, shop_front: str
):
    session = open_session(stripe_client, success_url=f"{shop_front}/paid/")
    page, _ = open_page(browser, str(session.url), java_script_enabled=False)
    page.get_by_role("button", name="Fill in 4000 0025 0000 3155").click()
    page.get_by_role("button", name="Pay $2,613.00").click()
    page.get_by_role("button", name="Confirm the payment").click()
    page.wait_for_url(f"{shop_front}/paid/")


def test_only_the_fields_of_the_chosen_method_are_shown(
    stripe_client: stripe.StripeClient, browser: Browser
):
    page, _ = open_page(browser, str(open_session(stripe_client).url), java_script_enabled=False)
    assert not page.get_by_label("IBAN").is_visible()
    page.get_by_label("Bank debit (SEPA)").check()
    assert page.get_by_label("IBAN").is_visible()
    assert not page.get_by_label("Card number").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_no_accessibility_rule_is_broken_and_nothing_overflows(
    stripe_client: stripe.StripeClient, browser: Browser, width: int, scheme: str
):
    size = {"width": width, "height": 900}
    url = str(open_session(stripe_client).url)
    page, _ = open_page(browser, url, viewport=size, color_scheme=scheme)
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Fill in 4000 0000 0000 0002").click()
    page.get_by_role("button", name="Pay $2,613.00").click()
    page.get_by_role("alert").wait_for()
    assert Axe().run(page).response["violations"] == []
