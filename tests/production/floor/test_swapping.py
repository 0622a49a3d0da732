"""A part that is short makes room for an alternate that the bill approves, and for no other."""

import pytest

from config.audit.models import StateChange
from config.outbox import errands
from production.errors import JobOnHold, SwapRefused, UnknownRequirement
from production.models import AssemblyJob, StockLevel
from production.selectors.alternates import swappable
from production.selectors.picking import pick_lines
from production.services.holds import hold_job
from production.services.swapping import SWAP_PART, swap_as_asked, swap_part
from shop.models import TrackedPart
from tests.factories.production import part, stock_part
from tests.production.floor.floor import (
    ACTOR,
    beep,
    go,
    model_with_checks,
    need,
    planned_job,
    start,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def job():
    version = model_with_checks(has_alternates=True)
    for number, pieces in (("GLUE-B", 5), ("FAN", 1), ("FAN-B", 1)):
        stock_part(number, pieces)
    return planned_job(version=version)


def swap(job, old, new, reason="none to be had", consent=""):
    return swap_part(
        requirement_id=need(job, old).pk,
        part_number=new,
        reason=reason,
        actor=ACTOR,
        consent=consent,
    )


def test_a_short_part_is_swapped_and_the_job_is_ready(job):
    assert job.status == AssemblyJob.Status.WAITING_FOR_PARTS
    new = swap(job, "GLUE", "GLUE-B")
    assert (new.quantity, new.allocated_quantity, new.replaces) == (3, 3, part("GLUE"))
    job.refresh_from_db()
    assert job.status == AssemblyJob.Status.READY
    assert need(job, "GLUE").quantity == 0
    assert "3 GLUE-B Glue B instead of 2 GLUE Glue: none to be had" in set(
        StateChange.objects.values_list("why", flat=True)
    )


def test_the_alternates_of_a_requirement_are_told_with_what_lies_free(job):
    found = swappable(requirement_id=need(job, "GLUE").pk)
    assert found.pieces == 2
    assert [(it.part.part_number, it.quantity, it.free) for it in found.alternates] == [
        ("GLUE-B", 3, 5)
    ]
    assert swappable(requirement_id=0) is None


def test_a_swap_asked_for_twice_is_done_once(job):
    assert swap(job, "GLUE", "GLUE-B") == swap(job, "GLUE", "GLUE-B")
    assert StockLevel.objects.get(part__part_number="GLUE-B").allocated == 3


def test_what_was_swapped_can_be_swapped_back(job):
    swap(job, "GLUE", "GLUE-B")
    stock_part("GLUE", 2)
    swap(job, "GLUE-B", "GLUE")
    assert (need(job, "GLUE").quantity, need(job, "GLUE-B").quantity) == (2, 0)
    assert StockLevel.objects.get(part__part_number="GLUE-B").allocated == 0


def test_the_new_part_is_picked_and_the_old_one_is_wrong(job):
    swap(job, "GLUE", "GLUE-B")
    start(job, "kitting")
    assert "is not for" in beep("GLUE", job).message
    assert beep("GLUE-B", job, quantity=3).is_accepted
    names = {line.requirement.part.part_number for line in pick_lines(job_ids=[job.pk])}
    assert "GLUE" not in names


@pytest.mark.parametrize("number", ["SCREW", "NOTHING", "\0", "x" * 10_000])
def test_what_the_bill_does_not_approve_is_refused_with_what_it_does(job, number):
    with pytest.raises(SwapRefused, match="Approved: GLUE-B"):
        swap(job, "GLUE", number)
    with pytest.raises(SwapRefused, match="Approved: none"):
        swap(job, "SCREW", "GLUE")


def test_a_part_that_the_customer_is_shown_needs_their_consent(job):
    with pytest.raises(SwapRefused, match="how they agreed"):
        swap(job, "FAN", "FAN-B")
    swap(job, "FAN", "FAN-B", consent="mail of 21 November")
    shown = set(TrackedPart.objects.values_list("part_number", flat=True))
    assert "FAN-B" in shown
    assert "FAN" not in shown
    assert StateChange.objects.filter(why__contains="agreed: mail of 21 November").exists()


def test_what_is_picked_stays_and_what_is_held_waits(job):
    with pytest.raises(SwapRefused, match="needs a reason"):
        swap(job, "GLUE", "GLUE-B", reason=" ")
    hold_job(job_id=job.pk, cause="shortage", reason="no glue", actor=ACTOR)
    with pytest.raises(JobOnHold):
        swap(job, "GLUE", "GLUE-B")
    with pytest.raises(UnknownRequirement):
        swap_part(requirement_id=0, part_number="GLUE-B", reason="x", actor=ACTOR)


def test_after_kitting_nothing_is_left_to_swap(job):
    stock_part("GLUE", 2)
    from production.services.pegging import repeg

    repeg(part_ids=[part("GLUE").pk])
    job.refresh_from_db()
    go(job, "kitting")
    with pytest.raises(SwapRefused, match="is picked already"):
        swap(job, "GLUE", "GLUE-B")


def test_the_errand_says_what_came_of_it(job, drain):
    arguments = {"requirement_id": need(job, "GLUE").pk, "reason": "none", "actor": ACTOR}
    errand = errands.ask(SWAP_PART, asked_by=ACTOR, part_number="GLUE-B", consent="", **arguments)
    drain()
    assert errands.wait_for(errand, within_s=0).text.startswith("Swapped. Glue B is kept")
    told = swap_as_asked(part_number="SCREW", **arguments)
    assert told.startswith("Nothing was swapped. SCREW is not approved")
