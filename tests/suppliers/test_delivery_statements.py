"""What a delivery or an answer costs in statements does not grow with its lines."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from suppliers.services.promised_days import Later
from suppliers.services.purchase_orders import call_off_purchase_order, confirm_purchase_order
from suppliers.services.receipts import receive_everything
from suppliers.services.sourcing import source_order
from tests.factories.production import makeable_model, planned_order, stock_part
from tests.factories.suppliers import offer

pytestmark = pytest.mark.django_db

ONE, MANY = ("PSU-450",), ("PSU-450", "CPU-6", "MEM-16", "CASE-MINI")


def bought(version, parts):
    """The purchase order of these parts that three machines lack."""
    order = planned_order(version=version, quantity=3)
    (purchase_order,) = source_order(order_id=order.pk)
    assert purchase_order.lines.count() == len(parts)
    return purchase_order


def statements(action, purchase_order):
    with CaptureQueriesContext(connection) as captured:
        action(purchase_order)
    return len(captured)


def deliver(purchase_order):
    receive_everything(purchase_order_id=purchase_order.pk, received_by="staff:anna")


def days(purchase_order):
    soon = timezone.localdate() + timedelta(days=9)
    return {line.line_number: soon for line in purchase_order.lines.all()}


def answer(purchase_order):
    confirm_purchase_order(token=purchase_order.token, promises=days(purchase_order))


def answer_in_two_parts(purchase_order):
    promises = days(purchase_order)
    later = {number: Later(1, day + timedelta(days=7)) for number, day in promises.items()}
    confirm_purchase_order(token=purchase_order.token, promises=promises, later=later)


def call_off(purchase_order):
    call_off_purchase_order(purchase_order_id=purchase_order.pk, why="Gone.", actor="staff:anna")


def answer_and_deliver_the_nearer_part(purchase_order):
    answer_in_two_parts(purchase_order)
    deliver(purchase_order)


@pytest.mark.parametrize(
    "action",
    [deliver, answer, answer_in_two_parts, answer_and_deliver_the_nearer_part, call_off],
    ids=lambda action: action.__name__,
)
@pytest.mark.parametrize("terms", [{}, {"moq": 5}], ids=["to the piece", "with some for nobody"])
def test_many_lines_take_as_many_statements_as_one(action, terms):
    version = makeable_model()
    for part_number in MANY:
        offer(part_number, **terms)
        stock_part(part_number, 0 if part_number in ONE else 3)
    few = statements(action, bought(version, ONE))
    assert statements(action, bought(version, MANY)) <= few
