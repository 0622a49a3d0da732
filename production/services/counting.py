"""Corrections of the shelf by hand."""

from django.db import transaction

from production.errors import UnknownPart
from production.models import Part, StockLevel, StockMovement
from production.services.outlook import write_down_outlook
from production.services.pegging import lock_orders, make_ready, serve_waiting
from production.services.stock import LevelChange, change_levels, lock_free_stock


@transaction.atomic
def adjust_stock(*, part_id: int, quantity: int, reason: str, key: str, actor: str) -> None:
    """Correct a level after counting: `quantity` is the difference, not the new level.

    What is found goes to jobs that wait for it. `key` makes it happen once. Raises `ShortOfStock`
    when promised pieces would be gone, and `UnknownPart`.
    """
    if not Part.objects.filter(pk=part_id).exists():
        raise UnknownPart(f"There is no part with the id {part_id}.")
    order_ids = lock_orders(requirement_ids=(), part_ids=[part_id])
    StockLevel.objects.bulk_create([StockLevel(part_id=part_id)], ignore_conflicts=True)
    lock_free_stock([part_id])
    if StockMovement.objects.filter(key=key).exists():
        return
    StockMovement.objects.create(
        part_id=part_id,
        kind=StockMovement.Kind.ADJUSTMENT,
        origin=StockMovement.Origin.PUSH,
        quantity=quantity,
        key=key,
        reference=f"{reason} ({actor})"[:120],
    )
    change_levels([LevelChange(part_id, on_hand=quantity)])
    serve_waiting(part_ids=[part_id], order_ids=order_ids)
    make_ready(order_ids=order_ids, actor=actor)
    write_down_outlook(order_ids=order_ids)
