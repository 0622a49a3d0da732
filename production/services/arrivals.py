"""What a delivery means for those it was bought for, and what is written down of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.utils import timezone

from production.errors import OverReceipt, UnknownReceipt
from production.models import ScheduledReceipt, StockMovement
from production.services.moving import Move

Origin = StockMovement.Origin


@dataclass(frozen=True, slots=True)
class Arrival:
    """So many pieces of one scheduled receipt are here. `key` makes it happen once.

    `unit_cost_minor`: what one of them cost, in the house's currency; empty: unknown.
    """

    reference: str
    quantity: int
    key: str
    unit_cost_minor: Decimal | None = None


@dataclass(slots=True)
class Landed:
    """An arrival with its receipt; `pegged` of its pieces are for who it was bought for."""

    arrival: Arrival
    receipt: ScheduledReceipt
    pegged: int = 0

    @property
    def push(self) -> int:
        """Bought for nobody."""
        return self.arrival.quantity - self.pegged


def land(arrivals: Sequence[Arrival]) -> list[Landed]:
    """These arrivals beside their receipts, counted as received there, unsaved.

    Those that were booked before are left out. Raises `UnknownReceipt` and `OverReceipt`.
    """
    receipts = receipts_of([arrival.reference for arrival in arrivals])
    keys = [key for arrival in arrivals for key in _keys(arrival)]
    booked = set(StockMovement.objects.filter(key__in=keys).values_list("key", flat=True))
    landed = []
    for arrival in arrivals:
        if booked.intersection(_keys(arrival)):
            continue
        booked.update(_keys(arrival))
        receipt = receipts[arrival.reference]
        still = receipt.quantity - receipt.received_quantity
        if not 1 <= arrival.quantity <= still:
            raise OverReceipt(
                f"{arrival.reference}: {still} still to come, got {arrival.quantity}."
            )
        receipt.received_quantity += arrival.quantity
        landed.append(Landed(arrival, receipt))
    return landed


def receipts_of(references: Collection[str]) -> dict[str, ScheduledReceipt]:
    """Raises `UnknownReceipt`."""
    found = {it.reference: it for it in ScheduledReceipt.objects.filter(reference__in=references)}
    for reference in references:
        if reference not in found:
            raise UnknownReceipt(f"Nothing is on its way under the reference {reference!r}.")
    return found


def _keys(arrival: Arrival) -> tuple[str, str]:
    return f"{arrival.key}:pegged", f"{arrival.key}:push"


def serve_who_it_is_for(landed: Sequence[Landed], order_ids: Collection[int]) -> set[int]:
    """Turn what was coming into what is here, for as many pieces as came; returns their orders.

    By due date, then by payment. Who is not among the locked orders is not served; the database
    refuses what is left tied.
    """
    left: dict[int, int] = {}
    for one in landed:
        left[one.receipt.pk] = left.get(one.receipt.pk, 0) + one.arrival.quantity
    came = dict(left)
    # One requirement may be tied to several of these receipts.
    here: dict[int, int] = {}
    still_coming: dict[int, int] = {}
    touched = set()
    for allocation, receipt, tied, requirement, order_id, allocated in _coming(left, order_ids):
        taken = min(left[receipt], tied)
        if not taken:
            continue
        left[receipt] -= taken
        here[requirement] = here.get(requirement, allocated) + taken
        still_coming[allocation] = tied - taken
        touched.add(order_id)
    if here:
        columns = [list(column) for it in (here, still_coming) for column in (it, it.values())]
        with connection.cursor() as cursor:
            cursor.execute(SERVE, columns)
    _share_out(landed, {receipt: came[receipt] - many for receipt, many in left.items()})
    return touched


# First by due date, then by payment.
COMING = """
SELECT tied.id, tied.scheduled_receipt_id, tied.quantity, need.id, need.clearance_id,
       need.allocated_quantity
