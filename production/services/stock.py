"""How much of the shelf is whose. Levels change by conditional UPDATE only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from production.errors import ShortOfStock
from production.models import StockLevel


@dataclass(frozen=True, slots=True)
class LevelChange:
    """By how much the level of one part changes; all may be negative.

    `average_cost` is the new one; empty leaves it. What lies on the shelf changes by
    `moving.move_stock` only, which writes the movements beside it.
    """

    part_id: int
    on_hand: int = 0
    allocated: int = 0
    on_hold: int = 0
    pegged: int = 0
    kanban: int = 0
    average_cost: Decimal | None = None


# What is promised may never exceed what is there, and neither may fall below zero.
CHANGE_LEVELS = """
UPDATE production_stocklevel AS level
SET on_hand = level.on_hand + change.on_hand, allocated = level.allocated + change.allocated,
    on_hold = level.on_hold + change.on_hold,
    pegged_on_hand = level.pegged_on_hand + change.pegged,
    kanban_on_hand = level.kanban_on_hand + change.kanban,
    average_cost_minor = coalesce(change.average_cost, level.average_cost_minor)
FROM unnest(%s::bigint[], %s::int[], %s::int[], %s::int[], %s::int[], %s::int[], %s::numeric[])
    AS change (part_id, on_hand, allocated, on_hold, pegged, kanban, average_cost)
WHERE level.part_id = change.part_id
  AND level.on_hold + change.on_hold >= 0
  AND level.allocated + change.allocated
      BETWEEN 0 AND level.on_hand + change.on_hand - level.on_hold - change.on_hold
"""
# Planning promises, and changes nothing else: no origin or cost is written for it.
PROMISE = """
UPDATE production_stocklevel AS level SET allocated = level.allocated + change.allocated
FROM unnest(%s::bigint[], %s::int[]) AS change (part_id, allocated)
WHERE level.part_id = change.part_id
  AND level.allocated + change.allocated BETWEEN 0 AND level.on_hand - level.on_hold
"""


def change_levels(changes: Sequence[LevelChange]) -> None:
    """Change the levels of several parts, one entry a part, in one statement.

    Raises `ShortOfStock` when any of them would promise more than there is.
    """
    if not changes:
        return
    ordered = sorted(changes, key=lambda change: change.part_id)
    columns = [list(column) for column in zip(*map(astuple, ordered), strict=True)]
    _change(CHANGE_LEVELS, columns)


def _change(statement: str, columns: list[list[Any]]) -> None:
    wanted = len(columns[0])
    with connection.cursor() as cursor:
        cursor.execute(statement, columns)
        changed = cursor.rowcount
    if changed != wanted:
        raise ShortOfStock(
            f"{wanted - changed} of {wanted} parts have less on the shelf than asked."
        )


def lock_free_stock(part_ids: Iterable[int]) -> dict[int, int]:
    """Lock the levels of these parts, in key order, and say how many of each lie free.

    Parts that never lay on the shelf have no level and are left out.
    """
    levels = (
        StockLevel.objects.select_for_update()
        .filter(pk__in=set(part_ids))
        .order_by("pk")
        .values_list("pk", "on_hand", "allocated", "on_hold")
    )
    return {part: on_hand - allocated - held for part, on_hand, allocated, held in levels}


def reserve(quantities: Mapping[int, int]) -> None:
    """Promise so many of each part (by id) from the shelf; below zero: give back.

    Raises `ShortOfStock`.
    """
    wanted = sorted((part, many) for part, many in quantities.items() if many)
    if wanted:
        _change(PROMISE, [list(column) for column in zip(*wanted, strict=True)])
