"""From payment to box by a scanner alone: codes and Enter, into whatever field has the focus.

Nothing is clicked once the job's page is open, and nothing but the scanner's keys is pressed.
"""

import pytest
from django.test import override_settings
from django.urls import reverse
from playwright.sync_api import Page, expect

from config.outbox.relay import drain
from production.models import AssemblyJob, Part
from production.selectors.trace import as_built
from shop.models import Order
from tests.browser.conftest import DESK, PHONE, OpenPage
from tests.browser.places import staff_cookies
from tests.browser.test_every_page import assert_accessible
from tests.browser.test_floor import TABLET, keep_picture
from tests.factories.production import DEFAULT_NEEDS, planned_order
from tests.factories.shop import pay, place_small_order
from tests.production.floor.floor import beep, finish, job_of, model_with_checks, start

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]

TRACKING = "1Z999AA10123456784"


@pytest.fixture(scope="module")
def job(_rows: None) -> AssemblyJob:
    """A machine that was just paid for; the piece C-1 sits in another one already."""
    with override_settings(CONFIGURATOR_BUILDER="configurator.ports.builds_anything"):
        version = model_with_checks(tracked=("CPU-6", "MEM-16"))
    Part.objects.filter(part_number="PSU-450").update(mpn="MAKER-450W")
    other = job_of(planned_order(version=version))
    start(other, "kitting")
    for code in ("CPU-6", "C-1"):
        assert beep(code, other).is_accepted
    finish(other, "kitting")
    order = pay(place_small_order(version=version))
    drain()
    return job_of(order)


def hold_up(page: Page, code: str) -> str:
    """Scan: the code and Enter into the field that waits for it; what the page then says."""
    field = page.get_by_label("Scan", exact=True)
    expect(field).to_be_focused()
    assert field.input_value() == ""
    page.keyboard.type(code)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    told = page.get_by_role("status")
    expect(told).to_be_in_viewport()
    return told.inner_text().strip()


def test_one_order_goes_from_payment_to_box_by_what_is_scanned(
    job: AssemblyJob, open_page: OpenPage
):
    page = open_page(reverse("ops:job", args=[job.number]), cookies=staff_cookies())

    def scan(*codes: str) -> str:
        return [hold_up(page, code) for code in codes][-1]

    # The kit: bin and part, by every kind of number; what is wrong says what was expected.
    assert "Next: 2 × Cable (CABLE) from A-01" in scan("CW:A:start")
    assert "A-01: take 1 × Mini case" in scan("CW:B:A-01")
    assert "not for" in scan("PSU-850")
    assert "Expected: 2 × Cable (CABLE) from A-01" in scan("CW:P:PSU-850")
    assert "1 of 1 picked from A-01" in scan("CASE-MINI")
    assert "1 wanted, 1 picked; expected no more" in scan("CASE-MINI")
    assert "1 of 1 picked" in scan("MAKER-450W")
    assert "its serial number may follow" in scan("CPU-6")
    assert f"sits in {AssemblyJob.objects.earliest('pk').number} already" in scan("C-1")
    assert "serial number C-2" in scan("C-2")
    assert "Expected:" in scan("CW:A:finish")  # nothing is finished with parts missing
    scan("MEM-16")
    for number in ("SCREW", "CABLE", "TIE", "CARTON", "LABEL"):
        told = scan(*[number] * DEFAULT_NEEDS[number])
    assert "Next: Finish kitting." in told
    # Built: the serial number that the kit did not take is asked for.
    assert "Next: Start build." in scan("CW:A:finish")
    assert "The serial number of" in scan("CW:A:start")
    assert "scan its serial number" in scan("MEM-16")
    assert "sits in this machine already" in scan("CPU-6", "C-2")
    assert "Next: Finish build." in scan("MEM-16", "M-1")
    # Tested: one check by a card, one by the meter, first out of its limits.
    assert "Next: The result of: It boots." in scan("CW:A:finish", "CW:A:start")
    assert "Next: The result of: 12 V rail, 11.4 to 12.6 V." in scan("CW:C:pass")
    assert "failed at 12.9" in scan("12.9")
    assert "not passed yet: 12 V rail" in scan("CW:A:finish")
    assert "Next: Finish test." in scan("12.05")
    # Boxed: the label of the carrier, and the box ships the order.
    assert "The label of the carrier" in scan("CW:A:finish", "CW:A:start")
    assert f"Tracking number {TRACKING}." in scan(TRACKING)
    assert "finished" in scan("CW:A:finish")
    # The field waits for the next machine.
    other = AssemblyJob.objects.earliest("pk")
    scan(f"CW:J:{other.number}")
    expect(page.get_by_role("heading", level=1)).to_have_text(other.number)
    assert_is_as_scanned(job)


def test_the_record_and_the_page_to_scrap_a_machine_fit_every_screen(
    job: AssemblyJob, open_page: OpenPage
):
    other = AssemblyJob.objects.earliest("pk")
    for name, number in (("trace_job", job.number), ("scrap_machine", other.number)):
        page = open_page(reverse(f"ops:{name}", args=[number]), cookies=staff_cookies())
        assert_accessible(page)
        for width in (DESK, TABLET, PHONE):
            page.set_viewport_size({"width": width, "height": 1000})
            assert page.evaluate("document.documentElement.scrollWidth") == width
            keep_picture(page, f"{name}-{width}")


def assert_is_as_scanned(job: AssemblyJob) -> None:
    order = job.order_line.order
    order.refresh_from_db()
    assert order.status == Order.Status.SHIPPED
    assert order.shipment.tracking_number == TRACKING
    record = as_built(job.number)
    assert record is not None
    assert {one.part.part_number: one.quantity for one in record.parts} == DEFAULT_NEEDS
    assert {
        one.part.part_number: [unit.serial for unit in one.serials]
        for one in record.parts
        if one.serials
    } == {"CPU-6": ["C-2"], "MEM-16": ["M-1"]}
    assert not any(one.is_by_hand for one in record.parts)
    assert {one.picked_by for one in record.parts} == {"staff:everything"}
    assert [(one.check.code, one.is_passed, len(one.results)) for one in record.checks] == [
        ("boots", True, 1),
        ("rail-12v", True, 2),
    ]
    assert {one.done_by for one in record.operations} == {"staff:everything"}
