"""The shelf. Levels change by conditional UPDATE only, always together with their movements."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from production.errors import ShortOfStock
from production.models import Bin, StockLevel


@dataclass(frozen=True, slots=True)
class LevelChange:
    """By how much the level of one part changes; both may be negative."""

    part_id: int
    on_hand: int = 0
    allocated: int = 0


# What is promised may never exceed what is there, and neither may fall below zero.
CHANGE_LEVELS = """
UPDATE production_stocklevel AS level
SET on_hand = level.on_hand + change.on_hand, allocated = level.allocated + change.allocated
FROM unnest(%s::bigint[], %s::int[], %s::int[]) AS change (part_id, on_hand, allocated)
WHERE level.part_id = change.part_id
  AND level.allocated + change.allocated
      BETWEEN 0 AND level.on_hand + change.on_hand - level.on_hold
"""


def change_levels(changes: Sequence[LevelChange]) -> None:
    """Change the levels of several parts, one entry a part, in one statement.

    The caller records the movements in the same transaction: a trigger compares them at commit.
    Raises `ShortOfStock` when any of them would promise more than there is.
    """
    if not changes:
        return
    ordered = sorted(changes, key=lambda change: change.part_id)
    with connection.cursor() as cursor:
        cursor.execute(
            CHANGE_LEVELS,
            [
                [change.part_id for change in ordered],
                [change.on_hand for change in ordered],
                [change.allocated for change in ordered],
            ],
        )
        changed = cursor.rowcount
    if changed != len(ordered):
        raise ShortOfStock(
            f"{len(ordered) - changed} of {len(ordered)} parts have less on the shelf than asked"
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


def reserve(quantities: dict[int, int]) -> None:
    """Promise so many of each part (by id) from the shelf. Raises `ShortOfStock`."""
    change_levels([LevelChange(part, allocated=many) for part, many in quantities.items() if many])


OPEN_STOCK = """
WITH opening AS (
    SELECT row.part_id, row.quantity, bin.id AS bin_id
    FROM unnest(%s::bigint[], %s::int[], %s::text[]) AS row (part_id, quantity, bin)
    LEFT JOIN production_bin AS bin ON bin.code = row.bin
), moved AS (
    INSERT INTO production_stockmovement
        (part_id, kind, origin, quantity, key, reference, bin_id, reason, actor)
    SELECT part_id, 'opening', 'push', quantity, 'opening:' || part_id, 'opening stock', bin_id,
           '', ''
    FROM opening WHERE quantity > 0 ORDER BY part_id
    ON CONFLICT (key) DO NOTHING RETURNING part_id, quantity
)
INSERT INTO production_stocklevel AS level (part_id, on_hand, allocated, on_hold, home_bin_id)
SELECT opening.part_id, coalesce(moved.quantity, 0), 0, 0, opening.bin_id
FROM opening LEFT JOIN moved USING (part_id) ORDER BY opening.part_id
ON CONFLICT (part_id) DO UPDATE
SET on_hand = level.on_hand + excluded.on_hand, home_bin_id = excluded.home_bin_id
"""


@transaction.atomic
def record_opening(*, rows: Iterable[tuple[int, int, str]]) -> None:
    """Put the first stock on the shelf: (part id, quantity, bin) each, once a part.

    A second call changes bins only. Free stock that nobody has paid for: its origin is push.
    """
    columns = [list(column) for column in zip(*rows, strict=True)]
    if columns:
        codes = sorted({code for code in columns[2] if code})
        Bin.objects.bulk_create(
            [Bin(code=code, sequence=place) for place, code in enumerate(codes, start=1)],
            ignore_conflicts=True,
        )
        with connection.cursor() as cursor:
            cursor.execute(OPEN_STOCK, columns)
