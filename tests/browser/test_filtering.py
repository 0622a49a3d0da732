"""Filters in the bench's large groups, by mouse, by keyboard and without script."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("demo"),
]
ADDRESS = "/machines/bench/"


def test_ticks_narrow_a_group_and_stay_over_a_choice_and_in_the_address(open_page: OpenPage):
    page = open_page(ADDRESS)
    memory = page.locator('[id="group-choice.memory"]')
    memory.get_by_role("button", name="Filter").click()
    memory.get_by_role("checkbox", name="DDR5").check()
    expect(memory.locator("legend .meta").first).to_have_text("83 found")
    memory.get_by_role("checkbox", name="Registered").check()
    expect(memory.locator("legend .meta").first).to_have_text("17 found")
    memory.get_by_label("Order").select_option("price")
    expect(page).to_have_url(re.compile(r"sort\.memory=price"))
    page.locator('[id="group-choice.warranty"] input[type=radio]').last.check()
    expect(page).to_have_url(re.compile(r"choice\.warranty=.*f\.memory\.memory_type=DDR5"))
    expect(memory.get_by_role("checkbox", name="DDR5")).to_be_checked()
    again = open_page(page.url)
    expect(again.locator('[id="group-choice.memory"] legend .meta').first).to_have_text("17 found")
    memory.get_by_role("button", name="Clear all").click()
    expect(memory.get_by_role("checkbox", name="DDR5")).not_to_be_checked()
    expect(memory.get_by_label("Order")).to_have_value("")


def test_the_keyboard_ticks_and_keeps_its_place(open_page: OpenPage):
    page = open_page(f"{ADDRESS}?filter=graphics")
    graphics = page.locator('[id="group-choice.graphics"]')
    box = graphics.locator(".filters input").first
    box.focus()
    page.keyboard.press("Space")
    expect(graphics.locator("legend .meta").first).to_have_text(re.compile(r"^\d+ found$"))
    expect(box).to_be_focused()
    expect(box).to_be_checked()


def test_without_script_the_filters_work_by_the_update_button(open_page: OpenPage):
    page = open_page(ADDRESS, java_script_enabled=False)
    page.locator('[id="group-choice.memory"]').get_by_role("button", name="Filter").click()
    memory = page.locator('[id="group-choice.memory"]')
    expect(memory.get_by_role("heading")).to_be_in_viewport()  # the page comes back at the group
    memory.get_by_role("checkbox", name="DDR5").check()
    page.locator(".by-hand").get_by_role("button", name="Update").click()
    expect(memory.locator("legend .meta").first).to_have_text("83 found")
    expect(memory.get_by_role("checkbox", name="DDR5")).to_be_checked()


def test_the_cross_of_a_search_field_brings_the_whole_group_back(open_page: OpenPage):
    page = open_page(f"{ADDRESS}?q.memory=nothing+like+this")
    memory = page.locator('[id="group-choice.memory"]')
    expect(memory.locator("legend .meta").first).to_have_text("0 found")
    field = memory.get_by_role("searchbox")
    field.focus()
    field.evaluate("""field => {
        field.value = "";
        field.dispatchEvent(new Event("search", { bubbles: true }));
    }""")
    expect(memory.locator("legend .meta").first).to_have_text(re.compile("160 fit$"))
    expect(page).to_have_url(re.compile(r"/bench/$"))
