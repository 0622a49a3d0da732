"""The shop floor's board: every open job counted at its station, and the first of each to show.

Counted, filtered and ranked in SQL: what a board costs depends on the cards that it shows, not on
the jobs that there are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, F, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from config.calendar import add_working_days
from production.models import AssemblyJob, JobHold, JobOperation, WorkCenter
from production.selectors.plant import MINUTES_A_DAY, OPEN_JOBS
from production.selectors.waits import Wait, binding_waits

# More cards than this in one column help nobody; the count above tells of the rest.
MOST_CARDS = 40
SHOWN = ("all", "late", "held")

# Where each job stands and when it would be done: as planned, or reckoned from its last part and
# the standard times. NULL: nobody can say.
FLOOR = """
WITH reckoned (parts_due_on, done_on) AS (
    SELECT * FROM unnest(%(parts_due)s::date[], %(done)s::date[])
), left_from (kind, done_on) AS (
    SELECT * FROM unnest(%(kinds)s::text[], %(kinds_done)s::date[])
), floor AS (
    SELECT job.id, job.number, job.status, job.due_on, job.clearance_id, job.waits_for,
           line.name AS machine,
           coalesce(step.kind, '') AS kind, coalesce(step.status, '') AS step_status,
           step.started_at, coalesce(step.done_by, '') AS done_by,
           coalesce(hold.cause, '') AS cause, coalesce(hold.reason, '') AS reason,
           plan.planned_end_at,
           CASE WHEN job.status = 'in_progress' AND step.kind IS NOT NULL THEN step.kind
                ELSE job.status END AS station,
           CASE
               WHEN job.status = 'done' THEN NULL
               WHEN plan.planned_end_at IS NOT NULL
               THEN GREATEST((plan.planned_end_at AT TIME ZONE %(zone)s)::date, %(today)s)
               -- The plan says why there is no date.
               WHEN job.waits_for <> '' THEN NULL
               -- Looked at by the last reschedule, and it found no day.
               WHEN job.id <= (SELECT max(last_job_id) FROM production_plantschedule) THEN NULL
               WHEN job.status = 'in_progress' THEN left_from.done_on
               WHEN job.status = 'ready' OR job.parts_due_on <= %(today)s THEN %(whole)s
               ELSE reckoned.done_on
           END AS done_on
    FROM production_assemblyjob AS job
    JOIN shop_orderline AS line ON line.id = job.order_line_id
    LEFT JOIN LATERAL (
        SELECT kind, status, started_at, done_by FROM production_joboperation
        WHERE job_id = job.id AND status <> 'done' ORDER BY sequence LIMIT 1
    ) AS step ON true
    LEFT JOIN LATERAL (
        SELECT planned_end_at FROM production_joboperation
        WHERE job_id = job.id ORDER BY sequence DESC LIMIT 1
    ) AS plan ON true
    LEFT JOIN production_jobhold AS hold ON hold.job_id = job.id AND hold.lifted_at IS NULL
    LEFT JOIN reckoned ON reckoned.parts_due_on = job.parts_due_on
    LEFT JOIN left_from ON left_from.kind = step.kind
    WHERE job.status = ANY (%(open)s) OR job.status = 'done' AND EXISTS (
        SELECT FROM production_joboperation
        WHERE job_id = job.id AND kind = 'box' AND finished_at >= %(midnight)s
    )
), judged AS (
    SELECT floor.*,
           status <> 'done' AND (done_on IS NULL OR done_on > due_on) IS TRUE AS is_late
    FROM floor
)
"""
COUNTS = """
SELECT machine, count(*) FILTER (WHERE status <> 'done'), count(*) FILTER (WHERE is_late),
       count(*) FILTER (WHERE cause <> '')
FROM judged GROUP BY machine ORDER BY machine
"""
CARDS = """
, ranked AS (
    SELECT judged.*, count(*) OVER station AS jobs,
           row_number() OVER (station ORDER BY due_on NULLS LAST, id) AS place
    FROM judged
    WHERE (%(show)s = 'all' OR %(show)s = 'late' AND is_late
           OR %(show)s = 'held' AND cause <> '')
      AND (%(machine)s = '' OR machine = %(machine)s)
      AND (%(number)s = '' OR position(%(number)s IN number) > 0)
    WINDOW station AS (PARTITION BY station)
)
SELECT id, number, machine, status, station, due_on, done_on, is_late, kind, step_status,
       started_at, done_by, cause, reason, waits_for, jobs,
       (SELECT count(*) FROM production_assemblyjob WHERE clearance_id = ranked.clearance_id),
       (SELECT count(*) FROM production_materialrequirement
        WHERE job_id = ranked.id AND quantity > 0),
       (SELECT max(finished_at) FROM production_joboperation WHERE job_id = ranked.id)
