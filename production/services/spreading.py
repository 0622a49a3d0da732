"""A supply that comes in two parts: some pieces on their day, the rest on a later one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import F

from production.bom.netting import Supply, take
from production.errors import OverReceipt, UnknownReceipt
from production.models import Allocation, ScheduledReceipt
from production.services.incoming import orders_served_by
from production.services.outlook import write_down_outlook


@dataclass(frozen=True, slots=True)
class Spread:
    """Of what is to come under `reference`, so many pieces come later, as `later_reference`."""

    reference: str
    later_reference: str
    later_quantity: int
    later_due_on: date | None


type Pair = tuple[ScheduledReceipt, ScheduledReceipt]  # of one supply: the nearer, the later one


@transaction.atomic(savepoint=False)
def spread_receipts(*, spreads: Sequence[Spread]) -> None:
    """Of what is to come, let so many pieces come on another day. Set-based; repeatable.

    They become a receipt of their own, of which nothing has come yet; zero pieces put both
    together again. Nobody loses a piece: who is served first keeps the nearer ones, and what is
    nobody's is what comes last. The caller holds the locks (`incoming.lock_receipts`). Raises
    `UnknownReceipt`, and `OverReceipt` when fewer pieces are to come.
    """
    if not spreads:
        return
    pairs = _pairs(spreads)
    order_ids = orders_served_by([receipt.reference for pair in pairs for receipt in pair])
    to_come = [_to_come(spread, pair) for spread, pair in zip(spreads, pairs, strict=True)]
    owed = _untie(pairs)
    ties: list[Allocation] = []
    for spread, (first, later), pieces in zip(spreads, pairs, to_come, strict=True):
        nearer = pieces - spread.later_quantity
        first.quantity = first.received_quantity + nearer
        later.quantity, later.due_on = spread.later_quantity, spread.later_due_on
        coming = Supply(0, [(first.pk, nearer), (later.pk, spread.later_quantity)])
        ties += [
            Allocation(requirement_id=requirement, scheduled_receipt_id=receipt, quantity=tied)
            for requirement, wanted in owed[first.pk].items()
            for receipt, tied in take(coming, wanted)[1]
        ]
    ScheduledReceipt.objects.bulk_update(
        [receipt for pair in pairs for receipt in pair], ["quantity", "due_on"]
    )
    Allocation.objects.bulk_create(ties)
    ScheduledReceipt.objects.filter(
        pk__in=[later.pk for _, later in pairs if not later.quantity]
    ).delete()
    write_down_outlook(order_ids=order_ids)


def _pairs(spreads: Sequence[Spread]) -> list[Pair]:
    """The receipts of these supplies; the later ones that are not there yet are made, empty."""
    wanted = [name for it in spreads for name in (it.reference, it.later_reference)]
    found = {it.reference: it for it in ScheduledReceipt.objects.filter(reference__in=wanted)}
    if missing := [it.reference for it in spreads if it.reference not in found]:
        raise UnknownReceipt(f"Nothing is on its way under the reference {missing[0]!r}.")
    new = [
        _beside(found[it.reference], it.later_reference)
        for it in spreads
        if it.later_reference not in found
    ]
    ScheduledReceipt.objects.bulk_create(new)
    found |= {it.reference: it for it in new}
    return [(found[it.reference], found[it.later_reference]) for it in spreads]


def _to_come(spread: Spread, pair: Pair) -> int:
    first, later = pair
    pieces = first.quantity - first.received_quantity + later.quantity
    if not 0 <= spread.later_quantity <= pieces:
        raise OverReceipt(
            f"{spread.reference}: {pieces} still to come, got {spread.later_quantity} for later."
        )
    return pieces


def _beside(first: ScheduledReceipt, reference: str) -> ScheduledReceipt:
    """An empty receipt for pieces that were ordered and first promised with these."""
    return ScheduledReceipt(
        reference=reference,
        part_id=first.part_id,
        quantity=0,
        first_due_on=first.first_due_on,
        ordered_on=first.ordered_on,
        is_confirmed=first.is_confirmed,
        supplier_name=first.supplier_name,
    )


def _untie(pairs: Sequence[Pair]) -> Mapping[int, dict[int, int]]:
    """Nearer receipt → requirement → pieces of both, in the order in which they are served.

    They are tied to none for now.
    """
    nearer = {receipt.pk: pair[0].pk for pair in pairs for receipt in pair}
    tied = Allocation.objects.filter(scheduled_receipt__in=nearer)
    in_order = tied.order_by(
        F("requirement__job__due_on").asc(nulls_last=True),
        "requirement__clearance__cleared_at",
        "requirement_id",
    )
    owed: dict[int, dict[int, int]] = {first.pk: {} for first, _ in pairs}
    rows = in_order.values_list("scheduled_receipt_id", "requirement_id", "quantity")
    for receipt, requirement, pieces in rows:
        of_supply = owed[nearer[receipt]]
        of_supply[requirement] = of_supply.get(requirement, 0) + pieces
    tied.delete()
    return owed
