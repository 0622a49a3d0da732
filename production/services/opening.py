"""The first stock of a shelf, and the bins it lies in."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from production.models import Bin, StockLevel, StockMovement
from production.services.moving import Move, move_stock, place_for


@dataclass(frozen=True, slots=True)
class BinFacts:
    """One bin: what stands on its label, and where it comes on the walk."""

    code: str
    zone: str
    sequence: int


@transaction.atomic
def record_bins(*, bins: Collection[BinFacts]) -> int:
    """Write down the bins of the shelves, by code. Repeatable: zone and place may change."""
    Bin.objects.bulk_create(
        [Bin(code=one.code, zone=one.zone, sequence=one.sequence) for one in bins],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["zone", "sequence"],
    )
    return len(bins)


@transaction.atomic
def record_opening(
    *,
    rows: Iterable[tuple[int, int, str]],
    costs: Mapping[int, Decimal] | None = None,
) -> None:
    """Put the first stock on the shelf: (part id, quantity, bin) each, once a part.

    A second call changes home bins only. Nobody has paid for it: its origin is push. `costs`:
    part id → what one piece cost, in minor units.
    """
    wanted = sorted(rows)
    bins = _bins({code for _, _, code in wanted if code})
    StockLevel.objects.bulk_create(
        [StockLevel(part_id=part, home_bin=bins.get(code)) for part, _, code in wanted],
        update_conflicts=True,
        unique_fields=["part"],
        update_fields=["home_bin"],
    )
    keys = {f"opening:{part}" for part, _, _ in wanted}
    known = set(StockMovement.objects.filter(key__in=keys).values_list("key", flat=True))
    without_bin = place_for(Bin.Purpose.GOODS_IN).pk if any(not c for _, _, c in wanted) else None
    move_stock(
        [
            Move(
                part_id=part,
                kind=StockMovement.Kind.OPENING,
                quantity=pieces,
                key=f"opening:{part}",
                origin=StockMovement.Origin.PUSH,
                bin_id=bins[code].pk if code else without_bin,
                unit_cost_minor=(costs or {}).get(part),
                reference="opening stock",
            )
            for part, pieces, code in wanted
            if pieces and f"opening:{part}" not in known
        ],
        actor="system",
    )


def _bins(codes: Collection[str]) -> dict[str, Bin]:
    """The bins of these codes; new ones come after all others on the walk."""
    last = Bin.objects.filter(purpose=Bin.Purpose.SHELF).order_by("-sequence").first()
    start = last.sequence + 1 if last else 1
    known = set(Bin.objects.filter(code__in=codes).values_list("code", flat=True))
    Bin.objects.bulk_create(
        [
            Bin(code=code, sequence=place)
            for place, code in enumerate(sorted(set(codes) - known), start=start)
        ],
        ignore_conflicts=True,
    )
    return {one.code: one for one in Bin.objects.filter(code__in=codes)}
