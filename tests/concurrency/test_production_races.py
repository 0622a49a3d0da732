"""Many workers at once: an order is planned once, and the last part is promised once.

Each race has a negative control: with its guard taken away the same race does harm, so the race
is one that could.
"""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction

from config.outbox import sources
from config.outbox.models import Delivery, OutboxEvent
from production.errors import OperationOutOfOrder, ShortOfStock
from production.models import Allocation, AssemblyJob, MaterialRequirement, StockLevel
from production.services import bills, free_supply, plan_rows, planning, shop_floor, supply
from tests.concurrency.races import SUPPLY_WITHOUT_LOCKS
from tests.factories.production import (
    PLENTY,
    makeable_model,
    planned_order,
    released_order,
    stock_part,
)

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]

RACERS = 8
CONDITION = "AND level.allocated + taken.pieces <= level.on_hand - level.on_hold"


def race(*tasks: Callable[[], object]) -> list[BaseException]:
    """Let all tasks go at the same moment, each on a connection of its own; their errors."""
    start = Barrier(len(tasks), timeout=30)
    errors: list[BaseException] = []

    def run(task: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()
            start.wait()
            task()
        except Exception as error:  # noqa: BLE001 - the test looks at what went wrong
            errors.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return errors


def unlocked(model, keys):
    """What `lock_rows` reads, without the lock."""
    return list(model.objects.filter(pk__in=list(keys)).order_by("pk"))


def all_at_once(monkeypatch, where, name: str) -> None:
    """Have every racer stand before `where.<name>` until all do.

    The place matters: all have read that the order has no jobs, and none has written one.
    """
    gate, call = Barrier(RACERS, timeout=30), getattr(where, name)

    def wait(*args, **kwargs):
        gate.wait()
        return call(*args, **kwargs)

    monkeypatch.setattr(where, name, wait)


def test_an_order_delivered_eight_times_at_once_is_planned_once():
    order = released_order(quantity=2)
    assert race(*[lambda: planning.plan_order(order_id=order.pk)] * RACERS) == []
    assert AssemblyJob.objects.count() == 2
    assert OutboxEvent.objects.filter(name="production.material_required").count() == 1
    assert StockLevel.objects.get(part__part_number="CPU-6").allocated == 2


def test_a_delivery_that_eight_workers_take_is_done_once():
    order = released_order()
    delivery = Delivery.objects.get(subscriber="production.plan_order")
    label = Delivery._meta.label_lower
    assert race(*[lambda: sources.run(label, delivery.pk)] * RACERS) == []
    assert AssemblyJob.objects.filter(clearance=order.pk).count() == 1
    delivery.refresh_from_db()
    assert delivery.done_at is not None
    assert delivery.failures == 0


def test_control_without_the_lock_the_racers_collide_on_the_constraint(monkeypatch):
    order = released_order()
    monkeypatch.setattr(planning, "lock_rows", unlocked)
    all_at_once(monkeypatch, bills, "snapshots")
    errors = race(*[lambda: planning.plan_order(order_id=order.pk)] * RACERS)
    assert len(errors) == RACERS - 1
    assert all(isinstance(error, IntegrityError) for error in errors)
    assert AssemblyJob.objects.count() == 1


def test_control_without_lock_and_constraints_the_order_is_planned_eight_times(monkeypatch):
    order = released_order()
    monkeypatch.setattr(planning, "lock_rows", unlocked)
    monkeypatch.setattr(planning, "publish_all", lambda _: None)
    all_at_once(monkeypatch, bills, "snapshots")
    with without_constraints():
        assert race(*[lambda: planning.plan_order(order_id=order.pk)] * RACERS) == []
        assert AssemblyJob.objects.count() == RACERS
        forget_jobs()


def test_the_last_part_goes_to_one_of_eight_orders():
    version = makeable_model()
    stock_part("CPU-6", 1)
    orders = [released_order(version=version) for _ in range(RACERS)]
    errors = race(*[lambda o=order: planning.plan_order(order_id=o.pk) for order in orders])
    assert errors == []
    level = StockLevel.objects.get(part__part_number="CPU-6")
    assert (level.on_hand, level.allocated) == (1, 1)
    served = MaterialRequirement.objects.filter(part=level.part, allocated_quantity=1)
    assert served.count() == 1
    assert AssemblyJob.objects.filter(status="ready").count() == 1


def orders_that_read_before_anybody_writes(monkeypatch):
    """Eight orders for one processor, planned by racers who look without locking."""
    version = makeable_model()
    stock_part("CPU-6", 2)
    planned_order(version=version)  # has written the bill down, so that nobody waits for it
    orders = [released_order(version=version) for _ in range(RACERS)]
    monkeypatch.setattr(free_supply, "FREE_SUPPLY", SUPPLY_WITHOUT_LOCKS)
    all_at_once(monkeypatch, planning, "planned_outlook")
    return [lambda o=order: planning.plan_order(order_id=o.pk) for order in orders]


def test_control_without_the_lock_the_conditional_update_serves_one(monkeypatch):
    errors = race(*orders_that_read_before_anybody_writes(monkeypatch))
    assert [type(error) for error in errors] == [ShortOfStock] * (RACERS - 1)
    assert StockLevel.objects.get(part__part_number="CPU-6").allocated == 2


def test_control_without_lock_and_condition_the_check_refuses_all_but_one(monkeypatch):
    racers = orders_that_read_before_anybody_writes(monkeypatch)
    monkeypatch.setattr(plan_rows, "WRITE_PLAN", plan_rows.WRITE_PLAN.replace(CONDITION, ""))
    errors = race(*racers)
    assert [type(error) for error in errors] == [IntegrityError] * (RACERS - 1)


def test_control_read_then_write_promises_the_last_part_to_everybody(monkeypatch):
    racers = orders_that_read_before_anybody_writes(monkeypatch)
    careless = plan_rows.WRITE_PLAN.replace(CONDITION, "").replace(" + taken.pieces", "")
    monkeypatch.setattr(plan_rows, "WRITE_PLAN", careless)
    assert race(*racers) == []
    cpu = Allocation.objects.filter(requirement__part__part_number="CPU-6")
    assert sum(allocation.quantity for allocation in cpu) == 1 + RACERS


def test_a_delivery_booked_eight_times_at_once_counts_once():
    part = makeable_model() and StockLevel.objects.get(part__part_number="CPU-6").part
    supply.record_scheduled_receipt(
        reference="PO-1/1", part_id=part.pk, quantity=20, due_on=None, supplier_name="Nordkomp"
    )
    book = {"reference": "PO-1/1", "quantity": 2, "key": "r1", "actor": "staff:anna"}
    assert race(*[lambda: supply.record_goods_receipt(**book)] * RACERS) == []
    assert StockLevel.objects.get(part=part).on_hand == PLENTY + 2


def test_an_operation_started_by_eight_people_at_once_is_started_by_one():
    order = planned_order()
    job = AssemblyJob.objects.get(clearance=order.pk)
    start = {"job_id": job.pk, "kind": "kitting", "actor": "staff:ines"}
    errors = race(*[lambda: shop_floor.start_operation(**start)] * RACERS)
    assert [type(error) for error in errors] == [OperationOutOfOrder] * (RACERS - 1)


class without_constraints:  # noqa: N801 - reads as what it does
    """Take away "one job a machine" and "one number a job", and bring them back."""

    TABLE = "ALTER TABLE production_assemblyjob"
    AWAY = (
        "DROP INDEX job_once_per_unit",
        f"{TABLE} DROP CONSTRAINT production_assemblyjob_number_key",
    )
    BACK = (
        """CREATE UNIQUE INDEX job_once_per_unit ON production_assemblyjob (order_line_id, unit)
           WHERE NOT status = 'scrapped'""",
        f"{TABLE} ADD CONSTRAINT production_assemblyjob_number_key UNIQUE (number)",
    )

    def __enter__(self) -> None:
        self._run(self.AWAY)

    def __exit__(self, *_: object) -> None:
        self._run(self.BACK)

    def _run(self, statements: tuple[str, ...]) -> None:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


@transaction.atomic
def forget_jobs() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE production_assemblyjob CASCADE")
