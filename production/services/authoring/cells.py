"""Lines, steps and checks as people write them: one text a column, in a form or in a sheet.

What is read is what would be stored; what cannot be read says what was expected and what was
there, so that a form and a file tell the same.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from production.bom import BillError
from production.bom.as_ordered import OPERATIONS
from production.bom.expression import compile_quantity
from production.bom.expression.expressions import MOST_PIECES
from production.models import BomLine, InstructionStep, Part
from production.services.authoring.content import CHECKS, KINDS, LINES, STEPS, Item
from production.services.authoring.words import Words

COLUMNS: Mapping[str, tuple[str, ...]] = {
    LINES: (
        *("part", "group", "quantity", "condition", "operation", "scrap", "setup"),
        *("from", "until", "alternates", "priority", "note"),
    ),
    STEPS: ("operation", "text", "condition"),
    CHECKS: ("code", "text", "condition", "unit", "at_least", "at_most"),
}
LONGEST = {"note": 200, "group": 40, "alternates": 40, "code": 40, "unit": 12, "condition": 4_000}
LONGEST_TEXT = {STEPS: 400, CHECKS: 200}
LONGEST_SHOWN = 60
WHOLE = re.compile(r"[0-9]{1,9}")
NUMBER = re.compile(r"-?[0-9]{1,9}(?:[.,][0-9]{1,4})?")
THOUSANDS = re.compile(r"-?[0-9]{1,3},[0-9]{3}")
SLUG = re.compile(r"[-a-zA-Z0-9_]+")
LARGEST_PRIORITY = 32_767
LARGEST_SETUP = 1_000_000


@dataclass(frozen=True, slots=True)
class Fault:
    """One cell that is wrong. `excerpt` is an expression with a caret below the fault."""

    expected: str
    got: str
    excerpt: str = ""

    def __str__(self) -> str:
        return f"Expected {self.expected}, got {self.got}."


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What cells are read against. `part` finds one by its number, `numbers` are all there are."""

    words: Words
    part: Callable[[str], Part | None]
    numbers: Callable[[], list[str]]
    owner_id: int


@dataclass(slots=True)
class Cells:
    """The cells of one item while they are read: `values` by field, `faults` by column."""

    kind: str
    cells: Mapping[str, str]
    around: Surroundings
    values: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)

    def text(self, column: str) -> str:
        return self.cells.get(column, "").strip()

    def wrong(self, column: str, expected: str, got: str | None = None, excerpt: str = "") -> None:
        self.faults.setdefault(column, Fault(expected, got or shown(self.text(column)), excerpt))


def read_cells(kind: str, cells: Mapping[str, str], around: Surroundings) -> Cells:
    """Read one item; nothing is stored."""
    read = Cells(kind, cells, around)
    {LINES: _read_line, STEPS: _read_step, CHECKS: _read_check}[kind](read)
    return read


def write_cells(item: Item, kind: str) -> dict[str, str]:
    """The inverse of `read_cells`. The component of a line should be joined."""
    if isinstance(item, BomLine):
        return {
            "part": item.component.part_number if item.component else "",
            "group": item.component_group,
            "quantity": item.quantity_per,
            "condition": item.condition,
            "operation": item.operation,
            "scrap": _number(item.scrap_factor) if item.scrap_factor else "",
            "setup": str(item.setup_quantity or ""),
            "from": item.effective_from.isoformat() if item.effective_from else "",
            "until": item.effective_until.isoformat() if item.effective_until else "",
            "alternates": item.alternates,
            "priority": str(item.priority) if item.alternates or item.priority != 1 else "",
            "note": item.note,
        }
    if isinstance(item, InstructionStep):
        return {"operation": item.operation, "text": item.text, "condition": item.condition}
    return {
        "code": item.code,
        "text": item.text,
        "condition": item.condition,
        "unit": item.unit,
        "at_least": "" if item.at_least is None else _number(item.at_least),
        "at_most": "" if item.at_most is None else _number(item.at_most),
    }


def shown(text: str) -> str:
    """A short picture of a cell for a message."""
    if not text:
        return "nothing"
    return f"“{text[:LONGEST_SHOWN]}…”" if len(text) > LONGEST_SHOWN else f"“{text}”"


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _read_line(read: Cells) -> None:
    _component(read)
    _expression(read, "quantity", "quantity_per", default="1")
    _expression(read, "condition", "condition")
    _operation(read)
    _share(read)
    _whole(read, "setup", "setup_quantity", default=0, largest=LARGEST_SETUP)
    since, until = _day(read, "from", "effective_from"), _day(read, "until", "effective_until")
    if since and until and until < since:
        read.wrong("until", f"a day on or after {since.isoformat()}")
    _slug(read, "alternates", "alternates")
    _whole(read, "priority", "priority", default=1, largest=LARGEST_PRIORITY)
    _plain(read, "note", "note", LONGEST["note"])


def _read_step(read: Cells) -> None:
    _operation(read)
    _told(read)


def _read_check(read: Cells) -> None:
    _slug(read, "code", "code", is_needed=True)
    _told(read)
    _plain(read, "unit", "unit", LONGEST["unit"])
    least, most = _limit(read, "at_least"), _limit(read, "at_most")
    if (least is not None or most is not None) and not read.text("unit"):
        read.wrong("unit", "a unit, because there are limits")
    if least is not None and most is not None and most < least:
        read.wrong("at_most", f"{_number(least)} or more")


