"""The days that a supplier says for a line: one for all of it, or a later one for some pieces."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.utils import timezone

from production.services.spreading import Spread, spread_receipts
from production.services.supply import ReceiptFacts, record_scheduled_receipts
from suppliers.errors import BadPromise
from suppliers.models import PurchaseOrder, PurchaseOrderLine

# A promise further away than this is a slip of the keyboard.
FARTHEST = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Later:
    """So many pieces of a line come on a later day than the others."""

    quantity: int
    promised_on: date


def promised(
    purchase_order: PurchaseOrder,
    lines: Mapping[int, PurchaseOrderLine],
    number: int,
    promised_on: date,
    later: Later | None,
) -> PurchaseOrderLine | None:
    """The line with what is said of it now, unsaved; None where that was said before.

    Raises `BadPromise`.
    """
    line = lines.get(number)
    if line is None:
        raise BadPromise(f"{purchase_order.number} has lines 1 to {len(lines)}, got {number}.")
    said = (promised_on, later.quantity if later else 0, later.promised_on if later else None)
    before = (line.promised_on, line.later_quantity, line.later_on)
    if said == before:
        return None
    if not line.open_quantity:
        raise BadPromise(f"Line {number}: everything has arrived, so no day is expected.")
    if promised_on != line.promised_on:
        _check_day(number, promised_on)
    if later:
        _check_later(line, promised_on, later)
    line.promised_on, line.later_quantity, line.later_on = said
    return line


def _check_day(number: int, day: date) -> None:
    today = timezone.localdate()
    if not today <= day <= today + FARTHEST:
        raise BadPromise(
            f"Line {number}: expected a day from {today} to {today + FARTHEST}, got {day}."
        )


def _check_later(line: PurchaseOrderLine, promised_on: date, later: Later) -> None:
    number, most = line.line_number, line.open_quantity - 1
    _check_day(number, later.promised_on)
    if later.promised_on <= promised_on:
        raise BadPromise(
            f"Line {number}: expected a later day than {promised_on} for the rest, got "
            f"{later.promised_on}."
        )
    if not 1 <= later.quantity <= most:
        raise BadPromise(
            f"Line {number}: {line.open_quantity} are to come, so 1 to {most} of them can come "
            f"later, got {later.quantity}."
        )


def write_down(
    purchase_order: PurchaseOrder,
    lines: Sequence[PurchaseOrderLine],
    *,
    was_split: Collection[int],
    order_ids: Collection[int],
) -> None:
    """Keep what was said, and pass it on to planning. The caller holds the locks of `order_ids`.

    `was_split`: the lines (by id) that came in two parts until now.
    """
    if not lines:
        return
    if spread := [line for line in lines if line.later_quantity or line.pk in was_split]:
        _spread(spread)
    # No pegs: what it is tied to stays, and what was cancelled meanwhile stays free.
    record_scheduled_receipts(
        receipts=[facts for line in lines for facts in _facts(line, purchase_order.supplier.name)],
        order_ids=order_ids,
    )
    days = [(line.pk, day, pieces) for line in lines for day, pieces in _days(line)]
    said = [(line.pk, line.promised_on, line.later_quantity, line.later_on) for line in lines]
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [list(column) for column in zip(*days, strict=True)])
        cursor.execute(SAY, [list(column) for column in zip(*said, strict=True)])


# What was said stays, whatever is said later.
KEEP = """
INSERT INTO suppliers_promiseevent (line_id, promised_on, quantity, channel)
SELECT line_id, promised_on, quantity, 'link'
FROM unnest(%s::bigint[], %s::date[], %s::int[]) WITH ORDINALITY
    AS it (line_id, promised_on, quantity, place)
ORDER BY place
"""
SAY = """
UPDATE suppliers_purchaseorderline AS line
SET promised_on = it.promised_on, later_quantity = it.later_quantity, later_on = it.later_on
FROM unnest(%s::bigint[], %s::date[], %s::int[], %s::date[])
    AS it (id, promised_on, later_quantity, later_on)
WHERE line.id = it.id
"""


def put_together(lines: Sequence[PurchaseOrderLine]) -> dict[int, date]:
    """All of each line is to come on its nearer day; returns the later ones there were, by line.

    The caller holds the order's locks.
    """
    split = [line for line in lines if line.later_on is not None]
    if not split:
        return {}
    days = {line.pk: line.later_on for line in split if line.later_on is not None}
    for line in split:
        line.later_quantity, line.later_on = 0, None
    _spread(split)
    PurchaseOrderLine.objects.filter(pk__in=days).update(later_quantity=0, later_on=None)
    return days


def move_rest(lines: Sequence[PurchaseOrderLine], days: Mapping[int, date]) -> None:
    """What had come on the nearer day is here; the rest comes on the later one, as was said."""
    if lines:
        for line in lines:
            line.promised_on = days[line.pk]
        PurchaseOrderLine.objects.bulk_update(lines, ["promised_on"])
        record_scheduled_receipts(
            receipts=[
                facts for line in lines for facts in _facts(line, line.purchase_order.supplier.name)
            ]
        )


def _spread(lines: Sequence[PurchaseOrderLine]) -> None:
    spread_receipts(
        spreads=[
            Spread(
                reference=line.reference,
                later_reference=line.later_reference,
                later_quantity=line.later_quantity,
                later_due_on=line.later_on,
            )
            for line in lines
        ]
    )


def _days(line: PurchaseOrderLine) -> list[tuple[date, int]]:
    """When so many pieces come, the nearer ones first."""
    days = [(line.due_on, line.next_quantity)]
    if line.later_on is not None:
        days.append((line.later_on, line.later_quantity))
    return days


def _facts(line: PurchaseOrderLine, supplier_name: str) -> list[ReceiptFacts]:
    said = line.promised_on is not None
    facts = [
        ReceiptFacts(
            reference=line.reference,
            part_id=line.part_id,
            quantity=line.quantity - line.later_quantity,
            due_on=line.due_on,
            supplier_name=supplier_name,
            is_confirmed=said,
        )
    ]
    if line.later_on is not None:
        facts.append(
            ReceiptFacts(
                reference=line.later_reference,
                part_id=line.part_id,
                quantity=line.later_quantity,
                due_on=line.later_on,
                supplier_name=supplier_name,
                is_confirmed=said,
            )
        )
    return facts
