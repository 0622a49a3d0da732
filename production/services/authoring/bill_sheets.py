"""A bill's lines, steps or checks as a sheet: written for a spreadsheet, read back as a whole.

A file is all there is of its kind: what it leaves out goes. It is told first and done then, all
of it or nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

from django.db import transaction

from configurator.errors import UnreadableSheet
from configurator.selectors.differences import Section
from configurator.services.authoring.sheets import (
    Sheet,
    SheetProblem,
    SheetRow,
    read_sheet,
    shown,
    write_sheet,
)
from production.models import BillOfMaterial
from production.services.authoring.cells import COLUMNS, made_of, read_cells, write_cells
from production.services.authoring.comparing import changes
from production.services.authoring.content import (
    CHECKS,
    KINDS,
    LINES,
    MOST_ITEMS,
    STEPS,
    Item,
    items_of,
    state_of,
)
from production.services.authoring.drafts import lock_draft
from production.services.authoring.errors import ChangedMeanwhile
from production.services.authoring.items import surroundings

REQUIRED = {
    LINES: ("part", "group", "quantity", "operation"),
    STEPS: ("operation", "text"),
    CHECKS: ("code", "text"),
}


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """What a sheet would make of a draft. `state` is the draft's content that it was read for."""

    items: tuple[Item, ...]
    section: Section
    state: str


def bill_sheet(bill: BillOfMaterial, kind: str) -> bytes:
    """All lines, steps or checks of a bill, for a spreadsheet."""
    rows = (write_cells(item, kind) for item in items_of(bill, kind))
    return write_sheet(COLUMNS[kind], ([cells[name] for name in COLUMNS[kind]] for cells in rows))


def plan_sheet(bill: BillOfMaterial, kind: str, content: bytes) -> SheetPlan:
    """Read a sheet against a draft; nothing is stored.

    Raises UnreadableSheet with every cell that is wrong.
    """
    optional = [name for name in COLUMNS[kind] if name not in REQUIRED[kind]]
    sheet = read_sheet(content, required=REQUIRED[kind], optional=optional)
    problems = list(_shape(sheet, kind))
    if not problems:
        items, problems = _items(bill, kind, sheet.rows)
    if problems:
        raise UnreadableSheet(sorted(problems, key=attrgetter("row")))
    section = changes(kind, items_of(bill, kind), items)
    return SheetPlan(tuple(items), section, state_of(bill))


def _shape(sheet: Sheet, kind: str) -> Iterator[SheetProblem]:
    """Columns that nobody knows, rows beyond what a bill may hold, and no row at all."""
    for name in sheet.columns:
        if name not in COLUMNS[kind]:
            yield SheetProblem(1, name, f"one of {', '.join(COLUMNS[kind])}", shown(name))
    if len(sheet.rows) > MOST_ITEMS:
        row = sheet.rows[MOST_ITEMS].number
        yield SheetProblem(row, "", f"{MOST_ITEMS:,} rows at most", f"{len(sheet.rows):,}")
    if not sheet.rows and kind == LINES:
        yield SheetProblem(2, "", "a line at least", "nothing")


def _items(
    bill: BillOfMaterial, kind: str, rows: Sequence[SheetRow]
) -> tuple[list[Item], list[SheetProblem]]:
    around = surroundings(bill, {row.cells.get("part", "") for row in rows})
    items: list[Item] = []
    problems: list[SheetProblem] = []
    codes: dict[str, int] = {}
    for row in rows:
        read = read_cells(kind, row.cells, around)
        if kind == CHECKS and "code" not in read.faults:
            first = codes.setdefault(row.cells["code"], row.number)
            if first != row.number:
                got = f"{shown(row.cells['code'])} again, first in row {first}"
                read.wrong("code", "a code that no other row has", got)
        problems += [
            row.problem(column, fault.expected, fault.got) for column, fault in read.faults.items()
        ]
        if not read.faults:
            items.append(made_of(kind, read))
    return items, problems


@transaction.atomic
def import_sheet(*, bill_id: int, kind: str, content: bytes, state: str) -> Section:
    """Do what the plan with this `state` told, under the draft's lock.

    Raises NotADraft, UnreadableSheet, and ChangedMeanwhile when the draft has changed since.
    """
    bill = lock_draft(bill_id)
    plan = plan_sheet(bill, kind, content)
    if plan.state != state:
        raise ChangedMeanwhile(f"{bill} has been written on since: look at the preview again")
    model = KINDS[kind]
    model.objects.filter(bill=bill).delete()
    for position, item in enumerate(plan.items, start=1):
        item.bill, item.position = bill, position
    model.objects.bulk_create(plan.items)  # type: ignore[arg-type]
    return plan.section
