"""A hold and the last box at the same instant: one comes first, and nothing leaves under a hold.

The service's lock and the database's trigger each have a negative control.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import IntegrityError, connection, transaction

from shop.errors import IllegalTransition, OrderHeld
from shop.models import Order, PaymentHold, Shipment
from shop.services import fulfilment, holds
from tests.concurrency.races import race
from tests.factories.shop import boxed_order, paid_order

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]

STAFF = "staff:mira"
ROUNDS = 5


@pytest.fixture
def order() -> Order:
    return boxed_order(paid_order())


def hold(order: Order) -> PaymentHold:
    return holds.place_hold(order_id=order.pk, actor=STAFF, why="Looks odd.")


def ship(order: Order) -> Shipment:
    return fulfilment.record_shipment(
        order_id=order.pk, carrier="Parcel Post", tracking_number="PP1", actor=STAFF
    )


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_a_hold_and_the_last_box_come_one_after_the_other(order, round_number):
    held, shipped = race(lambda: hold(order), lambda: ship(order))
    if isinstance(held, PaymentHold):
        assert isinstance(shipped, OrderHeld)
        assert not Shipment.objects.exists()
    else:
        assert isinstance(held, IllegalTransition)
        assert isinstance(shipped, Shipment)
    order.refresh_from_db()
    assert (order.status == Order.Status.SHIPPED) is Shipment.objects.exists()


def write_together(order: Order) -> list[object]:
    """Past the services: each writer waits a second for the other before it commits."""
    both_have_written = Barrier(2)

    def write(row: Callable[[], object]) -> str:
        with transaction.atomic():
            row()
            try:
                both_have_written.wait(timeout=1)
            except BrokenBarrierError:
                return "alone"  # the other is not let in before this one commits
            return "together"

    return race(
        lambda: write(lambda: PaymentHold.objects.create(order=order, reason="staff")),
        lambda: write(lambda: Shipment.objects.create(order=order, carrier="Parcel Post")),
    )


def test_past_the_services_lock_the_database_lets_no_box_leave_under_a_hold(order):
    held, shipped = write_together(order)
    assert held == "alone"
    assert shipped == "alone" or isinstance(shipped, IntegrityError)


def test_a_hold_that_is_there_stops_a_shipment_written_past_the_services(order):
    hold(order)
    with pytest.raises(IntegrityError, match="open hold and does not ship"):
        Shipment.objects.create(order=order, carrier="Parcel Post")


@contextmanager
def without_the_triggers() -> Iterator[None]:
    triggers = {
        "shop_shipment": "shipment_waits_for_holds",
        "shop_paymenthold": "hold_takes_its_order",
    }
    with connection.cursor() as cursor:
        for table, name in triggers.items():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
        try:
            yield
        finally:
            for table, name in triggers.items():
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {name}")


def test_without_the_triggers_a_box_would_leave_under_a_hold(order):
    """The negative control of the database's side: the same race, the guard taken away."""
    with without_the_triggers():
        assert write_together(order) == ["together", "together"]
    assert Shipment.objects.exists()
    assert PaymentHold.objects.filter(closed_at=None).exists()


def test_without_the_lock_the_service_would_let_it_leave_too(order, monkeypatch):
    """The negative control of the service's side: both look before either has written."""
    both_have_looked = Barrier(2)
    look = holds.require_no_hold

    def unlocked(model, keys):
        return list(model.objects.filter(pk__in=list(keys)))

    def unlocked_and_together(model, keys):
        rows = unlocked(model, keys)
        both_have_looked.wait(timeout=10)
        return rows

    def look_together(the_order):
        look(the_order)
        both_have_looked.wait(timeout=10)

    monkeypatch.setattr(fulfilment, "lock_rows", unlocked)
    monkeypatch.setattr(holds, "lock_rows", unlocked_and_together)
    monkeypatch.setattr(holds, "require_no_hold", look_together)
    with without_the_triggers():
        held, shipped = race(lambda: hold(order), lambda: ship(order))
    assert isinstance(held, PaymentHold)
    assert isinstance(shipped, Shipment)
