"""A purchase is written down while somebody holds its part's level: nobody waits in a circle.

Each race has a negative control, in which what is guarded against happens.
"""

from threading import Event

import pytest
from django.db import OperationalError, connection, transaction

from config.embedded.waiting import wait_until
from production.models import MaterialRequirement, Part
from production.services import pegging, supply
from production.services.free_supply import lock_free_supply
from tests.concurrency.races import race
from tests.factories.production import makeable_model, planned_order, stock_part
from tests.production.machine.truths import broken

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]

PATIENCE_S = 20
SOMEBODY_WAITS = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"


@pytest.fixture
def lacking():
    """A processor that a planned machine lacks; nothing of it is on its way yet."""
    version = makeable_model()
    stock_part("CPU-6", 0)
    order = planned_order(version=version)
    return MaterialRequirement.objects.get(
        part=Part.objects.get(part_number="CPU-6"), clearance=order.pk
    )


def somebody_waits():
    with connection.cursor() as cursor:
        cursor.execute(SOMEBODY_WAITS)
        return cursor.fetchone()[0]


def serve_while_it_is_bought(one):
    """Who holds the level serves; meanwhile supply is written down, and a third wants it."""
    holds, locked = Event(), Event()

    def serve():
        with transaction.atomic():
            lock_free_supply(part_ids=[one.part_id])
            holds.set()
            assert locked.wait(PATIENCE_S)
            assert wait_until(somebody_waits, within_s=PATIENCE_S)
            pegging.serve_waiting(part_ids=[one.part_id], order_ids=[one.clearance_id])

    def buy_and_plan():
        assert holds.wait(PATIENCE_S)
        supply.record_scheduled_receipt(
            reference="PO-1/1", part_id=one.part_id, quantity=5, due_on=None, supplier_name="N"
        )
        locked.set()
        # The receipt is free to be locked; the level behind it is not.
        lock_free_supply(part_ids=[one.part_id])

    return race(serve, buy_and_plan)


def test_who_holds_a_level_leaves_new_supply_to_who_waits_with_it(lacking):
    assert serve_while_it_is_bought(lacking) == [None, None]
    assert not lacking.allocations.exists()
    assert broken() == {}


def test_supply_that_nobody_else_holds_is_taken(lacking):
    supply.record_scheduled_receipt(
        reference="PO-1/1", part_id=lacking.part_id, quantity=5, due_on=None, supplier_name="N"
    )
    with transaction.atomic():
        lock_free_supply(part_ids=[lacking.part_id])
        pegging.serve_waiting(part_ids=[lacking.part_id], order_ids=[lacking.clearance_id])
    assert lacking.allocations.get().scheduled_receipt.reference == "PO-1/1"


def test_control_who_waits_for_it_with_the_level_in_hand_deadlocks(lacking, monkeypatch):
    def lock_as_at_first(**options):
        return lock_free_supply(**{**options, "is_again": False})

    monkeypatch.setattr(pegging, "lock_free_supply", lock_as_at_first)
    (failure,) = [it for it in serve_while_it_is_bought(lacking) if it is not None]
    assert isinstance(failure, OperationalError)
    assert "deadlock detected" in str(failure)
