"""A plan as rows: jobs with their operations and first states, requirements, pegs, promises.

One statement for any number of machines. The shelf is promised by the same conditional UPDATE
over a CHECK as everywhere else.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from production.errors import ShortOfStock
from production.models import AssemblyJob, JobOperation
from production.services.plan_outlook import PlannedOutlook
from production.services.planned import Machine

Status = AssemblyJob.Status
KINDS = [str(kind) for kind in JobOperation.Kind]
PLACES = {kind: place for place, kind in enumerate(KINDS, start=1)}

# Jobs and requirements get their keys before they are inserted, so that what hangs from them can
# be inserted beside them. `promised` counts the levels that could keep the promise.
WRITE_PLAN = """
WITH job AS MATERIALIZED (
    SELECT nextval((SELECT pg_get_serial_sequence('production_assemblyjob', 'id')::regclass)) AS id,
           it.*
    FROM unnest(%(numbers)s::text[], %(orders)s::bigint[], %(lines)s::bigint[],
                %(units)s::int[], %(snapshots)s::text[], %(states)s::text[],
                %(due)s::date[], %(parts_due)s::date[])
        WITH ORDINALITY
        AS it (number, order_id, line_id, unit, snapshot, status, due_on, parts_due_on, place)
), made AS (
    INSERT INTO production_assemblyjob
        (id, number, clearance_id, order_line_id, unit, snapshot_id, status, due_on, parts_due_on)
    SELECT id, number, order_id, line_id, unit, snapshot, status, due_on, parts_due_on FROM job
), operations AS (
    INSERT INTO production_joboperation (job_id, kind, sequence, status, done_by)
    SELECT job.id, kind.name, kind.place, 'pending', ''
    FROM job, unnest(%(kinds)s::text[]) WITH ORDINALITY AS kind (name, place)
    ORDER BY job.id, kind.place
), audited AS (
    INSERT INTO audit_statechange (subject_type, subject_id, from_state, to_state, actor, why)
    SELECT %(subject)s, id, '', status, 'system',
           CASE status WHEN 'ready' THEN 'planned; parts are here'
                       ELSE 'planned; parts are missing' END
    FROM job
), need AS MATERIALIZED (
    SELECT nextval((
               SELECT pg_get_serial_sequence('production_materialrequirement', 'id')::regclass
           )) AS id,
           job.id AS job_id, job.order_id, it.part_id,
           (%(kinds)s::text[])[it.operation] AS operation, it.quantity, it.from_stock, it.place
    FROM unnest(%(need_jobs)s::int[], %(need_parts)s::bigint[], %(need_operations)s::int[],
                %(need_quantities)s::int[], %(need_stock)s::int[])
        WITH ORDINALITY AS it (job, part_id, operation, quantity, from_stock, place)
    JOIN job ON job.place = it.job
), needed AS (
    INSERT INTO production_materialrequirement
        (id, clearance_id, job_id, part_id, operation, quantity, allocated_quantity,
         issued_quantity)
    SELECT id, order_id, job_id, part_id, operation, quantity, from_stock, 0 FROM need
), pegged AS (
    INSERT INTO production_allocation (requirement_id, scheduled_receipt_id, quantity)
    SELECT id, NULL, from_stock FROM need WHERE from_stock > 0
    UNION ALL
    SELECT need.id, peg.receipt_id, peg.pieces
    FROM unnest(%(peg_needs)s::int[], %(peg_receipts)s::bigint[], %(peg_pieces)s::int[])
        AS peg (need, receipt_id, pieces)
    JOIN need ON need.place = peg.need
), promised AS (
    UPDATE production_stocklevel AS level SET allocated = level.allocated + taken.pieces
    FROM (SELECT part_id, sum(from_stock) AS pieces FROM need
          WHERE from_stock > 0 GROUP BY part_id) AS taken
    WHERE level.part_id = taken.part_id
      AND level.allocated + taken.pieces <= level.on_hand - level.on_hold
    RETURNING 1
)
SELECT count(*) FROM promised
"""


def write(machines: Sequence[Machine], outlook: PlannedOutlook) -> None:
    """Write down the jobs of these machines with everything that belongs to them.

    Raises `ShortOfStock` when a level cannot keep what was found free on it.
    """
    values: dict[str, Any] = {"kinds": KINDS, "subject": AssemblyJob._meta.label_lower}
    values |= _jobs(machines, outlook) | _needs(machines)
    touched = {need.supply.part_id for one in machines for need in one.needs if need.from_stock}
    with connection.cursor() as cursor:
        cursor.execute(WRITE_PLAN, values)
        promised = cursor.fetchone()[0]
    if promised != len(touched):
        raise ShortOfStock(
            f"{len(touched) - promised} of {len(touched)} parts have less on the shelf than asked."
        )


def _jobs(machines: Sequence[Machine], outlook: PlannedOutlook) -> dict[str, Any]:
    orders = [one.order for one in machines]
    return {
        "numbers": [one.number for one in machines],
        "orders": [order.pk for order in orders],
        "lines": [one.line_id for one in machines],
        "units": [one.unit for one in machines],
        "snapshots": [one.snapshot_sha256 for one in machines],
        "states": [
            str(Status.WAITING_FOR_PARTS if one.is_short else Status.READY) for one in machines
        ],
        "due": [order.promised_ships_on or order.likely_ships_on for order in orders],
        "parts_due": [outlook.parts_due_on[one.number] for one in machines],
    }


def _needs(machines: Sequence[Machine]) -> dict[str, str]:
    """By the hundred thousand, so as arrays in PostgreSQL's own notation."""
    needs = [(place, need) for place, one in enumerate(machines, 1) for need in one.needs]
    pegs = [
        (place, receipt, pieces)
        for place, (_, need) in enumerate(needs, start=1)
        for receipt, pieces in need.coming
    ]
    columns = {
        "need_jobs": [job for job, _ in needs],
        "need_parts": [need.supply.part_id for _, need in needs],
        "need_operations": [PLACES[need.operation] for _, need in needs],
        "need_quantities": [need.quantity for _, need in needs],
        "need_stock": [need.from_stock for _, need in needs],
        "peg_needs": [need for need, _, _ in pegs],
        "peg_receipts": [receipt for _, receipt, _ in pegs],
        "peg_pieces": [pieces for _, _, pieces in pegs],
    }
    return {name: f"{{{','.join(map(str, column))}}}" for name, column in columns.items()}
