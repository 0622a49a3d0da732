"""What is scanned beside parts: bins, values that were measured, the label of the carrier."""

from uuid import uuid4

import pytest

from production.models import Bin, BinStock
from production.services.putaway import move_between_bins
from tests.factories.production import part
from tests.production.floor.floor import (
    ACTOR,
    beep,
    finish,
    go,
    model_with_checks,
    planned_job,
    start,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def job():
    return planned_job(version=model_with_checks())


def carry(one, quantity, from_code, to_code):
    target, _ = Bin.objects.get_or_create(code=to_code, defaults={"sequence": 50})
    move_between_bins(
        part_id=one.pk,
        from_bin_id=Bin.objects.get(code=from_code).pk,
        to_bin_id=target.pk,
        quantity=quantity,
        key=str(uuid4()),
        actor=ACTOR,
    )


def in_bins(one):
    rows = BinStock.objects.filter(part=one, quantity__gt=0).values_list("bin__code", "quantity")
    return dict(rows)


def test_pieces_leave_the_bin_that_was_scanned_before_them(job):
    """By the plain order of bins all of them would leave the home bin."""
    cable, screw = part("CABLE"), part("SCREW")
    for one, pieces in ((cable, 1), (screw, 10)):
        carry(one, pieces, "A-01", "B-02")
    before = {one.pk: in_bins(one) for one in (cable, screw)}
    assert beep("CW:A:start", job).is_accepted
    assert beep("CW:B:B-02", job).is_accepted
    assert "from B-02" in beep("CABLE", job).message
    assert "from B-02" in beep("SCREW", job, quantity=3).message
    assert beep("A-01", job).is_accepted
    beep("SCREW", job, quantity=5)
    finish(job, "kitting")
    # One of the two cables lay in B-02; the other was confirmed by hand, from the home bin.
    for one, taken in ((cable, {"B-02": 1, "A-01": 1}), (screw, {"B-02": 3, "A-01": 5})):
        left = in_bins(one)
        assert {code: before[one.pk][code] - left.get(code, 0) for code in taken} == taken


def test_a_bin_that_has_no_more_of_a_part_is_not_where_it_came_from(job):
    """Somebody moved it away after it was scanned: the pieces leave where the books have them."""
    cable = part("CABLE")
    carry(cable, 2, "A-01", "B-02")
    beep("CW:A:start", job)
    beep("B-02", job)
    beep("CABLE", job, quantity=2)
    carry(cable, 2, "B-02", "A-01")
    before = in_bins(cable)
    finish(job, "kitting")
    assert in_bins(cable) == {"A-01": before["A-01"] - 2}


def test_a_plain_number_is_the_value_that_the_test_waits_for(job):
    start(job, "kitting")
    beep("CPU-6", job)
    beep("C-1", job)
    finish(job, "kitting")
    go(job, "build")
    start(job, "test")
    assert beep("CW:C:pass", job).message == "boots: passed."
    assert "12 V rail, 11.4 to 12.6 V" in beep(job.number, job).expected
    assert beep("13.0", job).message == "rail-12v: failed at 13."
    assert beep("12,05", job).message == "rail-12v: passed at 12.05."
    assert not beep("12.05", job).is_accepted
    assert "all checks have passed" in beep("CW:C:pass", job).message


def test_the_label_of_the_carrier_goes_with_the_order(job):
    start(job, "kitting")
    beep("CPU-6", job)
    beep("C-1", job)
    assert not beep("CW:T:1Z999AA10123456784", job).is_accepted
    finish(job, "kitting")
    go(job, "build")
    start(job, "test")
    beep("CW:C:pass", job)
    beep("12", job)
    beep("CW:A:finish", job)
    beep("CW:A:start", job)
    assert not beep("HELLO", job).is_accepted
    assert beep("CW:T:OLD-1", job).is_accepted
    told = beep("1Z999AA10123456784", job)
    assert told.message == "Tracking number 1Z999AA10123456784 instead of OLD-1."
    assert not beep(f"CW:T:{'9' * 61}", job).is_accepted
    beep("CW:A:finish", job)
    assert job.order_line.order.shipment.tracking_number == "1Z999AA10123456784"
