"""The plan of the floor: when every operation is likely to begin and end, and what decides it.

Planned afresh every minute, and when something has happened: from what is so, not from the last
plan. What comes out the same is not written again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone

from config.locks import only_one
from config.outbox import errands
from production.promising import ShipDate, nobody_works, reason
from production.scheduling import (
    NoWorkingTime,
    Operation,
    Planned,
    Plant,
    dispatch,
    need_dates,
    taken_by,
)
from production.selectors.open_jobs import OpenJob, open_jobs
from production.selectors.plant import may_begin, plant_now, without_hours
from production.services import schedule_rows

RESCHEDULE = "production.reschedule"
# A minute that passes must not move every plan: what could begin now is planned from here on.
GRID_S = 15 * 60
ON_HOLD = "work on it is stopped until something has been looked at"


@dataclass(slots=True)
class Schedule:
    """Every open job with its plan. `starts`, `ends`, `need_by`: by operation, where known."""

    jobs: list[OpenJob]
    plant: Plant
    times: dict[int, tuple[int, int]] = field(default_factory=dict)
    need_by: dict[int, int] = field(default_factory=dict)
    waits_for: dict[int, str] = field(default_factory=dict)
    dates: dict[int, ShipDate] = field(default_factory=dict)  # by job, as its customer may read it

    def order_dates(self) -> dict[int, ShipDate]:
        """An order ships with its last box; not knowing one day is not knowing any."""
        found: dict[int, ShipDate] = {}
        for job in self.jobs:
            own, known = self.dates[job.id], found.get(job.order_id)
            if known is None or _rank(own) > _rank(known):
                found[job.order_id] = own
        return found


def _rank(one: ShipDate) -> tuple[bool, date]:
    return one.likely_on is None, one.likely_on or date.min


def ask_reschedule(*, asked_by: str) -> None:
    """Have a worker plan anew, once for all who ask before it begins."""
    errands.ask(RESCHEDULE, asked_by=asked_by)


def ask_after_planning(*, order_id: int) -> None:
    """An order is planned, or lacks parts again: its jobs want a place in the queues."""
    ask_reschedule(asked_by=f"order:{order_id}")


def reschedule_as_asked() -> str:
    """The errand, in words."""
    with only_one(RESCHEDULE) as is_mine:
        if not is_mine:
            return "somebody is at it"
        return f"{reschedule()} jobs"


def reschedule() -> int:
    """Plan all open jobs, write down what is new, tell the shop; how many jobs there are.

    However many there are, it takes the same number of statements. Jobs on hold, with a part that
    nobody has a day for, or before a work center at which nobody works have no date, and say so.
    What somebody is at work on while this runs is left as it is until the next time.
    """
    jobs = open_jobs()
    schedule = plan(jobs)
    schedule_rows.tell_shop(jobs, schedule.order_dates())
    schedule_rows.write(schedule.jobs, schedule.times, schedule.need_by, schedule.waits_for)
    schedule_rows.keep(_taken(schedule), jobs)
    return len(jobs)


def plan(jobs: list[OpenJob]) -> Schedule:
    """Work out the schedule of these jobs. Reads only the calendars: one statement."""
    found = plant_now(is_loaded=False)
    schedule = Schedule(jobs, found.plant)
    closed = set(without_hours(found.plant, found.now))
    now = -(-found.now // GRID_S) * GRID_S
    _set_need_dates(schedule, closed)
    wanted = [job for job in jobs if _can_be_planned(schedule, job, closed)]
    while True:
        try:
            begins = {job.id: _begin(schedule.plant, job, now) for job in wanted}
            planned = _dispatch(schedule, wanted, begins, now)
        except NoWorkingTime as place:
            # Closed from some later day on: so are all that have to pass it.
            closed.add(place.place)
            left = [job for job in wanted if _can_be_planned(schedule, job, closed)]
            if len(left) == len(wanted):
                raise
            wanted = left
            continue
        schedule.times = {one.key: (one.start, one.end) for one in planned}
        _say_what_decides(schedule, wanted, begins, planned)
        return schedule


def _can_be_planned(schedule: Schedule, job: OpenJob, closed: set[str]) -> bool:
    """Whether a job can have a date; if not, it says why."""
    stops = schedule.plant.stops
    shut = [stops[it.kind].name for it in job.operations if stops[it.kind].name in closed]
    if job.hold is not None:
        said, told = f"on hold: {job.hold}", ON_HOLD
    elif job.wait is not None and job.wait.expected_on is None:
        said = told = job.wait.sentence
    elif shut:
        said = told = nobody_works(NoWorkingTime(shut[0], date.min, date.max))
    else:
        return True
    schedule.waits_for[job.id] = said
    schedule.dates[job.id] = ShipDate(None, told)
    return False


def _begin(plant: Plant, job: OpenJob, now: int) -> int:
    return may_begin(
        plant,
        now,
        status=job.status,
        made_on=job.made_on,
        parts_on=job.wait.expected_on if job.wait else None,
    )


def _set_need_dates(schedule: Schedule, closed: set[str]) -> None:
    """When each operation must be over to keep the promise: by kind the same for all of a day."""
    plant = schedule.plant
    way = [Operation(stop.operation, stop.operation, stop.minutes) for stop in plant.stops.values()]
    centers = {stop.operation: stop.center for stop in plant.stops.values()}
    of_day: dict[date, dict[str, int]] = {}
    for job in schedule.jobs:
        if job.due_on is None or closed:
            continue
        if job.due_on not in of_day:
            needed = need_dates(way, plant.end_of(job.due_on), centers)
            of_day[job.due_on] = dict(zip(plant.stops, needed, strict=True))
        for operation in job.operations:
            schedule.need_by[operation.id] = of_day[job.due_on][operation.kind]


def _dispatch(
    schedule: Schedule, jobs: Sequence[OpenJob], begins: dict[int, int], now: int
) -> list[Planned[int]]:
    stops = schedule.plant.stops
    return dispatch(
        (
            (
                begins[job.id],
                [
                    Operation(
                        it.id,
                        it.kind,
                        stops[it.kind].minutes,
                        schedule.need_by.get(it.id),
                        it.started_at if place == 0 else None,
                    )
                    for place, it in enumerate(job.operations)
                ],
            )
            for job in jobs
        ),
        centers={stop.operation: stop.center for stop in stops.values()},
        now=now,
    )


def _say_what_decides(
    schedule: Schedule,
    jobs: Iterable[OpenJob],
    begins: dict[int, int],
    planned: Iterable[Planned[int]],
) -> None:
    plant, today = schedule.plant, timezone.localdate()
    waited = {one.key: one.waited_for_station for one in planned}
    for job in jobs:
        first, last = job.operations[0], job.operations[-1]
        longest = max(job.operations, key=lambda it: waited[it.id])
        alone = (
            schedule.times[first.id][1]
            if first.started_at is not None
            else plant.alone(begins[job.id], {first.kind})
        )
        alone = plant.alone(alone, {it.kind for it in job.operations[1:]})
        over_on = plant.day_of(schedule.times[last.id][1])
        said = reason(
            job.wait,
            longest.kind if waited[longest.id] else "",
            plant.day_of(alone),
            over_on,
            today,
        )
        schedule.waits_for[job.id] = said
        schedule.dates[job.id] = ShipDate(over_on, said)


def _taken(schedule: Schedule) -> dict[str, list[list[tuple[int, int]]]]:
    """Which station is taken when, for whoever asks for a date before the next reschedule."""
    spans: dict[str, list[tuple[int, int]]] = {kind: [] for kind in schedule.plant.stops}
    for job in schedule.jobs:
        for operation in job.operations:
            if operation.id in schedule.times:
                spans[operation.kind].append(schedule.times[operation.id])
    return {
        kind: taken_by(schedule.plant.stops[kind], of_kind)
        for kind, of_kind in spans.items()
        if of_kind
    }
