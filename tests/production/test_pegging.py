"""Pegs: free supply is used before more is bought, and soft pegs go to the earliest promise."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from production.errors import RequirementRefused
from production.models import (
    Allocation,
    AssemblyJob,
    BomLine,
    BomSnapshot,
    MaterialRequirement,
    Part,
    ScheduledReceipt,
    StockLevel,
)
from production.selectors import open_shortages
from production.services import pegging, planning, replanning, requiring, supply
from production.services.opening import record_opening
from production.services.outlook import write_down_outlook
from shop.models import OrderLine, TrackedPart
from tests.factories.configurator import frozen_configuration
from tests.factories.production import (
    change_line,
    makeable_model,
    planned_order,
    released_order,
    stock_part,
)
from tests.production.machine.truths import broken

pytestmark = pytest.mark.django_db

IN_A_WEEK = timezone.localdate() + timedelta(days=7)


@pytest.fixture
def version():
    return makeable_model()


@pytest.fixture(autouse=True)
def _everything_adds_up():
    yield
    if not connection.needs_rollback:
        assert broken() == {}


def coming(part_number, quantity, *, reference="PO-1/1", due_on=IN_A_WEEK):
    part = Part.objects.get(part_number=part_number)
    supply.record_scheduled_receipt(
        reference=reference,
        part_id=part.pk,
        quantity=quantity,
        due_on=due_on,
        supplier_name="Nordkomp",
    )
    return ScheduledReceipt.objects.get(reference=reference)


def need(order, part_number):
    return MaterialRequirement.objects.get(clearance=order.pk, part__part_number=part_number)


def tied(order, part_number):
    """(from the shelf, on its way) of one part of an order of one machine."""
    rows = dict(
        need(order, part_number).allocations.values_list("scheduled_receipt_id", "quantity")
    )
    return rows.pop(None, 0), sum(rows.values())


def promise(order, days):
    order.promised_ships_on = timezone.localdate() + timedelta(days=days)
    order.save(update_fields=["promised_ships_on"])
    return order


def test_what_is_on_its_way_for_nobody_is_taken_before_more_is_bought(version):
    stock_part("CPU-6", 0)
    receipt = coming("CPU-6", 1)
    order = planned_order(version=version)
    assert tied(order, "CPU-6") == (0, 1)
    assert open_shortages(order.pk) == []
    receipt.refresh_from_db()
    assert receipt.free == 0
    shown = TrackedPart.objects.get(part_number="CPU-6")
    assert (shown.state, shown.due_on, shown.supplier_name) == ("on_order", IN_A_WEEK, "Nordkomp")


def test_the_shelf_comes_first_then_the_nearest_receipt_then_the_rest_is_short(version):
    stock_part("MEM-16", 1)
    later = coming("MEM-16", 5, reference="PO-2/1", due_on=IN_A_WEEK + timedelta(days=3))
    sooner = coming("MEM-16", 1, reference="PO-3/1")
    order = planned_order(version=version, memory_quantity="two")
    assert tied(order, "MEM-16") == (1, 1)
    assert Allocation.objects.get(scheduled_receipt__isnull=False).scheduled_receipt == sooner
    later.refresh_from_db()
    assert later.free == 5


def test_a_batch_serves_the_earliest_promise_first(version):
    stock_part("CPU-6", 1)
    late = promise(released_order(version=version), 40)
    soon = promise(released_order(version=version), 20)
    planning.plan_orders(order_ids=[late.pk, soon.pk])
    assert tied(soon, "CPU-6") == (1, 0)
    assert tied(late, "CPU-6") == (0, 0)


def test_a_sub_assembly_on_the_shelf_is_taken_and_only_the_rest_is_exploded(version):
    kit = Part.objects.get(part_number="CHASSIS-KIT")
    Part.objects.filter(pk=kit.pk).update(is_stocked=True)
    record_opening(rows=[(kit.pk, 1, "A-02")])
    order = released_order(version=version, quantity=2)
    planning.plan_order(order_id=order.pk)
    first, second = AssemblyJob.objects.filter(clearance=order.pk).order_by("unit")
    assert first.requirements.get(part=kit).allocated_quantity == 1
    assert not first.requirements.filter(part__part_number="SCREW").exists()
    assert not second.requirements.filter(part=kit).exists()
    assert second.requirements.get(part__part_number="SCREW").quantity == 8


def test_an_earlier_promise_takes_a_soft_peg_and_the_jobs_change_places(version):
    stock_part("CPU-6", 1)
    late = promise(released_order(version=version), 40)
    planning.plan_order(order_id=late.pk)
    soon = promise(released_order(version=version), 20)
    planning.plan_order(order_id=soon.pk)
    part = Part.objects.get(part_number="CPU-6")
    assert pegging.repeg(part_ids=[part.pk]) == {late.pk, soon.pk}
    assert (tied(soon, "CPU-6"), tied(late, "CPU-6")) == ((1, 0), (0, 0))
    states = AssemblyJob.objects.values_list("clearance_id", "status")
    assert dict(states) == {soon.pk: "ready", late.pk: "waiting_for_parts"}
    assert pegging.repeg(part_ids=[part.pk]) == set()


def test_what_a_job_under_way_has_is_not_dealt_out(version):
    stock_part("CPU-6", 1)
    late = promise(released_order(version=version), 40)
    planning.plan_order(order_id=late.pk)
    job = AssemblyJob.objects.get(clearance=late.pk)
    pegging.move_jobs([job.pk], to="in_progress", why="kitting")
    soon = promise(released_order(version=version), 20)
    planning.plan_order(order_id=soon.pk)
    pegging.repeg(part_ids=[Part.objects.get(part_number="CPU-6").pk])
    assert tied(late, "CPU-6") == (1, 0)


def test_more_of_a_part_is_taken_from_what_is_free(version):
    order = planned_order(version=version)
    one = requiring.require_more(
        requirement_id=need(order, "SCREW").pk, quantity=2, why="lost", actor="staff:ines"
    )
    assert (one.quantity, one.allocated_quantity) == (10, 10)
    assert AssemblyJob.objects.get().status == "ready"


def test_more_than_is_free_is_short_and_the_job_waits(version):
    order = planned_order(version=version)
    stock_part("CPU-6", 1)
    requiring.require_more(
        requirement_id=need(order, "CPU-6").pk, quantity=1, why="bent pin", actor="staff:ines"
    )
    assert [it.short for it in open_shortages(order.pk)] == [1]
    assert AssemblyJob.objects.get().status == "waiting_for_parts"


def test_another_part_takes_the_place_and_the_first_is_free_for_whoever_waits(version):
    stock_part("PSU-450", 1)
    first, second = planned_order(version=version), planned_order(version=version)
    part = Part.objects.get(part_number="PSU-850")
    new = requiring.replace_requirement(
        requirement_id=need(first, "PSU-450").pk,
        part_id=part.pk,
        why="the other waits",
        actor="staff:ines",
    )
    assert (new.part, new.allocated_quantity, new.replaces) == (
        part, 1, Part.objects.get(part_number="PSU-450"),
    )  # fmt: skip
    assert need(first, "PSU-450").quantity == 0
    assert tied(second, "PSU-450") == (1, 0)
    assert AssemblyJob.objects.get(clearance=second.pk).status == "ready"
    shown = TrackedPart.objects.filter(order_line__order=first)
    assert not shown.filter(part_number="PSU-450").exists()
    assert shown.get(part_number="PSU-850").state == "reserved"


def test_more_than_is_left_cannot_be_replaced(version):
    order = planned_order(version=version)
    part = Part.objects.get(part_number="PSU-850")
    with pytest.raises(RequirementRefused, match="1 of part"):
        requiring.replace_requirement(
            requirement_id=need(order, "PSU-450").pk,
            part_id=part.pk,
            pieces=2,
            why="short",
            actor="staff:ines",
        )


def changed(order, version, **choices):
    """The customer takes another machine at the same price."""
    other = frozen_configuration(version=version, **choices)
    OrderLine.objects.filter(order=order).update(configuration=other)
    replanning.replan_order(order_id=order.pk)
    return AssemblyJob.objects.select_related("snapshot").get(clearance=order.pk)


def test_a_change_touches_only_the_difference(version):
    order = planned_order(version=version)
    rows = Allocation.objects.exclude(requirement__part__part_number="MEM-16")
    before = list(rows.order_by("pk").values())
    job = changed(order, version, memory_quantity="two")
    assert need(order, "MEM-16").quantity == need(order, "MEM-16").allocated_quantity == 2
    assert list(rows.order_by("pk").values()) == before
    assert job.status == "ready"
    assert BomSnapshot.objects.count() == 2


def test_a_change_frees_what_is_not_needed_and_asks_for_what_is_new(version):
    stock_part("GPU-220", 0)
    order = planned_order(version=version)
    job = changed(order, version, graphics="card", power_supply="w850")
    assert need(order, "PSU-450").quantity == 0
    assert StockLevel.objects.get(part__part_number="PSU-450").allocated == 0
    assert need(order, "PSU-850").allocated_quantity == 1
    assert [it.requirement.part.part_number for it in open_shortages(order.pk)] == ["GPU-220"]
    assert job.status == "waiting_for_parts"
    assert job.snapshot.configuration_sha256 == job.order_line.configuration.sha256


def test_an_unchanged_order_is_left_alone_however_the_bills_have_changed(version):
    order = planned_order(version=version)
    change_line(BomLine.objects.get(component__part_number="CABLE"), quantity_per="9")
    before = list(MaterialRequirement.objects.order_by("pk").values())
    replanning.replan_order(order_id=order.pk)
    assert list(MaterialRequirement.objects.order_by("pk").values()) == before


def test_the_outlook_takes_as_many_statements_for_many_orders_as_for_one(version):
    stock_part("PSU-450", 0)
    orders = [planned_order(version=version, quantity=2).pk for _ in range(4)]

    def statements_of(order_ids):
        StockLevel.objects.update(home_bin=None)
        AssemblyJob.objects.update(parts_due_on=None)
        with CaptureQueriesContext(connection) as captured:
            write_down_outlook(order_ids=order_ids)
        return len([query for query in captured if "SAVEPOINT" not in query["sql"]])

    assert statements_of(orders[:1]) == statements_of(orders) <= 8


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE production_allocation SET quantity = quantity + 1",
        "DELETE FROM production_allocation",
        "UPDATE production_materialrequirement SET allocated_quantity = 0",
        "UPDATE production_scheduledreceipt SET received_quantity = quantity",
        (
            "INSERT INTO production_materialrequirement (clearance_id, job_id, part_id, operation,"
            " quantity, allocated_quantity, issued_quantity)"
            " SELECT clearance_id, job_id, (SELECT id FROM production_part"
            " WHERE part_number = 'GPU-340'), 'build', 1, 1, 0 FROM production_materialrequirement"
            " LIMIT 1"
        ),
    ],
)
def test_plain_sql_cannot_take_requirement_and_pegs_apart(version, sql):
    stock_part("CPU-6", 0)
    coming("CPU-6", 1)
    planned_order(version=version)
    with pytest.raises(IntegrityError), transaction.atomic():
        cheat(sql)


def cheat(sql):
    """Run it and have everything checked that is checked at commit."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
