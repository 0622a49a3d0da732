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
from production.errors import OverReceipt, UnknownReceipt
from production.models import (
    Allocation,
    MaterialRequirement,
    ReceiptOutcome,
    ScheduledReceipt,
    StockMovement,
)
from production.services.incoming import lock_receipts
from production.services.moving import Move, move_stock
from production.services.outlook import write_down_outlook
from production.services.pegging import (
    LACKING,
    allocate_from_shelf,
    make_ready,
    serve_waiting,
)
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
def record_scheduled_receipts(*, receipts: Sequence[ReceiptFacts]) -> None:
    """Write down what is coming, by reference: new, or with a new date. Set-based; repeatable.

    Pegs tie a receipt to requirements that the database checks to be no more than needed. A
    receipt that has begun to arrive keeps its pegs. Locks the orders, then the receipts.
    """
    pegged = {requirement for facts in receipts for requirement, _ in facts.pegs}
    known = Allocation.objects.filter(
        scheduled_receipt__reference__in=[facts.reference for facts in receipts]
    )
    order_ids = _orders_of(pegged | set(known.values_list("requirement_id", flat=True)))
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
    _tie({facts.reference: facts for facts in receipts})
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


def _orders_of(requirement_ids: Collection[int]) -> set[int]:
    return set(
        MaterialRequirement.objects.filter(pk__in=requirement_ids)
        .values_list("clearance_id", flat=True)
        .distinct()
    )


@transaction.atomic
def withdraw_scheduled_receipt(*, reference: str) -> None:
    """What was on its way will not come: its pegs are short again. Raises `UnknownReceipt`.

    Who withdraws several holds the locks of all: `incoming.lock_receipts`.
    """
    order_ids = lock_receipts(references=[reference])
    receipt = _receipt(reference)
    Allocation.objects.filter(scheduled_receipt=receipt).delete()
    if receipt.received_quantity:
        # What did arrive stays a fact; only the rest is called off.
        receipt.quantity = receipt.received_quantity
        receipt.save(update_fields=["quantity"])
    else:
        receipt.delete()
    write_down_outlook(order_ids=order_ids)


def _receipt(reference: str) -> ScheduledReceipt:
    receipt = ScheduledReceipt.objects.filter(reference=reference).first()
    if receipt is None:
        raise UnknownReceipt(f"Nothing is on its way under the reference {reference!r}.")
    return receipt


@transaction.atomic
def record_goods_receipt(
    *,
    reference: str,
    quantity: int,
    key: str,
    actor: str,
    unit_cost_minor: Decimal | None = None,
    order_ids: Collection[int] | None = None,
) -> None:
    """Goods of a scheduled receipt are on the shelf. `key` makes it happen once.

    `order_ids`: what `incoming.lock_receipts` has locked for the caller; who began to wait since
    then is served by whoever buys for it. None: they are locked here.

    They lie in the part's home bin, or where goods come in. `unit_cost_minor`, in the house's
    currency, moves the part's average cost; empty: unknown. What was promised of the delivery
    and what came of it is written down.

    The requirements that they were bought for are served by due date, then by payment; what is
    left over was bought for nobody and is booked as push, and goes to whoever else waits for it.
    Jobs that are complete become ready. Locks orders, receipt, stock, jobs. Raises
    `UnknownReceipt` and `OverReceipt`.
    """
    if order_ids is None:
        order_ids = lock_receipts(references=[reference], is_for_waiting_too=True)
    receipt = _receipt(reference)
    if StockMovement.objects.filter(key__in=_keys(key)).exists():
        return
    if receipt.received_quantity + quantity > receipt.quantity or quantity < 1:
        raise OverReceipt(
            f"{reference}: {receipt.quantity - receipt.received_quantity} still to come, "
            f"got {quantity}."
        )
    served = _serve(receipt, quantity, order_ids)
    pegged = sum(served.values())
    move_stock(_parcels(receipt, quantity, pegged, key, unit_cost_minor), actor=actor)
    _judge(receipt, quantity, key)
    receipt.received_quantity += quantity
    receipt.save(update_fields=["received_quantity"])
    touched = set(served)
    if pegged < quantity:
        touched |= serve_waiting(part_ids=[receipt.part_id], order_ids=order_ids)
    make_ready(order_ids=touched, actor=actor)
    write_down_outlook(order_ids=touched)


def _keys(key: str) -> tuple[str, str]:
    return f"{key}:pegged", f"{key}:push"


def _serve(receipt: ScheduledReceipt, quantity: int, order_ids: Collection[int]) -> dict[int, int]:
    """Turn what was coming into what is here, for as many pieces as came; order → its pieces.

    Who is not among the locked orders is not served; the database refuses what is left tied.
    """
    coming = (
        receipt.allocations.filter(requirement__clearance__in=order_ids)
        .select_related("requirement__job")
        .order_by("requirement__job__due_on", "requirement__clearance__cleared_at", "pk")
    )
    left = quantity
    served: list[MaterialRequirement] = []
    still_coming: list[Allocation] = []
    done: list[Allocation] = []
    pieces: dict[int, int] = {}
    for allocation in coming:
        taken = min(left, allocation.quantity)
        if not taken:
            break
        left -= taken
        requirement = allocation.requirement
        requirement.allocated_quantity += taken
        served.append(requirement)
        pieces[requirement.clearance_id] = pieces.get(requirement.clearance_id, 0) + taken
        allocation.quantity -= taken
        (still_coming if allocation.quantity else done).append(allocation)
    Allocation.objects.filter(pk__in=[allocation.pk for allocation in done]).delete()
    Allocation.objects.bulk_update(still_coming, ["quantity"])
    allocate_from_shelf(served)
    return pieces


def _parcels(
    receipt: ScheduledReceipt, quantity: int, pegged: int, key: str, unit_cost: Decimal | None
) -> list[Move]:
    """What came for paid orders, and what came for nobody."""
    origin = StockMovement.Origin
    parcels = zip(
        _keys(key), (origin.PEGGED, origin.PUSH), (pegged, quantity - pegged), strict=True
    )
    return [
        Move(
            part_id=receipt.part_id,
            kind=StockMovement.Kind.RECEIPT,
            quantity=pieces,
            key=movement_key,
            origin=origin_of_parcel,
            unit_cost_minor=unit_cost,
            reference=receipt.reference,
            allocated=pieces if origin_of_parcel == origin.PEGGED else 0,
        )
        for movement_key, origin_of_parcel, pieces in parcels
        if pieces
    ]


def _judge(receipt: ScheduledReceipt, quantity: int, key: str) -> None:
    """Keep the promises beside what came. Who never confirmed is held to what was asked."""
    ReceiptOutcome.objects.create(
        key=key,
        reference=receipt.reference,
        part_id=receipt.part_id,
        supplier_name=receipt.supplier_name,
        quantity=quantity,
        ordered_on=receipt.ordered_on,
        first_due_on=receipt.first_due_on or receipt.due_on,
        last_due_on=receipt.due_on,
        received_at=timezone.now(),
    )
