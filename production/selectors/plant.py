"""The plant as it is planned now: who works when, and which stations are taken."""

import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from production.models import AssemblyJob, JobOperation
from production.scheduling import Center, NoWorkingTime, Plant, Stop, WorkingTime

OPEN_JOBS = (
    AssemblyJob.Status.WAITING_FOR_PARTS,
    AssemblyJob.Status.READY,
    AssemblyJob.Status.IN_PROGRESS,
)
MINUTES_A_DAY = 480  # of one station, where nothing is planned yet
KINDS = tuple(str(kind) for kind in JobOperation.Kind)
# A quote counts backwards no further than this.
LONG_AGO = timedelta(days=60)

type Rows = Sequence[Sequence[Any]]

# More jobs than this that are alike are not looked at one by one.
CROWD = 20

# `since`: jobs that the last reschedule has not seen, so that those of one minute do not all
# count on the same hour. `own`: the operations of jobs that are asked about.
PLANT = """
WITH schedule AS (
    SELECT coalesce(max(last_job_id), 0) AS last_job_id FROM production_plantschedule
)
SELECT
    (SELECT json_agg(json_build_array(id, operation, name, standard_minutes, stations))
     FROM production_workcenter),
    (SELECT json_agg(json_build_array(work_center_id, weekday, starts_at, ends_at))
     FROM production_shift),
    (SELECT json_agg(json_build_array(work_center_id, "on")) FROM production_closure
     WHERE "on" >= %(first)s),
    (SELECT taken::json FROM production_plantschedule WHERE %(is_loaded)s),
    (SELECT json_agg(json_build_array(status, made_on, parts_due_on, kinds, jobs) ORDER BY first)
     FROM (
        SELECT status, made_on, parts_due_on, kinds, count(*) AS jobs, min(id) AS first FROM (
            SELECT job.id, job.status, job.parts_due_on,
                   (job.created_at AT TIME ZONE %(zone)s)::date AS made_on,
                   CASE WHEN job.status = 'in_progress' THEN (
                       SELECT array_agg(kind) FROM production_joboperation
                       WHERE job_id = job.id AND status <> 'done'
                   ) END AS kinds
            FROM schedule
            JOIN production_assemblyjob AS job ON job.id > schedule.last_job_id
            WHERE %(is_loaded)s AND job.status = ANY (%(open)s)
              AND (job.parts_due_on IS NOT NULL OR job.status <> 'waiting_for_parts')
              AND NOT job.id = ANY (%(own)s)
        ) AS job GROUP BY status, made_on, parts_due_on, kinds
     ) AS alike),
    (SELECT json_agg(json_build_array(
         operation.job_id, operation.kind, operation.status,
         extract(epoch FROM CASE WHEN operation.job_id <= schedule.last_job_id
                                 THEN operation.planned_start_at END)::bigint,
         extract(epoch FROM operation.planned_end_at)::bigint) ORDER BY operation.sequence)
     FROM production_joboperation AS operation, schedule
     WHERE operation.job_id = ANY (%(own)s) AND operation.status <> 'done')
"""


@dataclass(slots=True)
class PlantNow:
    """A plant to plan machines into, and which operations the jobs in question have left."""

    plant: Plant
    now: int
    centers: frozenset[str]  # the names of those that there are
    left: dict[int, list[str]] = field(default_factory=dict)

    def begin(self, *, status: str, made_on: date, parts_on: date | None) -> int:
        """When a job may begin; see `may_begin`."""
        return may_begin(self.plant, self.now, status=status, made_on=made_on, parts_on=parts_on)


