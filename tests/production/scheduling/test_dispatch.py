"""The queue before each work center."""

from collections import defaultdict
from datetime import UTC, date, datetime, time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from production.scheduling import (
    Center,
    NoWorkingTime,
    Operation,
    WorkingTime,
    dispatch,
    need_dates,
)

MONDAY = date(2026, 11, 23)
SHIFTS = {day: [(time(8), time(16))] for day in range(5)}


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


NOW = at("2026-11-23 08:00")


def centers(**stations: int) -> dict[str, Center]:
    return {
        code: Center(WorkingTime(SHIFTS, zone=UTC, around=MONDAY), number)
        for code, number in stations.items()
    }


def job(name, *steps, need_by=None, began=None):
    return [
        Operation(
            (name, number),
            center,
            minutes,
            need_by,
            started_at=began if number == 0 else None,
        )
        for number, (center, minutes) in enumerate(steps)
    ]


def plan_on(plant, *jobs, now=NOW):
    return dispatch(jobs, centers=plant, now=now)


def times(planned):
    return {one.key: (one.start, one.end) for one in planned}


def test_a_job_goes_from_center_to_center():
    plan = dispatch(
        [(NOW, job("a", ("kit", 30), ("build", 60)))], centers=centers(kit=1, build=1), now=NOW
    )
    assert times(plan) == {
        ("a", 0): (at("2026-11-23 08:00"), at("2026-11-23 08:30")),
        ("a", 1): (at("2026-11-23 08:30"), at("2026-11-23 09:30")),
    }


def test_the_more_urgent_of_two_that_wait_is_taken_first():
    late, soon = job("late", ("build", 60), need_by=200), job("soon", ("build", 60), need_by=100)
    plan = times(dispatch([(NOW, late), (NOW, soon)], centers=centers(build=1), now=NOW))
    assert plan["soon", 0] < plan["late", 0]


def test_a_station_more_takes_both_at_once():
    jobs = [(NOW, job(name, ("build", 60))) for name in "ab"]
    plan = times(dispatch(jobs, centers=centers(build=2), now=NOW))
    assert plan["a", 0] == plan["b", 0]


def test_what_is_under_way_keeps_its_station():
    going = job("going", ("build", 120), began=at("2026-11-23 07:00"))
    plan = times(
        dispatch(
            [(NOW, going), (NOW, job("next", ("build", 60)))], centers=centers(build=1), now=NOW
        )
    )
    assert plan["going", 0] == (at("2026-11-23 07:00"), at("2026-11-23 10:00"))
    assert plan["next", 0][0] == at("2026-11-23 10:00")


def test_what_takes_longer_than_planned_is_over_now_at_the_earliest():
    going = job("going", ("build", 10), ("test", 10), began=at("2026-11-23 08:00"))
    now = at("2026-11-23 12:00")
    plan = times(dispatch([(now, going)], centers=centers(build=1, test=1), now=now))
    assert plan["going", 0][1] == now == plan["going", 1][0]


@pytest.mark.parametrize("now", ["2026-11-27 20:00", "2026-11-28 12:00", "2026-11-30 08:00"])
def test_what_takes_longer_than_planned_is_not_over_while_nobody_is_there(now):
    going = job("going", ("test", 10), began=at("2026-11-27 15:00"))
    plan = times(dispatch([(at(now), going)], centers=centers(test=1), now=at(now)))
    assert plan["going", 0][1] == at("2026-11-30 08:00")


def test_what_is_under_way_and_waits_for_a_part_is_over_when_the_part_is_there():
    going = job("going", ("build", 60), ("test", 10), began=at("2026-11-23 08:00"))
    there = at("2026-11-26 08:00")
    plan = times(dispatch([(there, going)], centers=centers(build=1, test=1), now=NOW))
    assert plan["going", 0] == (at("2026-11-23 08:00"), there)
    assert plan["going", 1][0] == there


def test_parts_that_come_later_keep_nobody_else_waiting():
    later = at("2026-11-23 12:00")
    urgent, other = job("urgent", ("build", 60), need_by=1), job("other", ("build", 60), need_by=2)
    plan = dispatch([(later, urgent), (NOW, other)], centers=centers(build=1), now=NOW)
    assert times(plan)["other", 0][0] == NOW
    assert times(plan)["urgent", 0][0] == later


def test_waiting_for_a_station_is_told_from_waiting_for_the_morning():
    night = at("2026-11-23 22:00")
    plan = dispatch(
        [(night, job(name, ("build", 60))) for name in "ab"], centers=centers(build=1), now=night
    )
    assert [one.waited_for_station for one in plan] == [0, 60 * 60]


def test_need_dates_lie_so_far_before_the_due_date_as_the_work_takes():
    due = at("2026-11-24 16:00")
    needed = need_dates(
        job("a", ("kit", 60), ("build", 480), ("box", 30)), due, centers(kit=1, build=1, box=1)
    )
    assert needed == [at("2026-11-23 15:30"), at("2026-11-24 15:30"), due]


def test_a_center_where_nobody_works_stops_the_plan_with_a_reason():
    nobody = {"build": Center(WorkingTime({}, zone=UTC, around=MONDAY))}
    with pytest.raises(NoWorkingTime):
        dispatch([(NOW, job("a", ("build", 60)))], centers=nobody, now=NOW)


@st.composite
def floors(draw):
    plant = centers(**{code: draw(st.integers(1, 3)) for code in ("kit", "build", "test")})
    jobs = []
    for number in range(draw(st.integers(1, 12))):
        steps = draw(
            st.lists(
                st.tuples(st.sampled_from(["kit", "build", "test"]), st.integers(1, 600)),
                min_size=1,
                max_size=4,
            )
        )
        need_by = draw(st.none() | st.integers(0, 1000))
        jobs.append(
            (NOW + 60 * draw(st.integers(-600, 5000)), job(number, *steps, need_by=need_by))
        )
    return plant, jobs


@given(floor=floors())
def test_no_center_does_more_at_once_than_it_has_stations(floor):
    plant, jobs = floor
    center_of = {one.key: one.center for _, operations in jobs for one in operations}
    changes = defaultdict(list)
    for one in dispatch(jobs, centers=plant, now=NOW):
        changes[center_of[one.key]] += [(one.start, 1), (one.end, -1)]
    for code, moves in changes.items():
        busy = 0
        for _, change in sorted(moves):
            busy += change
            assert busy <= plant[code].stations


@given(floor=floors())
def test_everything_is_planned_in_order_and_in_working_time(floor):
    plant, jobs = floor
    planned = {one.key: one for one in dispatch(jobs, centers=plant, now=NOW)}
    for may_begin, operations in jobs:
        of_job = [planned[one.key] for one in operations]
        assert of_job[0].start >= max(may_begin, NOW)
        for earlier, later in pairwise(of_job):
            assert later.start >= earlier.end
        for one, operation in zip(of_job, operations, strict=True):
            here = plant[operation.center].working_time
            assert here.opens_at(one.start) == one.start
            assert here.after(one.start, operation.minutes) == one.end
