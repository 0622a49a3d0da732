"""Jobs as the console shows them."""

from typing import Any

from django.db.models import CharField, Count, Exists, F, OuterRef, Prefetch, QuerySet, Sum
from django.db.models import Subquery as Sub
from django.db.models.functions import Cast, Coalesce

from config.outbox.models import Delivery
from production.models import (
    AssemblyJob,
    JobOperation,
    MaterialRequirement,
    SupplyProfile,
)
from shop.models import Order

PLANNING = "production.plan_order"


def with_operations(jobs: QuerySet[AssemblyJob]) -> QuerySet[AssemblyJob]:
    """Jobs with their operations in order and the number of jobs of their order."""
    operations = JobOperation.objects.order_by("sequence")
    siblings = (
        AssemblyJob.objects.filter(clearance=OuterRef("clearance"))
        .exclude(status=AssemblyJob.Status.SCRAPPED)
        .order_by()
        .values("clearance")
        .annotate(jobs=Count("pk"))
        .values("jobs")
    )
    return (
        jobs.select_related("order_line")
        .prefetch_related(Prefetch("operations", queryset=operations))
        .annotate(order_jobs=Sub(siblings))
    )


def jobs_of_order(order_id: int) -> list[AssemblyJob]:
    return list(
        with_operations(AssemblyJob.objects.filter(clearance=order_id)).order_by("number", "pk")
    )


def unsourced() -> QuerySet[MaterialRequirement, Any]:
    """Requirements of paid jobs that no supply is tied to and that nobody sells."""
    return (
        MaterialRequirement.objects.filter(job__status=AssemblyJob.Status.WAITING_FOR_PARTS)
        .annotate(tied=Coalesce(Sum("allocations__quantity"), 0))
        .filter(
            ~Exists(SupplyProfile.objects.filter(part=OuterRef("part"), lead_days__isnull=False)),
            quantity__gt=F("tied"),
        )
        .select_related("part", "job")
        .order_by("job_id", "pk")
    )


def count_unsourced() -> int:
    """How many jobs need a person for a part that nobody sells."""
    return unsourced().values("job").distinct().count()


def unplanned() -> QuerySet[Delivery, Any]:
    """Deliveries of released orders that planning has failed on, with their order's number."""
    number = Order.objects.annotate(key=Cast("pk", CharField())).filter(key=OuterRef("event__key"))
    return (
        Delivery.objects.filter(subscriber=PLANNING, failures__gt=0, done_at__isnull=True)
        .annotate(order_number=Sub(number.values("number")[:1]))
        .order_by("pk")
    )
