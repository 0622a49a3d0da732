"""What jobs take from the shelf: how much of it was picked, from which bins, with which serials."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import IntegerField, OuterRef, Prefetch, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from config.rows import columns_of, row_of, rows_of
from production.models import (
    AssemblyJob,
    BinStock,
    JobOperation,
    MaterialRequirement,
    Part,
    ScanEvent,
    SerialUnit,
)
from production.selectors.bins import picking_bins

# The scans that say that pieces were taken.
COUNTING = (ScanEvent.Kind.PICK, ScanEvent.Kind.BY_HAND)


@dataclass(frozen=True, slots=True)
class PickLine:
    """One requirement of a job on its way into the kit.

    `requirement` comes with its part and job. `bins`: where to take it, in the order in which
    an issue does; empty unless asked for.
    """

    requirement: MaterialRequirement
    picked: int
    serials: tuple[str, ...]
    bins: tuple[BinStock, ...] = ()

    @property
    def name(self) -> str:
        return self.requirement.part.name

    @property
    def left(self) -> int:
        """Still to be picked."""
        return max(0, self.requirement.quantity - self.picked)

    @property
    def here(self) -> int:
        """Still to be picked, and kept for the job on the shelf."""
        return max(0, self.requirement.allocated_quantity - self.picked)

    @property
    def serials_missing(self) -> int:
        if not self.requirement.part.is_serial_tracked:
            return 0
        in_machine = self.requirement.quantity - self.requirement.scrapped_quantity
        return max(0, in_machine - len(self.serials))

    @property
    def is_boxed(self) -> bool:
        """Goes into the box beside the machine."""
        return self.requirement.operation == JobOperation.Kind.BOX


# A swap leaves the picks of the part that was put back behind, and itself, wanting nothing.
LINES = """
SELECT {need}, {part},
       coalesce((
           SELECT sum(quantity) FROM production_scanevent AS scan
           WHERE scan.requirement_id = need.id AND scan.part_id = need.part_id
             AND scan.outcome = 'accepted' AND scan.kind = ANY (%(counting)s)
       ), 0),
       ARRAY(SELECT serial FROM production_serialunit WHERE requirement_id = need.id ORDER BY id)
FROM production_materialrequirement AS need JOIN production_part AS part ON part.id = need.part_id
WHERE need.job_id = ANY (%(jobs)s) AND need.quantity > 0 ORDER BY need.job_id, need.id
"""
JOBS = "SELECT {columns} FROM {table} WHERE {key} = ANY (%s::{key_type}[])"
NEED, PART = len(MaterialRequirement._meta.concrete_fields), len(Part._meta.concrete_fields)


def pick_lines(*, job_ids: Collection[int], is_with_bins: bool = False) -> list[PickLine]:
    """Every requirement of these jobs, job by job: two statements, with bins three.

    With bins the lines of all jobs come along the walk, to be picked in one go.
    """
    jobs = {job.pk: job for job in rows_of(AssemblyJob, JOBS, [list(job_ids)])}
    counting = [str(kind) for kind in COUNTING]
    with connection.cursor() as cursor:
        cursor.execute(_lines(), {"jobs": list(jobs), "counting": counting})
        rows = cursor.fetchall()
    lines = []
    for row in rows:
        requirement = row_of(MaterialRequirement, row[:NEED])
        requirement.part = row_of(Part, row[NEED : NEED + PART])
        requirement.job = jobs[requirement.job_id]
        picked, serials = row[NEED + PART :]
        lines.append(PickLine(requirement, picked, tuple(serials)))
    return _along_the_walk(lines) if is_with_bins else lines


@cache
def _lines() -> str:
    return LINES.format(need=columns_of(MaterialRequirement, "need"), part=columns_of(Part, "part"))


def lines_of(rows: Sequence[Any], *, is_with_bins: bool = False) -> list[PickLine]:
    """The lines of requirements `with_picked`, each with its part: with bins one statement more."""
    lines = [
        PickLine(row, row.picked, tuple(unit.serial for unit in row.serial_units.all()))
        for row in rows
    ]
    return _along_the_walk(lines) if is_with_bins else lines


def _along_the_walk(lines: Sequence[PickLine]) -> list[PickLine]:
    bins = picking_bins({line.requirement.part_id for line in lines})
    found = [replace(line, bins=tuple(bins.get(line.requirement.part_id, ()))) for line in lines]
    return sorted(found, key=_walk)


def with_picked(requirements: QuerySet[MaterialRequirement, Any]) -> QuerySet[Any, Any]:
    """Requirements with `picked`, how many pieces of their part were scanned or confirmed, and
    their serial numbers.
    """
    picked = (
        ScanEvent.objects.filter(
            requirement=OuterRef("pk"),
            # A swap leaves the picks of the part that was put back behind.
            part=OuterRef("part"),
            outcome=ScanEvent.Outcome.ACCEPTED,
            kind__in=COUNTING,
        )
        .order_by()
        .values("requirement")
        .annotate(pieces=Sum("quantity"))
        .values("pieces")
    )
    serials = Prefetch("serial_units", queryset=SerialUnit.objects.order_by("pk"))
    return requirements.annotate(
        picked=Coalesce(Subquery(picked, output_field=IntegerField()), 0)
    ).prefetch_related(serials)


def _walk(line: PickLine) -> tuple[bool, int, str, str, int]:
    """The order of bins; what lies nowhere comes last."""
    first = line.bins[0].bin if line.bins else None
    return (
        first is None,
        first.sequence if first else 0,
        first.code if first else "",
        line.requirement.part.part_number,
        line.requirement.job_id,
    )
