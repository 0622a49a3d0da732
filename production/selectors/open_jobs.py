"""Every open job as a reschedule needs it: what is left to do, and what it lacks. Two statements.

Moments are seconds since 1970, as in `production.scheduling`.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection
from django.utils import timezone

from config.calendar import add_working_days
from production.models import AssemblyJob, Part
from production.promising import Wait, wait_for
from production.selectors.plant import OPEN_JOBS


@dataclass(slots=True)
class OpenOperation:
    """One operation that is not done, as it stands in the database."""

    id: int
    kind: str
    started_at: int | None
    need_by: int | None
    start: int | None
    end: int | None


@dataclass(slots=True)
class OpenJob:
    """A job that is not over, with the operations that it has left, in order."""

    id: int
    order_id: int
    status: str
    due_on: date | None
    parts_due_on: date | None
    waits_for: str
    made_on: date
    likely_on: date | None
    promised_on: date | None
    told_on: date | None
    hold: str | None
    wait: Wait | None = None
    operations: list[OpenOperation] = field(default_factory=list)


JOBS = """
SELECT job.id, job.clearance_id, job.status, job.due_on, job.parts_due_on, job.waits_for,
       (job.created_at AT TIME ZONE %(zone)s)::date, orders.likely_ships_on,
       orders.promised_ships_on, orders.told_ships_on, hold.reason,
       operation.id, operation.kind,
       CASE operation.status WHEN 'in_progress'
            THEN floor(extract(epoch FROM operation.started_at))::bigint END,
       extract(epoch FROM operation.need_by)::bigint,
       extract(epoch FROM operation.planned_start_at)::bigint,
       extract(epoch FROM operation.planned_end_at)::bigint
FROM production_assemblyjob AS job
JOIN shop_order AS orders ON orders.id = job.clearance_id
LEFT JOIN production_jobhold AS hold ON hold.job_id = job.id AND hold.lifted_at IS NULL
JOIN production_joboperation AS operation
    ON operation.job_id = job.id AND operation.status <> 'done'
WHERE job.status = ANY (%(open)s)
ORDER BY job.due_on NULLS LAST, job.id, operation.sequence
"""
OF_JOB = 11  # columns

# As `selectors.material_outlook` says of one job, of all: the part that comes last. `first` is
# today, or the Monday after; so many working days after it are reckoned without a table.
LAST_PARTS = """
WITH short AS MATERIALIZED (
    SELECT needed.id, needed.job_id, needed.part_id, needed.quantity - needed.allocated_quantity
           AS pieces
    FROM production_assemblyjob AS job
    JOIN production_materialrequirement AS needed ON needed.job_id = job.id
    WHERE job.status = ANY (%(open)s) AND needed.quantity > needed.allocated_quantity
), coming AS (
    SELECT tied.requirement_id, sum(tied.quantity) AS pieces, max(receipt.due_on) AS on_day,
           bool_or(receipt.due_on IS NULL) AS is_undated, max(receipt.supplier_name) AS sent_by
    FROM short
    JOIN production_allocation AS tied ON tied.requirement_id = short.id
    JOIN production_scheduledreceipt AS receipt ON receipt.id = tied.scheduled_receipt_id
    GROUP BY tied.requirement_id
), expected AS (
    SELECT short.id, short.job_id, short.part_id,
           coalesce(nullif(coming.sent_by, ''), profile.supplier_name, '') AS supplier_name,
           CASE WHEN coming.is_undated THEN NULL
                WHEN coming.pieces >= short.pieces THEN coming.on_day
                WHEN profile.lead_days IS NULL THEN NULL
                ELSE greatest(coming.on_day, %(first)s::date + profile.lead_days
                     + 2 * ((extract(isodow FROM %(first)s::date)::int - 1
                             + profile.lead_days) / 5))
           END AS on_day
    FROM short
    LEFT JOIN coming ON coming.requirement_id = short.id
    LEFT JOIN production_supplyprofile AS profile ON profile.part_id = short.part_id
), last AS (
    SELECT DISTINCT ON (job_id) * FROM expected ORDER BY job_id, on_day DESC NULLS FIRST, id
)
SELECT last.job_id, last.on_day, last.supplier_name, part.name, part.category, part.is_tracked
FROM last JOIN production_part AS part ON part.id = last.part_id
"""


def open_jobs() -> list[OpenJob]:
    """The most urgent first: by promise, then by age."""
    today = timezone.localdate()
    values: dict[str, Any] = {
        "zone": timezone.get_current_timezone_name(),
        "open": [str(status) for status in OPEN_JOBS],
        "first": add_working_days(today, 0),
    }
    jobs: dict[int, OpenJob] = {}
    with connection.cursor() as cursor:
        cursor.execute(JOBS, values)
        for row in cursor:
            job = jobs.get(row[0])
            if job is None:
                job = jobs[row[0]] = OpenJob(*row[:OF_JOB])
            job.operations.append(OpenOperation(*row[OF_JOB:]))
        cursor.execute(LAST_PARTS, values)
        for job_id, on_day, supplier, name, category, is_tracked in cursor:
            if job_id in jobs:
                part = Part(name=name, category=category, is_tracked=is_tracked)
                jobs[job_id].wait = wait_for(part, on_day, supplier, today)
    return list(jobs.values())


def is_waiting(job: OpenJob) -> bool:
    return job.status == AssemblyJob.Status.WAITING_FOR_PARTS
