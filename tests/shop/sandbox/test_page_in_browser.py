"""The hosted page in Chromium: without script, by keyboard, under its own strict policy."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import stripe
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser import cashier
from tests.browser.chromium import running_chromium
from tests.shop.sandbox.orders import open_session

pytestmark = [pytest.mark.browser]


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
    fields = ("ada@example.com", None, None, "4242424242424242", "12/34", "123", "Ada Example")
    for typed in fields:
        if typed:  # nothing to type at the card, chosen already, and at the other ways to pay
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
    page.get_by_text("Cards whose bank asks first").click()
    cashier.fill_in(page, "4000 0025 0000 3155")
    page.get_by_role("button", name="Pay $2,613.00").click()
    page.get_by_role("button", name="Confirm the payment").click()
    page.wait_for_url(f"{shop_front}/paid/")


def test_only_the_fields_of_the_chosen_method_are_shown(
    stripe_client: stripe.StripeClient, browser: Browser
):
    page, _ = open_page(browser, str(open_session(stripe_client).url), java_script_enabled=False)
    assert not page.get_by_label("IBAN").is_visible()
    page.get_by_text("Other ways to pay").click()
    page.get_by_label("Bank debit (SEPA)").check()
    assert page.get_by_label("IBAN").is_visible()
    assert not page.get_by_label("Card number").is_visible()
    page.get_by_label("iDEAL").check()
    assert not page.get_by_label("IBAN").is_visible()


def test_the_usual_card_is_one_press_away_and_the_rest_is_folded_up(
    stripe_client: stripe.StripeClient, browser: Browser
):
    url = str(open_session(stripe_client).url)
    page, _ = open_page(
        browser, url, java_script_enabled=False, viewport={"width": 390, "height": 844}
    )
    shown = page.get_by_role("button", name="Fill in")
    assert shown.count() == 1
    shown.click()
    page.get_by_role("status").wait_for()
    assert page.get_by_label("Card number").input_value() == "4242 4242 4242 4242"


def test_a_filled_in_account_shows_the_way_it_pays(
    stripe_client: stripe.StripeClient, browser: Browser, shop_front: str
):
    session = open_session(stripe_client, success_url=f"{shop_front}/paid/")
    page, _ = open_page(browser, str(session.url), java_script_enabled=False)
    page.get_by_text("Bank accounts for ACH").click()
    cashier.fill_in(page, "000123456789")
    assert page.get_by_label("Bank debit (ACH)").is_checked()
    assert page.get_by_label("Routing number").input_value() == "110000000"
    page.get_by_role("button", name="Pay $2,613.00").click()
    page.wait_for_url(f"{shop_front}/paid/")


def test_a_customer_leaves_the_banks_page_and_pays_by_card(
    stripe_client: stripe.StripeClient, browser: Browser, shop_front: str
):
    session = open_session(stripe_client, success_url=f"{shop_front}/paid/")
    page, _ = open_page(browser, str(session.url), java_script_enabled=False)
    page.get_by_label("E-mail").fill("ada@example.com")
    page.get_by_label("Name of the payer").fill("Ada Example")
    page.get_by_text("Other ways to pay").click()
    page.get_by_label("iDEAL").check()
    page.get_by_role("button", name="Pay $2,613.00").click()
    page.get_by_role("heading", name="your bank’s page").wait_for()
    judged, _ = open_page(browser, page.url)
    assert Axe().run(judged).response["violations"] == []
    page.get_by_role("link", name="Leave without an answer").click()
    cashier.fill_in(page, "4242 4242 4242 4242")
    page.get_by_role("button", name="Pay $2,613.00").click()
    page.wait_for_url(f"{shop_front}/paid/")


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
    for summary in page.locator("summary").all():
        summary.click()
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    cashier.fill_in(page, "4000 0000 0000 0002")
    page.get_by_role("button", name="Pay $2,613.00").click()
    page.get_by_role("alert").wait_for()
    assert Axe().run(page).response["violations"] == []
