"""What jobs lack, what is coming to them, and when."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count, Exists, F, Max, OuterRef, Q, Sum
from django.db.models.functions import Coalesce

from production.expecting import last_piece_on
from production.models import AssemblyJob, JobOperation, MaterialRequirement, Part
from production.selectors.picking import with_picked
from production.selectors.plant import OPEN_JOBS


class Shortage(NamedTuple):
    """What a requirement still lacks: neither on our shelf for it nor on its way to it.

    `requirement` comes with its part, job and order line joined.
    """

    requirement: MaterialRequirement
    short: int


def open_shortages(order_id: int) -> list[Shortage]:
    """What has to be bought for an order, in the order of its jobs. Empty: nothing (more).

    Also of a job under way, in which a piece broke.
    """
    short = (
        MaterialRequirement.objects.filter(clearance_id=order_id, job__status__in=OPEN_JOBS)
        .annotate(tied=Coalesce(Sum("allocations__quantity"), 0))
        .filter(quantity__gt=F("tied"))
        .select_related("part", "job__order_line")
        .order_by("job_id", "pk")
    )
    return [Shortage(requirement, requirement.quantity - requirement.tied) for requirement in short]


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
    *,
    today: date,
    order_ids: Collection[int] | None = None,
    job_ids: Collection[int] | None = None,
    is_only_short: bool = False,
    is_with_bins: bool = False,
    is_with_picks: bool = False,
) -> list[PartOutlook]:
    """Every requirement of these orders' or jobs' machines, job by job, in one statement.

    `is_with_picks`: the requirements come `with_picked`, which is a statement more.
    `expected_on` is what `last_piece_on` says.
    """
    wanted = Q(quantity__gt=0)
    if order_ids is not None:
        wanted &= Q(clearance_id__in=list(order_ids))
    if job_ids is not None:
        wanted &= Q(job_id__in=list(job_ids))
    if is_only_short:
        wanted &= Q(quantity__gt=F("allocated_quantity"))
    on_its_way = Q(allocations__scheduled_receipt__isnull=False)
    done = JobOperation.objects.filter(job=OuterRef("job"), status=JobOperation.Status.DONE)
    rows = (
        MaterialRequirement.objects.filter(wanted)
        .exclude(job__status__in=[AssemblyJob.Status.SCRAPPED, AssemblyJob.Status.CANCELLED])
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
        .select_related(
            "part__supply_profile", "job", *(["part__stock_level__home_bin"] * is_with_bins)
        )
        .order_by("clearance_id", "job_id", "pk")
    )
    return [_outlook(row, today) for row in (with_picked(rows) if is_with_picks else rows)]


def _outlook(row: Any, today: date) -> PartOutlook:
    profile = getattr(row.part, "supply_profile", None)
    expected: date | None = None
    if row.short_quantity:
        expected = last_piece_on(
            row.comes_on,
            is_undated=bool(row.undated),
            is_all_on_order=row.coming >= row.short_quantity,
            lead_days=profile.lead_days if profile else None,
            today=today,
        )
    return PartOutlook(
        requirement=row,
        coming=row.coming,
        expected_on=expected,
        is_confirmed=bool(row.coming) and not row.unconfirmed,
        supplier_name=row.sent_by or (profile.supplier_name if profile else ""),
        is_kitted=row.is_kitted,
        is_built=row.is_built,
    )
