"""What `moving` reads and writes of the shelf: each a statement for any number of parts."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import connection

from config.rows import rows_of
from production.models import Bin, StockLevel, StockMovement

NEW_LEVELS = """
INSERT INTO production_stocklevel
    (part_id, on_hand, allocated, on_hold, pegged_on_hand, kanban_on_hand)
SELECT part_id, 0, 0, 0, 0, 0 FROM unnest(%s::bigint[]) AS part_id ORDER BY part_id
ON CONFLICT DO NOTHING
"""
LEVELS = "SELECT {columns} FROM {table} WHERE {key} = ANY (%s) ORDER BY {key} FOR UPDATE"
# The home bin first, then along the walk.
HELD = """
SELECT held.part_id, held.bin_id, held.quantity, bin.purpose
FROM production_binstock AS held
JOIN production_bin AS bin ON bin.id = held.bin_id
JOIN production_stocklevel AS level ON level.part_id = held.part_id
WHERE held.part_id = ANY (%s) AND held.quantity > 0
ORDER BY held.part_id, held.bin_id IS DISTINCT FROM level.home_bin_id, bin.sequence,
         bin.code COLLATE "C"
"""
WRITE_MOVEMENTS = """
INSERT INTO production_stockmovement
    (part_id, kind, origin, quantity, key, reference, bin_id, unit_cost_minor, reason, actor)
SELECT part_id, kind, origin, quantity, key, reference, bin_id, unit_cost_minor, reason, actor
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::int[], %s::text[], %s::text[], %s::bigint[],
            %s::numeric[], %s::text[], %s::text[]) WITH ORDINALITY
    AS it (part_id, kind, origin, quantity, key, reference, bin_id, unit_cost_minor, reason, actor,
           place)
ORDER BY place
"""
WRITE_BINS = """
INSERT INTO production_binstock (part_id, bin_id, quantity)
SELECT part_id, bin_id, quantity
FROM unnest(%s::bigint[], %s::bigint[], %s::int[]) AS it (part_id, bin_id, quantity)
ORDER BY part_id, bin_id
ON CONFLICT (part_id, bin_id) DO UPDATE SET quantity = excluded.quantity
"""


def lock_levels(part_ids: Collection[int], *, coming: Collection[int]) -> list[StockLevel]:
    """Lock the levels of these parts, in key order; `coming` get one where they have none."""
    if coming:
        with connection.cursor() as cursor:
            cursor.execute(NEW_LEVELS, [sorted(coming)])
    return rows_of(StockLevel, LEVELS, [list(part_ids)])


def held_in_bins(part_ids: Collection[int]) -> list[tuple[int, int, int, bool]]:
    """Part, bin, pieces, and whether nobody picks there: in the order in which they are picked."""
    with connection.cursor() as cursor:
        cursor.execute(HELD, [list(part_ids)])
        return [
            (part_id, bin_id, pieces, purpose == Bin.Purpose.QUALITY)
            for part_id, bin_id, pieces, purpose in cursor.fetchall()
        ]


def write_movements(movements: Sequence[StockMovement]) -> None:
    """In their order."""
    rows: list[tuple[Any, ...]] = [
        (
            *(one.part_id, str(one.kind), str(one.origin), one.quantity, one.key, one.reference),
            *(one.bin_id, one.unit_cost_minor, one.reason, one.actor),
        )
        for one in movements
    ]
    with connection.cursor() as cursor:
        cursor.execute(WRITE_MOVEMENTS, [list(column) for column in zip(*rows, strict=True)])


def write_bins(pieces: Mapping[tuple[int, int], int]) -> None:
    """What lies there now, by part and bin."""
    rows = [(*place, many) for place, many in pieces.items()]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(WRITE_BINS, [list(column) for column in zip(*rows, strict=True)])
