"""The lines, steps and checks of a bill: copied, compared, and known by what they say."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet

from production.bom.as_ordered import OPERATIONS
from production.models import BillOfMaterial, BomLine, CheckItem, InstructionStep

type Item = BomLine | InstructionStep | CheckItem

LINES, STEPS, CHECKS = "lines", "steps", "checks"
KINDS: Mapping[str, type[Item]] = {LINES: BomLine, STEPS: InstructionStep, CHECKS: CheckItem}
# What an item says, beside where it stands.
FIELDS: Mapping[str, tuple[str, ...]] = {
    LINES: (
        *("component_id", "component_group", "quantity_per", "condition", "operation"),
        *("scrap_factor", "setup_quantity", "effective_from", "effective_until"),
        *("alternates", "priority", "note"),
    ),
    STEPS: ("operation", "text", "condition"),
    CHECKS: ("code", "text", "condition", "unit", "at_least", "at_most"),
}
MOST_ITEMS = 2_000  # of one kind in a bill; a machine of more lines is built of sub-assemblies


def items_of(bill: BillOfMaterial, kind: str) -> list[Any]:
    """The items of one kind in the order in which they are read."""
    rows: QuerySet[Any] = KINDS[kind].objects.filter(bill=bill)
    if kind == LINES:
        rows = rows.select_related("component")
    found = list(rows.order_by("position", "pk"))
    if kind == STEPS:
        found.sort(key=lambda step: OPERATIONS.index(step.operation))
    return found


def said_by(item: Item, kind: str) -> dict[str, str]:
    """What an item says, as texts that are equal where it means the same."""
    return {name: _text(getattr(item, name)) for name in FIELDS[kind]}


def _text(value: object) -> str:
    if value is None:
        return ""
    normalize = getattr(value, "normalize", None)
    return f"{normalize():f}" if normalize else str(value)


def state_of_item(item: Item, kind: str) -> str:
    """Tells whether somebody else has saved an item since it was read."""
    return _sha256([kind, said_by(item, kind)])


def state_of(bill: BillOfMaterial) -> str:
    """Tells whether anything in a bill is otherwise than it was when it was read."""
    content: list[object] = [bill.product_slug, bill.note]
    content += [[said_by(item, kind) for item in items_of(bill, kind)] for kind in KINDS]
    return _sha256(content)


def _sha256(content: object) -> str:
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def copies(items: Iterable[Item], kind: str, bill: BillOfMaterial) -> list[Any]:
    """New items that say the same in another bill, in the same order."""
    return [
        KINDS[kind](
            bill=bill, position=position, **{name: getattr(item, name) for name in FIELDS[kind]}
        )
        for position, item in enumerate(items, start=1)
    ]


def copy_content(source: BillOfMaterial, draft: BillOfMaterial) -> None:
    """Everything that a bill says, into a draft that says nothing yet."""
    for kind, model in KINDS.items():
        model.objects.bulk_create(copies(items_of(source, kind), kind, draft))


def renumber(bill: BillOfMaterial, kind: str, items: Iterable[Item]) -> None:
    """Write down an order, from 1; what stands where it stood is not touched."""
    moved = []
    for position, item in enumerate(items, start=1):
        if item.position != position:
            item.position = position
            moved.append(item)
    KINDS[kind].objects.bulk_update(moved, ["position"])  # type: ignore[arg-type]
