"""The board that draws itself anew, and the walk that is worked by a scanner on a tablet."""

import re

import pytest
from django.test import override_settings
from django.urls import reverse
from playwright.sync_api import Page, expect

from production.models import AssemblyJob, WorkCenter
from production.services.holds import hold_job
from tests.browser.conftest import DESK, PHONE, OpenPage
from tests.browser.places import staff_cookies
from tests.browser.test_floor import TABLET, keep_picture
from tests.factories.production import planned_order, stock_part
from tests.production.floor.floor import job_of, model_with_checks, start

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture(scope="module")
def jobs(_rows: None) -> list[AssemblyJob]:
    """Two that are picked, one on hold, one ready and without room in kitting."""
    with override_settings(CONFIGURATOR_BUILDER="configurator.ports.builds_anything"):
        version = model_with_checks(tracked=("CPU-6", "MEM-16"))
    stock_part("CASE-MINI", 4)
    made = [job_of(planned_order(version=version)) for _ in range(5)]
    for job in made[:2]:
        start(job, "kitting")
    hold_job(job_id=made[2].pk, cause="quality", reason="Scratched side panel", actor="staff:ines")
    WorkCenter.objects.filter(operation="kitting").update(wip_limit=2)
    return made


def at_every_size(page: Page, name: str) -> None:
    """Nothing is wider than its screen."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in (DESK, TABLET, PHONE):
            page.set_viewport_size({"width": width, "height": 1000})
            assert page.evaluate("document.documentElement.scrollWidth") == width
            keep_picture(page, f"{name}-{width}-{scheme}")


def test_what_is_ticked_and_focused_on_the_board_survives_its_polling(
    jobs: list[AssemblyJob], open_page: OpenPage
):
    page = open_page(f"{reverse('ops:board')}?show=all", cookies=staff_cookies())
    expect(page.get_by_text("2 of 2 under way · full")).to_be_visible()
    tick = page.locator(f"#tick-{jobs[3].number}")
    tick.check()
    AssemblyJob.objects.filter(pk=jobs[4].pk).update(due_on="2026-01-01")  # moves a card
    with page.expect_response(re.compile(r"/ops/board/\?.*job=")):
        page.evaluate("htmx.trigger('#board', 'every')")
    expect(page.locator(f"#{jobs[4].number}")).to_have_class(re.compile("late"))
    expect(tick).to_be_checked()
    expect(tick).to_be_focused()
    at_every_size(page, "board")
    page.get_by_role("button", name="Pick the ticked jobs").click()
    expect(page.get_by_role("link", name=jobs[3].number)).to_be_visible()


def test_a_walk_for_two_jobs_is_worked_by_a_scanner_alone(
    jobs: list[AssemblyJob], open_page: OpenPage
):
    address = (
        f"{reverse('ops:pick')}?job={jobs[0].number}&job={jobs[1].number}&job={jobs[2].number}"
    )
    page = open_page(address, cookies=staff_cookies(), viewport={"width": TABLET, "height": 1180})

    def scan(code: str) -> None:
        expect(page.get_by_label("Scan", exact=True)).to_be_focused()
        page.keyboard.type(code)
        with page.expect_navigation():
            page.keyboard.press("Enter")

    keep_picture(page, "pick-start")
    for slot in (1, 2):
        scan("CW:P:CASE-MINI")
        expect(page.get_by_role("status")).to_contain_text(f"Put into slot {slot}")
    keep_picture(page, "pick-put")
    scan("PSU-850")
    expect(page.get_by_role("status")).to_contain_text("Wrong part")
    expect(page.get_by_role("status")).to_contain_text("Expected: ")
    at_every_size(page, "pick-wrong")


@pytest.mark.parametrize("name", ["traveller", "labels", "job"])
def test_papers_fit_every_screen_and_print(jobs: list[AssemblyJob], open_page: OpenPage, name: str):
    number = jobs[0].number
    paths = {
        "traveller": reverse("ops:traveller", args=[number]),
        "labels": f"{reverse('ops:labels')}?job={number}&box={number}&zone=&bin=A-01&part=1",
        "job": reverse("ops:job", args=[number]),
    }
    page = open_page(paths[name], cookies=staff_cookies())
    at_every_size(page, name)
