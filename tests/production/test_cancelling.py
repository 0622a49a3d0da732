"""A cancelled order gives back what was kept for it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from production.models import Allocation, AssemblyJob, StockLevel, StockMovement
from production.selectors import open_shortages
from production.services import supply
from production.services.cancelling import cancel_jobs
from production.services.shop_floor import start_operation
from shop.services.orders import cancel_order
from tests.factories.production import makeable_model, planned_order, released_order, stock_part

pytestmark = pytest.mark.django_db


def cancel(order):
    cancel_order(order_id=order.pk, actor="staff:anna", why="asked for")


def test_the_parts_are_free_again(drain):
    order = planned_order(quantity=2)
    cancel(order)
    drain()
    assert not StockLevel.objects.filter(allocated__gt=0).exists()
    assert not Allocation.objects.exists()
    assert set(AssemblyJob.objects.values_list("status", flat=True)) == {"cancelled"}
    assert open_shortages(order.pk) == []


def test_an_order_cancelled_before_it_was_planned_is_never_planned(drain):
    cancel(released_order())
    drain()
    assert not AssemblyJob.objects.exists()


def test_what_still_comes_in_for_it_is_free_stock(drain):
    version = makeable_model()
    stock_part("CPU-6", 0)
    order = planned_order(version=version)
    (shortage,) = open_shortages(order.pk)
    supply.record_scheduled_receipt(
        reference="PO-9/1",
        part_id=shortage.requirement.part_id,
        quantity=1,
        due_on=timezone.localdate() + timedelta(days=3),
        supplier_name="Nordkomp",
        pegs=[(shortage.requirement.pk, 1)],
    )
    cancel(order)
    drain()
    supply.record_goods_receipt(reference="PO-9/1", quantity=1, key="r1", actor="staff:anna")
    level = StockLevel.objects.get(part__part_number="CPU-6")
    assert (level.on_hand, level.allocated) == (1, 0)
    assert StockMovement.objects.get(kind="receipt").origin == StockMovement.Origin.PUSH


def test_a_job_that_has_begun_is_left_alone():
    order = planned_order()
    job = AssemblyJob.objects.get()
    start_operation(job_id=job.pk, kind="kitting", actor="staff:ines")
    cancel_jobs(order_id=order.pk)
    job.refresh_from_db()
    assert job.status == AssemblyJob.Status.IN_PROGRESS


def test_its_parts_go_to_the_order_that_waits_for_them(drain):
    version = makeable_model()
    stock_part("CPU-6", 1)
    first, second = planned_order(version=version), planned_order(version=version)
    assert AssemblyJob.objects.get(clearance=second.pk).status == "waiting_for_parts"
    cancel(first)
    drain()
    assert AssemblyJob.objects.get(clearance=second.pk).status == "ready"


def test_a_supplier_who_confirms_after_the_cancellation_ties_nothing_to_it(drain):
    version = makeable_model()
    stock_part("CPU-6", 0)
    order = planned_order(version=version)
    (shortage,) = open_shortages(order.pk)
    promise = {
        "reference": "PO-9/1",
        "part_id": shortage.requirement.part_id,
        "quantity": 1,
        "due_on": timezone.localdate() + timedelta(days=3),
        "supplier_name": "Nordkomp",
        "pegs": [(shortage.requirement.pk, 1)],
    }
    supply.record_scheduled_receipt(**promise)
    cancel(order)
    drain()
    supply.record_scheduled_receipt(**promise, is_confirmed=True)
    assert not Allocation.objects.exists()
