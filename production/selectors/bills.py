"""Bills as lists: what there is, and what may be done with it. Reads only."""

from typing import Any

from django.db.models import Count, Q, QuerySet

from production.models import BillOfMaterial

Status = BillOfMaterial.Status

# What the list can be narrowed to, in the order of its filters.
BILL_FILTERS = ("current", "draft", "released", "machines", "superseded", "all")


def bill_list(*, shown: str, query: str = "") -> QuerySet[BillOfMaterial, Any]:
    """Bills with `line_count`, by part and then the newest revision first.

    "current" are those that are in force and those that are being written.
    """
    narrowed = {
        "current": ~Q(status=Status.SUPERSEDED),
        "draft": Q(status=Status.DRAFT),
        "released": Q(status=Status.RELEASED),
        "machines": ~Q(status=Status.SUPERSEDED) & ~Q(product_slug=""),
        "superseded": Q(status=Status.SUPERSEDED),
        "all": Q(),
    }
    found = (
        BillOfMaterial.objects.filter(narrowed[shown])
        .select_related("part")
        .annotate(line_count=Count("lines"))
        .order_by("part__part_number", "-revision")
    )
    for word in query.split():
        found = found.filter(
            Q(part__part_number__icontains=word)
            | Q(part__name__icontains=word)
            | Q(product_slug__icontains=word)
            | Q(note__icontains=word)
            | Q(released_by__icontains=word)
        )
    return found


def open_draft(part_id: int) -> BillOfMaterial | None:
    """The newest draft of a part, if somebody is writing one."""
    drafts = BillOfMaterial.objects.filter(part=part_id, status=Status.DRAFT)
    return drafts.select_related("part").order_by("-revision").first()


def released_bill(part_id: int) -> BillOfMaterial | None:
    """The bill of a part that machines are made by."""
    return (
        BillOfMaterial.objects.filter(part=part_id, status=Status.RELEASED)
        .select_related("part")
        .first()
    )