FROM production_allocation AS tied
JOIN production_materialrequirement AS need ON need.id = tied.requirement_id
JOIN production_assemblyjob AS job ON job.id = need.job_id
JOIN shop_paymentclearance AS clearance ON clearance.order_id = need.clearance_id
WHERE tied.scheduled_receipt_id = ANY (%s) AND need.clearance_id = ANY (%s)
ORDER BY job.due_on NULLS LAST, clearance.cleared_at, tied.id
"""
# All that a requirement has from the shelf is one allocation.
SERVE = """
WITH here AS MATERIALIZED (
    SELECT * FROM unnest(%s::bigint[], %s::int[]) AS it (requirement_id, pieces)
), still AS MATERIALIZED (
    SELECT * FROM unnest(%s::bigint[], %s::int[]) AS it (id, pieces)
), gone AS (
    DELETE FROM production_allocation AS tied USING still
    WHERE tied.id = still.id AND still.pieces = 0
), fewer AS (
    UPDATE production_allocation AS tied SET quantity = still.pieces FROM still
    WHERE tied.id = still.id AND still.pieces > 0
), needed AS (
    UPDATE production_materialrequirement AS need SET allocated_quantity = here.pieces FROM here
    WHERE need.id = here.requirement_id
)
INSERT INTO production_allocation (requirement_id, quantity)
SELECT requirement_id, pieces FROM here ORDER BY requirement_id
ON CONFLICT (requirement_id, scheduled_receipt_id) DO UPDATE SET quantity = excluded.quantity
"""
COUNT = """
UPDATE production_scheduledreceipt AS receipt SET received_quantity = it.pieces
FROM unnest(%s::bigint[], %s::int[]) AS it (id, pieces) WHERE receipt.id = it.id
"""


def _coming(receipt_ids: Collection[int], order_ids: Collection[int]) -> Sequence[tuple[int, ...]]:
    """What these orders have of these receipts, the first served first."""
    with connection.cursor() as cursor:
        cursor.execute(COMING, [list(receipt_ids), list(order_ids)])
        return list(cursor.fetchall())


def count_as_received(landed: Sequence[Landed]) -> None:
    """Save what the receipts of these arrivals count."""
    counted = {one.receipt.pk: one.receipt.received_quantity for one in landed}
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [list(counted), list(counted.values())])


def _share_out(landed: Sequence[Landed], pegged: Mapping[int, int]) -> None:
    left = dict(pegged)
    for one in landed:
        one.pegged = min(left[one.receipt.pk], one.arrival.quantity)
        left[one.receipt.pk] -= one.pegged


def parcels(landed: Sequence[Landed]) -> list[Move]:
    """What came for paid orders, and what came for nobody."""
    return [
        Move(
            part_id=one.receipt.part_id,
            kind=StockMovement.Kind.RECEIPT,
            quantity=pieces,
            key=key,
            origin=origin,
            unit_cost_minor=one.arrival.unit_cost_minor,
            reference=one.receipt.reference,
            allocated=pieces if origin == Origin.PEGGED else 0,
        )
        for one in landed
        for key, origin, pieces in zip(
            _keys(one.arrival), (Origin.PEGGED, Origin.PUSH), (one.pegged, one.push), strict=True
        )
        if pieces
    ]


JUDGE = """
INSERT INTO production_receiptoutcome
    (key, reference, part_id, supplier_name, quantity, ordered_on, first_due_on, last_due_on,
     received_at)
SELECT key, reference, part_id, supplier_name, quantity, ordered_on, first_due_on, last_due_on, %s
FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::text[], %s::int[], %s::date[], %s::date[],
            %s::date[]) WITH ORDINALITY
    AS it (key, reference, part_id, supplier_name, quantity, ordered_on, first_due_on,
           last_due_on, place)
ORDER BY place
"""


def judge(landed: Sequence[Landed]) -> None:
    """Keep the promises beside what came. Who never confirmed is held to what was asked."""
    outcomes = [
        (
            *(one.arrival.key, one.receipt.reference, one.receipt.part_id),
            *(one.receipt.supplier_name, one.arrival.quantity, one.receipt.ordered_on),
            *(one.receipt.first_due_on or one.receipt.due_on, one.receipt.due_on),
        )
        for one in landed
    ]
    with connection.cursor() as cursor:
        columns = [list(column) for column in zip(*outcomes, strict=True)]
        cursor.execute(JUDGE, [timezone.now(), *columns])
