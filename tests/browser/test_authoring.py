"""A product manager's way: a draft, a rule with a slip, the trial, a sheet, what changed."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from configurator.models import ModelVersion
from configurator.services.authoring import draft_from
from configurator.services.authoring.exchange import export_sheet
from tests.browser.conftest import OpenPage
from tests.factories.assemblies import monitor_set

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]

RULE = """
rule cool-mini "A small case stays cool" blocks
  when case is mini
  cpu.tdp_w <= 100
  say "{cpu} is too warm for {case}."
"""


@pytest.fixture(scope="module")
def cookies(small_computer: ModelVersion) -> dict[str, str]:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("anna"))
    return {"sessionid": client.cookies["sessionid"].value}


@pytest.fixture
def draft(small_computer: ModelVersion) -> ModelVersion:
    return draft_from(version_id=small_computer.pk, actor="tests", is_another=True)


def open_at(open_page: OpenPage, cookies: dict[str, str], name: str, draft: ModelVersion) -> Page:
    return open_page(reverse(f"ops:{name}", args=[draft.pk]), cookies=cookies)


def test_a_slip_in_a_rule_is_shown_mended_and_saved(open_page, cookies, draft):
    page = open_at(open_page, cookies, "version-rules", draft)
    text = page.get_by_label("Rules", exact=True)
    before = text.input_value()
    text.fill(before + RULE.replace("cpu.tdp_w", "cpu.tpd_w"))
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("alert")).to_contain_text("cpu.tdp_w")
    expect(text).to_have_value(before + RULE.replace("cpu.tdp_w", "cpu.tpd_w"))
    text.fill(before + RULE)
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("status")).to_contain_text("A small case stays cool")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("The rules are saved.")
    page.get_by_role("link", name="Differences").click()
    expect(page.locator(".change.added")).to_contain_text("{cpu} is too warm for {case}.")


def test_picks_are_evaluated_at_once_and_repaired(open_page, cookies, draft):
    page = open_at(open_page, cookies, "version-try", draft)
    page.get_by_label("Mini case").check()
    expect(page).to_have_url(re.compile("pick.case=mini"))
    page.get_by_role("navigation", name="Groups").get_by_role("link", name="Graphics").click()
    row = page.locator(".try-row.blocked")
    expect(row).to_contain_text("Long graphics card is 340 mm long; Mini case takes 240 mm.")
    row.get_by_role("link", name="Take it anyway").click()
    expect(page.locator(".try-row.picked")).to_contain_text("Long graphics card")
    expect(page.locator(".trial output")).to_have_text("$1,530")


def test_a_sheet_is_previewed_and_imported(open_page, cookies, draft):
    page = open_at(open_page, cookies, "version-exchange", draft)
    content = export_sheet(draft, "options").replace(b"Mini case", b"Tiny case")
    sheet = {"name": "mine.csv", "mimeType": "text/csv", "buffer": content}
    page.get_by_label("CSV file").set_input_files(sheet)
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_role("heading", name="mine.csv would change this")).to_be_visible()
    page.get_by_role("button", name="Import it").click()
    expect(page.get_by_role("status")).to_contain_text("Imported: 1 change.")
    expect(page.locator(".change")).to_contain_text(["Tiny case"])


def test_a_sub_assembly_is_shown_taken_in_and_taken_out(open_page, cookies, draft, settings):
    settings.CONFIGURATOR_BUILDER = "configurator.ports.builds_anything"
    source = monitor_set(name=f"Monitor set for {draft.number}")
    page = open_at(open_page, cookies, "version-assemblies", draft)
    page.get_by_label("What to take in").select_option(str(source.pk))
    page.get_by_label("Code").fill("left")
    page.get_by_label("Name", exact=True).fill("Left")
    page.get_by_role("button", name="Show what would come in").click()
    expect(page.locator(".change.added").first).to_contain_text("Left: Screen")
    page.get_by_role("button", name="Take it in").click()
    expect(page.get_by_role("row", name="Left left")).to_contain_text("left-stand")
    page.get_by_role("button", name="Take Left out").click()
    expect(page.locator(".change.removed").first).to_contain_text("Left: Screen")
    page.get_by_role("button", name="Take it out").click()
    expect(page.get_by_role("status")).to_contain_text("is taken out")
    assert not draft.groups.filter(code__startswith="left-").exists()
