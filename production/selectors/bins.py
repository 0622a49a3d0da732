"""Bins as people walk along them: what lies in each, and when it was last counted."""

from collections.abc import Collection
from typing import Any

from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from production.models import Bin, BinCount, BinStock, Part

# What stands before a part's number in its QR code.
PART_CODE = "CW:P:"


def bins_with_contents() -> QuerySet[Bin, Any]:
    """Every bin along the walk, with `parts`, `pieces` and `counted_at`."""
    counted = (
        BinCount.objects.filter(bin=OuterRef("pk"))
        .order_by()
        .values("bin")
        .annotate(last=Max("counted_at"))
        .values("last")
    )
    lies = Q(contents__quantity__gt=0)
    return Bin.objects.annotate(
        parts=Count("contents", filter=lies),
        pieces=Coalesce(Sum("contents__quantity", filter=lies), 0),
        counted_at=Subquery(counted),
    ).order_by("sequence", "code")


def contents_of(bins: Collection[Bin]) -> list[BinStock]:
    """What lies in these bins, along the walk; each with its bin and part."""
    return list(
        BinStock.objects.filter(bin__in=bins, quantity__gt=0)
        .select_related("bin", "part")
        .order_by("bin__sequence", "bin__code", "part__part_number")
    )


def to_put_away() -> list[BinStock]:
    """What lies where goods come in, each with its part, level and home bin."""
    return list(
        BinStock.objects.filter(bin__purpose=Bin.Purpose.GOODS_IN, quantity__gt=0)
        .select_related("bin", "part__stock_level__home_bin")
        .order_by("part__part_number")
    )


def picking_bins(part_ids: Collection[int]) -> dict[int, list[BinStock]]:
    """Part id → the bins to pick it from, in the order in which an issue takes from them.

    The home bin first, then along the walk; never what is set aside. Each with its bin. One
    statement.
    """
    rows = (
        BinStock.objects.filter(part__in=part_ids, quantity__gt=0)
        .exclude(bin__purpose=Bin.Purpose.QUALITY)
        .select_related("bin")
        .annotate(home=F("part__stock_level__home_bin_id"))
    )
    found: dict[int, list[BinStock]] = {}
    for row in sorted(
        rows, key=lambda row: (row.bin_id != row.home, row.bin.sequence, row.bin.code)
    ):
        found.setdefault(row.part_id, []).append(row)
    return found


def part_by_code(code: str) -> Part | None:
    """The part whose number, QR code or manufacturer's number was typed or scanned."""
    number = code.strip()
    if number.upper().startswith(PART_CODE):
        number = number[len(PART_CODE) :]
    parts = Part.objects.filter(part_number__iexact=number)
    return parts.first() or Part.objects.filter(mpn__iexact=number).exclude(mpn="").first()


def bin_by_code(code: str) -> Bin | None:
    """The bin whose label was typed or scanned."""
    return Bin.objects.filter(code__iexact=code.strip()).first()
