"""When somebody is at work: the shifts of the benches, on weekdays that are no holidays."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from config.calendar import is_working_day
from production.models import Closure, JobOperation, Shift

NOON = time(11, 10)

type Span = tuple[time, time]


class Hours:
    """Working time of the house: the spans of every day on which it is open."""

    def __init__(self, spans: Sequence[Span], closed_on: Collection[date]) -> None:
        self._spans = tuple(sorted(spans))
        self._closed_on = frozenset(closed_on)

    def is_open_on(self, day: date) -> bool:
        return is_working_day(day) and day not in self._closed_on

    def next(self, moment: datetime) -> datetime:
        """The first moment from this one on at which somebody is there."""
        return self._span(moment)[0]

    def add(self, moment: datetime, minutes: float) -> datetime:
        """When somebody is done who begins now (or when the house opens) and works so long."""
        left = timedelta(minutes=minutes)
        while True:
            begins, ends = self._span(moment)
            if begins + left <= ends:
                return begins + left
            left -= ends - begins
            moment = ends

    def back(self, moment: datetime, minutes: float) -> datetime:
        """When somebody began who has worked so long at this moment."""
        left = timedelta(minutes=minutes)
        day = timezone.localdate(moment)
        while True:
            for starts, ends in reversed(self._spans) if self.is_open_on(day) else ():
                worked = min(moment, at(day, ends)) - at(day, starts)
                if worked >= left:
                    return at(day, starts) + worked - left
                left -= max(worked, timedelta())
            day -= timedelta(days=1)

    def morning(self, day: date, minutes: float = 0) -> datetime:
        """So long after the house opens on this day, or on the next one on which it does."""
        while not self.is_open_on(day):
            day += timedelta(days=1)
        return at(day, self._spans[0][0]) + timedelta(minutes=minutes)

    def last_noon(self, moment: datetime) -> datetime:
        """Shortly before noon of the last day on which somebody worked, but no later than this."""
        day = timezone.localdate(moment)
        while not self.is_open_on(day):
            day -= timedelta(days=1)
        return min(moment, at(day, NOON))

    def _span(self, moment: datetime) -> tuple[datetime, datetime]:
        """What is left of the span that this moment lies in, or the next one."""
        day = timezone.localdate(moment)
        while True:
            for starts, ends in self._spans if self.is_open_on(day) else ():
                if moment < at(day, ends):
                    return max(moment, at(day, starts)), at(day, ends)
            day += timedelta(days=1)


def hours_of_the_house() -> Hours:
    """As its benches are manned, and closed where the whole plant is."""
    shifts = Shift.objects.filter(
        work_center__operation=JobOperation.Kind.BUILD, weekday=Shift.Weekday.MONDAY
    )
    closed_on = Closure.objects.filter(work_center=None).values_list("on", flat=True)
    return Hours(list(shifts.values_list("starts_at", "ends_at")), set(closed_on))


def at(day: date, when: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, when))
