"""Which delivery the pieces came with that a job takes: the oldest on the shelf leave first."""

from collections.abc import Sequence

from django.db import connection

from production.models import MaterialRequirement

# The pieces that lie there are the newest that came in; those that have just left are the next
# older ones. Counting what came in from the newest back, they stand from `on_hand` on: read is
# one arrival after the other (the index stock_movement_came_in), until all of them are found.
WRITE = """
WITH RECURSIVE taken AS (
    SELECT requirement_id, part_id, pieces
    FROM unnest(%s::bigint[], %s::bigint[], %s::int[]) AS row (requirement_id, part_id, pieces)
), heap AS (
    SELECT requirement_id, part_id, on_hand, on_hand + pieces AS until,
           9223372036854775807 AS id, '' AS reference, 0::bigint AS below, 0::bigint AS upto
    FROM taken JOIN production_stocklevel USING (part_id)
  UNION ALL
    SELECT heap.requirement_id, heap.part_id, heap.on_hand, heap.until, came.id, came.reference,
           heap.upto, heap.upto + came.quantity
    FROM heap CROSS JOIN LATERAL (
        SELECT id, quantity,
               CASE kind WHEN 'receipt' THEN reference ELSE kind END::text AS reference
        FROM production_stockmovement
        WHERE part_id = heap.part_id AND id < heap.id AND quantity > 0
          AND kind IN ('opening', 'receipt', 'adjustment')
        ORDER BY id DESC LIMIT 1
    ) AS came
    WHERE heap.upto < heap.until
), known AS (
    SELECT requirement_id, reference, sum(least(upto, until) - greatest(below, on_hand)) AS pieces
    FROM heap WHERE upto > on_hand GROUP BY requirement_id, reference
)
INSERT INTO production_piecesource (requirement_id, reference, quantity)
SELECT requirement_id, reference, pieces FROM known
UNION ALL
SELECT taken.requirement_id, '', taken.pieces - coalesce(sum(known.pieces), 0)
FROM taken LEFT JOIN known ON known.requirement_id = taken.requirement_id
GROUP BY taken.requirement_id, taken.pieces
HAVING taken.pieces > coalesce(sum(known.pieces), 0)
"""
# A serial is of a delivery where all its kind in the machine came with that one.
NAME_SERIALS = """
UPDATE production_serialunit AS unit SET receipt_reference = left(source.reference, 60)
FROM (
    SELECT requirement_id, min(reference) AS reference FROM production_piecesource
    WHERE requirement_id = ANY(%s)
    GROUP BY requirement_id HAVING min(reference) = max(reference)
) AS source
WHERE unit.requirement_id = source.requirement_id AND unit.receipt_reference = ''
"""


def write_down_sources(*, requirements: Sequence[MaterialRequirement]) -> None:
    """Say of pieces that have just been issued with which delivery they came: two statements.

    `requirements` as they were before the issue, in its transaction, under the levels' locks.
    """
    rows = [
        (one.pk, one.part_id, one.allocated_quantity - one.issued_quantity)
        for one in requirements
        if one.allocated_quantity > one.issued_quantity
    ]
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(WRITE, [list(column) for column in zip(*rows, strict=True)])
    name_serials([one.pk for one in requirements])


def name_serials(requirement_ids: Sequence[int]) -> None:
    """Write the delivery beside the serials of these requirements, where it can be only one."""
    with connection.cursor() as cursor:
        cursor.execute(NAME_SERIALS, [list(requirement_ids)])
