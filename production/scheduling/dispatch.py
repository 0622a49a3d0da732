"""One queue before each work center, served by need date.

The always-on schedule: whenever a station is free, it takes the operation that must be over first
among those that can begin. It never waits for a better one, so it is quick and easy to explain.
Moments are seconds since 1970, as in `working_time`.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from production.scheduling.working_time import WorkingTime


@dataclass(frozen=True, slots=True)
class Center:
    """A work center: when it works, and on how many jobs at the same time."""

    working_time: WorkingTime
    stations: int = 1


@dataclass(frozen=True, slots=True)
class Operation[K: Hashable]:
    """One operation that is not over. `started_at`: it is under way and keeps its station.

    `need_by` None: nobody waits for it before the others.
    """

    key: K
    center: str
    minutes: int
    need_by: int | None = None
    started_at: int | None = None


@dataclass(frozen=True, slots=True)
class Planned[K: Hashable]:
    """When an operation is planned. `waited_for_station`: the parts were there, the station not."""

    key: K
    start: int
    end: int
    waited_for_station: int


def need_dates[K: Hashable](
    operations: Sequence[Operation[K]], due: int, centers: Mapping[str, Center]
) -> list[int]:
    """When each operation of a job must be over, so that the last is over by `due`."""
    needed = due
    found = []
    for operation in reversed(operations):
        found.append(needed)
        needed = centers[operation.center].working_time.before(needed, operation.minutes)
    return found[::-1]


def dispatch[K: Hashable](
    jobs: Iterable[tuple[int, Sequence[Operation[K]]]],
    *,
    centers: Mapping[str, Center],
    now: int,
) -> list[Planned[K]]:
    """Plan every operation of every job; a job is (when it may begin, its operations in order).

    One that is under way may go on from then. No operation begins before the one in front of it
    is over, before `now`, or outside working time; no center begins more than its stations can
    take. Ties go to the job that was named first. Raises `NoWorkingTime`.
    """
    return _Floor(list(jobs), centers, now).run()


# What happens at a moment: operation `number` of a job can begin; or a station of the center
# `number` becomes free, or that center opens.
type Event = tuple[int, int, int]
IS_FREE, OPENS = -2, -1  # in the job's place
LAST = 1 << 62  # the need date of an operation that nobody waits for


class _Floor[K: Hashable]:
    """The plant while it is being planned: who waits where, and which stations are free."""

    def __init__(
        self,
        jobs: Sequence[tuple[int, Sequence[Operation[K]]]],
        centers: Mapping[str, Center],
        now: int,
    ) -> None:
        self._jobs = jobs
        self._codes = list(centers)
        self._centers = centers
        self._free = {code: center.stations for code, center in centers.items()}
        self._waiting: dict[str, list[tuple[int, int, int, int]]] = {code: [] for code in centers}
        self._events: list[Event] = []
        self._planned: list[Planned[K]] = []
        for place, (may_begin, operations) in enumerate(jobs):
            if operations:
                self._enter(place, operations[0], max(may_begin, now))

    def _enter(self, place: int, first: Operation[K], may_begin: int) -> None:
        if first.started_at is None:
            heappush(self._events, (may_begin, place, 0))
            return
        # Under way: it takes as long as planned. Where it takes longer, or waits for a part in
        # place of a broken one, it is over when somebody is there who can be done with it.
        here = self._centers[first.center].working_time
        end = here.after(first.started_at, first.minutes)
        if end <= may_begin:
            end = here.opens_at(may_begin)
        self._occupy(place, 0, first.started_at, end, waited=0)

    def run(self) -> list[Planned[K]]:
        while self._events:
            moment = self._events[0][0]
            touched = set()
            # First everybody who comes at this moment, then who is taken.
            while self._events and self._events[0][0] == moment:
                _, place, number = heappop(self._events)
                touched.add(self._arrive(place, number, moment))
            for code in self._codes:
                if code in touched:
                    self._serve(code, moment)
        return self._planned

    def _arrive(self, place: int, number: int, moment: int) -> str:
        if place < 0:
            code = self._codes[number]
            self._free[code] += place == IS_FREE
            return code
        operation = self._jobs[place][1][number]
        need_by = LAST if operation.need_by is None else operation.need_by
        heappush(self._waiting[operation.center], (need_by, place, number, moment))
        return operation.center

    def _serve(self, code: str, moment: int) -> None:
        waiting, here = self._waiting[code], self._centers[code].working_time
        if not waiting or self._free[code] < 1:
            return
        opens = here.opens_at(moment)
        if opens > moment:
            heappush(self._events, (opens, OPENS, self._codes.index(code)))
            return
        while waiting and self._free[code] > 0:
            _, place, number, came = heappop(waiting)
            minutes = self._jobs[place][1][number].minutes
            waited = moment - here.opens_at(came)
            self._occupy(place, number, moment, here.after(moment, minutes), waited=waited)

    def _occupy(self, place: int, number: int, start: int, end: int, *, waited: int) -> None:
        operations = self._jobs[place][1]
        operation = operations[number]
        self._planned.append(Planned(operation.key, start, end, max(0, waited)))
        self._free[operation.center] -= 1
        heappush(self._events, (end, IS_FREE, self._codes.index(operation.center)))
        if number + 1 < len(operations):
            heappush(self._events, (end, place, number + 1))
