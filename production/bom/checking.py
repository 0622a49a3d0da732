"""Is a bill right for every configuration that can be ordered? Told to whoever wrote it."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from production.bom.errors import ExpressionError
from production.bom.explode import Applicable, Choices, applicable
from production.bom.expression import (
    Schema,
    compile_condition,
    compile_quantity,
    compile_template,
)
from production.bom.lines import Bill, BillCheck, BillStep, Line
from production.bom.reachable import Looks, Orderable, TooManyCombinations, Unanswered

MOST_PATHS = 200  # by which one product reaches one bill
SHOWN = 40  # characters of a step

type PartsOf = Callable[[str], Collection[str]]  # option group → the parts that it may bring


@dataclass(frozen=True, slots=True)
class BillFinding:
    """One thing that is wrong. `line` counts from 1; 0: it is not about one line.

    `excerpt` is an expression with a caret below the fault, where it is about one. What is not
    blocking could not be decided.
    """

    code: str
    where: str
    message: str
    line: int = 0
    excerpt: str = ""
    is_blocking: bool = True

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


@dataclass(frozen=True, slots=True)
class Link:
    """One step of the way from a product down: line `number` of a bill, when it brings `part`."""

    bill: Bill
    number: int
    part: str


type Path = tuple[Link, ...]


def parts_on(line: Line, parts_of: PartsOf) -> Collection[str]:
    """Every part that a line may bring."""
    return parts_of(line.group) if line.group else (line.component,)


def paths_to(part: str, top: str, bills: Mapping[str, Bill], parts_of: PartsOf) -> list[Path]:
    """The ways by which a product reaches a part; one empty way to the product itself."""
    if part == top:
        return [()]
    leading = _leading_to(part, bills, parts_of)
    found: list[Path] = []
    waiting: list[tuple[str, Path]] = [(top, ())]
    while waiting and len(found) < MOST_PATHS:
        here, path = waiting.pop()
        for number, line in enumerate(bills[here].lines, start=1):
            for below in parts_on(line, parts_of):
                way = (*path, Link(bills[here], number, below))
                if below == part:
                    found.append(way)
                elif below in leading and below not in {link.part for link in path}:
                    waiting.append((below, way))
    return found


def _leading_to(part: str, bills: Mapping[str, Bill], parts_of: PartsOf) -> set[str]:
    """The bills from which a part can be reached, so that no other way need be tried."""
    users: dict[str, set[str]] = {}
    for owner, bill in bills.items():
        for line in bill.lines:
            for below in parts_on(line, parts_of):
                users.setdefault(below, set()).add(owner)
    found: set[str] = set()
    waiting = [part]
    while waiting:
        fresh = users.get(waiting.pop(), set()) - found
        found |= fresh
        waiting += fresh
    return found


def untyped(bill: Bill, schema: Schema) -> Iterator[BillFinding]:
    """Expressions of a bill that speak of what is not in the schema, or compare it wrongly."""
    for number, line in enumerate(bill.lines, start=1):
        where = f"{bill.part_number}, line {number}"
        yield from _fault_of(partial(compile_quantity, line.quantity.text, schema), where, number)
        yield from _fault_of(partial(compile_condition, line.condition.text, schema), where, number)
    told_of: list[tuple[str, BillStep | BillCheck]] = [
        *((f"step “{_begin(step.text.text)}”", step) for step in bill.steps),
        *((f"check {check.code}", check) for check in bill.checks),
    ]
    for place, item in told_of:
        text, condition = item.text.text, item.condition.text
        where = f"{bill.part_number}, {place}"
        yield from _fault_of(partial(compile_template, text, schema), where)
        yield from _fault_of(partial(compile_condition, condition, schema), where)


def _fault_of(read: Callable[[], object], where: str, number: int = 0) -> Iterator[BillFinding]:
    try:
        read()
    except ExpressionError as error:
        yield BillFinding("unreadable", where, str(error), number, error.excerpt)


class BillQuestions:
    """One bill as one product reaches it, by these paths."""

    def __init__(self, bill: Bill, paths: Collection[Path], orderable: Orderable) -> None:
        self.bill, self.paths, self.orderable = bill, paths, orderable

    def findings(self, on: date) -> Iterator[BillFinding]:
        """Alternates of which none or two apply on that day or later, and what has no answer."""
        groups = dict.fromkeys(line.alternates for line in self.bill.lines if line.alternates)
        for name in groups:
            lines = [
                (number, line)
                for number, line in enumerate(self.bill.lines, start=1)
                if line.alternates == name
            ]
            for day in _days([line for _, line in lines], on):
                yield from self._alternates(name, lines, day)

    def dead(self) -> Iterator[BillFinding]:
        """Lines, steps and checks that apply in no configuration, on whatever day."""
        for number, line in enumerate(self.bill.lines, start=1):
            looks = Looks()
            _look_at(looks, line)
            yield from self._dead(
                f"line {number}",
                "takes nothing in any configuration that can be ordered",
                looks,
                partial(_takes_any_day, line),
                number,
            )
        conditions = (
            *((f"step “{_begin(step.text.text)}”", step.condition) for step in self.bill.steps),
            *((f"check {check.code}", check.condition) for check in self.bill.checks),
        )
        for where, condition in conditions:
            looks = Looks()
            looks.add(condition.node)
            yield from self._dead(
                where, "applies to no configuration that can be ordered", looks, condition
            )

    def _dead(
        self,
        what: str,
        message: str,
        looks: Looks,
        applies: Callable[[Choices], bool],
        number: int = 0,
    ) -> Iterator[BillFinding]:
        where = f"{self.bill.part_number}, {what}"
        try:
            if self._find(looks, applies, None) is None:
                yield BillFinding("dead", where, message, number)
        except Unanswered as fault:
            message = f"has no answer where {told(fault.choices)}: {fault.what}"
            yield BillFinding("unanswered", where, message, number)
        except TooManyCombinations:
            yield _undecided(where, number)

    def _alternates(
        self, name: str, lines: Collection[tuple[int, Line]], day: date
    ) -> Iterator[BillFinding]:
        where = f"{self.bill.part_number}, alternates {name}"
        number = min(number for number, _ in lines)
        looks = Looks()
        for _, line in lines:
            _look_at(looks, line)

        def priorities(choices: Choices) -> list[int]:
            return sorted(line.priority for _, line in lines if _takes(line, choices, day))

        def are_two(choices: Choices) -> bool:
            found = priorities(choices)
            return len(found) > 1 and found[0] == found[1]

        try:
            none = self._find(looks, lambda choices: not priorities(choices), day)
            two = self._find(looks, are_two, day)
        except Unanswered as fault:
            message = f"have no answer where {told(fault.choices)}: {fault.what}"
            yield BillFinding("unanswered", where, message, number)
            return
        except TooManyCombinations:
            yield _undecided(where, number)
            return
        if none is not None:
            yield BillFinding("no_alternate", where, f"none applies {_when(none, day)}", number)
        if two is not None:
            message = f"two apply with the same priority {_when(two, day)}"
            yield BillFinding("two_alternates", where, message, number)

    def _find(
        self, looks: Looks, holds: Callable[[Choices], bool], day: date | None
    ) -> Choices | None:
        for path in self.paths:
            for link in path:
                for line in _rivals(link):
                    _look_at(looks, line)
                if link.bill.lines[link.number - 1].group:
                    looks.parts.add(link.bill.lines[link.number - 1].group)
        return self.orderable.find(
            looks,
            lambda choices: (
                any(all(_is_used(link, choices, day) for link in path) for path in self.paths)
                and holds(choices)
            ),
        )


def told(choices: Choices) -> str:
    """The choices in a sentence, by their codes."""
    return ", ".join(f"{group} is {choice.option}" for group, choice in choices.items())


def _when(choices: Choices, day: date) -> str:
    return f"on {day:%d.%m.%Y}" + (f" where {told(choices)}" if choices else "")


def _undecided(where: str, number: int) -> BillFinding:
    message = "looks at too many options together to be checked"
    return BillFinding("undecided", where, message, number, is_blocking=False)


def _days(lines: Collection[Line], on: date) -> list[date]:
    """That day, and every later one on which one of the lines comes into use or goes out."""
    comes = {line.effective_from for line in lines if line.effective_from}
    goes = {line.effective_until + timedelta(1) for line in lines if line.effective_until}
    return [on, *sorted(day for day in comes | goes if day > on)]


def _look_at(looks: Looks, line: Line) -> None:
    looks.add(line.condition.node)
    looks.add(line.quantity.node)
    if line.group:
        looks.brings.add(line.group)


def _takes(line: Line, choices: Choices, day: date | None) -> Applicable | None:
    """What the line takes on that day; None for the day: whenever it is effective."""
    return applicable(
        0, line, choices, day or line.effective_from or line.effective_until or date.min
    )


def _takes_any_day(line: Line, choices: Choices) -> bool:
    return _takes(line, choices, None) is not None


def _begin(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def _rivals(link: Link) -> list[Line]:
    """The line of a link, and those that would be taken instead of it."""
    line = link.bill.lines[link.number - 1]
    return [line] + [
        other
        for number, other in enumerate(link.bill.lines, start=1)
        if line.alternates
        and other.alternates == line.alternates
        and (other.priority, number) < (line.priority, link.number)
    ]


def _is_used(link: Link, choices: Choices, day: date | None) -> bool:
    line, *rivals = _rivals(link)
    taken = _takes(line, choices, day)
    if taken is None or taken.part_number != link.part:
        return False
    return not any(_takes(rival, choices, day) for rival in rivals)
