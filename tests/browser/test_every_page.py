"""Every kind of page, in the demo shop: no accessibility rule broken, nothing wider than a phone.

That no page has a script error or breaks its content policy is seen by the windows themselves.
"""

from collections.abc import Mapping

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE_MS, PHONE, OpenPage
from tests.browser.places import NAMES, Place, build_places

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture(scope="module")
def places(demo: None) -> Mapping[str, Place]:
    return build_places()


def test_every_place_is_visited(places: Mapping[str, Place]):
    assert set(places) == set(NAMES)


def violations(page: Page, *rules: str) -> list[str]:
    """What axe finds, by rule and element; `rules` are all it looks at, if any are given."""
    only = {"runOnly": {"type": "rule", "values": list(rules)}} if rules else {}
    found = Axe().run(page, options={"resultTypes": ["violations"], **only}).response
    return [
        f"{one['id']}: {node['html'][:200]}" for one in found["violations"] for node in one["nodes"]
    ]


def assert_accessible(page: Page) -> None:
    """Every rule in light; in dark only the colours are different."""
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, "color-contrast", "link-in-text-block") == []


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_accessible_in_light_and_dark_and_fits_a_phone(
    places: Mapping[str, Place], open_page: OpenPage, name: str
):
    place = places[name]
    page = open_page(place.path, cookies=place.cookies)
    assert_accessible(page)
    page.set_viewport_size({"width": PHONE, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE


def test_a_checkout_with_mistakes_is_accessible_too(
    places: Mapping[str, Place], open_page: OpenPage
):
    page = open_page(places["checkout"].path, cookies=places["checkout"].cookies)
    page.get_by_role("button", name="Order and pay").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert_accessible(page)


def test_after_a_choice_the_page_is_still_accessible(
    places: Mapping[str, Place], open_page: OpenPage
):
    page = open_page(places["blocked options"].path)
    total = page.get_by_role("region", name="Your build").locator("output")
    before = total.inner_text()
    page.locator(".option.blocked input[type=radio]").first.click()
    expect(total).not_to_have_text(before)
    assert_accessible(page)


COVERED = """() => {
  const here = document.activeElement, bar = document.querySelector(".build");
  if (here === document.body || bar.contains(here)) return null;
  const cover = bar.getBoundingClientRect();
  const box = (here.closest("label") ?? here).getBoundingClientRect();
  return box.bottom > cover.top + 1 && box.top < cover.bottom - 1 ? here.outerHTML : null;
}"""


def test_on_a_phone_the_price_bar_covers_nothing_that_has_the_focus(
    places: Mapping[str, Place], open_page: OpenPage
):
    page = open_page(places["compact"].path, viewport={"width": PHONE, "height": 844})
    covered = []
    for _ in range(50):
        page.keyboard.press("Tab")
        covered.append(page.evaluate(COVERED))
    assert [one for one in covered if one] == []


def test_the_description_of_the_api_shows_itself_under_the_strict_policy(open_page: OpenPage):
    page = open_page("/api/v1/docs/")
    expect(page.get_by_text("/api/v1/products/").first).to_be_visible(timeout=PATIENCE_MS)
