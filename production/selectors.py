"""What production knows, for itself and for those above it. Reads only."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count, Exists, F, Max, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from config.calendar import add_working_days
from production.models import AssemblyJob, JobOperation, MaterialRequirement, Part, WorkCenter

OPEN_JOBS = (
    AssemblyJob.Status.WAITING_FOR_PARTS,
    AssemblyJob.Status.READY,
    AssemblyJob.Status.IN_PROGRESS,
)
MINUTES_A_DAY = 480  # one shift of eight hours


class Shortage(NamedTuple):
    """What a requirement still lacks: neither on our shelf for it nor on its way to it.

    `requirement` comes with its part, job and order line joined.
    """

    requirement: MaterialRequirement
    short: int


def open_shortages(order_id: int) -> list[Shortage]:
    """What has to be bought for an order, in the order of its jobs. Empty: nothing (more)."""
    short = (
        MaterialRequirement.objects.filter(
            clearance_id=order_id, job__status=AssemblyJob.Status.WAITING_FOR_PARTS
        )
        .annotate(tied=Coalesce(Sum("allocations__quantity"), 0))
        .filter(quantity__gt=F("tied"))
        .select_related("part", "job__order_line")
        .order_by("job_id", "pk")
    )
    return [Shortage(requirement, requirement.quantity - requirement.tied) for requirement in short]


@dataclass(frozen=True, slots=True)
class PlantQueue:
    """How long the jobs ahead keep the plant busy, before which operation, and how long one takes.

    Days are working days.
    """

    days: int
    operation: str
    build_days: int


def plant_queue(*, more_jobs: int = 0, until_job: int | None = None) -> PlantQueue:
    """The queue before the busiest work center, in one statement.

    A center that does `jobs_per_day` has a queue of whole days of jobs whose operation there is
    not done. `more_jobs` are added behind them; with `until_job`, only jobs up to that one count.
    """
    waiting = JobOperation.objects.filter(
        kind=OuterRef("operation"), job__status__in=OPEN_JOBS
    ).exclude(status=JobOperation.Status.DONE)
    if until_job is not None:
        waiting = waiting.filter(job_id__lte=until_job)
    ahead = waiting.order_by().values("kind").annotate(jobs=Count("pk")).values("jobs")
    # The job in question is the last in the queue, not ahead of itself.
    itself = 1 if more_jobs or until_job is not None else 0
    days, where, minutes = 0, "", 0
    for center in WorkCenter.objects.annotate(ahead=Coalesce(Subquery(ahead), 0)).order_by("pk"):
        minutes += center.standard_minutes
        own = max(0, center.ahead + more_jobs - itself) // max(1, center.jobs_per_day)
        if own > days:
            days, where = own, center.operation
    return PlantQueue(days, where, max(1, -(-minutes // MINUTES_A_DAY)))


@dataclass(frozen=True, slots=True)
class PartOutlook:
    """Where one requirement stands. `expected_on` None: nobody can say when the rest comes."""

    requirement: MaterialRequirement
    coming: int
    expected_on: date | None
    is_confirmed: bool
    supplier_name: str
    is_kitted: bool
    is_built: bool

    @property
    def part(self) -> Part:
        return self.requirement.part

    @property
    def is_complete(self) -> bool:
        return self.requirement.short_quantity == 0

    @property
    def is_on_order(self) -> bool:
        return not self.is_complete and self.coming >= self.requirement.short_quantity


def material_outlook(
    *, today: date, order_ids: Collection[int] | None = None, job_ids: Collection[int] | None = None
) -> list[PartOutlook]:
    """Every requirement of these orders' or jobs' machines, job by job, in one statement.

    What is on order comes on its receipt's day; what is not, `lead_days` working days from today.
    """
    wanted = Q()
    if order_ids is not None:
        wanted &= Q(clearance_id__in=list(order_ids))
    if job_ids is not None:
        wanted &= Q(job_id__in=list(job_ids))
    on_its_way = Q(allocations__scheduled_receipt__isnull=False)
    done = JobOperation.objects.filter(job=OuterRef("job"), status=JobOperation.Status.DONE)
    rows = (
        MaterialRequirement.objects.filter(wanted)
        .exclude(job__status=AssemblyJob.Status.CANCELLED)
        .annotate(
            coming=Coalesce(Sum("allocations__quantity", filter=on_its_way), 0),
            comes_on=Max("allocations__scheduled_receipt__due_on"),
            undated=Count(
                "allocations",
                filter=on_its_way & Q(allocations__scheduled_receipt__due_on__isnull=True),
            ),
            unconfirmed=Count(
                "allocations",
                filter=on_its_way & Q(allocations__scheduled_receipt__is_confirmed=False),
            ),
            sent_by=Max("allocations__scheduled_receipt__supplier_name"),
            is_kitted=Exists(done.filter(kind=JobOperation.Kind.KITTING)),
            is_built=Exists(done.filter(kind=JobOperation.Kind.BUILD)),
        )
        .select_related("part__supply_profile", "job")
        .order_by("clearance_id", "job_id", "pk")
    )
    return [_outlook(row, today) for row in rows]


def _outlook(row: Any, today: date) -> PartOutlook:
    profile = getattr(row.part, "supply_profile", None)
    expected: date | None = None
    if row.short_quantity and not row.undated:
        expected = row.comes_on
        if row.coming < row.short_quantity:
            expected = None
            if profile is not None and profile.lead_days is not None:
                ordered_now = add_working_days(today, profile.lead_days)
                expected = max(ordered_now, row.comes_on or ordered_now)
    return PartOutlook(
        requirement=row,
        coming=row.coming,
        expected_on=expected,
        is_confirmed=bool(row.coming) and not row.unconfirmed,
        supplier_name=row.sent_by or (profile.supplier_name if profile else ""),
        is_kitted=row.is_kitted,
        is_built=row.is_built,
    )


def part_ids_by_number(part_numbers: Iterable[str]) -> dict[str, int]:
    return dict(
        Part.objects.filter(part_number__in=set(part_numbers)).values_list("part_number", "pk")
    )
