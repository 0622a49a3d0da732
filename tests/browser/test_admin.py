"""The admin in Chromium, under its own content policy: log in, look at a list, open a form."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth import get_user_model
from playwright.sync_api import Page, expect

from configurator.models import ModelVersion
from tests.browser.conftest import OpenPage
from tests.factories.shop import place_small_order

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]

NAME, PASSWORD = "anna", "a long and good password"


@pytest.fixture(scope="module")
def order_number(small_computer: ModelVersion) -> str:
    get_user_model().objects.create_superuser(NAME, password=PASSWORD)
    return place_small_order(version=small_computer).number


@pytest.fixture
def page(order_number: str, open_page: OpenPage) -> Page:
    """Logged in by the form."""
    page = open_page("/admin/")
    page.get_by_label("Username").fill(NAME)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/admin/")
    return page


def test_the_index_offers_every_app(page: Page):
    for name in ("Configurator", "Shop", "Production", "Suppliers"):
        heading = page.locator("#content").get_by_role("heading", name=name, exact=True)
        expect(heading).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_login_can_be_read_in_light_and_dark(order_number, open_page: OpenPage, scheme: str):
    page = open_page("/admin/login/", color_scheme=scheme)
    found = Axe().run(page, options={"runOnly": ["color-contrast"]}).response["violations"]
    assert [node["html"] for violation in found for node in violation["nodes"]] == []


def test_a_list_and_a_form_open(page: Page, order_number: str):
    page.goto("/admin/shop/order/")
    page.get_by_role("link", name=order_number).first.click()
    expect(page.get_by_text(order_number).first).to_be_visible()
    page.goto("/admin/suppliers/supplier/add/")
    page.get_by_label("Name").first.fill("Nordkomp")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".errorlist, .text-red-600").first).to_be_visible()


def test_whom_the_console_does_not_know_it_sends_to_the_login_and_back(
    order_number: str, open_page: OpenPage
):
    page = open_page("/ops/orders/")
    page.get_by_label("Username").fill(NAME)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/ops/orders/")
    expect(page.get_by_role("link", name=order_number)).to_be_visible()
