"""What was promised of a delivery, and what came of it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from production.models import ReceiptOutcome, ScheduledReceipt, StockLevel
from production.services import supply
from tests.factories.production import stock_part

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()


def say(part, due_on, *, is_confirmed):
    supply.record_scheduled_receipt(
        reference="PO-7/1",
        part_id=part.pk,
        quantity=10,
        due_on=due_on,
        supplier_name="Nordkomp",
        is_confirmed=is_confirmed,
    )


def receive(quantity, key, cost=None):
    supply.record_goods_receipt(
        reference="PO-7/1",
        quantity=quantity,
        key=key,
        actor="staff:anna",
        unit_cost_minor=None if cost is None else Decimal(cost),
    )


def test_a_receipt_is_held_against_the_first_day_that_was_confirmed():
    part = stock_part("SCREW", 10)
    asked, first, later = (TODAY + timedelta(days=days) for days in (3, 5, 9))
    say(part, asked, is_confirmed=False)
    say(part, first, is_confirmed=True)
    say(part, later, is_confirmed=True)
    receive(10, "r1")
    outcome = ReceiptOutcome.objects.get()
    assert (outcome.ordered_on, outcome.first_due_on, outcome.last_due_on) == (TODAY, first, later)
    assert (outcome.reference, outcome.quantity, outcome.supplier_name) == (
        "PO-7/1",
        10,
        "Nordkomp",
    )


def test_who_never_confirmed_is_held_to_what_was_asked():
    part = stock_part("SCREW", 10)
    asked = TODAY + timedelta(days=3)
    say(part, asked, is_confirmed=False)
    receive(10, "r1")
    assert ReceiptOutcome.objects.get().first_due_on == asked


def test_every_part_of_a_delivery_leaves_its_own_outcome_once():
    part = stock_part("SCREW", 10)
    say(part, TODAY, is_confirmed=True)
    for key in ("r1", "r1", "r2"):
        receive(5, key)
    assert list(ReceiptOutcome.objects.order_by("pk").values_list("quantity", flat=True)) == [5, 5]
    assert ScheduledReceipt.objects.get().received_quantity == 10


def test_what_it_cost_moves_the_average():
    part = stock_part("SCREW", 0)
    say(part, TODAY, is_confirmed=True)
    receive(4, "r1", 100)
    receive(6, "r2", 200)
    assert StockLevel.objects.get(part=part).average_cost_minor == 160
