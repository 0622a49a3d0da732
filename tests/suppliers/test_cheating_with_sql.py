"""Whoever goes around the services with plain SQL is stopped by the database at commit."""

import pytest
from django.db import DatabaseError, connection, transaction

from suppliers.models import Pegging, PurchaseOrderLine
from suppliers.services.purchase_orders import confirm_purchase_order
from suppliers.services.receipts import receive_goods
from tests.factories.suppliers import offer, purchased

pytestmark = pytest.mark.django_db(transaction=True)


def sql(statement: str, values: tuple[object, ...]) -> None:
    """Run a statement in a transaction of its own, so that deferred checks are made."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount > 0, "the cheat must reach a row"


def refused(statement: str, *values: object) -> str:
    """The database's own words of refusal."""
    with pytest.raises(DatabaseError) as caught:
        sql(statement, values)
    return str(caught.value)


SLIP_LINE_IN = """
INSERT INTO suppliers_purchaseorderline
    (purchase_order_id, line_number, part_id, sku, description, quantity, push_quantity,
     push_reason, received_quantity, price_minor, requested_on)
SELECT purchase_order_id, 9, %s, 'X', 'X', 2, %s, %s, 0, 0, requested_on
FROM suppliers_purchaseorderline LIMIT 1
"""


@pytest.mark.parametrize("push", [0, 1])
def test_a_line_that_nobody_called_for(push):
    purchased()
    other = offer("BRACKET").part_id
    words = refused(SLIP_LINE_IN, other, push, "just so" if push else "")
    assert "but 0 are pegged" in words


def test_a_line_that_is_all_surplus():
    purchased()
    words = refused(SLIP_LINE_IN, offer("BRACKET").part_id, 2, "just so")
    assert "purchase_order_line_quantities" in words


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE suppliers_purchaseorderline SET quantity = quantity + 1",
        "UPDATE suppliers_purchaseorderline SET push_quantity = 1, push_reason = 'more'",
        "UPDATE suppliers_pegging SET quantity = quantity + 1",
        "DELETE FROM suppliers_pegging",
    ],
)
def test_a_line_that_is_not_the_sum_of_its_peggings(statement):
    purchased(quantity=2)
    assert "pegged" in refused(statement)


def test_a_pegging_that_moves_to_another_line():
    purchased(quantity=2, parts=("PSU-450", "CPU-6"))
    first, second = PurchaseOrderLine.objects.order_by("pk")
    refused("UPDATE suppliers_pegging SET line_id = %s WHERE line_id = %s", second.pk, first.pk)
    assert Pegging.objects.filter(line=first).count() == 2


def test_a_line_for_another_part_than_it_is_pegged_to():
    purchased()
    part_id = offer("BRACKET").part_id
    words = refused("UPDATE suppliers_purchaseorderline SET part_id = %s", part_id)
    assert "(1 to other parts)" in words


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE suppliers_promiseevent SET promised_on = '2020-01-01'",
        "DELETE FROM suppliers_promiseevent",
        "UPDATE suppliers_goodsreceipt SET quantity = 1",
        "DELETE FROM suppliers_goodsreceipt",
    ],
)
def test_a_fact_rewritten(statement):
    purchase_order = purchased(quantity=3)
    line = purchase_order.lines.get()
    confirm_purchase_order(token=purchase_order.token, promises={1: line.requested_on})
    receive_goods(line_id=line.pk, quantity=2, key="k", received_by="staff:anna")
    assert "append-only" in refused(statement)


def test_goods_that_came_by_no_receipt():
    purchased(quantity=2)
    words = refused("UPDATE suppliers_purchaseorderline SET received_quantity = 1")
    assert "says 1 came, but 0 are booked in" in words


def test_a_receipt_that_the_line_does_not_know():
    line = purchased(quantity=2).lines.get()
    words = refused(
        "INSERT INTO suppliers_goodsreceipt (line_id, quantity, key, received_by) "
        "VALUES (%s, 1, 'x', 'x')",
        line.pk,
    )
    assert "says 0 came, but 1 are booked in" in words


def test_more_than_was_ordered():
    purchased(quantity=2)
    words = refused("UPDATE suppliers_purchaseorderline SET received_quantity = 3")
    assert "purchase_order_line_quantities" in words


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE suppliers_purchaseorder SET total_minor = total_minor - 1",
        "UPDATE suppliers_purchaseorderline SET price_minor = price_minor + 1",
    ],
)
def test_a_total_that_is_not_the_sum_of_its_lines(statement):
    purchased(quantity=2)
    assert "its lines sum to" in refused(statement)


def test_an_offer_in_another_currency_than_its_suppliers():
    offer("PSU-450")
    words = refused("UPDATE suppliers_offer SET currency = 'EUR'")
    assert "offer_in_its_suppliers_currency" in words


def test_the_same_call_answered_twice():
    purchased()
    words = refused(
        "INSERT INTO suppliers_purchaseorder "
        "(number, revision, token, supplier_id, status, source_key, currency, total_minor) "
        "SELECT 'PO-1', 1, 'x', supplier_id, 'draft', source_key, currency, 0 "
        "FROM suppliers_purchaseorder"
    )
    assert "purchase_order_once_per_source" in words
