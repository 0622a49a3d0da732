"""Facts about supply, as suppliers calls them down: what is coming, and what came."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from config.locks import lock_rows
from production.models import Allocation, MaterialRequirement, ScheduledReceipt
from production.services.arrivals import (
    Arrival,
    count_as_received,
    judge,
    land,
    parcels,
    receipts_of,
    serve_who_it_is_for,
)
from production.services.incoming import lock_receipts, orders_served_by
from production.services.moving import move_stock
from production.services.outlook import write_down_outlook
from production.services.pegging import LACKING, make_ready, serve_waiting
from shop.models import Order


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """One supply on its way. `pegs`: (requirement id, quantity) that it is bought for."""

    reference: str
    part_id: int
    quantity: int
    due_on: date | None
    supplier_name: str
    pegs: tuple[tuple[int, int], ...] = ()
    is_confirmed: bool = False


@transaction.atomic(savepoint=False)
def record_scheduled_receipts(
    *, receipts: Sequence[ReceiptFacts], order_ids: Collection[int] | None = None
) -> None:
    """Write down what is coming, by reference: new, or with a new date. Set-based; repeatable.

    Pegs tie a receipt to requirements that the database checks to be no more than needed. A
    receipt that has begun to arrive keeps its pegs. Locks the orders, then the receipts;
    `order_ids`: what `incoming.lock_receipts` has locked of them for the caller.
    """
    if order_ids is None:
        order_ids = _orders_of(receipts)
        lock_rows(Order, order_ids)
    _write(sorted(receipts, key=lambda facts: facts.reference))
    _tie([(facts.reference, *peg) for facts in receipts for peg in facts.pegs])
    write_down_outlook(order_ids=order_ids)


# When it was ordered, and the first day that the supplier confirmed, stay as they were.
WRITE_RECEIPTS = """
INSERT INTO production_scheduledreceipt AS old
    (reference, part_id, quantity, received_quantity, pegged_quantity, due_on, first_due_on,
     ordered_on, is_confirmed, supplier_name)
SELECT reference, part_id, quantity, 0, 0, due_on, CASE WHEN is_confirmed THEN due_on END,
       %s::date, is_confirmed, supplier_name
FROM unnest(%s::text[], %s::bigint[], %s::int[], %s::date[], %s::bool[], %s::text[])
    WITH ORDINALITY
    AS it (reference, part_id, quantity, due_on, is_confirmed, supplier_name, place)
ORDER BY place
ON CONFLICT (reference) DO UPDATE
SET quantity = excluded.quantity, due_on = excluded.due_on, is_confirmed = excluded.is_confirmed,
    supplier_name = excluded.supplier_name,
    first_due_on = coalesce(old.first_due_on, excluded.first_due_on),
    ordered_on = CASE WHEN old.first_due_on IS NOT NULL THEN old.ordered_on
                      ELSE coalesce(old.ordered_on, excluded.ordered_on) END
"""


def _write(receipts: Sequence[ReceiptFacts]) -> None:
    columns = zip(
        *(
            (it.reference, it.part_id, it.quantity, it.due_on, it.is_confirmed, it.supplier_name)
            for it in receipts
        ),
        strict=True,
    )
    values = [list(column) for column in columns]
    if values:
        with connection.cursor() as cursor:
            cursor.execute(WRITE_RECEIPTS, [timezone.localdate(), *values])


def record_scheduled_receipt(
    *,
    reference: str,
    part_id: int,
    quantity: int,
    due_on: date | None,
    supplier_name: str,
    pegs: Sequence[tuple[int, int]] = (),
    is_confirmed: bool = False,
) -> None:
    """`record_scheduled_receipts` for one."""
    record_scheduled_receipts(
        receipts=[
            ReceiptFacts(
                reference, part_id, quantity, due_on, supplier_name, tuple(pegs), is_confirmed
            )
        ]
    )


# What has begun to arrive keeps its pegs, and a job that was cancelled wants nothing any more.
TIE = """
INSERT INTO production_allocation (requirement_id, scheduled_receipt_id, quantity)
SELECT need.id, receipt.id, peg.pieces
FROM unnest(%s::text[], %s::bigint[], %s::int[]) AS peg (reference, requirement_id, pieces)
JOIN production_scheduledreceipt AS receipt
    ON receipt.reference = peg.reference AND receipt.received_quantity = 0
