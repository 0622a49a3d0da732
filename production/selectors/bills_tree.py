"""One bill over all its levels with what it costs, as people read it: drafts too.

A bill is for every configuration at once, so a line may depend on what is chosen. What is always
taken is counted and costed; what depends is shown as if it were taken, and counted by nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection
from django.utils import timezone

from production.bom import BillError, ExpressionError
from production.bom.as_ordered import BUY, pieces
from production.bom.expression import compile_condition, compile_quantity
from production.models import BillOfMaterial, CheckItem, InstructionStep
from production.selectors.bills_costs import BRINGS, COST, COST_JOINS, Cost, on_sale, total

MOST_ROWS = 3_000  # a bill that is shown; beyond it nobody reads
SCRAP_SCALE = 10_000

LINES = """
WITH RECURSIVE brings AS MATERIALIZED ({brings}),
in_force AS (
    SELECT bill.id, bill.part_id FROM production_billofmaterial AS bill
    WHERE bill.status = 'released' AND bill.part_id <> %s
), reached (bill_id) AS (
    SELECT %s::bigint
    UNION
    SELECT in_force.id
    FROM reached
    JOIN production_bomline AS line ON line.bill_id = reached.bill_id
    LEFT JOIN brings ON brings.group_code = line.component_group
    JOIN in_force ON in_force.part_id = coalesce(line.component_id, brings.part_id)
)
SELECT bill.part_id AS owner, bill.id AS bill_id, line.id AS line_id, line.component_group,
       line.quantity_per, line.condition, line.operation, line.scrap_factor, line.setup_quantity,
       line.effective_from, line.effective_until, line.alternates, line.priority, line.note,
       part.id AS part_id, part.part_number, part.name, part.kind, part.low_level_code, {cost}
FROM reached
JOIN production_billofmaterial AS bill ON bill.id = reached.bill_id
JOIN production_bomline AS line ON line.bill_id = bill.id
LEFT JOIN production_part AS part ON part.id = line.component_id
{joins}
ORDER BY bill.id, line.position, line.id
"""
OPTIONS = """
WITH brings AS ({brings})
SELECT brings.group_code, part.id, part.part_number, part.name, part.kind, part.low_level_code,
       {cost}
FROM brings
JOIN production_part AS part ON part.id = brings.part_id
{joins}
WHERE brings.group_code = ANY(%s)
ORDER BY brings.group_code, part.part_number
"""


class PartRow(NamedTuple):
    pk: int
    number: str
    name: str
    kind: str
    low_level_code: int
    cost_minor: Decimal | None


class LineRow(NamedTuple):
    pk: int
    group: str
    quantity: str
    condition: str
    operation: str
    scrap: Decimal
    setup: int
    effective_from: date | None
    effective_until: date | None
    alternates: str
    priority: int
    note: str
    part: PartRow | None


@dataclass(slots=True)
class TreeRow:
    """One line as it is shown. `part` is None where it is whatever is chosen in a group.

    `number` is its place in its own bill, from 1; 0 for a part that a choice may bring. `pieces`
    are for one unit of the bill that is looked at, or None where they depend on the configuration;
    below such a line they are for one of it. `cost` is of these pieces, `each_minor` of one.
    """

    level: int
    number: int
    line: LineRow
    part: PartRow | None
    bill_id: int | None = None  # where the part has one
    per_parent: int | None = None
    pieces: int | None = None
    each_minor: Decimal | None = None
    cost: Cost = field(default_factory=Cost)
    is_open: bool = False  # depends on the configuration
    is_effective: bool = True
    is_instead: bool = False  # an alternate that is not taken
    parts: tuple[PartRow, ...] = ()  # that the group may bring
    problem: str = ""
    excerpt: str = ""

    @property
    def is_counted(self) -> bool:
        return not self.is_open and self.is_effective and not self.is_instead

    @property
    def range_minor(self) -> tuple[int, int] | None:
        """The cheapest and the dearest part that a group may bring, where all are known."""
        costs = [one.cost_minor for one in self.parts]
        known = [cost for cost in costs if cost is not None]
        if not known or len(known) < len(costs):
            return None
        return round(min(known)), round(max(known))

    @property
    def known_each_minor(self) -> int | None:
        return None if self.each_minor is None else round(self.each_minor)


@dataclass(frozen=True, slots=True)
class BillTree:
    """A bill with all that is below it. `revisions` are all of its part's, the newest first."""

    bill: BillOfMaterial
    revisions: tuple[BillOfMaterial, ...]
    rows: tuple[TreeRow, ...]
    cost: Cost
    steps: tuple[InstructionStep, ...]
    checks: tuple[CheckItem, ...]
    is_cut: bool

    @property
    def depth(self) -> int:
        return max((row.level for row in self.rows), default=0)


def bill_tree(bill_id: int, *, on: date | None = None) -> BillTree:
    """The tree, steps and checks of a bill: five statements. Raises BillOfMaterial.DoesNotExist.

    Below it count the released bills. Lines that do not read say what is wrong with them.
    """
    revisions = tuple(
        BillOfMaterial.objects.filter(part__bills=bill_id)
        .select_related("part")
        .order_by("-revision")
    )
    bill = next((one for one in revisions if one.pk == bill_id), None)
    if bill is None:
        raise BillOfMaterial.DoesNotExist(f"There is no bill {bill_id}")
    tree = _Tree(bill, on or timezone.localdate())
    cost = tree.add_bill(bill.pk, 1, (bill.part_id,))
    return BillTree(
        bill=bill,
        revisions=revisions,
        rows=tuple(tree.rows),
        cost=cost,
        steps=tuple(InstructionStep.objects.filter(bill=bill)),
        checks=tuple(CheckItem.objects.filter(bill=bill)),
        is_cut=tree.is_cut,
    )


