"""What only a browser can show: radios, focus and quick hands on the configure page."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.factories.configurator import ProductModelFactory, publish_small_model

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OUT_OF_STEP = """[...document.querySelectorAll("#configure input[type=radio]")]
    .filter(radio => radio.checked !== radio.defaultChecked).length"""


@pytest.fixture
def page(live_server) -> Iterator[Page]:
    publish_small_model(product_model=ProductModelFactory(slug="small", name="Small"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            # The machine's Chromium where there is one, else the one that Playwright installed.
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox"],
        )
        tab = browser.new_page()
        complaints: list[str] = []
        tab.on("console", lambda message: complaints.append(message.text))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.goto(f"{live_server.url}/machines/small/")
        tab.wait_for_function("window.htmx !== undefined")
        yield tab
        assert complaints == []
        browser.close()


def radio(page: Page, group: str, option: str):
    return page.locator(f'[id="choice.{group}.{option}"]')


def test_radios_follow_the_server_when_a_choice_moves_others(page: Page):
    radio(page, "case", "tower").check()
    expect(page.locator(".total")).to_have_text("$570")
    radio(page, "case", "mini").check()
    expect(page.locator(".total")).to_have_text("$540")
    page.get_by_role("button", name="Take it, and change the case to Tower case").click()
    expect(page.locator(".total")).to_have_text("$1,530")
    expect(radio(page, "case", "tower")).to_be_checked()
    expect(radio(page, "graphics", "long-card")).to_be_checked()
    assert page.evaluate(OUT_OF_STEP) == 0
    # The pressed button is gone; the keyboard goes on from what it chose.
    expect(radio(page, "graphics", "long-card")).to_be_focused()


def test_by_keyboard_the_focus_stays_and_the_address_follows(page: Page):
    radio(page, "memory", "kit16").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".total")).to_have_text("$700")
    expect(radio(page, "memory", "kit64")).to_be_focused()
    page.wait_for_url("**/machines/small/?choice.memory=kit64")


def test_quick_hands_get_the_answer_to_their_last_choice(page: Page):
    for option in ("card", "long-card", "none", "card"):
        radio(page, "graphics", option).check()
    expect(page.locator(".total")).to_have_text("$940")
    expect(radio(page, "graphics", "card")).to_be_checked()
    assert page.evaluate(OUT_OF_STEP) == 0
