"""From cleared money to jobs, purchase orders and mails, with real processes that may die."""

import csv
import io

import pytest
from django.db import connection, transaction
from pypdf import PdfReader

from config.embedded.waiting import wait_until
from config.outbox.models import Delivery
from production.models import AssemblyJob, MaterialRequirement, StockLevel
from shop.models import Order
from suppliers.models import PurchaseOrder
from tests.concurrency.races import race
from tests.factories.production import makeable_model
from tests.factories.shop import pay, place_small_order
from tests.journeys.plant import Plant, eventually
from tests.journeys.supply import supply_everything

pytestmark = [pytest.mark.journey]


def order_that_needs_parts(quantity: int = 1) -> Order:
    """An unpaid order of machines of which not one part is on the shelf."""
    version = makeable_model(pieces=0)
    supply_everything()
    return place_small_order(version=version, quantity=quantity)


def is_everything_done() -> bool:
    return not Delivery.objects.filter(done_at__isnull=True).exists()


def test_paid_money_becomes_jobs_and_purchase_orders_with_csv_and_pdf(plant: Plant):
    plant.start_worker()
    plant.start_relay()
    order = order_that_needs_parts()
    pay(order)
    eventually(PurchaseOrder.objects.exists, "a purchase order")
    purchase_order = PurchaseOrder.objects.select_related("supplier")[0]
    eventually(lambda: plant.postbox.to(purchase_order.supplier.email), "its mail")
    eventually(lambda: plant.postbox.to(order.email), "the customer's receipt")
    assert AssemblyJob.objects.filter(clearance__order=order).count() == 1
    # The relay only rang the bell; the worker did the work.
    assert "Task production.plan_order" in plant.log("worker")
    assert "broker away" not in plant.log("relay")

    (mail,) = plant.postbox.to(purchase_order.supplier.email)
    files = {part.get_filename(): part.get_payload(decode=True) for part in mail.iter_attachments()}
    name = f"{purchase_order.number}-r1"
    rows = list(csv.DictReader(io.StringIO(files[f"{name}.csv"].decode(), newline="")))
    assert len(rows) == purchase_order.lines.count()
    assert {row["po_number"] for row in rows} == {purchase_order.number}
    text = PdfReader(io.BytesIO(files[f"{name}.pdf"])).pages[0].extract_text()
    assert purchase_order.number in text


def test_a_broker_outage_delays_work_but_loses_nothing(plant: Plant):
    plant.start_worker()
    plant.start_relay()
    plant.broker.stop()
    order = order_that_needs_parts(quantity=2)
    pay(order)
    eventually(PurchaseOrder.objects.exists, "a purchase order while the broker is dead")
    plant.broker.start()
    eventually(is_everything_done, "all deliveries done")
    assert AssemblyJob.objects.filter(clearance__order=order).count() == 2
    assert PurchaseOrder.objects.values("supplier", "source_key").distinct().count() == (
        PurchaseOrder.objects.count()
    )
    # With the broker back, the next order goes the usual way.
    later = pay(place_small_order(version=order.lines.get().configuration.version))
    eventually(lambda: AssemblyJob.objects.filter(clearance__order=later).exists(), "its job")
    assert "broker away" in plant.log("relay")


def is_worker_blocked() -> bool:
    with connection.cursor() as cursor:
        # Within one transaction the view shows the same moment for ever, unless told not to.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return bool(cursor.fetchone()[0])


def test_a_worker_killed_while_planning_leaves_nothing_half_done(plant: Plant):
    plant.start_worker()
    version = makeable_model(pieces=3)
    order = place_small_order(version=version)
    with transaction.atomic():
        # Whoever plans must wait for these rows, in the middle of its transaction.
        list(StockLevel.objects.select_for_update())
        pay_elsewhere(order)
        plant.start_relay()
        assert wait_for_block(), "the worker never came to the stock"
        plant.kill("worker")
        plant.kill("relay")
    assert not AssemblyJob.objects.exists()
    assert not MaterialRequirement.objects.exists()
    Delivery.objects.filter(done_at__isnull=True).update(due_at=order.placed_at)
    plant.start_worker()
    plant.start_relay()
    eventually(is_everything_done, "all deliveries done")
    assert AssemblyJob.objects.filter(clearance__order=order).count() == 1
    level = StockLevel.objects.filter(allocated__gt=0)
    assert level.exists()


def pay_elsewhere(order: Order) -> None:
    """Pay on a connection of its own, so that it commits while this one keeps its locks."""
    (result,) = race(lambda: pay(order))
    assert not isinstance(result, Exception), result


def wait_for_block() -> bool:
    return wait_until(is_worker_blocked, within_s=60, every_s=0.05)
