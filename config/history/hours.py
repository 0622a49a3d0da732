"""When somebody is at work: weekdays but holidays, one long shift."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from config.calendar import is_working_day

OPENS, NOON, CLOSES = time(7, 30), time(11, 10), time(17, 0)


class Hours:
    """Working time of the house, given the days on which it is closed."""

    def __init__(self, closed_on: Collection[date]) -> None:
        self._closed_on = frozenset(closed_on)

    def is_open_on(self, day: date) -> bool:
        return is_working_day(day) and day not in self._closed_on

    def next(self, moment: datetime) -> datetime:
        """The first moment from this one on at which somebody is there."""
        day = timezone.localdate(moment)
        while True:
            opens, closes = _at(day, OPENS), _at(day, CLOSES)
            if self.is_open_on(day) and moment < closes:
                return max(moment, opens)
            day += timedelta(days=1)

    def add(self, moment: datetime, minutes: float) -> datetime:
        """When somebody is done who begins now (or when the house opens) and works so long."""
        left = timedelta(minutes=minutes)
        moment = self.next(moment)
        while True:
            closes = _at(timezone.localdate(moment), CLOSES)
            if moment + left <= closes:
                return moment + left
            left -= closes - moment
            moment = self.next(closes)

    def morning(self, day: date, minutes: float = 0) -> datetime:
        """So long after the house opens on this day, or on the next one on which it does."""
        while not self.is_open_on(day):
            day += timedelta(days=1)
        return _at(day, OPENS) + timedelta(minutes=minutes)

    def last_noon(self, moment: datetime) -> datetime:
        """Shortly before noon of the last day on which somebody worked, but no later than this."""
        day = timezone.localdate(moment)
        while not self.is_open_on(day):
            day -= timedelta(days=1)
        return min(moment, _at(day, NOON))


def _at(day: date, when: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, when))
