"""How long the queue is before the busiest work center, for any number of jobs at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from django.db import connection

from production.models import AssemblyJob, JobOperation
from production.selectors.plant import MINUTES_A_DAY, OPEN_JOBS, PlantQueue

# Every open job has yet to pass every center, less what is done of those under way (jobs that
# wait have nothing done). Counted up to each mark (a job's id; marks ascend): how many of the
# marks lie below a job says from which mark on it counts.
WORK_AHEAD = """
WITH open_jobs AS (
    SELECT width_bucket(id - 1, %(marks)s::bigint[]) AS bucket, count(*) AS jobs
    FROM production_assemblyjob WHERE status = ANY (%(open)s) GROUP BY 1
), passed AS (
    SELECT operation.kind, width_bucket(job.id - 1, %(marks)s::bigint[]) AS bucket,
           count(*) AS jobs
    FROM production_assemblyjob AS job
    JOIN production_joboperation AS operation ON operation.job_id = job.id
    WHERE job.status = %(under_way)s AND operation.status = %(done)s
    GROUP BY 1, 2
)
SELECT center.operation, center.standard_minutes, center.jobs_per_day, ahead.bucket, ahead.jobs
FROM production_workcenter AS center
LEFT JOIN LATERAL (
    SELECT bucket, jobs FROM open_jobs
    UNION ALL
    SELECT bucket, -jobs FROM passed WHERE passed.kind = center.operation
) AS ahead ON true
ORDER BY center.id
"""


@dataclass(slots=True)
class CenterLoad:
    """One work center, and how many open jobs have yet to pass it, up to each mark."""

    operation: str
    standard_minutes: int
    jobs_per_day: int
    ahead: list[int]


def work_ahead(*, until_jobs: Collection[int] = ()) -> list[CenterLoad]:
    """The loads of all work centers in one statement: in all, or up to each of these jobs.

    Without `until_jobs` there is one mark: everything.
    """
    marks = sorted(set(until_jobs))
    loads: dict[str, CenterLoad] = {}
    values: dict[str, Any] = {
        "marks": marks or [1 << 62],
        "open": [str(status) for status in OPEN_JOBS],
        "under_way": str(AssemblyJob.Status.IN_PROGRESS),
        "done": str(JobOperation.Status.DONE),
    }
    with connection.cursor() as cursor:
        cursor.execute(WORK_AHEAD, values)
        for operation, minutes, per_day, bucket, jobs in cursor.fetchall():
            load = loads.setdefault(
                operation, CenterLoad(operation, minutes, per_day, [0] * max(1, len(marks)))
            )
            if bucket is not None and bucket < len(load.ahead):
                load.ahead[bucket] += jobs
    for load in loads.values():
        load.ahead = list(accumulate(load.ahead))
    return list(loads.values())


def queue_behind(loads: Sequence[CenterLoad], *, mark: int = 0, more_jobs: int = 0) -> PlantQueue:
    """The queue before the busiest center at a mark, the last job in it not counted.

    With `more_jobs` that are not in the loads yet, the last of those.
    """
    days, where, minutes = 0, "", 0
    for load in loads:
        minutes += load.standard_minutes
        own = max(0, load.ahead[mark] + more_jobs - 1) // max(1, load.jobs_per_day)
        if own > days:
            days, where = own, load.operation
    return PlantQueue(days, where, max(1, -(-minutes // MINUTES_A_DAY)))


def queues_until(job_ids: Collection[int]) -> dict[int, PlantQueue]:
    """The queue that each of these jobs stands in, at its end. One statement."""
    if not job_ids:
        return {}
    loads = work_ahead(until_jobs=job_ids)
    marks = sorted(set(job_ids))
    return {job_id: queue_behind(loads, mark=mark) for mark, job_id in enumerate(marks)}
