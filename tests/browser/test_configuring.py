"""The configure page by mouse, by keyboard alone, and without script: the same machine."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from configurator.models import ModelVersion
from tests.browser.conftest import PHONE, OpenPage

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("small_computer"),
]

ADDRESS = "/machines/small/"
DEFAULT, WITH_CARD = "$540", "$940"


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    return open_page(ADDRESS)


def option(page: Page, name: str) -> Locator:
    return page.get_by_role("radio", name=re.compile(f"^{name}"))


def build(page: Page) -> Locator:
    return page.get_by_role("region", name="Your build")


def total(page: Page) -> Locator:
    return build(page).locator("output")


def mark(page: Page) -> None:
    """Something that a page load would wipe out."""
    page.evaluate("window.isStillHere = true")


def is_still_here(page: Page) -> bool:
    return bool(page.evaluate("window.isStillHere === true"))


def test_a_choice_changes_total_and_summary_without_a_page_load(page: Page):
    expect(total(page)).to_have_text(DEFAULT)
    mark(page)
    option(page, "Graphics card").check()
    expect(total(page)).to_have_text(WITH_CARD)
    expect(build(page).locator(".rows")).to_contain_text("Graphics card")
    expect(option(page, "Graphics card")).to_be_focused()
    assert is_still_here(page)


def test_the_address_leads_somebody_else_to_the_same_machine(page: Page, open_page: OpenPage):
    option(page, "Graphics card").check()
    expect(page).to_have_url(re.compile("choice.graphics=card"))
    expect(total(page)).to_have_text(WITH_CARD)
    other = open_page(page.url)
    expect(total(other)).to_have_text(WITH_CARD)
    expect(option(other, "Graphics card")).to_be_checked()


def test_a_blocked_option_says_why_and_can_be_taken_with_what_it_needs(open_page: OpenPage):
    page = open_page(f"{ADDRESS}?choice.case=mini")
    mark(page)
    blocked = option(page, "Long graphics card")
    expect(blocked).to_have_accessible_description(
        re.compile("Long graphics card is 340 mm long; Mini case takes 240 mm")
    )
    row = page.locator(".option.blocked", has=blocked)
    row.get_by_role("button", name=re.compile("^Take it")).click()
    expect(blocked).to_be_checked()
    expect(option(page, "Tower case")).to_be_checked()
    expect(
        page.get_by_role("status").get_by_text("Tower case instead of Mini case")
    ).to_be_visible()
    assert is_still_here(page)


def test_clicking_the_blocked_option_itself_does_the_same(open_page: OpenPage):
    page = open_page(f"{ADDRESS}?choice.case=mini")
    option(page, "Long graphics card").click()
    expect(option(page, "Tower case")).to_be_checked()
    expect(option(page, "Long graphics card")).to_be_checked()


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until the focus is there."""
    for _ in range(60):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("Tab never came there")


def test_the_keyboard_alone_configures_and_never_loses_its_place(page: Page):
    mark(page)
    tab_to(page, option(page, "No graphics card"))
    page.keyboard.press("ArrowDown")
    expect(total(page)).to_have_text(WITH_CARD)
    expect(option(page, "Graphics card")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(total(page)).to_have_text(DEFAULT)
    expect(option(page, "No graphics card")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(option(page, "One kit")).to_be_focused()
    assert is_still_here(page)


def test_enter_on_an_offer_takes_it_and_the_focus_goes_to_what_it_chose(open_page: OpenPage):
    page = open_page(f"{ADDRESS}?choice.case=mini")
    tab_to(page, page.get_by_role("button", name=re.compile("^Take it")).first)
    page.keyboard.press("Enter")
    expect(option(page, "Long graphics card")).to_be_checked()
    expect(option(page, "Long graphics card")).to_be_focused()


def test_proposals_are_made_and_budgets_read_without_leaving_the_page(page: Page):
    option(page, "850 W supply").check()
    mark(page)
    build(page).get_by_role("button", name="Cheapest").click()
    proposal = page.locator(".proposal")
    expect(proposal).to_contain_text("This is the cheapest machine with your choices")
    build(page).get_by_text("Fit my budget").click()
    budget = page.get_by_label("Budget in USD")
    budget.fill("1 apple")
    budget.press("Enter")
    expect(proposal).to_contain_text("got “1 apple”")
    expect(budget).to_have_value("1 apple")
    budget.fill("700")
    build(page).get_by_role("button", name="Fit", exact=True).click()
    expect(proposal).to_contain_text("Your machine is within your budget")
    assert is_still_here(page)


def test_without_script_a_budget_is_read_too(open_page: OpenPage):
    page = open_page(ADDRESS, java_script_enabled=False)
    build(page).get_by_text("Fit my budget").click()
    page.get_by_label("Budget in USD").fill("100")
    build(page).get_by_role("button", name="Fit", exact=True).click()
    expect(page.locator(".proposal")).to_contain_text("the least it can be is $540")


def test_a_build_is_saved_and_shared_from_a_phone(open_page: OpenPage):
    page = open_page(ADDRESS, viewport={"width": PHONE, "height": 844})
    page.get_by_role("button", name="Save and share").click()
    page.wait_for_url("**/c/*/")
    expect(page.get_by_text("A saved build")).to_be_visible()


def test_without_script_the_update_button_gives_the_same_machine(open_page: OpenPage):
    page = open_page(ADDRESS, java_script_enabled=False)
    option(page, "Graphics card").check()
    page.locator(".by-hand").get_by_role("button", name="Update").click()
    expect(total(page)).to_have_text(WITH_CARD)
    expect(option(page, "Graphics card")).to_be_checked()
    expect(page).to_have_url(re.compile("choice.graphics=card"))


def test_without_script_a_blocked_option_can_be_taken_too(open_page: OpenPage):
    page = open_page(f"{ADDRESS}?choice.case=mini", java_script_enabled=False)
    page.get_by_role("button", name=re.compile("^Take it")).first.click()
    expect(option(page, "Long graphics card")).to_be_checked()
    expect(option(page, "Tower case")).to_be_checked()


def test_a_link_to_an_option_that_is_not_sold_says_so(
    open_page: OpenPage, small_computer: ModelVersion
):
    page = open_page(f"{ADDRESS}?choice.case=mini&version={small_computer.pk + 1}")
    expect(page.get_by_role("status").first).to_contain_text("has been revised")
