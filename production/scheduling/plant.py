"""The plant with what is planned in it, and where one more machine fits in. No Django.

A machine that comes last in every queue is begun when a station has nobody else to serve. So it
takes no plan of all jobs to tell when one more would be over, only when the stations are taken.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from heapq import heapify, heappop, heappush

from production.scheduling.dispatch import Center
from production.scheduling.working_time import MINUTE, Span, WorkingTime


@dataclass(frozen=True, slots=True)
class Stop:
    """A work center on every machine's way, and how many minutes a machine takes there."""

    operation: str
    name: str
    minutes: int
    center: Center

    @property
    def hours(self) -> WorkingTime:
        return self.center.working_time


@dataclass(frozen=True, slots=True)
class Passage:
    """When a machine is over; `queue`: the operation it waits before, "" where it does not."""

    end: int
    queue: str = ""


@dataclass(slots=True)
class Station:
    """When one station is taken: spans in order, with working time between them."""

    hours: WorkingTime
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)

    def idle_at(self, moment: int) -> int:
        """The first moment from `moment` on at which it could begin with another machine."""
        idle = self.hours.opens_at(moment)
        index = bisect_right(self.starts, idle) - 1
        if index >= 0 and self.ends[index] > idle:
            return self.hours.opens_at(self.ends[index])
        return idle

    def take(self, start: int, end: int) -> None:
        """Be busy from a moment at which it is idle; what was planned meanwhile comes behind."""
        first = last = bisect_right(self.starts, start)
        while last < len(self.starts) and self.starts[last] <= self.hours.opens_at(end):
            work = self.hours.seconds(self.starts[last], self.ends[last])
            end = self.hours.after(max(end, self.starts[last]), -(-work // MINUTE))
            last += 1
        if first and self.hours.opens_at(self.ends[first - 1]) >= start:
            first -= 1
            start = self.starts[first]
        self.starts[first:last], self.ends[first:last] = [start], [end]

    def release(self, start: int, end: int) -> bool:
        """Be idle for a span that is taken as a whole; False where it is not."""
        index = bisect_right(self.starts, start) - 1
        if index < 0 or self.ends[index] < end:
            return False
        before, behind = (self.starts[index], start), (end, self.ends[index])
        left = [span for span in (before, behind) if span[0] < span[1]]
        self.starts[index : index + 1] = [span[0] for span in left]
        self.ends[index : index + 1] = [span[1] for span in left]
        return True


class Plant:
    """The work centers on every machine's way, in their order, and who is at them when.

    `taken`: by operation, for each station the spans in which it is (see `taken_by`).
    """

    def __init__(
        self,
        stops: Iterable[Stop],
        zone: tzinfo,
        taken: Mapping[str, Sequence[Sequence[Span]]] | None = None,
    ) -> None:
        self.stops = {stop.operation: stop for stop in stops}
        self._zone = zone
        self._stations = {
            operation: _stations(stop, (taken or {}).get(operation, ()))
            for operation, stop in self.stops.items()
        }

    def day_of(self, moment: int) -> date:
        return datetime.fromtimestamp(moment, self._zone).date()

    def morning_after(self, day: date) -> int:
        """When work on what came on a day begins; days on which nobody works count as the next.

        Nobody says at what hour a parcel comes, and what is ordered today may still be changed.
        Raises `NoWorkingTime`.
        """
        first = next(iter(self.stops.values())).hours
        came = self.day_of(first.opens_at(self._midnight(day)))
        return first.opens_at(self._midnight(came + timedelta(days=1)))

    def working_days_after(self, day: date, days: int) -> date:
        """The day so many working days of the plant after `day`. Raises `NoWorkingTime`."""
        for _ in range(days):
            day = self.day_of(self.morning_after(day))
        return day

    def end_of(self, day: date) -> int:
        """The last minute of a day."""
        return self._midnight(day + timedelta(days=1)) - MINUTE

    def let_in(self, begin: int, operations: Collection[str] | None = None) -> Passage:
        """Plan one more machine, behind all others, from `begin` on; None: with all operations.

        Raises `NoWorkingTime`.
        """
        moment, longest, queue = begin, 0, ""
        for stop in self._way(operations):
            came = stop.hours.opens_at(moment)
            start, station = min(
                ((one.idle_at(came), one) for one in self._stations[stop.operation]),
                key=lambda it: it[0],
            )
            moment = stop.hours.after(start, stop.minutes)
            station.take(start, moment)
            if start - came > longest:
                longest, queue = start - came, stop.operation
        return Passage(moment, queue)

    def let_in_many(
        self, begin: int, machines: int, operations: Collection[str] | None = None
    ) -> None:
        """`let_in` for so many at once, about as exact as a crowd is: each station has its share.

        Raises `NoWorkingTime`.
        """
        moment = begin
        for stop in self._way(operations):
            came = stop.hours.opens_at(moment)
            stations = self._stations[stop.operation]
            share, rest = divmod(machines, len(stations))
            for number, station in enumerate(stations):
                if work := (share + (number < rest)) * stop.minutes:
                    start = station.idle_at(came)
                    station.take(start, stop.hours.after(start, work))
            moment = stop.hours.after(came, stop.minutes)

    def alone(self, begin: int, operations: Collection[str] | None = None) -> int:
        """When a machine would be over if nobody else were there. Raises `NoWorkingTime`."""
        for stop in self._way(operations):
            begin = stop.hours.after(begin, stop.minutes)
        return begin

    def let_out(self, operation: str, start: int, end: int) -> None:
        """Forget one planned operation of a machine."""
        for station in self._stations.get(operation, ()):
            if station.release(start, end):
                return

    def _way(self, operations: Collection[str] | None) -> list[Stop]:
        return [
            stop
            for stop in self.stops.values()
            if operations is None or stop.operation in operations
        ]

    def _midnight(self, day: date) -> int:
        return int(datetime.combine(day, time(), self._zone).timestamp())


def taken_by(stop: Stop, planned: Iterable[Span]) -> list[list[Span]]:
    """Which station is taken when, by what is planned at a work center."""
    stations = [Station(stop.hours) for _ in range(stop.center.stations)]
    free_at = [(0, number) for number in range(len(stations))]
    heapify(free_at)
    for start, end in sorted(planned):
        free, number = heappop(free_at)
        # More may be under way than there are stations: then they share one.
        stations[number].take(max(start, free), max(end, free))
        heappush(free_at, (max(end, free), number))
    return [list(zip(one.starts, one.ends, strict=True)) for one in stations]


def _stations(stop: Stop, taken: Sequence[Sequence[Span]]) -> list[Station]:
    spans = [*taken, *[()] * stop.center.stations]
    return [
        Station(stop.hours, [start for start, _ in one], [end for _, end in one])
        for one in spans[: stop.center.stations]
    ]
