"""Explosion: a 150% bill and a configuration give what one unit is made of, level by level."""

from collections.abc import Iterator, Mapping

from production.bom.as_ordered import BUY, ExplodedLine
from production.bom.conditions import Choices, applies, count
from production.bom.errors import BillCycle, MissingBill, MissingChoice, MissingPart
from production.bom.lines import Bill, Line


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
            line=number,
            per_parent=quantity // units,
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