class _Tree:
    """Read once, then walked in memory."""

    def __init__(self, bill: BillOfMaterial, on: date) -> None:
        self.on = on
        self.rows: list[TreeRow] = []
        self.is_cut = False
        self._on_sale = on_sale(bill.product_slug)
        self._bills: dict[int, int] = {}  # part → its bill
        self._lines: dict[int, list[LineRow]] = {}
        self._read_lines(bill)
        self._options = self._read_options()

    def _read_lines(self, bill: BillOfMaterial) -> None:
        sql, params = self._on_sale
        statement = LINES.format(brings=BRINGS.format(on_sale=sql), cost=COST, joins=COST_JOINS)
        with connection.cursor() as cursor:
            cursor.execute(statement, [*params, bill.part_id, bill.pk])
            for owner, bill_id, *row in cursor.fetchall():
                part = PartRow(*row[12:]) if row[12] is not None else None
                self._lines.setdefault(bill_id, []).append(LineRow._make([*row[:12], part]))
                self._bills[owner] = bill_id

    def _read_options(self) -> dict[str, tuple[PartRow, ...]]:
        groups = {line.group for lines in self._lines.values() for line in lines} - {""}
        if not groups:
            return {}
        sql, params = self._on_sale
        statement = OPTIONS.format(brings=BRINGS.format(on_sale=sql), cost=COST, joins=COST_JOINS)
        found: dict[str, list[PartRow]] = {}
        with connection.cursor() as cursor:
            cursor.execute(statement, [*params, sorted(groups)])
            for group, *row in cursor.fetchall():
                found.setdefault(group, []).append(PartRow(*row))
        return {group: tuple(parts) for group, parts in found.items()}

    def add_bill(self, bill_id: int, units: int, path: tuple[int, ...]) -> Cost:
        """The lines of a bill for so many units; what is always taken of them costs that."""
        lines = self._lines.get(bill_id, [])
        rows = [self._row(number, line, path) for number, line in enumerate(lines, start=1)]
        _settle_alternates(rows)
        counted = []
        for row in rows:
            if len(self.rows) >= MOST_ROWS:
                self.is_cut = True
                counted.append(Cost(unknown=1))
                break
            self.rows.append(row)
            self._fill(row, units, path)
            if row.is_counted:
                counted.append(row.cost)
            elif row.is_effective and not row.is_instead:
                counted.append(Cost(open=1))
        return total(counted)

    def _row(self, number: int, line: LineRow, path: tuple[int, ...]) -> TreeRow:
        row = TreeRow(level=len(path), number=number, line=line, part=line.part)
        row.is_effective = (line.effective_from is None or line.effective_from <= self.on) and (
            line.effective_until is None or self.on <= line.effective_until
        )
        row.parts = self._options.get(line.group, ()) if line.group else ()
        try:
            quantity = compile_quantity(line.quantity)
            condition = compile_condition(line.condition)
            if not quantity.references:
                row.per_parent = quantity({})
            if not condition.references and not condition({}):
                row.per_parent = 0
        except BillError as error:
            row.problem = str(error)
            row.excerpt = error.excerpt if isinstance(error, ExpressionError) else ""
            row.is_open = True
            return row
        row.is_open = bool(line.group or condition.references or quantity.references)
        return row

    def _fill(self, row: TreeRow, units: int, path: tuple[int, ...]) -> None:
        """Pieces, cost, and all that is below."""
        line = row.line
        if row.per_parent is not None:
            scrap = int(line.scrap * SCRAP_SCALE)
            row.pieces = pieces(units, row.per_parent, scrap, line.setup)
        if row.part is None:
            for part in row.parts:
                if part.kind != BUY:
                    self._add_brought(row, part, path)
            return
        self._cost(row, row.part, path)

    def _add_brought(self, row: TreeRow, part: PartRow, path: tuple[int, ...]) -> None:
        """A made part that a choice may bring, as a row of its own."""
        below = TreeRow(
            level=row.level + 1, number=0, line=row.line, part=part, is_open=True, pieces=None
        )
        self.rows.append(below)
        self._cost(below, part, path, extra=1)

    def _cost(self, row: TreeRow, part: PartRow, path: tuple[int, ...], extra: int = 0) -> None:
        if part.kind == BUY:
            row.each_minor = part.cost_minor
            if row.pieces == 0:
                row.cost = Cost()
            elif part.cost_minor is None:
                row.cost = Cost(unknown=1)
            else:
                row.cost = Cost(part.cost_minor * (1 if row.pieces is None else row.pieces))
            return
        row.bill_id = self._bills.get(part.pk)
        if part.pk in path:
            row.problem, row.cost = row.problem or "needs itself", Cost(unknown=1)
        elif row.bill_id is None:
            row.problem, row.cost = row.problem or "has no released bill", Cost(unknown=1)
        else:
            units = 1 if row.pieces is None else row.pieces
            below = (*path, *(0,) * extra, part.pk)
            row.cost = self.add_bill(row.bill_id, units, below)
            if row.cost.is_exact and units:
                row.each_minor = row.cost.minor / units


def _settle_alternates(rows: Sequence[TreeRow]) -> None:
    """Of lines that stand for each other one counts, where it is certain which."""
    groups: dict[str, list[TreeRow]] = {}
    for row in rows:
        if row.line.alternates and row.is_effective:
            groups.setdefault(row.line.alternates, []).append(row)
    for group in groups.values():
        best, *others = sorted(group, key=lambda row: (row.line.priority, row.number))
        for row in others:
            row.is_instead = not best.is_open
            row.is_open = row.is_open or best.is_open
