"""Working time: shifts, closed days, and nights in which the clock changes."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from production.scheduling import NoWorkingTime, WorkingTime

DAY_SHIFT = {day: [(time(8), time(12)), (time(13), time(17))] for day in range(5)}
MONDAY = date(2026, 11, 23)
BERLIN = ZoneInfo("Europe/Berlin")


def plant(shifts=DAY_SHIFT, *, closed=(), zone=UTC) -> WorkingTime:
    return WorkingTime(shifts, closed=closed, zone=zone, around=MONDAY)


def at(text: str, zone=UTC) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp())


@pytest.mark.parametrize(
    ("begins", "minutes", "ends"),
    [
        ("2026-11-23 08:00", 60, "2026-11-23 09:00"),
        ("2026-11-23 11:30", 60, "2026-11-23 13:30"),  # over lunch
        ("2026-11-23 08:00", 480, "2026-11-23 17:00"),  # exactly a day
        ("2026-11-27 16:00", 120, "2026-11-30 09:00"),  # over the weekend
        ("2026-11-28 10:00", 30, "2026-11-30 08:30"),  # begins on a Saturday
        ("2026-11-23 05:00", 0, "2026-11-23 08:00"),  # nothing to do, but nobody there yet
    ],
)
def test_work_goes_on_where_the_next_shift_begins(begins, minutes, ends):
    assert plant().after(at(begins), minutes) == at(ends)


@pytest.mark.parametrize(
    ("over_by", "minutes", "must_begin"),
    [
        ("2026-11-23 17:00", 480, "2026-11-23 08:00"),
        ("2026-11-23 13:30", 60, "2026-11-23 11:30"),
        ("2026-11-23 09:00", 120, "2026-11-20 16:00"),
        ("2026-11-29 12:00", 60, "2026-11-27 16:00"),
    ],
)
def test_work_that_must_be_over_begins_so_much_earlier(over_by, minutes, must_begin):
    assert plant().before(at(over_by), minutes) == at(must_begin)


def test_a_closed_day_is_left_out():
    holiday = plant(closed=[date(2026, 11, 24)])
    assert holiday.after(at("2026-11-23 16:00"), 120) == at("2026-11-25 09:00")


def test_shifts_that_overlap_count_once():
    twice = plant({0: [(time(8), time(12)), (time(10), time(14))]})
    assert twice.after(at("2026-11-23 08:00"), 360) == at("2026-11-23 14:00")


def test_a_night_in_which_the_clock_goes_back_has_an_hour_more():
    # On 25 October 2026 the hour from two to three comes twice.
    night = WorkingTime({6: [(time(0), time(6))]}, zone=BERLIN, around=date(2026, 10, 25))
    assert night.after(at("2026-10-25 00:00", BERLIN), 420) == at("2026-10-25 06:00", BERLIN)


def test_a_calendar_without_working_time_says_so():
    with pytest.raises(NoWorkingTime, match="nobody works between 2026-11-24 and"):
        plant({}).after(at("2026-11-23 08:00"), 10)
    with pytest.raises(NoWorkingTime):
        plant({}).before(at("2026-11-23 08:00"), 10)


def test_a_plant_that_is_closed_for_good_says_so():
    days = [MONDAY + timedelta(days=offset) for offset in range(-800, 800)]
    with pytest.raises(NoWorkingTime):
        plant(closed=days).opens_at(at("2026-11-23 08:00"))


minutes = st.integers(min_value=1, max_value=3000)
moments = st.integers(min_value=at("2026-10-01 00:00"), max_value=at("2027-01-31 00:00"))


@given(moment=moments, work=minutes)
def test_what_begins_when_it_must_is_over_in_time(moment, work):
    here = plant(zone=BERLIN)
    begins = here.before(moment, work)
    assert here.after(begins, work) <= moment
    assert here.after(begins + 60, work) > here.after(begins, work)


@given(moment=moments, first=minutes, second=minutes)
def test_two_pieces_of_work_take_as_long_as_both_together(moment, first, second):
    here = plant(zone=BERLIN)
    assert here.after(here.after(moment, first), second) == here.after(moment, first + second)


@given(moment=moments)
def test_the_order_of_questions_changes_no_answer(moment):
    asked_late_first = plant(zone=BERLIN)
    asked_late_first.after(at("2027-02-01 00:00"), 10)
    asked_late_first.before(at("2026-09-01 00:00"), 10)
    fresh = plant(zone=BERLIN)
    assert asked_late_first.opens_at(moment) >= moment
    assert asked_late_first.after(max(moment, at("2026-11-23 08:00")), 77) == fresh.after(
        max(moment, at("2026-11-23 08:00")), 77
    )
