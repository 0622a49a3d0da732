"""Parts, bills and stock for the small computer of `tests.factories.configurator`.

    MCH-<slug> (make)   case, power supply, processor, memory × its quantity, graphics,
                        CHASSIS-KIT, SET-PACK, and a bracket where a card is fitted
    CHASSIS-KIT (make)  8 screws, SET-CABLES
    SET-CABLES (phantom)  2 cables, 4 ties
    SET-PACK (phantom)    carton, label

An idle plant of four work centers, each open from 8 to 16 on five days, an hour a machine. Screws,
ties, carton and label are consumables that the customer is not shown.
"""

from collections.abc import Iterable
from datetime import time
from typing import Any

from django.db import transaction

from config.audit.services import change_status
from configurator.models import ModelVersion
from production.models import BillOfMaterial, BomLine, Part, Shift, StockLevel, WorkCenter
from production.services.counting import adjust_stock
from production.services.opening import record_opening
from production.services.planning import plan_order
from production.services.supply_profiles import update_supply_profile
from shop.models import Order
from tests.factories.configurator import GROUPS, SUPPLY, publish_small_model
from tests.factories.shop import paid_order, place_small_order

CONSUMABLES = ("SCREW", "TIE", "CARTON", "LABEL")
FIXED_PARTS = ("CABLE", "BRACKET", *CONSUMABLES)
PLENTY = 100

# Part number or @group, quantity, condition, operation.
type LineRow = tuple[str, str, str, str]

CHASSIS_KIT: list[LineRow] = [
    ("SCREW", "8", "", "build"),
    ("SET-CABLES", "1", "", "build"),
]
SET_CABLES: list[LineRow] = [
    ("CABLE", "2", "", "build"),
    ("TIE", "4", "", "build"),
]
SET_PACK: list[LineRow] = [
    ("CARTON", "1", "", "box"),
    ("LABEL", "1", "", "box"),
]
CARD_IS_FITTED = 'graphics != "none"'
MACHINE: list[LineRow] = [
    ("@case", "1", "", "build"),
    ("@power_supply", "1", "", "build"),
    ("@cpu", "1", "", "build"),
    ("@memory", "memory_quantity.count", "", "build"),
    ("@graphics", "1", "", "build"),
    ("BRACKET", "1", CARD_IS_FITTED, "build"),
    ("CHASSIS-KIT", "1", "", "build"),
    ("SET-PACK", "1", "", "box"),
]
# What the default configuration takes: part number → pieces.
DEFAULT_NEEDS = {
    "CASE-MINI": 1,
    "PSU-450": 1,
    "CPU-6": 1,
    "MEM-16": 1,
    "SCREW": 8,
    "CABLE": 2,
    "TIE": 4,
    "CARTON": 1,
    "LABEL": 1,
}


def part(part_number: str, **fields: Any) -> Part:
    defaults = {"name": _name_of(part_number), **fields}
    return Part.objects.get_or_create(part_number=part_number, defaults=defaults)[0]


def _name_of(part_number: str) -> str:
    return part_number.replace("-", " ").title()


def _parts(wanted: Iterable[Part]) -> None:
    """Those of them that do not exist yet, by two statements: nearly every test makes them."""
    by_number: dict[str, Part] = {}
    for one in wanted:
        by_number.setdefault(one.part_number, one)
    known = Part.objects.filter(part_number__in=by_number).values_list("part_number", flat=True)
    for part_number in known:
        del by_number[part_number]
    Part.objects.bulk_create(by_number.values())


def stock_part(part_number: str, quantity: int) -> Part:
    """Change what lies on the shelf of a part to `quantity` pieces, by a count."""
    one = part(part_number)
    level = StockLevel.objects.filter(part=one).first()
    difference = quantity - (level.on_hand if level else 0)
    if difference:
        number = one.movements.count()
        adjust_stock(
            part_id=one.pk,
            quantity=difference,
            reason="counted",
            key=f"count:{one.pk}:{number}",
            actor="staff:test",
        )
    return one


def bill(owner: Part, lines: Iterable[LineRow], product_slug: str = "") -> BillOfMaterial:
    """A released bill; "@case" stands for whatever is chosen in the group `case`."""
    made = draft_bill(owner, lines, product_slug)
    _declare(made, BillOfMaterial.Status.RELEASED)
    return made


def _declare(bill: BillOfMaterial, status: str) -> None:
    """What `release_bill` does, without its questions: some tests need a bill that is wrong."""
    with transaction.atomic():
        change_status(bill, to=status, why="made for a test")


