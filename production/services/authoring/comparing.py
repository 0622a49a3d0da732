"""What is different between two bills: lines, steps and checks that were added, changed, removed.

A line has no name of its own: it is the one that takes the same part, or the same choice, and of
several of these the one that says the same. A step is the one of nearly the same words.
"""

from collections import deque
from collections.abc import Callable, Hashable, Sequence
from difflib import SequenceMatcher
from typing import Any

from configurator.selectors.differences import Section, Thing, section
from production.models import BillOfMaterial, BomLine, CheckItem
from production.services.authoring.cells import write_cells
from production.services.authoring.content import CHECKS, LINES, STEPS, Item, items_of

TITLES = {LINES: "Lines", STEPS: "Steps", CHECKS: "Checks"}
ALIKE = 0.6  # of two texts that are taken for one that was changed
MOST_ALIKE = 5_000  # pairs of steps that are compared word by word, about a second

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
    found: dict[int, Any] = {}
    _match(old, new, found, lambda item: tuple(write_cells(item, kind).values()))
    if kind != STEPS:
        _match(old, new, found, _code)
    else:
        _match_alike(old, new, found)
    matched = {id(was) for was in found.values()}
    gone = [item for item in old if id(item) not in matched]
    return [(found.get(id(item)), item) for item in new] + [(item, None) for item in gone]


def _match(
    old: Sequence[Item],
    new: Sequence[Item],
    found: dict[int, Any],
    key: Callable[[Any], Hashable],
) -> None:
    """Pair what has the same key, first with first."""
    matched = {id(was) for was in found.values()}
    waiting: dict[Hashable, deque[Item]] = {}
    for item in old:
        if id(item) not in matched:
            waiting.setdefault(key(item), deque()).append(item)
    for item in new:
        if id(item) not in found and (same := waiting.get(key(item))):
            found[id(item)] = same.popleft()


def _match_alike(old: Sequence[Item], new: Sequence[Item], found: dict[int, Any]) -> None:
    """Pair steps of nearly the same words, where they are few enough to be compared."""
    matched = {id(was) for was in found.values()}
    left = [item for item in old if id(item) not in matched]
    fresh = [item for item in new if id(item) not in found]
    if len(left) * len(fresh) > MOST_ALIKE:
        return
    for item in fresh:
        was = next((one for one in left if _is_alike(one, item)), None)
        if was is not None:
            found[id(item)] = was
            left.remove(was)


def _is_alike(old: Any, new: Any) -> bool:
    if old.operation != new.operation:
        return False
    compared = SequenceMatcher(None, old.text, new.text)
    return compared.quick_ratio() >= ALIKE and compared.ratio() >= ALIKE


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
