"""Whom a delivery may serve: locked before the first piece of it is touched."""

from collections.abc import Collection
from typing import Any

from django.db import connection, transaction

from config.locks import lock_rows
from production.services.free_supply import lock_free_supply
from production.services.pegging import LACKING, stand_in_line
from shop.models import Order

# The parts of these receipts, and whose orders: who has pieces of them, who is named, and who
# waits for pieces of their parts that neither shelf nor receipts cover.
WHOM = """
WITH receipt AS MATERIALIZED (
    SELECT id, part_id FROM production_scheduledreceipt
    WHERE reference = ANY (%(references)s::text[])
), served AS (
    SELECT need.clearance_id FROM production_allocation AS tied
    JOIN production_materialrequirement AS need ON need.id = tied.requirement_id
    WHERE tied.scheduled_receipt_id = ANY (ARRAY(SELECT id FROM receipt))
    UNION
    SELECT clearance_id FROM production_materialrequirement
    WHERE id = ANY (%(requirements)s::bigint[])
    UNION
    SELECT need.clearance_id FROM production_materialrequirement AS need
    JOIN production_assemblyjob AS job ON job.id = need.job_id AND job.status = ANY (%(lacking)s)
    WHERE %(is_for_waiting_too)s AND need.part_id = ANY (ARRAY(SELECT part_id FROM receipt))
      AND need.quantity > need.allocated_quantity
      AND need.quantity > (SELECT coalesce(sum(quantity), 0) FROM production_allocation
                           WHERE requirement_id = need.id)
)
SELECT ARRAY(SELECT DISTINCT part_id FROM receipt), ARRAY(SELECT clearance_id FROM served)
"""
SERVED = """
SELECT DISTINCT need.clearance_id FROM production_scheduledreceipt AS receipt
JOIN production_allocation AS tied ON tied.scheduled_receipt_id = receipt.id
JOIN production_materialrequirement AS need ON need.id = tied.requirement_id
WHERE receipt.reference = ANY (%s::text[])
"""


def lock_receipts(
    *,
    references: Collection[str],
    requirement_ids: Collection[int] = (),
    is_for_waiting_too: bool = False,
) -> set[int]:
    """Lock the orders that have pieces of these receipts, then the receipts and the levels.

    Also the orders of `requirement_ids` and, with `is_for_waiting_too`, those that wait for free
    pieces of these parts. Until the transaction ends nobody else is given a piece. Returns the
    orders.

    Planning gives pieces away without standing in line. Whoever was given some between our look
    and our locks could only be locked out of order: so all is let go, and we look again.
    """
    stand_in_line()
    wanted: dict[str, Any] = {
        "references": list(references),
        "requirements": list(requirement_ids),
        "lacking": [str(status) for status in LACKING],
        "is_for_waiting_too": is_for_waiting_too,
    }
    while True:
        with connection.cursor() as cursor:
            cursor.execute(WHOM, wanted)
            part_ids, order_ids = cursor.fetchone()
        with transaction.atomic():
            lock_rows(Order, order_ids)
            lock_free_supply(part_ids=part_ids, is_tied_too=True)
            if orders_served_by(references) <= set(order_ids):
                return set(order_ids)
            transaction.set_rollback(True)


def orders_served_by(references: Collection[str]) -> set[int]:
    """The orders that have pieces of these receipts."""
    with connection.cursor() as cursor:
        cursor.execute(SERVED, [list(references)])
        return {order_id for (order_id,) in cursor.fetchall()}
