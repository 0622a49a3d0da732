"""Whom a delivery may serve: locked before the first piece of it is touched."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from production.models import Allocation, ScheduledReceipt
from production.services.free_supply import lock_free_supply
from production.services.pegging import lock_orders, stand_in_line

type Receipts = QuerySet[ScheduledReceipt, Any] | Collection[ScheduledReceipt]


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
    receipts = ScheduledReceipt.objects.filter(reference__in=references)
    part_ids = set(receipts.values_list("part_id", flat=True))
    while True:
        wanted = {*requirement_ids, *_tied(receipts).values_list("requirement_id", flat=True)}
        with transaction.atomic():
            order_ids = lock_orders(
                requirement_ids=wanted, part_ids=part_ids if is_for_waiting_too else ()
            )
            lock_free_supply(part_ids=part_ids, is_tied_too=True)
            if orders_served_by(receipts) <= order_ids:
                return order_ids
            transaction.set_rollback(True)


def orders_served_by(receipts: Receipts) -> set[int]:
    """The orders that have pieces of these receipts."""
    return set(_tied(receipts).values_list("requirement__clearance_id", flat=True))


def _tied(receipts: Receipts) -> QuerySet[Allocation, Any]:
    return Allocation.objects.filter(scheduled_receipt__in=receipts)
