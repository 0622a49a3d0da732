"""Lines, steps and checks of a draft, one at a time: added, changed, moved, removed."""

from collections.abc import Mapping
from itertools import count
from typing import Any

from django.db import transaction

from production.models import BillOfMaterial, Part
from production.services.authoring.cells import Cells, Surroundings, made_of, read_cells
from production.services.authoring.content import (
    CHECKS,
    KINDS,
    MOST_ITEMS,
    STEPS,
    Item,
    items_of,
    renumber,
    state_of_item,
)
from production.services.authoring.drafts import lock_draft
from production.services.authoring.errors import ChangedMeanwhile, ContentRefused
from production.services.authoring.words import words_of

MOST_SUGGESTIONS = 20


def surroundings(bill: BillOfMaterial, numbers: set[str] | None = None) -> Surroundings:
    """What the cells of a bill are read against; `numbers` are looked up in one statement."""
    known = {part.part_number: part for part in Part.objects.filter(part_number__in=numbers or ())}

    def part(number: str) -> Part | None:
        if numbers is not None:
            return known.get(number)
        return Part.objects.filter(part_number=number).first()

    suggestions = count(1)

    def known_numbers() -> list[str]:
        """For the first slips of a file: to look for what was meant takes its time."""
        if next(suggestions) > MOST_SUGGESTIONS:
            return []
        return list(Part.objects.values_list("part_number", flat=True))

    return Surroundings(words_of(bill), part, known_numbers, bill.part_id)


def read_item(bill: BillOfMaterial, kind: str, cells: Mapping[str, str]) -> Cells:
    """What a form says, without storing it."""
    return read_cells(kind, cells, surroundings(bill))


@transaction.atomic
def save_item(
    *, bill_id: int, kind: str, cells: Mapping[str, str], item_id: int | None = None, read: str = ""
) -> Item:
    """Add a line, step or check at the end of its kind, or change one.

    `read` is the state of the item (`state_of_item`) as it was opened. Raises NotADraft,
    ContentRefused by column, and ChangedMeanwhile when the item says something else by now, or is
    gone.
    """
    bill = lock_draft(bill_id)
    found = read_item(bill, kind, cells)
    items = items_of(bill, kind)
    if kind == CHECKS:
        _code_is_free(found, items, item_id)
    if found.faults:
        raise ContentRefused({name: [str(fault)] for name, fault in found.faults.items()})
    if item_id is not None:
        item: Item = _item(items, kind, item_id, read)
        for name, value in found.values.items():
            setattr(item, name, value)
        item.save(update_fields=[*found.values])
        return item
    if len(items) >= MOST_ITEMS:
        told = f"expected {MOST_ITEMS:,} {kind} at most; make a sub-assembly"
        raise ContentRefused({"": [told]})
    made = made_of(kind, found)
    made.bill, made.position = bill, 1 + max((one.position for one in items), default=0)
    made.save(force_insert=True)
    return made


def _code_is_free(found: Cells, items: list[Any], item_id: int | None) -> None:
    code = found.values.get("code")
    if any(one.code == code and one.pk != item_id for one in items):
        found.wrong("code", "a code that no other check has")


@transaction.atomic
def remove_item(*, bill_id: int, kind: str, item_id: int, read: str) -> None:
    """Take an item out of a draft. A repeat is a no-op. Raises as `save_item`."""
    bill = lock_draft(bill_id)
    items = items_of(bill, kind)
    if any(one.pk == item_id for one in items):
        _item(items, kind, item_id, read)
        KINDS[kind].objects.filter(pk=item_id).delete()


@transaction.atomic
def move_item(*, bill_id: int, kind: str, item_id: int, by: int) -> None:
    """Move an item up (below zero) or down so many places; at the end it stays.

    Steps keep to their operation. What somebody else has moved meanwhile stays moved.
    """
    bill = lock_draft(bill_id)
    items = items_of(bill, kind)
    item = next((one for one in items if one.pk == item_id), None)
    if item is None:
        raise ChangedMeanwhile("Somebody else has removed it")
    peers = [one for one in items if kind != STEPS or one.operation == item.operation]
    place = peers.index(item)
    peers.remove(item)
    peers.insert(max(0, place + by), item)
    renumber(bill, kind, peers)


def _item(items: list[Any], kind: str, item_id: int, read: str) -> Any:
    item = next((one for one in items if one.pk == item_id), None)
    if item is None:
        raise ChangedMeanwhile("Somebody else has removed it since you opened it")
    if state_of_item(item, kind) != read:
        raise ChangedMeanwhile("Somebody else has changed it since you opened it")
    return item
