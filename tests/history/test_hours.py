"""Working time of the house, reckoned forward and back."""

from datetime import UTC, date, datetime, time

import pytest

from config.history.hours import Hours

HOURS = Hours([(time(8), time(12)), (time(12, 30), time(16, 30))], {date(2026, 3, 5)})
WEDNESDAY, FRIDAY = datetime(2026, 3, 4, tzinfo=UTC), datetime(2026, 3, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes", "began"),
    [
        (0, FRIDAY.replace(hour=13)),
        (30, FRIDAY.replace(hour=12, minute=30)),
        (60, FRIDAY.replace(hour=11, minute=30)),
        (270, FRIDAY.replace(hour=8)),
        (300, WEDNESDAY.replace(hour=16)),  # nobody works on Thursday
        (600, WEDNESDAY.replace(hour=10, minute=30)),
    ],
)
def test_who_has_worked_so_long_began_when_working_time_says(minutes, began):
    assert HOURS.back(FRIDAY.replace(hour=13), minutes) == began
    assert HOURS.add(began, minutes) in {FRIDAY.replace(hour=13), FRIDAY.replace(hour=12)}


def test_before_the_house_opens_the_work_was_done_the_day_before():
    assert HOURS.back(FRIDAY.replace(hour=6), 60) == WEDNESDAY.replace(hour=15, minute=30)
