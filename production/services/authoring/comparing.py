"""What is different between two bills: lines, steps and checks that were added, changed, removed.

A line has no name of its own: it is the one that takes the same part, or the same choice, and of
several of these the one that says the same. A step is the one of nearly the same words.
"""

from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from typing import Any

from configurator.selectors.differences import Section, Thing, section
from production.models import BillOfMaterial, BomLine, CheckItem, InstructionStep
from production.services.authoring.cells import write_cells
from production.services.authoring.content import CHECKS, LINES, STEPS, Item, items_of

TITLES = {LINES: "Lines", STEPS: "Steps", CHECKS: "Checks"}
ALIKE = 0.6  # of two texts that are taken for one that was changed
MOST_ALIKE = 200  # steps that are compared word by word

type Pairs = list[tuple[Any, Any]]  # (before, after); None where there is none


def differences(old: BillOfMaterial, new: BillOfMaterial) -> tuple[Section, ...]:
    """What is not the same in both, kind by kind; kinds without a difference are left out."""
    found = (changes(kind, items_of(old, kind), items_of(new, kind)) for kind in TITLES)
    return tuple(one for one in found if one.differences)


def changes(kind: str, old: Sequence[Item], new: Sequence[Item]) -> Section:
    """The differences of one kind."""
    pairs = _pairs(kind, old, new)
    before: dict[int, Thing] = {}
    after: dict[int, Thing] = {}
    taken: dict[str, int] = {}
    for was, is_ in pairs:
        item = is_ if is_ is not None else was
        code = _code(item)
        taken[code] = taken.get(code, 0) + 1
        unique = code if taken[code] == 1 else f"{code} #{taken[code]}"
        if was is not None:
            before[id(was)] = Thing(unique, _name(item), _facts(was, kind))
        if is_ is not None:
            after[id(is_)] = Thing(unique, _name(item), _facts(is_, kind))
    # Sections of this sort are told by their title, and in their order.
    return section(
        "options",
        TITLES[kind],
        [before[id(item)] for item in old],
        [after[id(item)] for item in new],
    )


def _pairs(kind: str, old: Sequence[Item], new: Sequence[Item]) -> Pairs:
    """Which item was which: the same first, then the alike, in their order."""
    left = list(old)
    found: dict[int, Any] = {}
    alike: list[Callable[[Any, Any], bool]] = [
        lambda a, b: write_cells(a, kind) == write_cells(b, kind),
        lambda a, b: _code(a) == _code(b) and kind != STEPS,
    ]
    if kind == STEPS and len(left) <= MOST_ALIKE:
        alike.append(_is_alike)
    for is_same in alike:
        for item in new:
            if id(item) in found:
                continue
            was = next((one for one in left if is_same(one, item)), None)
            if was is not None:
                found[id(item)] = was
                left.remove(was)
    return [(found.get(id(item)), item) for item in new] + [(item, None) for item in left]


def _is_alike(old: InstructionStep, new: InstructionStep) -> bool:
    return (
        old.operation == new.operation
        and SequenceMatcher(None, old.text, new.text).quick_ratio() >= ALIKE
        and SequenceMatcher(None, old.text, new.text).ratio() >= ALIKE
    )


def _code(item: Item) -> str:
    if isinstance(item, BomLine):
        return item.component.part_number if item.component else f"@{item.component_group}"
    return item.code if isinstance(item, CheckItem) else item.operation


def _name(item: Item) -> str:
    if isinstance(item, BomLine):
        return item.component.name if item.component else f"chosen in {item.component_group}"
    return item.text


def _facts(item: Item, kind: str) -> dict[str, str]:
    cells = write_cells(item, kind)
    if kind == LINES:
        return {name: text for name, text in cells.items() if name not in {"part", "group"}}
    return cells
