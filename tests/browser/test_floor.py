"""A job at the bench: on the desk, a tablet and a phone, worked by a scanner and the keyboard."""

import os
from pathlib import Path

import pytest
from django.test import override_settings
from django.urls import reverse
from playwright.sync_api import Page, expect

from production.models import AssemblyJob, ScanEvent
from tests.browser.conftest import DESK, PHONE, OpenPage
from tests.browser.places import staff_cookies
from tests.browser.test_every_page import assert_accessible
from tests.factories.production import planned_order, stock_part
from tests.production.floor.floor import beep, finish, go, job_of, model_with_checks, start

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]

TABLET = 820
PICTURES = os.environ.get("PICTURES", "")  # a folder: keep what the pages look like


@pytest.fixture(scope="module")
def jobs(_rows: None) -> dict[str, AssemblyJob]:
    """A machine that is picked, one that is tested, one to scan for."""
    with override_settings(CONFIGURATOR_BUILDER="configurator.ports.builds_anything"):
        version = model_with_checks(tracked=("CPU-6", "MEM-16"), has_alternates=True)
    for number in ("GLUE", "FAN"):
        stock_part(number, 20)
    made = {
        name: job_of(planned_order(version=version)) for name in ("picked", "tested", "scanned")
    }
    start(made["picked"], "kitting")
    beep("SCREW", made["picked"])
    start(made["scanned"], "kitting")
    tested = made["tested"]
    go(tested, "kitting")
    start(tested, "build")
    beep("CPU-6", tested)
    beep("C-1001", tested)
    finish(tested, "build")
    start(tested, "test")
    beep("CW:C:rail-12v:12.7", tested)
    return made


@pytest.mark.parametrize("name", ["picked", "tested"])
def test_a_job_at_the_bench_is_accessible_and_fits_every_screen(
    jobs: dict[str, AssemblyJob], open_page: OpenPage, name: str
):
    page = open_page(reverse("ops:job", args=[jobs[name].number]), cookies=staff_cookies())
    assert_accessible(page)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in (DESK, TABLET, PHONE):
            page.set_viewport_size({"width": width, "height": 1000})
            assert page.evaluate("document.documentElement.scrollWidth") == width
            keep_picture(page, f"job-{name}-{width}-{scheme}")


def keep_picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


@pytest.mark.parametrize(("has_script", "code"), [(True, "CPU-6"), (False, "CASE-MINI")])
def test_a_scanner_types_and_presses_enter_and_the_field_waits_again(
    jobs: dict[str, AssemblyJob], open_page: OpenPage, *, has_script: bool, code: str
):
    job = jobs["scanned"]
    page = open_page(
        reverse("ops:job", args=[job.number]),
        cookies=staff_cookies(),
        java_script_enabled=has_script,
    )
    expect(page.get_by_label("Scan", exact=True)).to_be_focused()
    page.keyboard.type(f"CW:P:{code}")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_label("Scan", exact=True)).to_be_focused()
    expect(page.get_by_text("1 of 1 picked")).to_be_visible()
    assert ScanEvent.objects.filter(job=job, part__part_number=code, outcome="accepted").exists()
