"""A job goes through kitting, build, test and box, in this order and no other."""

import pytest

from config.audit.models import StateChange
from config.mail.models import OutgoingMail
from production.errors import IllegalTransition, OperationOutOfOrder, UnknownJob, UnknownOperation
from production.models import AssemblyJob, MaterialRequirement, StockLevel, StockMovement
from production.services.shop_floor import finish_operation, start_operation
from shop.errors import OrderHeld
from shop.models import Order, Shipment, TrackedPart
from shop.services import holds
from tests.factories.production import DEFAULT_NEEDS, makeable_model, planned_order, stock_part

pytestmark = pytest.mark.django_db

ACTOR = "staff:ines"
KINDS = ("kitting", "build", "test", "box")


@pytest.fixture
def order():
    return planned_order()


@pytest.fixture
def job(order):
    return AssemblyJob.objects.get(clearance=order.pk)


def go(job, *kinds, last="finish"):
    """Start and finish each operation; the last one only as far as `last`."""
    for number, kind in enumerate(kinds, start=1):
        start_operation(job_id=job.pk, kind=kind, actor=ACTOR)
        if number < len(kinds) or last == "finish":
            finish_operation(job_id=job.pk, kind=kind, actor=ACTOR, by_hand="counted")


def status_of(order):
    return Order.objects.get(pk=order.pk).status


def test_a_job_that_goes_through_all_operations_ships_its_order(order, job):
    go(job, *KINDS)
    job.refresh_from_db()
    assert job.status == AssemblyJob.Status.DONE
    assert status_of(order) == Order.Status.SHIPPED
    assert Shipment.objects.get(order=order).carrier == "Standard"
    assert OutgoingMail.objects.filter(about=order.number, subject__icontains="way").exists()


def test_the_last_box_stays_open_while_the_order_is_held_and_ships_when_it_is_not(order, job):
    hold = holds.place_hold(order_id=order.pk, actor=ACTOR, why="Looks odd.")
    go(job, *KINDS, last="start")
    with pytest.raises(OrderHeld, match="stays in the house"):
        finish_operation(job_id=job.pk, kind="box", actor=ACTOR)
    job.refresh_from_db()
    assert job.status == AssemblyJob.Status.IN_PROGRESS
    assert job.operations.get(kind="box").status == "in_progress"
    assert status_of(order) == Order.Status.BOXING
    holds.close_hold(hold_id=hold.pk, actor=ACTOR)
    finish_operation(job_id=job.pk, kind="box", actor=ACTOR)
    assert status_of(order) == Order.Status.SHIPPED


@pytest.mark.parametrize(
    ("done", "next_kind"),
    [((), "build"), (("kitting",), "test"), (("kitting", "build"), "box")],
)
def test_an_operation_waits_for_the_one_before(job, done, next_kind):
    go(job, *done)
    with pytest.raises(OperationOutOfOrder, match="comes after it"):
        start_operation(job_id=job.pk, kind=next_kind, actor=ACTOR)


def test_an_operation_starts_once_and_ends_once(job):
    start_operation(job_id=job.pk, kind="kitting", actor=ACTOR)
    with pytest.raises(OperationOutOfOrder, match="was started already"):
        start_operation(job_id=job.pk, kind="kitting", actor=ACTOR)
    finish_operation(job_id=job.pk, kind="kitting", actor=ACTOR, by_hand="counted")
    with pytest.raises(OperationOutOfOrder, match="is done already"):
        finish_operation(job_id=job.pk, kind="kitting", actor=ACTOR)


def test_what_has_not_been_started_cannot_be_finished(job):
    with pytest.raises(OperationOutOfOrder, match="has not been started"):
        finish_operation(job_id=job.pk, kind="kitting", actor=ACTOR)


def test_an_unknown_job_or_operation_is_said_to_be_unknown(job):
    with pytest.raises(UnknownJob):
        start_operation(job_id=0, kind="kitting", actor=ACTOR)
    with pytest.raises(UnknownOperation, match="expected one of kitting, build, test, box"):
        start_operation(job_id=job.pk, kind="paint", actor=ACTOR)


def test_a_job_that_waits_for_parts_cannot_be_kitted():
    version = makeable_model()
    stock_part("CPU-6", 0)
    order = planned_order(version=version)
    job = AssemblyJob.objects.get(clearance=order.pk)
    with pytest.raises(IllegalTransition):
        start_operation(job_id=job.pk, kind="kitting", actor=ACTOR)
    assert status_of(order) == Order.Status.PRE_PRODUCTION


def test_the_first_kitting_freezes_the_order(order, job):
    assert not Order.objects.get(pk=order.pk).is_frozen
    start_operation(job_id=job.pk, kind="kitting", actor=ACTOR)
    assert status_of(order) == Order.Status.KITTING
    assert Order.objects.get(pk=order.pk).is_frozen


def test_kitting_takes_the_parts_from_the_shelf(order, job):
    before = dict(StockLevel.objects.values_list("part__part_number", "on_hand"))
    go(job, "kitting")
    for part_number, quantity in DEFAULT_NEEDS.items():
        level = StockLevel.objects.get(part__part_number=part_number)
        assert (level.on_hand, level.allocated) == (before[part_number] - quantity, 0)
    issues = StockMovement.objects.filter(kind=StockMovement.Kind.ISSUE, reference=job.number)
    assert {(m.part.part_number, -m.quantity) for m in issues} == set(DEFAULT_NEEDS.items())
    for requirement in MaterialRequirement.objects.filter(job=job):
        assert requirement.issued_quantity == requirement.quantity


def test_the_customer_sees_parts_kitted_and_then_installed(job):
    go(job, "kitting")
    assert set(TrackedPart.objects.values_list("state", flat=True)) == {"kitted"}
    go(job, "build")
    assert set(TrackedPart.objects.values_list("state", flat=True)) == {"installed"}


def test_an_order_is_as_far_as_its_least_advanced_machine():
    order = planned_order(quantity=2)
    first, second = AssemblyJob.objects.filter(clearance=order.pk).order_by("unit")
    go(first, *KINDS)
    assert status_of(order) == Order.Status.KITTING
    go(second, "kitting", "build", last="start")
    assert status_of(order) == Order.Status.BUILD
    finish_operation(job_id=second.pk, kind="build", actor=ACTOR)
    go(second, "test")
    assert status_of(order) == Order.Status.TEST
    go(second, "box", last="start")
    assert status_of(order) == Order.Status.BOXING
    assert not Shipment.objects.exists()
    finish_operation(job_id=second.pk, kind="box", actor=ACTOR, tracking_number="1Z999")
    assert status_of(order) == Order.Status.SHIPPED
    assert Shipment.objects.get().tracking_number == "1Z999"


def test_every_step_is_written_down_with_who_did_it(job):
    go(job, "kitting")
    steps = StateChange.objects.filter(subject_type="production.joboperation", actor=ACTOR)
    assert list(steps.order_by("pk").values_list("why", "to_state")) == [
        ("kitting", "in_progress"),
        ("kitting", "done"),
    ]
