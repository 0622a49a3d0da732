"""Explosion: a 150% bill and a configuration give what one unit is made of, level by level."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from production.bom.as_ordered import BUY, Alternate, ExplodedLine, pieces
from production.bom.choices import Choice
from production.bom.errors import (
    BillCycle,
    BillError,
    MissingBill,
    MissingChoice,
    MissingPart,
    NoAlternate,
    UnknownQuantity,
)
from production.bom.expression.expressions import MOST_PIECES
from production.bom.lines import Bill, Line, PartFacts

type Choices = Mapping[str, Choice]


def explode(
    top: str,
    *,
    bills: Mapping[str, Bill],
    parts: Mapping[str, PartFacts],
    choices: Choices,
    on: date,
) -> tuple[ExplodedLine, ...]:
    """What one `top` is made of under these choices on that day, in the order of the bills.

    `bills` and `parts` are by part number; `choices` by option group. Parts that are made and
    phantoms are exploded through and stand in the result as lines of their own, so that the
    sum over lines of kind "buy" is exactly what must be on the shelf. A line whose condition
    does not hold, whose count is zero or whose chosen option has no part leaves nothing behind.

    Raises a BillError that says where: BillCycle, MissingBill, MissingPart, MissingChoice,
    NoAlternate, UnknownQuantity.
    """
    if top not in bills:
        raise MissingBill("has no released bill", where=top)
    explosion = _Explosion(bills, parts, choices, on)
    explosion.add(bills[top], (top,), 1)
    return tuple(explosion.lines)


@dataclass(slots=True)
class Applicable:
    """A line that applies to the configuration, with what it takes for one of its parent."""

    number: int  # its place in the bill, from 1
    line: Line
    part_number: str
    per_parent: int
    others: tuple["Applicable", ...] = ()  # approved instead of it, best first

    def pieces(self, parents: int) -> int:
        return pieces(parents, self.per_parent, self.line.scrap, self.line.setup)


class _Explosion:
    """One explosion; what applies in a bill is found once, however often the bill is reached."""

    def __init__(
        self,
        bills: Mapping[str, Bill],
        parts: Mapping[str, PartFacts],
        choices: Choices,
        on: date,
    ) -> None:
        self.bills, self.parts, self.choices, self.on = bills, parts, choices, on
        self.lines: list[ExplodedLine] = []
        self._used: dict[str, list[Applicable]] = {}

    def add(self, bill: Bill, path: tuple[str, ...], units: int) -> None:
        used = self._used.get(bill.part_number)
        if used is None:
            used = self._used[bill.part_number] = self._in_use(bill, path)
        for one in used:
            self._add_line(one, path, units)

    def _in_use(self, bill: Bill, path: tuple[str, ...]) -> list[Applicable]:
        found = []
        for number, line in enumerate(bill.lines, start=1):
            try:
                one = applicable(number, line, self.choices, self.on)
            except BillError as error:
                raise type(error)(error.what, where=_where(path, number)) from error
            if one is not None:
                if one.part_number not in self.parts:
                    raise MissingPart(
                        f"there is no part {one.part_number!r}", where=_where(path, number)
                    )
                found.append(one)
        return in_use(bill, found, where=" → ".join(path))

    def _add_line(self, one: Applicable, path: tuple[str, ...], units: int) -> None:
        part_number, line = one.part_number, one.line
        part, quantity = self.parts[part_number], one.pieces(units)
        here = (*path, part_number)
        if part_number in path:
            raise BillCycle(f"needs itself: {' → '.join(here)}", where=_where(path, one.number))
        if quantity > MOST_PIECES:
            raise UnknownQuantity(
                f"takes {quantity:,} of {part_number!r}", where=_where(path, one.number)
            )
        self.lines.append(
            ExplodedLine(
                path="/".join(here),
                level=len(path),
                part_number=part_number,
                quantity=quantity,
                kind=part.kind,
                operation=line.operation,
                parent=path[-1],
                line=one.number,
                is_stocked=part.is_stocked,
                is_serial_tracked=part.is_serial_tracked,
                per_parent=one.per_parent,
                scrap=line.scrap,
                setup=line.setup,
                alternates=tuple(
                    Alternate(other.part_number, other.pieces(units), other.line.priority)
                    for other in one.others
                ),
            )
        )
        if part.kind == BUY:
            return
        if part_number not in self.bills:
            raise MissingBill(
                f"{part_number!r} is {part.kind}, but has no released bill",
                where=_where(path, one.number),
            )
        self.add(self.bills[part_number], here, quantity)


def applicable(number: int, line: Line, choices: Choices, on: date) -> Applicable | None:
    """The line with what it takes, or None where it leaves nothing behind.

    Raises MissingChoice and UnknownQuantity, both without a place.
    """
    if not (line.is_effective(on) and line.condition(choices)):
        return None
    part_number = line.component
    if line.group:
        choice = choices.get(line.group)
        if choice is None:
            raise MissingChoice(f"the configuration has no group {line.group!r}", where="")
        part_number = choice.part_number
    per_parent = line.quantity(choices)
    if not (part_number and per_parent):
        return None
    return Applicable(number, line, part_number, per_parent)


def in_use(bill: Bill, found: list[Applicable], *, where: str) -> list[Applicable]:
    """The applicable lines without those that only may replace another; these stand in it.

    Raises NoAlternate where lines stand for each other and none of them applies.
    """
    groups: dict[str, list[Applicable]] = {
        line.alternates: [] for line in bill.lines if line.alternates
    }
    if not groups:
        return found
    kept: list[Applicable] = []
    for one in found:
        groups.get(one.line.alternates, kept).append(one)
    for name, group in groups.items():
        if not group:
            raise NoAlternate(f"none of the alternates {name!r} applies", where=where)
        best, *others = sorted(group, key=lambda one: (one.line.priority, one.number))
        best.others = tuple(others)
        kept.append(best)
    return sorted(kept, key=lambda one: one.number)


def _where(path: tuple[str, ...], number: int) -> str:
    return f"{' → '.join(path)}, line {number}"