def plant_now(*, without: Collection[int] = (), is_loaded: bool = True) -> PlantNow:
    """The plant in one statement, however many jobs there are.

    `without`: jobs whose own places in the queues do not count, because they are asked about.
    Not `is_loaded`: as if nothing had been planned.
    """
    now = timezone.now()
    values: dict[str, Any] = {
        "first": timezone.localdate() - LONG_AGO,
        "zone": timezone.get_current_timezone_name(),
        "open": [str(status) for status in OPEN_JOBS],
        "own": list(without),
        "is_loaded": is_loaded,
    }
    with connection.cursor() as cursor:
        cursor.execute(PLANT, values)
        centers, shifts, closures, taken, since, own = cursor.fetchone()
    found = PlantNow(
        Plant(
            _stops(centers or [], shifts or [], closures or []),
            timezone.get_current_timezone(),
            taken,
        ),
        int(now.timestamp()),
        frozenset(row[2] for row in centers or ()),
    )
    for job_id, kind, _status, start, end in own or ():
        found.left.setdefault(job_id, []).append(kind)
        if start is not None:
            found.plant.let_out(kind, start, end)
    for alike in since or ():
        _let_in(found, alike)
    return found


def _let_in(found: PlantNow, alike: Sequence[Any]) -> None:
    """Jobs that are alike take their places behind what is planned."""
    status, made_on, parts_on, kinds, jobs = alike
    try:
        begin = found.begin(
            status=status,
            made_on=date.fromisoformat(made_on),
            parts_on=date.fromisoformat(parts_on) if parts_on else None,
        )
        if jobs > CROWD:
            found.plant.let_in_many(begin, jobs, kinds)
        else:
            for _ in range(jobs):
                found.plant.let_in(begin, kinds)
    except NoWorkingTime:
        return  # have no date, so they take no place


def may_begin(plant: Plant, now: int, *, status: str, made_on: date, parts_on: date | None) -> int:
    """When a job may begin: on the working morning after its last part comes.

    A job whose parts are here begins now, one of today tomorrow. `parts_on` None: its parts are
    here. Raises `NoWorkingTime`.
    """
    if status == AssemblyJob.Status.IN_PROGRESS and parts_on is None:
        return now
    day = made_on
    if parts_on is not None and status != AssemblyJob.Status.READY:
        # What is overdue may come today at best.
        day = max(made_on, parts_on, plant.day_of(now))
    return max(now, plant.morning_after(day))


class _Kept(threading.local):
    """The stops of the last plant that this thread saw, with the days that it has worked out."""

    told: tuple[object, ...] = ()
    stops: Sequence[Stop] = ()


_kept = _Kept()


def _stops(centers: Rows, shifts: Rows, closures: Rows) -> Sequence[Stop]:
    """One for every operation, in their order; where there is no work center, nobody works."""
    told = (centers, shifts, closures, timezone.localdate(), timezone.get_current_timezone())
    if told != _kept.told:
        _kept.stops = _new_stops(centers, shifts, closures)
        _kept.told = told
    return _kept.stops


def _new_stops(centers: Rows, shifts: Rows, closures: Rows) -> list[Stop]:
    by_kind: Mapping[str, Sequence[Any]] = {row[1]: row for row in centers}
    stops = []
    for kind in KINDS:
        key, _, name, minutes, stations = by_kind.get(kind, (0, kind, kind.capitalize(), 1, 1))
        week: dict[int, list[tuple[time, time]]] = {}
        for center, weekday, starts_at, ends_at in shifts:
            if center == key:
                span = (time.fromisoformat(starts_at), time.fromisoformat(ends_at))
                week.setdefault(weekday, []).append(span)
        hours = WorkingTime(
            week,
            closed=[date.fromisoformat(on) for center, on in closures if center in {key, None}],
            zone=timezone.get_current_timezone(),
            around=timezone.localdate(),
            name=name,
        )
        stops.append(Stop(kind, name, minutes, Center(hours, stations)))
    return stops


def without_hours(plant: Plant, now: int) -> list[str]:
    """The names of the work centers at which nobody works, for as long as anybody can see."""
    names = []
    for stop in plant.stops.values():
        try:
            stop.hours.opens_at(now)
        except NoWorkingTime:
            names.append(stop.name)
    return names


def planned_end_on(job: AssemblyJob) -> date | None:
    """The day on which the last operation of a job is planned to end; None: nobody can say.

    Reads `job.operations.all()`, so prefetch them when asking of many.
    """
    ends = [operation.planned_end_at for operation in job.operations.all()]
    if not ends or ends[-1] is None:
        return None
    return timezone.localdate(ends[-1])