FROM ranked WHERE place <= %(most)s ORDER BY station, place
"""


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """What of the board is asked for. `number`: a piece of a job's number, in capitals."""

    show: str = "all"
    machine: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class BoardJob:
    """One job as its card tells of it. `step_*`: the first operation that is not done.

    `done_on` None: nobody can say. `cause`, `reason`: of its open hold, "" without one.
    `waits_for`: what decides its date, as the plan says.
    """

    id: int
    number: str
    machine: str
    status: str
    station: str
    due_on: date | None
    done_on: date | None
    is_late: bool
    step_kind: str
    step_status: str
    step_started_at: datetime | None
    step_by: str
    cause: str
    reason: str
    waits_for: str
    at_station: int
    order_jobs: int
    part_count: int
    boxed_at: datetime | None
    wait: Wait | None = None


@dataclass(frozen=True, slots=True)
class CenterState:
    """A work center and how many jobs are under way there. `limit` None: as many as come."""

    operation: str
    name: str
    minutes: int
    limit: int | None
    under_way: int

    @property
    def is_full(self) -> bool:
        return self.limit is not None and self.under_way >= self.limit


@dataclass(frozen=True, slots=True)
class Tally:
    """How many jobs there are, before anything is filtered."""

    machines: tuple[str, ...]
    jobs: int
    late: int
    held: int


@dataclass(frozen=True, slots=True)
class Floor:
    """All that the board shows. `jobs`: the first of each station, the most urgent first."""

    tally: Tally
    jobs: tuple[BoardJob, ...]
    centers: Mapping[str, CenterState]


def board(*, today: date, wanted: BoardFilter | None = None) -> Floor:
    """The board in six statements, however many jobs there are."""
    centers = center_states()
    values = _reckoning(today, centers)
    tally = _tally(values)
    jobs = _first_of_each(values, wanted or BoardFilter())
    waits = binding_waits(
        [job.id for job in jobs if job.status == AssemblyJob.Status.WAITING_FOR_PARTS], today
    )
    return Floor(
        tally,
        tuple(replace(job, wait=waits[job.id]) if job.id in waits else job for job in jobs),
        centers,
    )


def center_states() -> dict[str, CenterState]:
    """Every work center by its operation, with what is under way there. One statement."""
    under_way = (
        JobOperation.objects.filter(
            kind=OuterRef("operation"),
            status=JobOperation.Status.IN_PROGRESS,
            job__status=AssemblyJob.Status.IN_PROGRESS,
        )
        .order_by()
        .values("kind")
        .annotate(jobs=Count("pk"))
        .values("jobs")
    )
    rows = WorkCenter.objects.annotate(
        under_way=Coalesce(Subquery(under_way, output_field=IntegerField()), 0)
    ).values_list("operation", "name", "standard_minutes", "wip_limit", "under_way")
    return {row[0]: CenterState(*row) for row in rows}


def _reckoning(today: date, centers: Mapping[str, CenterState]) -> dict[str, Any]:
    """What the floor's statement is told: days on which jobs would be done, by what they lack."""
    minutes = [centers[kind].minutes if kind in centers else 0 for kind in JobOperation.Kind]
    build_days = max(1, -(-sum(minutes) // MINUTES_A_DAY))
    due = (
        AssemblyJob.objects.filter(
            status=AssemblyJob.Status.WAITING_FOR_PARTS, parts_due_on__gt=today
        )
        .order_by()
        .values_list("parts_due_on", flat=True)
        .distinct()
    )
    parts_due = [day for day in due if day is not None]
    return {
        "today": today,
        "zone": timezone.get_current_timezone_name(),
        "midnight": timezone.make_aware(datetime.combine(today, time())),
        "open": [str(status) for status in OPEN_JOBS],
        "whole": add_working_days(today, build_days),
        "parts_due": parts_due,
        "done": [add_working_days(day, build_days) for day in parts_due],
        "kinds": [str(kind) for kind in JobOperation.Kind],
        "kinds_done": [
            add_working_days(today, sum(minutes[place:]) // MINUTES_A_DAY)
            for place in range(len(minutes))
        ],
    }


def _tally(values: Mapping[str, Any]) -> Tally:
    with connection.cursor() as cursor:
        cursor.execute(FLOOR + COUNTS, values)
        rows = cursor.fetchall()
    jobs, late, held = (sum(row[place] for row in rows) for place in (1, 2, 3))
    return Tally(tuple(row[0] for row in rows), jobs, late, held)


def _first_of_each(values: Mapping[str, Any], wanted: BoardFilter) -> list[BoardJob]:
    asked: dict[str, Any] = {
        "show": wanted.show,
        "machine": wanted.machine,
        "number": wanted.number,
        "most": MOST_CARDS,
    }
    with connection.cursor() as cursor:
        cursor.execute(FLOOR + CARDS, {**values, **asked})
        rows = cursor.fetchall()
    return [BoardJob(*row) for row in rows]


def ready_jobs(*, most: int) -> list[str]:
    """The numbers of the jobs whose parts are all here, the most urgent first; none on hold."""
    held = JobHold.objects.filter(job=OuterRef("pk"), lifted_at__isnull=True)
    jobs = AssemblyJob.objects.filter(~Exists(held), status=AssemblyJob.Status.READY)
    numbers = jobs.order_by(F("due_on").asc(nulls_last=True), "pk").values_list("number", flat=True)
    return list(numbers[:most])
