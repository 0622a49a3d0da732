"""From a cleared order to jobs, requirements and reservations."""

from contextlib import suppress

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.audit.models import StateChange
from config.outbox.models import Delivery, OutboxEvent
from production.errors import BillIncomplete, NotCleared
from production.models import (
    Allocation,
    AssemblyJob,
    BomLine,
    BomSnapshot,
    JobOperation,
    MaterialRequirement,
    StockLevel,
)
from production.selectors import open_shortages
from production.services import planning
from shop.models import Order, TrackedPart
from tests.factories.production import (
    DEFAULT_NEEDS,
    change_line,
    makeable_model,
    planned_order,
    released_order,
    stock_part,
    unpaid_order,
)

pytestmark = pytest.mark.django_db


def test_every_machine_gets_one_job_with_its_four_operations():
    order = planned_order(quantity=2)
    jobs = AssemblyJob.objects.filter(clearance__order=order)
    assert sorted(jobs.values_list("number", "unit")) == [
        (f"{order.number}-1", 1),
        (f"{order.number}-2", 2),
    ]
    for job in jobs:
        assert list(job.operations.values_list("kind", flat=True)) == [
            "kitting", "build", "test", "box",
        ]  # fmt: skip


def test_a_job_requires_what_the_bill_says_for_the_frozen_configuration():
    order = planned_order(memory_quantity="two", graphics="card", power_supply="w850")
    needed = dict(
        MaterialRequirement.objects.filter(clearance=order.pk).values_list(
            "part__part_number", "quantity"
        )
    )
    chosen = {"MEM-16": 2, "GPU-220": 1, "BRACKET": 1, "PSU-850": 1}
    assert needed == {k: v for k, v in (DEFAULT_NEEDS | chosen).items() if k != "PSU-450"}


def test_what_lies_free_is_reserved_and_a_complete_job_is_ready():
    order = planned_order()
    job = AssemblyJob.objects.get(clearance__order=order)
    assert job.status == AssemblyJob.Status.READY
    for part_number, quantity in DEFAULT_NEEDS.items():
        level = StockLevel.objects.get(part__part_number=part_number)
        assert level.allocated == quantity
    assert open_shortages(order.pk) == []


def test_the_first_machine_is_served_first_when_parts_are_short():
    version = makeable_model()
    stock_part("MEM-16", 3)
    order = planned_order(version=version, quantity=2, memory_quantity="two")
    first, second = AssemblyJob.objects.filter(clearance__order=order).order_by("unit")
    assert (first.status, second.status) == ("ready", "waiting_for_parts")
    (shortage,) = open_shortages(order.pk)
    assert (shortage.requirement.job, shortage.requirement.part.part_number, shortage.short) == (
        second, "MEM-16", 1,
    )  # fmt: skip


def test_planning_starts_pre_production_and_announces_the_material_once(drain):
    order = released_order()
    drain()
    order.refresh_from_db()
    assert order.status == Order.Status.PRE_PRODUCTION
    assert OutboxEvent.objects.filter(name="production.material_required").count() == 1


def test_a_repeated_delivery_changes_nothing():
    order = planned_order()
    before = list(StockLevel.objects.order_by("pk").values_list("pk", "allocated"))
    planning.plan_order(order_id=order.pk)
    assert AssemblyJob.objects.count() == 1
    assert list(StockLevel.objects.order_by("pk").values_list("pk", "allocated")) == before


def test_the_customer_sees_every_part_that_is_part_of_the_machine_and_no_screw():
    order = planned_order()
    shown = TrackedPart.objects.filter(order_line__order=order)
    assert set(shown.values_list("part_number", "state")) == {
        ("CASE-MINI", "reserved"),
        ("PSU-450", "reserved"),
        ("CPU-6", "reserved"),
        ("MEM-16", "reserved"),
        ("CABLE", "reserved"),
    }


def test_a_part_that_is_not_here_is_shown_as_needed_and_moves_the_likely_date():
    version = makeable_model()
    stock_part("PSU-450", 0)
    order = planned_order(version=version)
    assert TrackedPart.objects.get(part_number="PSU-450").state == TrackedPart.State.NEEDED
    order.refresh_from_db()
    assert order.likely_ships_on is not None
    assert order.promise_reason.startswith("power supply, ")
    assert order.promise_reason.endswith(" from Nordkomp")


def test_an_order_without_clearance_is_refused():
    order = unpaid_order()
    with pytest.raises(NotCleared):
        planning.plan_order(order_id=order.pk)
    assert not AssemblyJob.objects.exists()


def test_a_bill_that_asks_for_the_impossible_leaves_nothing_behind():
    order = released_order()
    change_line(BomLine.objects.get(component_group="memory"), quantity_per="cpu.count")
    with pytest.raises(BillIncomplete, match=r"cpu\.count must be a whole number"):
        planning.plan_order(order_id=order.pk)
    assert not AssemblyJob.objects.exists()
    assert not BomSnapshot.objects.exists()


def test_a_failure_halfway_leaves_nothing_and_the_next_delivery_does_it_all(monkeypatch, drain):
    order = released_order()
    levels = list(StockLevel.objects.order_by("pk").values())

    def die(_):
        raise RuntimeError("the worker is gone")

    with monkeypatch.context() as outage:
        outage.setattr(planning, "publish_all", die)
        with suppress(RuntimeError):
            planning.plan_order(order_id=order.pk)
    for model in (AssemblyJob, JobOperation, MaterialRequirement, Allocation, BomSnapshot):
        assert not model.objects.exists()
    assert list(StockLevel.objects.order_by("pk").values()) == levels
    assert not TrackedPart.objects.exists()
    drain()
    assert AssemblyJob.objects.get().clearance_id == order.pk
    assert not Delivery.objects.filter(done_at=None, subscriber="production.plan_order").exists()


def test_an_order_keeps_the_bill_that_it_was_planned_by_and_the_next_one_gets_the_new():
    version = makeable_model()
    first = planned_order(version=version)
    change_line(BomLine.objects.get(component__part_number="CABLE"), quantity_per="9")
    second = planned_order(version=version)
    assert BomSnapshot.objects.count() == 2
    cables = MaterialRequirement.objects.filter(part__part_number="CABLE")
    assert cables.get(clearance=first.pk).quantity == DEFAULT_NEEDS["CABLE"]
    assert cables.get(clearance=second.pk).quantity == 9


def test_the_first_state_of_each_job_is_written_down():
    order = planned_order(quantity=2)
    rows = StateChange.objects.filter(subject_type="production.assemblyjob")
    assert set(rows.values_list("subject_id", "to_state", "why")) == {
        (job.pk, "ready", "planned; parts are here")
        for job in AssemblyJob.objects.filter(clearance=order.pk)
    }


def test_planning_takes_eight_statements_however_many_parts_jobs_and_orders_there_are():
    version = makeable_model()
    first, known, many, one, other = (
        released_order(version=version, quantity=quantity) for quantity in (1, 1, 5, 2, 1)
    )
    statements_of(lambda: planning.plan_order(order_id=first.pk))
    assert statements_of(lambda: planning.plan_order(order_id=known.pk)) == 8
    assert statements_of(lambda: planning.plan_order(order_id=many.pk)) == 8
    batch = [one.pk, other.pk]
    assert statements_of(lambda: planning.plan_orders(order_ids=batch)) == 8


def statements_of(work):
    with CaptureQueriesContext(connection) as captured:
        work()
    return len([query for query in captured if "SAVEPOINT" not in query["sql"]])
