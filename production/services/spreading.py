"""A supply that comes in two parts: some pieces on their day, the rest on a later one."""

from datetime import date

from django.db import transaction
from django.db.models import F

from production.bom.netting import Supply, take
from production.errors import OverReceipt, UnknownReceipt
from production.models import Allocation, ScheduledReceipt
from production.services.incoming import lock_receipts
from production.services.outlook import write_down_outlook


@transaction.atomic
def spread_receipt(
    *, reference: str, later_reference: str, later_quantity: int, later_due_on: date | None
) -> None:
    """Of what is to come under `reference`, let so many pieces come on another day. Repeatable.

    They become a receipt of their own, `later_reference`, of which nothing has come yet; zero
    pieces put both together again. Nobody loses a piece: who is served first keeps the nearer
    ones, and what is nobody's is what comes last. Locks orders, receipts, levels. Raises
    `UnknownReceipt`, and `OverReceipt` when fewer pieces are to come.
    """
    order_ids = lock_receipts(references=[reference, later_reference])
    receipts = {
        it.reference: it
        for it in ScheduledReceipt.objects.filter(reference__in=[reference, later_reference])
    }
    if reference not in receipts:
        raise UnknownReceipt(f"Nothing is on its way under the reference {reference!r}.")
    first = receipts[reference]
    later = receipts.get(later_reference) or _beside(first, later_reference)
    to_come = first.quantity - first.received_quantity + later.quantity
    if not 0 <= later_quantity <= to_come:
        raise OverReceipt(f"{reference}: {to_come} still to come, got {later_quantity} for later.")
    owed = _untie(first, later)
    first.quantity = first.received_quantity + to_come - later_quantity
    first.save(update_fields=["quantity"])
    later.quantity, later.due_on = later_quantity, later_due_on
    later.save(update_fields=["quantity", "due_on"])
    coming = Supply(0, [(first.pk, to_come - later_quantity), (later.pk, later_quantity)])
    Allocation.objects.bulk_create(
        Allocation(requirement_id=requirement, scheduled_receipt_id=receipt, quantity=tied)
        for requirement, pieces in owed.items()
        for receipt, tied in take(coming, pieces)[1]
    )
    if not later_quantity:
        later.delete()
    write_down_outlook(order_ids=order_ids)


def _beside(first: ScheduledReceipt, reference: str) -> ScheduledReceipt:
    """An empty receipt for pieces that were ordered and first promised with these."""
    return ScheduledReceipt.objects.create(
        reference=reference,
        part_id=first.part_id,
        quantity=0,
        first_due_on=first.first_due_on,
        ordered_on=first.ordered_on,
        is_confirmed=first.is_confirmed,
        supplier_name=first.supplier_name,
    )


def _untie(first: ScheduledReceipt, later: ScheduledReceipt) -> dict[int, int]:
    """Requirement → pieces of both, in the order in which they are served; tied to none for now."""
    tied = Allocation.objects.filter(scheduled_receipt__in=[first, later])
    in_order = tied.order_by(
        F("requirement__job__due_on").asc(nulls_last=True),
        "requirement__clearance__cleared_at",
        "requirement_id",
    )
    owed: dict[int, int] = {}
    for requirement, pieces in in_order.values_list("requirement_id", "quantity"):
        owed[requirement] = owed.get(requirement, 0) + pieces
    tied.delete()
    return owed