def draft_bill(owner: Part, lines: Iterable[LineRow], product_slug: str = "") -> BillOfMaterial:
    """As `bill`, a revision that can still be written on."""
    made = BillOfMaterial.objects.create(
        part=owner, revision=owner.bills.count() + 1, product_slug=product_slug
    )
    lines = list(lines)
    named = [what for what, *_ in lines if not what.startswith("@")]
    components = {one.part_number: one for one in Part.objects.filter(part_number__in=named)}
    BomLine.objects.bulk_create(
        BomLine(
            bill=made,
            position=position,
            component=None if what.startswith("@") else components[what],
            component_group=what[1:] if what.startswith("@") else "",
            quantity_per=quantity_per,
            condition=condition,
            operation=operation,
        )
        for position, (what, quantity_per, condition, operation) in enumerate(lines)
    )
    return made


def change_line(line: BomLine, **fields: Any) -> BillOfMaterial:
    """Release the next revision of a released bill, in which this one line reads otherwise."""
    old = line.bill
    lines, steps, checks = (list(rows.all()) for rows in (old.lines, old.steps, old.checks))
    _declare(old, BillOfMaterial.Status.SUPERSEDED)
    made = BillOfMaterial.objects.create(
        part=old.part, revision=old.revision + 1, product_slug=old.product_slug
    )
    for row in (*lines, *steps, *checks):
        if row.pk == line.pk and isinstance(row, BomLine):
            for name, value in fields.items():
                setattr(row, name, value)
        row.pk, row.bill = None, made
        row.save(force_insert=True)
    _declare(made, BillOfMaterial.Status.RELEASED)
    return made


def idle_plant() -> None:
    known = set(WorkCenter.objects.values_list("operation", flat=True))
    centers = WorkCenter.objects.bulk_create(
        WorkCenter(operation=kind, code=kind, name=kind.title(), standard_minutes=60)
        for kind in ("kitting", "build", "test", "box")
        if kind not in known
    )
    man(*centers)


def man(*centers: WorkCenter, days: Iterable[int] = range(5)) -> None:
    """One shift of eight hours on each of these weekdays."""
    Shift.objects.bulk_create(
        Shift(work_center=center, weekday=day, starts_at=time(8), ends_at=time(16))
        for center in centers
        for day in days
    )


def makeable_model(*, version: ModelVersion | None = None, pieces: int = PLENTY) -> ModelVersion:
    """The small computer on sale, with parts, bills, lead times, and `pieces` of every part."""
    version = version or publish_small_model()
    chosen = [option for _, options in GROUPS.values() for option in options if option[2]]
    _parts(Part(part_number=one[2], name=one[1], category=_group_of(one[2])) for one in chosen)
    _parts(
        Part(part_number=one, name=_name_of(one), is_tracked=one not in CONSUMABLES)
        for one in FIXED_PARTS
    )
    if not Part.objects.filter(part_number="CHASSIS-KIT").exists():
        phantom = Part.Kind.PHANTOM
        bill(part("SET-CABLES", kind=phantom), SET_CABLES)
        bill(part("SET-PACK", kind=phantom), SET_PACK)
        bill(part("CHASSIS-KIT", kind=Part.Kind.MAKE), CHASSIS_KIT)
    slug = version.product_model.slug
    bill(part(f"MCH-{slug.upper()}", kind=Part.Kind.MAKE), MACHINE, product_slug=slug)
    idle_plant()
    bought = Part.objects.filter(kind=Part.Kind.BUY)
    record_opening(rows=[(one.pk, pieces, "A-01") for one in bought])
    update_supply_profile(
        rows=[
            (one.pk, SUPPLY.get(one.part_number, (0, 2))[1], "Nordkomp")
            for one in bought.order_by("pk")
        ]
    )
    return version


def _group_of(part_number: str) -> str:
    return next(
        group for group, (_, options) in GROUPS.items() for one in options if one[2] == part_number
    )


def unpaid_order(*, version: ModelVersion | None = None, **options: Any) -> Order:
    """An order that waits for its payment; options as of `place_small_order`."""
    return place_small_order(version=version or makeable_model(), **options)


def released_order(*, version: ModelVersion | None = None, **options: Any) -> Order:
    """A paid order, not planned yet: its event waits in the outbox."""
    return paid_order(version=version or makeable_model(), **options)


def planned_order(*, version: ModelVersion | None = None, **options: Any) -> Order:
    """A released order with its jobs."""
    order = released_order(version=version, **options)
    plan_order(order_id=order.pk)
    return order
