"""Parts, bills of material, work centers and the first stock."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import time
from itertools import count
from typing import Any

from django.db.models import Max

from config.demo.catalogue.bills import Bill, bills
from config.demo.catalogue.consumables import CONSUMABLES
from config.demo.catalogue.options import CataloguePart
from config.demo.catalogue.suppliers import all_parts
from production.models import (
    BillOfMaterial,
    BomLine,
    CheckItem,
    InstructionStep,
    Part,
    Shift,
    WorkCenter,
)
from production.services.releasing import release_bill

# code, name, operation, stations, minutes a job, most under way: a walk of the pick list takes
# several at once, and a machine that waits for something leaves its bench to another.
WORK_CENTERS = (
    ("kitting", "Kitting shelves", "kitting", 1, 20, 8),
    ("bench", "Assembly benches", "build", 2, 120, 4),
    ("test", "Test racks", "test", 6, 240, 8),
    ("packing", "Packing table", "box", 1, 20, 4),
)
# Monday to Friday, with half an hour for lunch.
SHIFTS = ((time(8), time(12)), (time(12, 30), time(16, 30)))

LINE_FIELDS = (
    *("position", "component_id", "component_group", "quantity_per", "condition", "operation"),
    *("alternates", "priority", "note"),
)
STEP_FIELDS = ("position", "operation", "text", "condition")
CHECK_FIELDS = ("position", "code", "text", "condition", "unit", "at_least", "at_most")
# What carries a serial number that the machine's record keeps.
SERIAL_TRACKED = frozenset({"cpu", "motherboard", "graphics", "power_supply", "drive", "monitor"})

type PartIds = Mapping[str, int]


def load_parts() -> PartIds:
    """Bought, made and phantom parts; returns part number → id."""
    unseen = {part.number for part in CONSUMABLES}
    rows = [
        *(_bought(part, is_tracked=part.number not in unseen) for part in all_parts()),
        *(
            Part(
                part_number=bill.part_number,
                name=bill.name,
                kind=bill.kind,
                is_stocked=bill.is_stocked,
                is_tracked=False,
            )
            for bill in bills()
        ),
    ]
    Part.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["part_number"],
        update_fields=[
            *("name", "kind", "manufacturer", "mpn", "category"),
            *("is_tracked", "is_stocked", "is_serial_tracked"),
        ],
    )
    numbers = [row.part_number for row in rows]
    return dict(Part.objects.filter(part_number__in=numbers).values_list("part_number", "pk"))


def _bought(part: CataloguePart, *, is_tracked: bool) -> Part:
    return Part(
        part_number=part.number,
        name=part.name,
        kind=Part.Kind.BUY,
        manufacturer=part.maker,
        mpn=part.maker_part_number,
        category=part.category,
        is_tracked=is_tracked,
        is_serial_tracked=part.category in SERIAL_TRACKED,
    )


def load_bills(parts: PartIds) -> int:
    """Released bills; one that reads otherwise than before becomes the next revision."""
    for bill in bills():
        released = BillOfMaterial.objects.filter(
            part=parts[bill.part_number], status=BillOfMaterial.Status.RELEASED
        ).first()
        if released is None or _stored(released) != _wanted(bill, parts):
            release_bill(bill_id=_draft(bill, parts).pk, actor="system")
    return len(bills())


def _draft(bill: Bill, parts: PartIds) -> BillOfMaterial:
    revisions = BillOfMaterial.objects.filter(part=parts[bill.part_number])
    newest = revisions.aggregate(newest=Max("revision"))["newest"] or 0
    draft = BillOfMaterial.objects.create(
        part_id=parts[bill.part_number],
        revision=newest + 1,
        product_slug=bill.product_slug,
        note="As the demo is delivered.",
    )
    _, lines, steps, checks = _wanted(bill, parts)
    BomLine.objects.bulk_create(BomLine(bill=draft, **line) for line in lines)
    InstructionStep.objects.bulk_create(InstructionStep(bill=draft, **step) for step in steps)
    CheckItem.objects.bulk_create(CheckItem(bill=draft, **check) for check in checks)
    return draft


type Rows = list[dict[str, Any]]
type Content = tuple[str, Rows, Rows, Rows]


def _wanted(bill: Bill, parts: PartIds) -> Content:
    """What the catalogue says of a bill, as rows of the tables."""
    lines = [
        {
            "position": position,
            "component_id": parts[line.part_number] if line.part_number else None,
            "component_group": line.group or "",
            "quantity_per": line.quantity,
            "condition": line.condition,
            "operation": line.operation,
            "alternates": line.alternates,
            "priority": line.priority,
            "note": line.note,
        }
        for position, line in zip(count(10, 10), bill.lines, strict=False)
    ]
    steps = [
        {"position": position, **asdict(step)}
        for position, step in zip(count(10, 10), bill.steps, strict=False)
    ]
    checks = [
        {"position": position, **asdict(check)}
        for position, check in zip(count(10, 10), bill.checks, strict=False)
    ]
    return bill.product_slug, lines, steps, checks


def _stored(bill: BillOfMaterial) -> Content:
    """What stands in the database of it, in the same form."""
    lines, steps, checks = bill.lines.all(), bill.steps.order_by("position"), bill.checks.all()
    return (
        bill.product_slug,
        list(lines.values(*LINE_FIELDS)),
        list(steps.values(*STEP_FIELDS)),
        list(checks.values(*CHECK_FIELDS)),
    )


def load_work_centers() -> int:
    """One place for each operation, and when it is manned: hours and limits of staff stay."""
    WorkCenter.objects.bulk_create(
        [
            WorkCenter(
                code=code,
                name=name,
                operation=operation,
                stations=stations,
                standard_minutes=minutes,
                wip_limit=limit,
            )
            for code, name, operation, stations, minutes, limit in WORK_CENTERS
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "operation", "stations", "standard_minutes"],
    )
    if not Shift.objects.exists():
        Shift.objects.bulk_create(
            Shift(work_center=center, weekday=day, starts_at=start, ends_at=end)
            for center in WorkCenter.objects.filter(code__in=[row[0] for row in WORK_CENTERS])
            for day in range(5)
            for start, end in SHIFTS
        )
    return len(WORK_CENTERS)