JOIN production_materialrequirement AS need ON need.id = peg.requirement_id
JOIN production_assemblyjob AS job ON job.id = need.job_id AND job.status = ANY (%s)
ORDER BY receipt.id, need.id
ON CONFLICT (requirement_id, scheduled_receipt_id) DO UPDATE SET quantity = excluded.quantity
"""


def _tie(pegs: Sequence[tuple[str, int, int]]) -> None:
    """Peg receipts to jobs that wait: (reference, requirement, pieces)."""
    if pegs:
        columns = [list(column) for column in zip(*pegs, strict=True)]
        with connection.cursor() as cursor:
            cursor.execute(TIE, [*columns, [str(status) for status in LACKING]])


def _orders_of(receipts: Sequence[ReceiptFacts]) -> set[int]:
    """The orders that have pieces of these receipts, or will have."""
    pegged = {requirement for facts in receipts for requirement, _ in facts.pegs}
    known = Allocation.objects.filter(
        scheduled_receipt__reference__in=[facts.reference for facts in receipts]
    )
    return set(
        MaterialRequirement.objects.filter(
            pk__in=pegged | set(known.values_list("requirement_id", flat=True))
        )
        .values_list("clearance_id", flat=True)
        .distinct()
    )


@transaction.atomic(savepoint=False)
def withdraw_scheduled_receipts(*, references: Collection[str]) -> None:
    """What was on its way will not come: its pegs are short again. Raises `UnknownReceipt`.

    What did arrive stays a fact; only the rest is called off. Set-based. The caller holds the
    locks (`incoming.lock_receipts`): taken once more, they would be taken out of order.
    """
    if not references:
        return
    receipts = receipts_of(references).values()
    order_ids = orders_served_by(references)
    Allocation.objects.filter(scheduled_receipt__in=receipts).delete()
    begun = [receipt.pk for receipt in receipts if receipt.received_quantity]
    ScheduledReceipt.objects.filter(pk__in=begun).update(quantity=F("received_quantity"))
    untouched = [receipt.pk for receipt in receipts if not receipt.received_quantity]
    ScheduledReceipt.objects.filter(pk__in=untouched).delete()
    write_down_outlook(order_ids=order_ids)


@transaction.atomic
def record_goods_receipts(
    *, arrivals: Sequence[Arrival], actor: str, order_ids: Collection[int] | None = None
) -> None:
    """Goods of scheduled receipts are on the shelf: a whole delivery, or none of it. Set-based.

    `order_ids`: what `incoming.lock_receipts` has locked for the caller; who began to wait since
    then is served by whoever buys for it. None: they are locked here. What an arrival's key
    stands for and was booked before is left out.

    They lie in the part's home bin, or where goods come in. Their cost moves the part's average.
    What was promised of the delivery and what came of it is written down.

    The requirements that they were bought for are served by due date, then by payment; what is
    left over was bought for nobody and is booked as push, and goes to whoever else waits for it.
    Jobs that are complete become ready. Locks orders, receipts, stock, jobs. Raises
    `UnknownReceipt` and `OverReceipt`.
    """
    if order_ids is None:
        references = {arrival.reference for arrival in arrivals}
        order_ids = lock_receipts(references=references, is_for_waiting_too=True)
    landed = land(arrivals)
    if not landed:
        return
    touched = serve_who_it_is_for(landed, order_ids)
    move_stock(parcels(landed), actor=actor)
    judge(landed)
    count_as_received(landed)
    if free := {one.receipt.part_id for one in landed if one.push}:
        touched |= serve_waiting(part_ids=free, order_ids=order_ids)
    make_ready(order_ids=touched, actor=actor)
    write_down_outlook(order_ids=touched)


def record_goods_receipt(
    *,
    reference: str,
    quantity: int,
    key: str,
    actor: str,
    unit_cost_minor: Decimal | None = None,
    order_ids: Collection[int] | None = None,
) -> None:
    """`record_goods_receipts` for one."""
    arrival = Arrival(reference, quantity, key, unit_cost_minor)
    record_goods_receipts(arrivals=[arrival], actor=actor, order_ids=order_ids)