def _told(read: Cells) -> None:
    """The text with its placeholders, and when it is told."""
    longest = LONGEST_TEXT[read.kind]
    text = _plain(read, "text", "text", longest)
    if not text:
        read.wrong("text", "what is to be done, in words")
    elif "text" not in read.faults:
        _expression(read, "text", "text")
    _expression(read, "condition", "condition")


def _component(read: Cells) -> None:
    """A part or a group, and not both."""
    number, group = read.text("part"), read.text("group")
    read.values |= {"component": None, "component_group": group}
    if number and group:
        read.wrong("group", "nothing, because the line names a part")
    elif not number and not group:
        read.wrong("part", "a part number, or a group in its own column")
    elif number:
        part = read.around.part(number)
        if part is None:
            read.wrong("part", f"a part that there is{_meant(number, read.around.numbers())}")
        elif part.pk == read.around.owner_id:
            read.wrong("part", "a part other than the one that this bill makes")
        read.values["component"] = part
    elif (groups := read.around.words.groups) and group not in groups:
        read.wrong("group", f"a group of the machine{_meant(group, groups)}")
    elif not SLUG.fullmatch(group) or len(group) > LONGEST["group"]:
        read.wrong("group", "the code of a group, such as power_supply")


def _meant(typed: str, known: list[str]) -> str:
    close = get_close_matches(typed.upper(), [one.upper() for one in known], n=1, cutoff=0.6)
    spelled = next((one for one in known if close and one.upper() == close[0]), "")
    return f" (did you mean {spelled}?)" if spelled else ""


def _expression(read: Cells, column: str, name: str, default: str = "") -> None:
    text = read.text(column) or default
    read.values[name] = text
    error = read.around.words.fault(column, text)
    if error is not None:
        meant = f" (did you mean {error.suggestion}?)" if error.suggestion else ""
        hint = f"; {error.hint}" if error.hint else ""
        got = f"{error.found} in line {error.line}, column {error.column}{hint}"
        read.wrong(column, f"{error.expected}{meant}", got, error.excerpt)
    elif name == "quantity_per":
        _pieces(read, text)


def _pieces(read: Cells, text: str) -> None:
    """A number that depends on nothing is known already."""
    quantity = compile_quantity(text)
    try:
        if not quantity.references:
            quantity({})
    except BillError as error:
        read.wrong(
            "quantity", f"from 0 to {MOST_PIECES:,} pieces", error.what.rpartition("got ")[2]
        )


def _operation(read: Cells) -> None:
    text = read.text("operation").casefold()
    read.values["operation"] = text
    if text not in OPERATIONS:
        read.wrong("operation", " or ".join(OPERATIONS))


def _plain(read: Cells, column: str, name: str, longest: int) -> str:
    text = read.text(column)
    read.values[name] = text
    if len(text) > longest:
        read.wrong(column, f"{longest} signs at most", f"{len(text):,} signs")
    return text


def _slug(read: Cells, column: str, name: str, *, is_needed: bool = False) -> None:
    text = _plain(read, column, name, LONGEST[column])
    if (text or is_needed) and not SLUG.fullmatch(text):
        read.wrong(column, "a word of letters, digits, - and _")


def _whole(read: Cells, column: str, name: str, *, default: int, largest: int) -> None:
    text = read.text(column)
    read.values[name] = default
    if not text:
        return
    if not WHOLE.fullmatch(text) or int(text) > largest:
        read.wrong(column, f"a whole number from 0 to {largest:,}")
    else:
        read.values[name] = int(text)


def _decimal(read: Cells, column: str, text: str) -> Decimal | None:
    if not NUMBER.fullmatch(text) or THOUSANDS.fullmatch(text):
        read.wrong(column, "a number such as 0.5")
        return None
    return Decimal(text.replace(",", "."))


def _share(read: Cells) -> None:
    """0.02, or 2 %."""
    text = read.text("scrap")
    bare = text.removesuffix("%").strip()
    value = _decimal(read, "scrap", bare) if text else Decimal(0)
    if value is None:
        return
    value = value / 100 if text.endswith("%") else value
    if not 0 <= value < 1 or value * 10_000 % 1:
        read.wrong("scrap", "a share from 0 to 0.9999, such as 0.02 or 2 %")
    read.values["scrap_factor"] = value


def _limit(read: Cells, column: str) -> Decimal | None:
    text = read.text(column)
    value = _decimal(read, column, text) if text else None
    if value is not None and value * 1000 % 1:
        read.wrong(column, "three digits after the point at most")
    read.values[column] = value
    return value


def _day(read: Cells, column: str, name: str) -> date | None:
    text = read.text(column)
    read.values[name] = None
    if not text:
        return None
    try:
        read.values[name] = found = date.fromisoformat(text)
    except ValueError:
        read.wrong(column, "a day such as 2026-12-31")
        return None
    return found


def made_of(kind: str, read: Cells) -> Item:
    """The item that the cells say, not stored and in no bill."""
    return KINDS[kind](**read.values)
