"""What lies on the shelf, what is coming, and who waits for it."""

from decimal import Decimal
from typing import Any, TypedDict

from django.db.models import (
    Count,
    DecimalField,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Cast, Coalesce

from production.models import (
    BinStock,
    MaterialRequirement,
    Part,
    QualityHold,
    ReceiptOutcome,
    ScheduledReceipt,
    StockLevel,
    StockMovement,
)
from production.selectors.plant import OPEN_JOBS

# What the stock page can be narrowed to, in the order of its filters.
STOCK_FILTERS = ("held", "coming", "wanted", "push", "set_aside", "all")


class StockFigures(TypedDict):
    """What the shelf is worth, in minor units. `unknown`: parts on it whose cost nobody knows."""

    value: Decimal
    push: Decimal
    set_aside: Decimal
    unknown: int


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
        Part.objects.filter(Q(kind=Part.Kind.BUY) | Q(is_stocked=True))
        .select_related("stock_level__home_bin", "supply_profile")
        .annotate(coming=Coalesce(Subquery(coming), 0), short=Coalesce(Subquery(short), 0))
        .order_by("part_number")
    )
    called_for = F("stock_level__pegged_on_hand") + F("stock_level__kanban_on_hand")
    narrowed = {
        "held": Q(stock_level__on_hand__gt=0),
        "coming": Q(coming__gt=0),
        "wanted": Q(short__gt=0),
        "push": Q(stock_level__on_hand__gt=called_for),
        "set_aside": Q(stock_level__on_hold__gt=0),
        "all": Q(),
    }
    return parts.filter(narrowed[shown])


def with_bins(parts: QuerySet[Part, Any]) -> QuerySet[Part, Any]:
    """The parts, each with its bins that are not empty, along the walk: `bin_stock`."""
    lies_in = (
        BinStock.objects.filter(quantity__gt=0)
        .select_related("bin")
        .order_by("bin__sequence", "bin__code")
    )
    return parts.prefetch_related(Prefetch("bin_stock", queryset=lies_in))


def stock_figures() -> StockFigures:
    """What everything on the shelf is worth at its average cost, in one statement."""
    cost = Coalesce(
        "average_cost_minor",
        Cast("part__standard_cost_minor", DecimalField(max_digits=22, decimal_places=4)),
    )
    push = F("on_hand") - F("pegged_on_hand") - F("kanban_on_hand")
    worth = DecimalField(max_digits=30, decimal_places=4)
    sums = StockLevel.objects.annotate(cost=cost).aggregate(
        value=Coalesce(Sum(F("on_hand") * F("cost"), output_field=worth), Decimal(0)),
        push=Coalesce(Sum(push * F("cost"), output_field=worth), Decimal(0)),
        set_aside=Coalesce(Sum(F("on_hold") * F("cost"), output_field=worth), Decimal(0)),
        unknown=Count("pk", filter=Q(on_hand__gt=0, cost__isnull=True)),
    )
    return StockFigures(
        value=sums["value"],
        push=sums["push"],
        set_aside=sums["set_aside"],
        unknown=sums["unknown"],
    )


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


def movements_of(part: Part) -> QuerySet[StockMovement, Any]:
    """What moved of a part, the newest first, each with its bin."""
    return StockMovement.objects.filter(part=part).select_related("bin").order_by("-pk")


def outcomes_of(part: Part) -> QuerySet[ReceiptOutcome, Any]:
    """What came of a part against what was promised, the newest first."""
    return ReceiptOutcome.objects.filter(part=part).order_by("-received_at", "-pk")


def open_holds() -> QuerySet[QualityHold, Any]:
    """What nobody may use until someone has decided, the oldest first."""
    return QualityHold.objects.filter(outcome="").select_related("part").order_by("opened_at", "pk")


def closed_holds() -> QuerySet[QualityHold, Any]:
    """What was decided, the newest first."""
    return (
        QualityHold.objects.exclude(outcome="").select_related("part").order_by("-closed_at", "-pk")
    )
