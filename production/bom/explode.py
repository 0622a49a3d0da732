"""Explosion: a 150% bill and a configuration give what one unit is made of, level by level."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from production.bom.conditions import Choices, applies, count
from production.bom.errors import BillCycle, MissingBill, MissingChoice, MissingPart
from production.bom.lines import Bill, Line

BUY = "buy"
# In which order a job takes its parts: the earliest operation that needs a part fetches it.
OPERATIONS = ("kitting", "build", "test", "box")


@dataclass(frozen=True, slots=True)
class ExplodedLine:
    """One line of an exploded bill.

    `path` is the part numbers from the top down to this one, `level` 1 right below the top,
    `quantity` for one unit of the top; `kind` is "buy", "make" or "phantom"; `parent` is the
    part number that this line belongs to.
    """

    path: str
    level: int
    part_number: str
    quantity: int
    kind: str
    operation: str
    parent: str


@dataclass(frozen=True, slots=True)
class Need:
    """So much of one bought part for one unit, and the first operation that takes it."""

    part_number: str
    quantity: int
    operation: str


def explode(
    top: str, *, bills: Mapping[str, Bill], kinds: Mapping[str, str], choices: Choices
) -> tuple[ExplodedLine, ...]:
    """What one `top` is made of under these choices, in the order of the bills.

    `bills` and `kinds` are by part number; `choices` by option group. Parts that are made and
    phantoms are exploded through and stand in the result as lines of their own, so that the
    sum over lines of kind "buy" is exactly what must be on the shelf. A line whose condition
    does not hold, whose count is zero or whose chosen option has no part leaves nothing behind.

    Raises a BillError that says where: BillCycle, MissingBill, MissingPart, MissingChoice,
    UnknownQuantity.
    """
    if top not in bills:
        raise MissingBill("has no released bill", where=top)
    return tuple(_lines(bills[top], (top,), 1, bills=bills, kinds=kinds, choices=choices))


def _lines(
    bill: Bill,
    path: tuple[str, ...],
    units: int,
    *,
    bills: Mapping[str, Bill],
    kinds: Mapping[str, str],
    choices: Choices,
) -> Iterator[ExplodedLine]:
    for number, line in enumerate(bill.lines, start=1):
        where = f"{' → '.join(path)}, line {number}"
        if not applies(line.conditions, choices, where):
            continue
        component = _component(line, choices, where)
        quantity = units * count(line.quantity, choices, where)
        if not component or not quantity:
            continue
        if component not in kinds:
            raise MissingPart(f"there is no part {component!r}", where=where)
        here = (*path, component)
        if component in path:
            raise BillCycle(f"needs itself: {' → '.join(here)}", where=where)
        yield ExplodedLine(
            path="/".join(here),
            level=len(path),
            part_number=component,
            quantity=quantity,
            kind=kinds[component],
            operation=line.operation,
            parent=path[-1],
        )
        if kinds[component] == BUY:
            continue
        if component not in bills:
            raise MissingBill(
                f"{component!r} is {kinds[component]}, but has no released bill", where=where
            )
        yield from _lines(
            bills[component], here, quantity, bills=bills, kinds=kinds, choices=choices
        )


def _component(line: Line, choices: Choices, where: str) -> str:
    if not line.group:
        return line.component
    choice = choices.get(line.group)
    if choice is None:
        raise MissingChoice(f"the configuration has no group {line.group!r}", where=where)
    return choice.part_number


def needs(lines: Iterable[ExplodedLine]) -> tuple[Need, ...]:
    """What must be on the shelf for one unit: one entry a bought part, in order of first use."""
    quantities: dict[str, int] = {}
    operations: dict[str, int] = {}
    for line in lines:
        if line.kind != BUY:
            continue
        rank = OPERATIONS.index(line.operation)
        quantities[line.part_number] = quantities.get(line.part_number, 0) + line.quantity
        operations[line.part_number] = min(operations.get(line.part_number, rank), rank)
    return tuple(
        Need(part, quantity, OPERATIONS[operations[part]]) for part, quantity in quantities.items()
    )
