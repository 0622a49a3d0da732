"""CSV as spreadsheets write and read it: UTF-8, or UTF-16 with its mark, comma or semicolon.

A cell that a spreadsheet would run as a formula is written with an apostrophe before it, and read
without; so what is written is read back as it was.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from configurator.errors import UnreadableSheet

LARGEST_BYTES = 10_000_000
MOST_ROWS = 20_000
MARK = "\ufeff"
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # "Unicode text" of a spreadsheet
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
GUARD = "'"
WHOLE = re.compile(r"-?[0-9]+")
DELIMITERS = (",", ";", "\t")
LONGEST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class SheetProblem:
    """One thing that is wrong. `row` counts as the spreadsheet does, its header is row 1."""

    row: int
    column: str
    expected: str
    got: str

    @property
    def message(self) -> str:
        where = f"Row {self.row}, {self.column}" if self.column else f"Row {self.row}"
        return f"{where}: expected {self.expected}, got {self.got}"


@dataclass(frozen=True, slots=True)
class SheetRow:
    """Cells by the column's name, without the spaces around them."""

    number: int
    cells: Mapping[str, str]

    def problem(self, column: str, expected: str, got: str | None = None) -> SheetProblem:
        return SheetProblem(self.number, column, expected, got or shown(self.cells.get(column, "")))


@dataclass(frozen=True, slots=True)
class Sheet:
    columns: tuple[str, ...]
    rows: tuple[SheetRow, ...] = field(default=())


def shown(text: str) -> str:
    """A short picture of a cell for a message."""
    if not text:
        return "nothing"
    return f"“{text[:LONGEST_SHOWN]}…”" if len(text) > LONGEST_SHOWN else f"“{text}”"


def write_sheet(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with mark, comma, CRLF."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_guarded(name) for name in columns])
    for row in rows:
        writer.writerow([_guarded(cell) for cell in row])
    return (MARK + out.getvalue()).encode()


def _guarded(cell: str) -> str:
    is_formula = cell.startswith(FORMULA_STARTS) and not WHOLE.fullmatch(cell)
    return GUARD + cell if is_formula or _is_guarded(cell) else cell


def _is_guarded(cell: str) -> bool:
    return cell.startswith(GUARD) and cell[1:].startswith((*FORMULA_STARTS, GUARD))


def _bare(cell: str) -> str:
    return cell[1:] if _is_guarded(cell) else cell


def read_sheet(content: bytes, *, required: Sequence[str], optional: Sequence[str] = ()) -> Sheet:
    """Rows below a header that names every required column, in any order.

    Required and optional names are read in any case; other columns are kept as they are named.

    Raises UnreadableSheet with what is wrong where.
    """
    text = _decoded(content)
    lines = _records(text)
    header = [_bare(name).strip() for name in next(lines, [])]
    fixed = {*required, *optional}
    columns = tuple(name.casefold() if name.casefold() in fixed else name for name in header)
    while columns and not columns[-1]:  # empty columns at the right of the sheet
        columns = columns[:-1]
    if problems := list(_header_problems(columns, required)):
        raise UnreadableSheet(problems)
    rows: list[SheetRow] = []
    for number, cells in enumerate(lines, start=2):
        if len(rows) >= MOST_ROWS:
            told = SheetProblem(number, "", f"{MOST_ROWS} rows at most", "more")
            raise UnreadableSheet([*problems, told])
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) < len(columns) or any(cell.strip() for cell in cells[len(columns) :]):
            problems.append(SheetProblem(number, "", f"{len(columns)} cells", f"{len(cells)}"))
            continue
        named = zip(columns, cells, strict=False)
        rows.append(SheetRow(number, {name: _bare(cell).strip() for name, cell in named}))
    if problems:
        raise UnreadableSheet(problems)
    return Sheet(columns, tuple(rows))


def _decoded(content: bytes) -> str:
    if len(content) > LARGEST_BYTES:
        size = f"{len(content) / 1e6:.1f} MB"
        raise UnreadableSheet([SheetProblem(1, "", "10 MB at most", size)])
    encoding = "utf-16" if content.startswith(UTF_16) else "utf-8"
    try:
        text = content.decode(encoding).removeprefix(MARK)
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        told = SheetProblem(
            row, "", "UTF-8 (in a spreadsheet, save as “CSV UTF-8”)", "another encoding"
        )
        raise UnreadableSheet([told]) from None
    if "\0" in text:
        raise UnreadableSheet([SheetProblem(1, "", "a text file (CSV)", "binary data")])
    return text


def _records(text: str) -> Iterator[list[str]]:
    """Each row's cells. Raises UnreadableSheet where quotes do not end."""
    first, _, rest = text.partition("\n")
    if re.fullmatch(r"sep=(.)\r?", first, re.IGNORECASE):
        delimiter, text = first[4], rest
    else:
        outside = re.sub(r'"[^"]*"', "", first)
        delimiter = max(DELIMITERS, key=outside.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            told = SheetProblem(number, "", "cells whose quotes are closed", str(error))
            raise UnreadableSheet([told]) from None


def _header_problems(columns: Sequence[str], required: Sequence[str]) -> Iterator[SheetProblem]:
    listed = ", ".join(columns)[: 4 * LONGEST_SHOWN] or "nothing"
    for name in required:
        if name not in columns:
            yield SheetProblem(1, name, f"a column “{name}”", listed)
    seen: set[str] = set()
    for name in columns:
        if name and name in seen:
            yield SheetProblem(1, name, "every column once", f"“{name}” twice")
        seen.add(name)
        if not name:
            yield SheetProblem(1, "", "a name above every column", listed)


def merged_order(old: Sequence[str], file: Sequence[str]) -> list[str]:
    """The order of everything when the file's order counts for what it names.

    Where both agree, new codes stand behind the one that is before them in the file; else what
    the file does not name comes last.
    """
    named, known = set(file), set(old)
    if [code for code in file if code in known] != [code for code in old if code in named]:
        return [*file, *(code for code in old if code not in named)]
    order = list(old)
    before: str | None = None
    for code in file:
        if code not in known:
            order.insert(0 if before is None else order.index(before) + 1, code)
        before = code
    return order
