"""From the configure page to a paid order, and an order page that follows the machine by itself."""

import re

import pytest
from playwright.sync_api import Page, expect

from config.outbox.relay import drain
from production.models import AssemblyJob
from production.services import shop_floor
from shop.models import Order, Payment
from tests.browser import cashier
from tests.browser.conftest import OpenPage

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("small_computer"),
]

ADDRESS = {
    "Name": "Ada Lovelace",
    "Street and number": "12 Mill Lane",
    "City": "San Francisco",
    "State or region": "CA",
    "Postal code": "94107",
}
EMAIL = "ada@example.com"
POLL_MS = 15_000  # the page asks every four seconds


def put_into_cart(page: Page) -> None:
    page.get_by_role("button", name="Add to cart").click()
    expect(page.get_by_role("heading", name="Your cart")).to_be_visible()


def fill_in(page: Page, email: str = EMAIL) -> None:
    for label, value in {"E-mail": email, **ADDRESS}.items():
        page.get_by_label(label).fill(value)


def order_and_pay(page: Page) -> None:
    """From the filled-in checkout through the cashier back to the order's page."""
    page.get_by_role("button", name="Order and pay").click()
    cashier.fill_in(page, "4242 4242 4242 4242")
    page.get_by_role("button", name=re.compile(r"^Pay \$")).click()
    page.wait_for_url("**/orders/*/")


def test_enter_in_a_field_of_the_cashier_pays_with_what_is_typed_there(open_page: OpenPage):
    page = open_page("/machines/small/")
    put_into_cart(page)
    page.get_by_role("link", name="Check out").click()
    fill_in(page)
    page.get_by_role("button", name="Order and pay").click()
    cashier.fill_in(page, "4242 4242 4242 4242")
    page.get_by_label("Card number").fill("5555 5555 5555 4444")
    page.get_by_label("Security code").press("Enter")
    expect(page.get_by_text("Paid", exact=True).first).to_be_visible()
    assert Payment.objects.latest("pk").status == Payment.Status.CLEARED


def heading(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


def test_a_mistake_is_told_at_its_field_and_what_was_typed_stays(open_page: OpenPage):
    page = open_page("/machines/small/")
    put_into_cart(page)
    page.get_by_role("link", name="Check out").click()
    fill_in(page, email="ada at example.com")
    page.get_by_label("City").fill("")
    page.get_by_role("button", name="Order and pay").click()
    expect(page.get_by_role("alert")).to_contain_text("2 things to correct")
    email, city = page.get_by_label("E-mail"), page.get_by_label("City")
    expect(email).to_have_value("ada at example.com")
    expect(email).to_have_attribute("aria-invalid", "true")
    expect(email).to_have_accessible_description(re.compile("got “ada at example.com”"))
    expect(city).to_have_accessible_description(re.compile("Expected a city"))
    expect(page.get_by_label("Street and number")).to_have_value("12 Mill Lane")
    page.get_by_role("alert").get_by_role("link", name="City").click()
    expect(city).to_be_focused()
    assert not Order.objects.filter(email__contains="ada at").exists()


def test_a_paid_order_is_followed_on_its_page_without_touching_it(open_page: OpenPage):
    page = open_page("/machines/small/")
    put_into_cart(page)
    page.get_by_role("link", name="Check out").click()
    fill_in(page)
    order_and_pay(page)
    page.evaluate("window.isStillHere = true")
    first = heading(page)
    order = Order.objects.latest("pk")
    assert order.status == Order.Status.RELEASED
    expect(page.get_by_text("Paid", exact=True).first).to_be_visible()

    drain()  # planned: every part is on the shelf
    expect(page.get_by_role("heading", level=1)).not_to_have_text(first, timeout=POLL_MS)
    expect(page.get_by_role("table").first).to_contain_text("on our shelf, yours")
    job = AssemblyJob.objects.get(clearance__order=order)
    shop_floor.start_operation(job_id=job.pk, kind="kitting", actor="staff:test")
    expect(page.get_by_text("Frozen", exact=True)).to_be_visible(timeout=POLL_MS)
    assert page.evaluate("window.isStillHere === true")


def test_without_script_a_machine_can_be_bought_too(open_page: OpenPage):
    page = open_page("/machines/small/", java_script_enabled=False)
    put_into_cart(page)
    page.get_by_role("link", name="Check out").click()
    fill_in(page, email="grace@example.com")
    order_and_pay(page)
    order = Order.objects.get(email="grace@example.com")
    assert order.status == Order.Status.RELEASED
    expect(page.get_by_text(order.number).first).to_be_visible()


def test_a_declined_card_leaves_the_order_to_be_paid_again(open_page: OpenPage):
    page = open_page("/machines/small/")
    put_into_cart(page)
    page.get_by_role("link", name="Check out").click()
    fill_in(page, email="mary@example.com")
    page.get_by_role("button", name="Order and pay").click()
    page.get_by_text("Cards that are declined").click()
    cashier.fill_in(page, "4000 0000 0000 0002")
    page.get_by_role("button", name=re.compile(r"^Pay \$")).click()
    expect(page.get_by_role("alert")).to_be_visible()
    order = Order.objects.get(email="mary@example.com")
    page.goto(order.get_absolute_url())
    page.get_by_role("button", name=re.compile(r"^Pay \$")).click()
    cashier.fill_in(page, "4242 4242 4242 4242")
    page.get_by_role("button", name=re.compile(r"^Pay \$")).click()
    page.wait_for_url("**/orders/*/")
    order.refresh_from_db()
    assert order.status == Order.Status.RELEASED
