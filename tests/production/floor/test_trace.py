"""From a machine to what is in it, and from a piece or a delivery to its machines."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from production.models import PieceSource
from production.selectors.recall import machines_with_receipt, machines_with_serial
from production.selectors.trace import as_built
from production.services import supply
from production.services.rework import send_back
from production.services.scrapping import scrap_issued
from tests.factories.production import DEFAULT_NEEDS, part, planned_order, stock_part
from tests.production.floor.floor import (
    ACTOR,
    beep,
    finish,
    go,
    job_of,
    model_with_checks,
    need,
    planned_job,
    start,
)

pytestmark = pytest.mark.django_db


def deliver(part_number, reference, quantity, key, pegs=()):
    one = part(part_number)
    supply.record_scheduled_receipt(
        reference=reference,
        part_id=one.pk,
        quantity=quantity,
        due_on=None,
        supplier_name="Nordkomp",
        pegs=pegs,
    )
    supply.record_goods_receipt(reference=reference, quantity=quantity, key=key, actor="staff:anna")


def build(job, serial):
    start(job, "kitting")
    assert beep("CPU-6", job).is_accepted
    assert beep(serial, job).is_accepted
    finish(job, "kitting")
    go(job, "build")
    start(job, "test")
    for code in ("CW:C:boots:pass", "CW:C:rail-12v:12.1"):
        assert beep(code, job).is_accepted
    finish(job, "test")
    go(job, "box")


@pytest.fixture
def version():
    version = model_with_checks()
    stock_part("CPU-6", 1)
    deliver("CPU-6", "PO-7/1", 2, "r1")
    return version


def test_the_record_of_a_machine_says_what_is_in_it_who_did_it_and_what_was_tested(version):
    job = planned_job(version=version)
    build(job, "SN-1")
    record = as_built(job.number)
    assert record.job == job
    assert {one.part.part_number: one.quantity for one in record.parts} == DEFAULT_NEEDS
    cpu = next(one for one in record.parts if one.part.part_number == "CPU-6")
    assert [unit.serial for unit in cpu.serials] == ["SN-1"]
    assert (cpu.picked_by, cpu.is_by_hand) == (ACTOR, False)
    assert cpu.picked_at is not None
    assert [(check.check.code, check.is_passed) for check in record.checks] == [
        ("boots", True),
        ("rail-12v", True),
    ]
    assert [one.status for one in record.operations] == ["done"] * 4
    assert {one.done_by for one in record.operations} == {ACTOR}


def test_the_oldest_pieces_leave_first_and_each_machine_knows_its_delivery(version):
    jobs = [planned_job(version=version) for _ in range(3)]
    for number, job in enumerate(jobs):
        build(job, f"SN-{number}")
    sources = [
        [(source.reference, source.supplier_name) for source in cpu.sources]
        for job in jobs
        for cpu in as_built(job.number).parts
        if cpu.part.part_number == "CPU-6"
    ]
    assert sources == [[("opening", "")], [("PO-7/1", "Nordkomp")], [("PO-7/1", "Nordkomp")]]
    found = machines_with_receipt("PO-7/1")
    assert [(one.job, one.quantity, one.serials) for one in found.machines] == [
        (jobs[1], 1, ("SN-1",)),
        (jobs[2], 1, ("SN-2",)),
    ]


def test_a_serial_number_leads_to_its_machine_and_order(version):
    job = planned_job(version=version)
    build(job, "SN-1")
    (unit,) = machines_with_serial(" sn-1 ")
    assert unit.requirement.job == job
    assert unit.requirement.job.order_line.order.number in job.number


def test_pieces_of_two_deliveries_in_one_machine_are_both_told():
    version = model_with_checks()
    stock_part("SCREW", 0)
    order = planned_order(version=version)
    deliver("SCREW", "PO-8/1", 5, "r1")
    deliver("SCREW", "PO-8/2", 5, "r2")
    job = job_of(order)
    go(job, "kitting")
    told = PieceSource.objects.filter(requirement=need(job, "SCREW")).order_by("reference")
    assert [(one.reference, one.quantity) for one in told] == [("PO-8/1", 5), ("PO-8/2", 3)]


def test_what_broke_and_what_replaced_it_stay_in_the_record(version):
    job = planned_job(version=version)
    start(job, "kitting")
    beep("CPU-6", job)
    beep("SN-1", job)
    finish(job, "kitting")
    start(job, "build")
    scrap_issued(
        requirement_id=need(job, "CPU-6").pk,
        quantity=1,
        reason="pin bent",
        key="s1",
        actor=ACTOR,
        serial="SN-1",
    )
    assert beep("CPU-6", job).is_accepted
    assert beep("SN-2", job).is_accepted
    cpu = next(one for one in as_built(job.number).parts if one.part.part_number == "CPU-6")
    assert (cpu.quantity, cpu.scrapped) == (1, 1)
    assert [unit.serial for unit in cpu.serials] == ["SN-2"]
    assert [source.reference for source in cpu.sources] == ["opening", "PO-7/1"]
    (broken,) = machines_with_serial("SN-1")
    assert (broken.requirement, broken.is_scrapped) == (None, True)


@pytest.mark.parametrize("asked", ["", "NOTHING", "\0", "x" * 10_000, "'; --"])
def test_what_nobody_knows_finds_nothing(db, asked):
    assert as_built(asked) is None
    assert machines_with_serial(asked) == []
    assert machines_with_receipt(asked).total == 0


def test_a_trace_takes_few_statements_however_much_there_is(version):
    job = planned_job(version=version)
    build(job, "SN-1")
    for ask, most in (
        (lambda: as_built(job.number), 10),
        (lambda: machines_with_serial("SN-1"), 1),
        (lambda: machines_with_receipt("PO-7/1"), 2),
    ):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            ask()
        assert len(asked) <= most


def test_a_machine_that_was_sent_back_says_how_often(version):
    job = planned_job(version=version)
    go(job, "kitting", "build")
    send_back(job_id=job.pk, kind="build", reason="loose plug", actor=ACTOR)
    assert [one.rework_count for one in as_built(job.number).operations] == [0, 1, 0, 0]
