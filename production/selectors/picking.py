"""What jobs take from the shelf: how much of it was picked, from which bins, with which serials."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import IntegerField, OuterRef, Prefetch, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from production.models import BinStock, JobOperation, MaterialRequirement, ScanEvent, SerialUnit
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


def pick_lines(*, job_ids: Collection[int], is_with_bins: bool = False) -> list[PickLine]:
    """Every requirement of these jobs, job by job: two statements, with bins three.

    With bins the lines of all jobs come along the walk, to be picked in one go.
    """
    rows = (
        with_picked(
            # What was swapped for another part as a whole is not wanted any more.
            MaterialRequirement.objects.filter(job__in=job_ids, quantity__gt=0)
        )
        .select_related("part", "job")
        .order_by("job_id", "pk")
    )
    return lines_of(list(rows), is_with_bins=is_with_bins)


def lines_of(rows: Sequence[Any], *, is_with_bins: bool = False) -> list[PickLine]:
    """The lines of requirements `with_picked`, each with its part: with bins one statement more."""
    bins = picking_bins({row.part_id for row in rows}) if is_with_bins else {}
    lines = [
        PickLine(
            requirement=row,
            picked=row.picked,
            serials=tuple(unit.serial for unit in row.serial_units.all()),
            bins=tuple(bins.get(row.part_id, ())),
        )
        for row in rows
    ]
    return sorted(lines, key=_walk) if is_with_bins else lines


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
