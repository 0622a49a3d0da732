"""The released bills that a product or a part reaches, read for explosion."""

from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from threading import Lock

from django.db import connection

from production.bom import (
    Bill,
    BillCheck,
    BillStep,
    Line,
    PartFacts,
    read_check,
    read_line,
    read_step,
)
from production.bom.expression import Schema
from production.models import BomLine, CheckItem, InstructionStep

KEPT_BILLS = 1_024  # a bill takes some tens of kilobytes

# Which state of the released bills counts on a day: the number moves whenever a bill is released
# or a part changes its kind, the day is the last on which a line came into use or went out of it.
STAMP = """
SELECT coalesce((SELECT number FROM production_billsstamp), 0) || ':' || coalesce(greatest(
    (SELECT max(effective_from) FROM production_bomline WHERE effective_from <= %(on)s),
    (SELECT max(effective_until) + 1 FROM production_bomline WHERE effective_until < %(on)s)
)::text, '')
"""

# Every bill in force that the products or the parts reach, and every part on the way, however
# deep: one statement. A draft is in force instead of the released bill of its part. UNION (not
# ALL) ends a cycle; `explode` then names it.
REACHED = f"""
WITH RECURSIVE in_force AS (
    SELECT id, part_id, product_slug FROM production_billofmaterial
    WHERE id = %(draft)s OR status = 'released' AND part_id NOT IN (
        SELECT part_id FROM production_billofmaterial WHERE id = %(draft)s)
), reached (part_id) AS (
    (
        SELECT part_id FROM in_force WHERE product_slug = ANY(%(slugs)s)
        UNION
        SELECT id FROM production_part WHERE part_number = ANY(%(parts)s)
    )
    UNION
    SELECT line.component_id
    FROM reached
    JOIN in_force ON in_force.part_id = reached.part_id
    JOIN production_bomline AS line
      ON line.bill_id = in_force.id AND line.component_id IS NOT NULL
)
SELECT part.part_number, part.kind, part.is_stocked, part.is_serial_tracked,
       in_force.id, in_force.product_slug, ({STAMP})
FROM reached
JOIN production_part AS part ON part.id = reached.part_id
LEFT JOIN in_force ON in_force.part_id = part.id
ORDER BY part.part_number
"""  # noqa: S608 - two constants


@dataclass(frozen=True, slots=True)
class Reached:
    """Bills and parts by part number, and the top part number of each product, at one stamp."""

    stamp: str
    bills: Mapping[str, Bill]
    parts: Mapping[str, PartFacts]
    tops: Mapping[str, str]


def reached_bills(
    *, slugs: Collection[str], part_numbers: Collection[str], on: date, draft_id: int | None = None
) -> Reached:
    """What these products and parts reach: one statement, and three where a bill is new to us.

    With a draft it counts as if it were released. Raises BillFormatError.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            REACHED,
            {
                "slugs": list(slugs),
                "parts": [number for number in part_numbers if number],
                "on": on,
                "draft": draft_id,
            },
        )
        rows = cursor.fetchall()
    parts = {row[0]: PartFacts(*row[1:4]) for row in rows}
    owners = {bill: part for part, *_, bill, _, _ in rows if bill is not None}
    stamp = rows[0][-1] if rows else ""
    return Reached(
        stamp=stamp,
        bills={bill.part_number: bill for bill in _contents(owners, stamp, draft_id)},
        parts=parts,
        tops={slug: part for part, *_, slug, _ in rows if slug},
    )


_kept: OrderedDict[tuple[int, str], Bill] = OrderedDict()
_lock = Lock()


def _contents(owners: Mapping[int, str], stamp: str, draft_id: int | None) -> list[Bill]:
    """The bills of these ids (→ part number), from memory where they were read at this stamp."""
    with _lock:
        known = {pk: _kept.get((pk, stamp)) for pk in owners if pk != draft_id}
    found = {pk: bill for pk, bill in known.items() if bill is not None}
    read = _read({pk: part for pk, part in owners.items() if pk not in found})
    with _lock:
        for pk, bill in read.items():
            if pk != draft_id:
                _kept[pk, stamp] = bill
        while len(_kept) > KEPT_BILLS:
            _kept.popitem(last=False)
    return [*found.values(), *read.values()]


def _read(owners: Mapping[int, str]) -> dict[int, Bill]:
    if not owners:
        return {}
    lines = _lines(owners)
    steps = _steps(owners)
    checks = _checks(owners)
    return {
        pk: Bill(part, tuple(lines[pk]), tuple(steps[pk]), tuple(checks[pk]))
        for pk, part in owners.items()
    }


def _lines(owners: Mapping[int, str]) -> dict[int, list[Line]]:
    read: dict[int, list[Line]] = {pk: [] for pk in owners}
    rows = BomLine.objects.filter(bill__in=owners).select_related("component")
    for row in rows.order_by("bill", "position", "pk"):
        of_bill = read[row.bill_id]
        of_bill.append(line_of(row, where=f"{owners[row.bill_id]}, line {len(of_bill) + 1}"))
    return read


def line_of(row: BomLine, *, where: str, schema: Schema | None = None) -> Line:
    """A stored line, read. Its component should be joined. Raises BillFormatError."""
    return read_line(
        component=row.component.part_number if row.component else "",
        group=row.component_group,
        quantity_per=row.quantity_per,
        condition=row.condition,
        operation=row.operation,
        scrap_factor=row.scrap_factor,
        setup_quantity=row.setup_quantity,
        effective_from=row.effective_from,
        effective_until=row.effective_until,
        alternates=row.alternates,
        priority=row.priority,
        schema=schema,
        where=where,
    )


def _steps(owners: Mapping[int, str]) -> dict[int, list[BillStep]]:
    read: dict[int, list[BillStep]] = {pk: [] for pk in owners}
    rows = InstructionStep.objects.filter(bill__in=owners)
    for row in rows.order_by("bill", "operation", "position", "pk"):
        read[row.bill_id].append(
            step_of(row, where=f"{owners[row.bill_id]}, {row.operation} step {row.position}")
        )
    return read


def step_of(row: InstructionStep, *, where: str, schema: Schema | None = None) -> BillStep:
    """A stored instruction, read. Raises BillFormatError."""
    return read_step(
        operation=row.operation,
        text=row.text,
        condition=row.condition,
        schema=schema,
        where=where,
    )


def _checks(owners: Mapping[int, str]) -> dict[int, list[BillCheck]]:
    read: dict[int, list[BillCheck]] = {pk: [] for pk in owners}
    for row in CheckItem.objects.filter(bill__in=owners).order_by("bill", "position", "pk"):
        read[row.bill_id].append(check_of(row, where=f"{owners[row.bill_id]}, check {row.code}"))
    return read


def check_of(row: CheckItem, *, where: str, schema: Schema | None = None) -> BillCheck:
    """A stored check, read. Raises BillFormatError."""
    return read_check(
        code=row.code,
        text=row.text,
        condition=row.condition,
        unit=row.unit,
        at_least=row.at_least,
        at_most=row.at_most,
        schema=schema,
        where=where,
    )
