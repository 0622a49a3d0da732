"""A delivery is booked in while others are given pieces of it: it serves them too.

Each race has a negative control, in which what is guarded against happens.
"""

from threading import Event

import pytest
from django.db import IntegrityError, connection, transaction

from config.embedded.waiting import wait_until
from config.locks import lock_rows
from production.models import Allocation, MaterialRequirement, Part, ScheduledReceipt
from production.services import incoming, planning, supply
from production.services.free_supply import lock_free_supply
from shop.models import Order
from tests.concurrency.races import race
from tests.factories.production import makeable_model, released_order, stock_part
from tests.production.machine.truths import broken

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]

PATIENCE_S = 20
SOMEBODY_WAITS = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND locktype <> 'advisory')"


def book_in(reference="PO-1/1", quantity=5):
    supply.record_goods_receipt(
        reference=reference, quantity=quantity, key="r1", actor="staff:anna"
    )


@pytest.fixture
def delivery():
    """Five processors on their way, of which nobody has one; none lies on the shelf."""
    version = makeable_model()
    stock_part("CPU-6", 0)
    part = Part.objects.get(part_number="CPU-6")
    supply.record_scheduled_receipt(
        reference="PO-1/1", part_id=part.pk, quantity=5, due_on=None, supplier_name="Nordkomp"
    )
    order = released_order(version=version)
    return part, order


@pytest.fixture
def between(monkeypatch):
    """The receiver has looked whom it serves and has locked nothing of the delivery yet."""
    looked, go_on = Event(), Event()

    def hold(**options):
        if not looked.is_set():
            looked.set()
            assert go_on.wait(PATIENCE_S)
        return lock_free_supply(**options)

    monkeypatch.setattr(incoming, "lock_free_supply", hold)
    return looked, go_on


def somebody_waits():
    with connection.cursor() as cursor:
        cursor.execute(SOMEBODY_WAITS)
        return cursor.fetchone()[0]


def plan_meanwhile(order, between):
    looked, go_on = between
    assert looked.wait(PATIENCE_S)
    planning.plan_order(order_id=order.pk)
    assert Allocation.objects.filter(scheduled_receipt__isnull=False).count() == 1
    go_on.set()


def plan_and_hold(order, part, between):
    """Plan meanwhile; then hold the order, and come for the delivery when the receiver waits."""
    looked, go_on = between
    assert looked.wait(PATIENCE_S)
    planning.plan_order(order_id=order.pk)
    with transaction.atomic():
        lock_rows(Order, [order.pk])
        go_on.set()
        assert wait_until(somebody_waits, within_s=PATIENCE_S)
        lock_free_supply(part_ids=[part.pk], is_tied_too=True)


def test_who_is_given_a_piece_while_the_delivery_is_locked_is_served_by_it(delivery, between):
    part, order = delivery
    assert race(book_in, lambda: plan_meanwhile(order, between)) == [None, None]
    one = MaterialRequirement.objects.get(part=part)
    assert one.allocated_quantity == 1
    assert ScheduledReceipt.objects.get().pegged_quantity == 0
    assert broken() == {}


def test_nobody_is_locked_out_of_order_for_it(delivery, between):
    part, order = delivery
    assert race(book_in, lambda: plan_and_hold(order, part, between)) == [None, None]
    assert MaterialRequirement.objects.get(part=part).allocated_quantity == 1


def test_control_who_does_not_look_again_is_refused_by_the_check(delivery, between, monkeypatch):
    _, order = delivery
    monkeypatch.setattr(incoming, "orders_served_by", lambda _: set())
    refused, planned = race(book_in, lambda: plan_meanwhile(order, between))
    assert planned is None
    assert isinstance(refused, IntegrityError)
    assert "scheduled_receipt_promised_once" in str(refused)
