"""What pieces were bought for, and what they are once that is gone."""

from collections.abc import Iterable
from uuid import uuid4

from production.models import BinStock, StockLevel, StockMovement
from production.services.stock import LevelChange, change_levels

Origin = StockMovement.Origin


def turn_orphans_into_push(*, part_ids: Iterable[int], reference: str, actor: str) -> int:
    """Pieces that were bought for a paid order and are kept for none are push stock from now on.

    Called wherever promises are taken back, after whoever waits has been served. By a pair of
    movements that sums to zero; returns how many pieces. Repeatable.
    """
    levels = (
        StockLevel.objects.select_for_update()
        .filter(pk__in=set(part_ids), pegged_on_hand__gt=0)
        .order_by("pk")
    )
    orphans = {
        level.pk: level.pegged_on_hand - level.allocated - level.on_hold
        for level in levels
        if level.pegged_on_hand > level.allocated + level.on_hold
    }
    if not orphans:
        return 0
    shelf = BinStock.objects.filter(part__in=orphans, quantity__gt=0).order_by("-quantity", "pk")
    bins = {one.part_id: one.bin_id for one in reversed(shelf)}
    StockMovement.objects.bulk_create(
        StockMovement(
            part_id=part_id,
            kind=StockMovement.Kind.ORIGIN,
            origin=origin,
            quantity=sign * pieces,
            key=f"orphan:{uuid4()}",
            reference=reference[:120],
            bin_id=bins[part_id],
            reason="bought for an order that does not take it",
            actor=actor[:120],
        )
        for part_id, pieces in sorted(orphans.items())
        for origin, sign in ((Origin.PEGGED, -1), (Origin.PUSH, 1))
    )
    change_levels([LevelChange(part_id, pegged=-pieces) for part_id, pieces in orphans.items()])
    return sum(orphans.values())
