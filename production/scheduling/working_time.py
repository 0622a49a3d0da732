"""When a work center is manned, and arithmetic over that time.

Moments are whole seconds since 1970 (UTC), so that a night in which the clock changes is as long
as it really is; shifts are told in local time, as people tell them.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta, tzinfo

type Span = tuple[int, int]

MINUTE = 60
# A plant that is closed for longer than this has no working time that a date could count on.
LONGEST_CLOSURE = timedelta(days=400)


class NoWorkingTime(Exception):
    """Nobody works here within LONGEST_CLOSURE of the day in question. `place`: where, by name."""

    def __init__(self, place: str, first: date, last: date) -> None:
        where = f" at {place}" if place else ""
        super().__init__(f"nobody works{where} between {first} and {last}")
        self.place = place


class WorkingTime:
    """The shifts of a week, less the days that are closed. Days are worked out as they are needed.

    `shifts`: weekday (0 is Monday) → (start, end) in local time, which may touch or overlap.
    `name`: of the place, for whoever has to give it hours.
    """

    def __init__(
        self,
        shifts: Mapping[int, Iterable[tuple[time, time]]],
        *,
        closed: Iterable[date] = (),
        zone: tzinfo,
        around: date,
        name: str = "",
    ) -> None:
        self._name = name
        self._shifts = {day: _merged(spans) for day, spans in shifts.items()}
        self._closed = frozenset(closed)
        self._zone = zone
        # Of every span: its start, its end, and the working seconds from the first span up to it.
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._before: list[int] = []
        self._first = self._next = around
        self._known: Span = (0, 0)  # from, until: asked about without looking for the day

    def opens_at(self, moment: int) -> int:
        """The first moment at or after `moment` at which somebody works."""
        index = self._span_ending_after(moment)
        return max(moment, self._starts[index])

    def after(self, moment: int, minutes: int) -> int:
        """When `minutes` of work that begin at `moment`, or at the next opening, are over."""
        return self._at(self._done_by(moment) + minutes * MINUTE)

    def before(self, moment: int, minutes: int) -> int:
        """The latest moment at which `minutes` of work must begin to be over by `moment`."""
        self._reach(moment)
        while True:
            index = bisect_left(self._starts, moment) - 1
            if index >= 0:
                done = self._before[index] + min(moment, self._ends[index]) - self._starts[index]
                if done >= minutes * MINUTE:
                    return self._beginning(done - minutes * MINUTE)
            self._grow_back()

    def seconds(self, start: int, end: int) -> int:
        """How long somebody works between two moments."""
        before = self._done_by(start)  # first: the later one may only add days behind
        return self._done_by(end) - before

    def _done_by(self, moment: int) -> int:
        index = self._span_ending_after(moment)
        return self._before[index] + max(0, moment - self._starts[index])

    def _span_ending_after(self, moment: int) -> int:
        self._reach(moment)
        while not self._ends or self._ends[-1] <= moment:
            self._grow()
        return bisect_right(self._ends, moment)

    def _at(self, done: int) -> int:
        """The earliest moment at which so many working seconds are over."""
        while self._done() < done:
            self._grow()
        index = bisect_left(self._before, done) - 1 if done else 0
        return self._starts[index] + done - self._before[index]

    def _beginning(self, done: int) -> int:
        """The latest moment at which no more than so many working seconds are over."""
        index = bisect_right(self._before, done) - 1
        return self._starts[index] + done - self._before[index]

    def _done(self) -> int:
        """The working seconds of all spans that are known."""
        return self._before[-1] + self._ends[-1] - self._starts[-1] if self._ends else 0

    def _reach(self, moment: int) -> None:
        """Know every day up to that of `moment`, from it on."""
        if self._known[0] <= moment < self._known[1]:
            return
        day = datetime.fromtimestamp(moment, self._zone).date()
        while self._first > day:
            self._add_day_before()
        while self._next <= day:
            self._add_day()
        self._known = (self._moment(self._first, time()), self._moment(self._next, time()))

    def _grow(self) -> None:
        """Add days until there is one on which somebody works."""
        known, limit = len(self._starts), self._next + LONGEST_CLOSURE
        while len(self._starts) == known:
            if self._next >= limit:
                raise NoWorkingTime(self._name, limit - LONGEST_CLOSURE, limit)
            self._add_day()

    def _grow_back(self) -> None:
        """Put days in front until there is one on which somebody works."""
        known, limit = len(self._starts), self._first - LONGEST_CLOSURE
        while len(self._starts) == known:
            if self._first <= limit:
                raise NoWorkingTime(self._name, limit, limit + LONGEST_CLOSURE)
            self._add_day_before()

    def _add_day(self) -> None:
        for start, end in self._spans(self._next):
            self._before.append(self._done())
            self._starts.append(start)
            self._ends.append(end)
        self._next += timedelta(days=1)

    def _add_day_before(self) -> None:
        self._first -= timedelta(days=1)
        if spans := self._spans(self._first):
            starts, ends = [start for start, _ in spans], [end for _, end in spans]
            before = [0]
            for start, end in spans:
                before.append(before[-1] + end - start)
            added = before.pop()
            self._starts, self._ends = starts + self._starts, ends + self._ends
            self._before = before + [added + done for done in self._before]

    def _spans(self, day: date) -> list[Span]:
        if day in self._closed:
            return []
        return [
            (self._moment(day, start), self._moment(day, end))
            for start, end in self._shifts.get(day.weekday(), ())
        ]

    def _moment(self, day: date, at: time) -> int:
        return int(datetime.combine(day, at, self._zone).timestamp())


def _merged(spans: Iterable[tuple[time, time]]) -> tuple[tuple[time, time], ...]:
    merged: list[tuple[time, time]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        elif start < end:
            merged.append((start, end))
    return tuple(merged)
