"""Facts about supply, as suppliers calls them down: what is coming, and what came."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Case, F, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from config.locks import lock_rows
from production.models import Allocation, MaterialRequirement, ScheduledReceipt
from production.services.arrivals import (
    Arrival,
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


@transaction.atomic
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
    ScheduledReceipt.objects.bulk_create(
        [
            ScheduledReceipt(
                reference=facts.reference,
                part_id=facts.part_id,
                quantity=facts.quantity,
                due_on=facts.due_on,
                is_confirmed=facts.is_confirmed,
                supplier_name=facts.supplier_name,
            )
            for facts in sorted(receipts, key=lambda facts: facts.reference)
        ],
        update_conflicts=True,
        unique_fields=["reference"],
        update_fields=["quantity", "due_on", "is_confirmed", "supplier_name"],
    )
    _keep_first_words([facts.reference for facts in receipts])
    _tie({facts.reference: facts for facts in receipts if facts.pegs})
    write_down_outlook(order_ids=order_ids)


def _keep_first_words(references: Collection[str]) -> None:
    """When it was ordered, and the first day that the supplier confirmed, stay as they were."""
    said = When(is_confirmed=True, then=F("due_on"))
    ScheduledReceipt.objects.filter(reference__in=references, first_due_on__isnull=True).update(
        ordered_on=Coalesce(F("ordered_on"), timezone.localdate()),
        first_due_on=Case(said, default=None),
    )


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


def _tie(facts: dict[str, ReceiptFacts]) -> None:
    """Peg receipts to jobs that wait; one that was cancelled meanwhile wants nothing any more."""
    if not facts:
        return
    untouched = ScheduledReceipt.objects.filter(reference__in=facts, received_quantity=0)
    waiting = set(
        MaterialRequirement.objects.filter(
            pk__in=[requirement for one in facts.values() for requirement, _ in one.pegs],
            job__status__in=LACKING,
        ).values_list("pk", flat=True)
    )
    Allocation.objects.bulk_create(
        [
            Allocation(requirement_id=requirement, scheduled_receipt=receipt, quantity=quantity)
            for receipt in untouched.order_by("pk")
            for requirement, quantity in sorted(facts[receipt.reference].pegs)
            if requirement in waiting
        ],
        update_conflicts=True,
        unique_fields=["requirement", "scheduled_receipt"],
        update_fields=["quantity"],
    )


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


@transaction.atomic
def withdraw_scheduled_receipts(*, references: Collection[str]) -> None:
    """What was on its way will not come: its pegs are short again. Raises `UnknownReceipt`.

    What did arrive stays a fact; only the rest is called off. Set-based. The caller holds the
    locks (`incoming.lock_receipts`): taken once more, they would be taken out of order.
    """
    if not references:
        return
    receipts = receipts_of(references).values()
    order_ids = orders_served_by(receipts)
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
    ScheduledReceipt.objects.bulk_update(
        {one.receipt.pk: one.receipt for one in landed}.values(), ["received_quantity"]
    )
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
