"""What lies on the shelf, what is coming, and who waits for it."""

from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from production.models import MaterialRequirement, Part, ScheduledReceipt
from production.selectors.plant import OPEN_JOBS

# What the stock page can be narrowed to, in the order of its filters.
STOCK_FILTERS = ("held", "coming", "wanted", "all")


def stock_list(*, shown: str) -> QuerySet[Part, Any]:
    """Bought parts with `coming` (on their way) and `short` (still wanted by jobs)."""
    coming = _sum_by_part(
        ScheduledReceipt.objects.filter(quantity__gt=F("received_quantity")),
        F("quantity") - F("received_quantity"),
    )
    short = _sum_by_part(
        MaterialRequirement.objects.filter(
            job__status__in=OPEN_JOBS, quantity__gt=F("allocated_quantity")
        ),
        F("quantity") - F("allocated_quantity"),
    )
    parts = (
        Part.objects.filter(kind=Part.Kind.BUY)
        .select_related("stock_level__home_bin", "supply_profile")
        .annotate(coming=Coalesce(Subquery(coming), 0), short=Coalesce(Subquery(short), 0))
        .order_by("part_number")
    )
    narrowed = {
        "held": Q(stock_level__on_hand__gt=0),
        "coming": Q(coming__gt=0),
        "wanted": Q(short__gt=0),
        "all": Q(),
    }
    return parts.filter(narrowed[shown])


def _sum_by_part(rows: QuerySet[Any, Any], pieces: Any) -> QuerySet[Any, Any]:
    return (
        rows.filter(part=OuterRef("pk"))
        .order_by()
        .values("part")
        .annotate(pieces=Sum(pieces))
        .values("pieces")
    )


def open_requirements(part: Part) -> QuerySet[MaterialRequirement, Any]:
    """Who has or waits for pieces of a part: jobs that have not taken theirs yet."""
    return (
        MaterialRequirement.objects.filter(
            part=part, job__status__in=OPEN_JOBS, issued_quantity__lt=F("quantity")
        )
        .select_related("job")
        .order_by(F("job__due_on").asc(nulls_last=True), "pk")
    )


def open_receipts(part: Part) -> QuerySet[ScheduledReceipt, Any]:
    """What is on its way of a part, the nearest first."""
    return ScheduledReceipt.objects.filter(part=part, quantity__gt=F("received_quantity")).order_by(
        F("due_on").asc(nulls_last=True), "pk"
    )
