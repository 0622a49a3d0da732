"""Working days: Monday to Friday. Every date that we promise counts in these."""

from datetime import date, timedelta
from functools import lru_cache


def is_working_day(day: date) -> bool:
    return day.weekday() < 5


@lru_cache(maxsize=2048)  # planning asks for the same few days a hundred times
def add_working_days(start: date, days: int) -> date:
    """The working day `days` after `start`; 0 gives `start`, or the next working day."""
    day = start
    while not is_working_day(day):
        day += timedelta(days=1)
    for _ in range(days):
        day += timedelta(days=1)
        while not is_working_day(day):
            day += timedelta(days=1)
    return day


def working_days_between(start: date, end: date) -> int:
    """How many working days lie after `start` up to and including `end`; 0 if none do."""
    weeks, rest = divmod(max(0, (end - start).days), 7)
    return weeks * 5 + sum(is_working_day(end - timedelta(days=before)) for before in range(rest))
