"""Parts, bills of material, work centers and the first stock."""

from collections.abc import Mapping
from itertools import count

from config.demo.catalogue.bills import BillLine, bills
from config.demo.catalogue.consumables import CONSUMABLES
from config.demo.catalogue.options import CataloguePart
from config.demo.catalogue.suppliers import all_parts, opening_stock
from production.models import BillOfMaterial, BomLine, Part, WorkCenter
from production.services.opening import record_opening

# code, name, operation, jobs a day, minutes a job
WORK_CENTERS = (
    ("kitting", "Kitting shelves", "kitting", 16, 20),
    ("bench", "Assembly benches", "build", 8, 120),
    ("test", "Test racks", "test", 12, 240),
    ("packing", "Packing table", "box", 20, 20),
)
BINS_PER_SHELF = 12

type PartIds = Mapping[str, int]


def load_parts() -> PartIds:
    """Bought, made and phantom parts; returns part number → id."""
    unseen = {part.number for part in CONSUMABLES}
    rows = [
        *(_bought(part, is_tracked=part.number not in unseen) for part in all_parts()),
        *(
            Part(part_number=bill.part_number, name=bill.name, kind=bill.kind, is_tracked=False)
            for bill in bills()
        ),
    ]
    Part.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["part_number"],
        update_fields=["name", "kind", "manufacturer", "mpn", "category", "is_tracked"],
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
    )


def load_bills(parts: PartIds) -> int:
    """Released bills; the lines of one that differs are replaced."""
    for bill in bills():
        row, _ = BillOfMaterial.objects.update_or_create(
            part_id=parts[bill.part_number],
            status=BillOfMaterial.Status.RELEASED,
            defaults={"product_slug": bill.product_slug},
        )
        wanted = [
            _line(row, position, line, parts)
            for position, line in zip(count(10, 10), bill.lines, strict=False)
        ]
        stored = list(row.lines.all())
        if list(map(_content, stored)) != list(map(_content, wanted)):
            row.lines.all().delete()
            BomLine.objects.bulk_create(wanted)
    return len(bills())


def _line(bill: BillOfMaterial, position: int, line: BillLine, parts: PartIds) -> BomLine:
    return BomLine(
        bill=bill,
        position=position,
        component_id=parts[line.part_number] if line.part_number else None,
        component_group=line.group or "",
        quantity_per=line.quantity,
        condition=list(line.condition),
        operation=line.operation,
    )


def _content(line: BomLine) -> tuple[object, ...]:
    return (
        line.position,
        line.component_id,
        line.component_group,
        line.quantity_per,
        line.condition,
        line.operation,
    )


def load_work_centers() -> int:
    """One place for each operation."""
    WorkCenter.objects.bulk_create(
        [
            WorkCenter(
                code=code,
                name=name,
                operation=operation,
                jobs_per_day=jobs_per_day,
                standard_minutes=minutes,
            )
            for code, name, operation, jobs_per_day, minutes in WORK_CENTERS
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "operation", "jobs_per_day", "standard_minutes"],
    )
    return len(WORK_CENTERS)


def open_stock(parts: PartIds) -> int:
    """Put what is common on the shelf, once; bins run along the shelves."""
    stock = opening_stock()
    record_opening(
        rows=[
            (parts[number], pieces, _bin(place))
            for place, (number, pieces) in enumerate(sorted(stock.items()))
        ]
    )
    return len(stock)


def _bin(place: int) -> str:
    shelf, slot = divmod(place, BINS_PER_SHELF)
    return f"{chr(ord('A') + shelf)}-{slot + 1:02}"
