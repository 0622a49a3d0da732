"""A schedule as rows: written where it is new, and never in the way of who works on a job."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from django.db import connection, transaction
from django.utils import timezone

from config.locks import lock_rows
from production.models import AssemblyJob
from production.promising import ShipDate
from production.scheduling import Span
from production.selectors.open_jobs import OpenJob, is_waiting
from shop.models import Order
from shop.services.likely_dates import has_to_hear, revise_likely_dates

LONGEST_REASON = 120

# Whoever changes an operation holds its job: such a job is passed over, and not waited for.
FREE_JOBS = """
SELECT id FROM production_assemblyjob WHERE id = ANY (%s) ORDER BY id
FOR NO KEY UPDATE SKIP LOCKED
"""
WRITE_JOBS = """
UPDATE production_assemblyjob AS job
SET waits_for = it.waits_for,
    parts_due_on = CASE job.status WHEN 'waiting_for_parts' THEN it.parts_due_on
                                   ELSE job.parts_due_on END
FROM unnest(%s::bigint[], %s::text[], %s::date[]) AS it (id, waits_for, parts_due_on)
WHERE job.id = it.id
"""
# What has been done meanwhile keeps the plan that it was done by.
WRITE_OPERATIONS = """
UPDATE production_joboperation AS operation
SET need_by = to_timestamp(it.need_by), planned_start_at = to_timestamp(it.starts),
    planned_end_at = to_timestamp(it.ends)
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])
    AS it (id, need_by, starts, ends)
WHERE operation.id = it.id AND operation.status <> 'done'
"""
KEEP = """
INSERT INTO production_plantschedule (id, taken, last_job_id, job_count, made_at)
VALUES (1, %s, %s, %s, %s)
ON CONFLICT (id) DO UPDATE
SET taken = excluded.taken, last_job_id = excluded.last_job_id, job_count = excluded.job_count,
    made_at = excluded.made_at
"""

type Times = Mapping[int, Span]


@transaction.atomic
def write(
    jobs: Sequence[OpenJob], times: Times, need_by: Mapping[int, int], waits: Mapping[int, str]
) -> None:
    """Write down plans, need dates and reasons of the jobs in which something is new."""
    told = {job.id: (waits[job.id][:LONGEST_REASON], _parts_due(job)) for job in jobs}
    new = {
        job.id
        for job in jobs
        if told[job.id] != (job.waits_for, job.parts_due_on)
        or any(
            (it.need_by, it.start, it.end) != (need_by.get(it.id), *times.get(it.id, (None, None)))
            for it in job.operations
        )
    }
    if not new:
        return
    with connection.cursor() as cursor:
        cursor.execute(FREE_JOBS, [sorted(new)])
        free = [key for (key,) in cursor.fetchall()]
        cursor.execute(
            WRITE_JOBS, [free, [told[key][0] for key in free], [told[key][1] for key in free]]
        )
        cursor.execute(WRITE_OPERATIONS, _columns(jobs, set(free), times, need_by))


def _parts_due(job: OpenJob) -> date | None:
    """The day of the last part as it is now; of a job that does not wait, as it was."""
    if is_waiting(job) and job.wait is not None:
        return job.wait.expected_on
    return job.parts_due_on


def _columns(
    jobs: Sequence[OpenJob], free: Collection[int], times: Times, need_by: Mapping[int, int]
) -> list[list[int | None]]:
    ids = [operation.id for job in jobs if job.id in free for operation in job.operations]
    spans: list[tuple[int | None, int | None]] = [times.get(key, (None, None)) for key in ids]
    starts, ends = [start for start, _ in spans], [end for _, end in spans]
    return [[*ids], [need_by.get(key) for key in ids], starts, ends]


@transaction.atomic
def tell_shop(jobs: Sequence[OpenJob], dates: Mapping[int, ShipDate]) -> None:
    """Revise the likely dates of the orders in which they are new, or of which one has to tell.

    An order of which something has changed since its jobs were read is left for the next time:
    what we know of it is older than what its customer has been told.
    """
    known = {job.order_id: job.likely_on for job in jobs}
    moved = [order_id for order_id, day in known.items() if day != dates[order_id].likely_on]
    today = timezone.localdate()
    moved += {
        job.order_id
        for job in jobs
        if job.likely_on is None
        and dates[job.order_id].likely_on is None
        and has_to_hear(None, job.promised_on, job.told_on, today)
    }
    if not moved:
        return
    changed = _changed(lock_rows(Order, moved), jobs)
    revise_likely_dates(
        dates={order_id: dates[order_id] for order_id in moved if order_id not in changed}
    )


def _changed(orders: Sequence[Order], jobs: Sequence[OpenJob]) -> set[int]:
    """Those of the orders of which we have read what is not so any more."""
    known = {job.order_id: job.likely_on for job in jobs}
    as_read = {job.id: (job.status, job.parts_due_on) for job in jobs}
    rows = AssemblyJob.objects.filter(clearance__in=[it.pk for it in orders]).values_list(
        "clearance_id", "pk", "status", "parts_due_on"
    )
    changed = {order_id for order_id, pk, *state in rows if as_read.get(pk, (*state,)) != (*state,)}
    return changed | {it.pk for it in orders if it.likely_ships_on != known[it.pk]}


def keep(taken: Mapping[str, Sequence[Sequence[Span]]], jobs: Sequence[OpenJob]) -> None:
    """Keep when stations are taken: what a quote is reckoned from until the next reschedule."""
    last = max((job.id for job in jobs), default=0)
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [json.dumps(taken), last, len(jobs), timezone.now()])
