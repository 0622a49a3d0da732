"""The shelf at the desk, on a tablet and on a phone: counted by scanner and keyboard alone."""

import os
from pathlib import Path

import pytest
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import Page, expect

from production.models import Bin, BinCount, MaterialRequirement, Part, StockLevel
from production.services import supply
from production.services.moving import Move, move_stock
from production.services.putaway import move_between_bins
from production.services.quality import close_hold, hold_stock
from production.services.shop_floor import finish_operation, start_operation
from tests.browser.conftest import DESK, PHONE, OpenPage
from tests.browser.places import staff_cookies
from tests.browser.test_every_page import assert_accessible
from tests.factories.production import planned_order

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]

TABLET = 820
PICTURES = os.environ.get("PICTURES", "")  # a folder: keep what the pages look like


@pytest.fixture(scope="module")
def pages(small_computer) -> dict[str, str]:
    """A shelf where things have happened, and the pages about it."""
    case, cpu, tie = (
        Part.objects.get(part_number=number) for number in ("CASE-MINI", "CPU-6", "TIE")
    )
    home = Bin.objects.get(code="A-01")
    Bin.objects.filter(pk=home.pk).update(zone="Shelf A")
    reserve = Bin.objects.create(code="R-01", zone="Reserve", sequence=1000)
    move_between_bins(
        part_id=tie.pk,
        from_bin_id=home.pk,
        to_bin_id=reserve.pk,
        quantity=60,
        key="reserve",
        actor="staff:anna",
    )
    first, second = (
        hold_stock(part_id=cpu.pk, quantity=n, reason=why, key=why, actor="staff:anna")
        for n, why in ((3, "pins bent, the box was wet"), (1, "wrong label on the box"))
    )
    close_hold(hold_id=second.pk, outcome="released", actor="staff:bo", note="relabelled")
    supply.record_scheduled_receipt(
        reference="PO-1001/1",
        part_id=case.pk,
        quantity=5,
        due_on=None,
        supplier_name="Nordkomp",
        is_confirmed=True,
    )
    supply.record_goods_receipt(
        reference="PO-1001/1", quantity=3, key="r", actor="staff:anna", unit_cost_minor=6450
    )
    loose = Part.objects.create(part_number="FAN-140", name="Case fan, 140 mm")
    arrived = Move(part_id=loose.pk, kind="receipt", quantity=4, key="fan", origin="push")
    with transaction.atomic():
        move_stock([arrived], actor="staff:anna")
    order = planned_order(version=small_computer)
    need = MaterialRequirement.objects.filter(clearance=order.pk).first()
    kitting = {"job_id": need.job_id, "kind": "kitting", "actor": "staff:anna"}
    start_operation(**kitting)
    finish_operation(**kitting, by_hand="counted")
    assert first.pk
    return {
        "stock": reverse("ops:stock"),
        "part": reverse("ops:part", args=[cpu.pk]),
        "bins": reverse("ops:bins"),
        "count": f"{reverse('ops:count')}?zone=Shelf+A",
        "put-away": reverse("ops:put_away"),
        "holds": reverse("ops:holds"),
        "scrap": reverse("ops:scrap", args=[f"{order.number}-1"]),
    }


NAMES = ("stock", "part", "bins", "count", "put-away", "holds", "scrap")


@pytest.mark.parametrize("name", NAMES)
def test_a_page_of_the_shelf_is_accessible_and_fits_every_screen(
    pages: dict[str, str], open_page: OpenPage, name: str
):
    page = open_page(pages[name], cookies=staff_cookies())
    assert_accessible(page)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in (DESK, TABLET, PHONE):
            page.set_viewport_size({"width": width, "height": 1000})
            assert page.evaluate("document.documentElement.scrollWidth") == width
            keep_picture(page, f"{name}-{width}-{scheme}")


def keep_picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def scan(page: Page, code: str) -> None:
    """A keyboard-wedge scanner types into whatever has the focus, and presses Enter."""
    page.keyboard.type(code)
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.parametrize("has_script", [True, False])
def test_a_bin_is_counted_by_scanner_and_keyboard_alone(
    pages: dict[str, str], open_page: OpenPage, *, has_script: bool
):
    page = open_page(
        f"{reverse('ops:count')}?bin=R-01",
        cookies=staff_cookies(),
        java_script_enabled=has_script,
    )
    wanted = StockLevel.objects.get(part__part_number="TIE").on_hand - 1
    expect(page.get_by_label("Scan a part or a bin")).to_be_focused()
    scan(page, "CW:P:TIE")
    lies = page.locator("main").get_by_label("Tie", exact=False).first
    expect(lies).to_be_focused()
    scan(page, str(int(in_reserve()) - 1))
    expect(page.get_by_label("Scan a part or a bin")).to_be_focused()
    page.get_by_role("button", name="Compare with the books").press("Enter")
    keep_picture(page, "review")
    page.get_by_role("textbox", name="Why TIE differs").fill("one was broken")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_text("One count is written down.")).to_be_visible()
    assert StockLevel.objects.get(part__part_number="TIE").on_hand == wanted
    assert BinCount.objects.order_by("-pk").first().reason == "one was broken"


def in_reserve() -> int:
    return Bin.objects.get(code="R-01").contents.get(part__part_number="TIE").quantity
