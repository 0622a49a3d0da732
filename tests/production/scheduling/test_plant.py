"""One more machine behind all others, against the plan of everybody."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from production.scheduling import (
    Center,
    NoWorkingTime,
    Operation,
    Plant,
    Stop,
    WorkingTime,
    dispatch,
    taken_by,
)

MONDAY = date(2026, 11, 23)
SHIFTS = {day: [(time(8), time(12)), (time(13), time(17))] for day in range(5)}
few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
KINDS = ("kitting", "build", "test", "box")


def at(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


NOW = at("2026-11-23 08:00")


def stops(minutes=(20, 120, 240, 20), stations=(1, 2, 3, 1), shifts=SHIFTS):
    return [
        Stop(kind, kind.title(), work, Center(WorkingTime(shifts, zone=UTC, around=MONDAY), places))
        for kind, work, places in zip(KINDS, minutes, stations, strict=True)
    ]


def plan_all(found, begins, now=NOW):
    """Every machine's end, and the spans at each work center, as the whole plan has them."""
    planned = dispatch(
        [
            (begin, [Operation((job, it.operation), it.operation, it.minutes, 0) for it in found])
            for job, begin in enumerate(begins)
        ],
        centers={it.operation: it.center for it in found},
        now=now,
    )
    taken = {
        it.operation: taken_by(
            it, [(one.start, one.end) for one in planned if one.key[1] == it.operation]
        )
        for it in found
    }
    return {one.key[0]: one.end for one in planned if one.key[1] == "box"}, taken


@pytest.mark.parametrize("jobs", [0, 1, 5, 40])
@pytest.mark.parametrize("places", [(1, 1, 1, 1), (1, 2, 6, 1), (3, 1, 1, 2)])
def test_one_more_machine_ends_when_the_whole_plan_says(jobs, places):
    found = stops(stations=places)
    ends, _ = plan_all(found, [NOW] * (jobs + 1))
    _, taken = plan_all(found, [NOW] * jobs)
    assert Plant(found, UTC, taken).let_in(NOW).end == ends[jobs]


@pytest.mark.parametrize("places", [(1, 1, 1, 1), (1, 2, 6, 1)])
def test_machines_let_in_one_after_the_other_end_as_if_planned_together(places):
    found = stops(stations=places)
    ends, _ = plan_all(found, [NOW] * 30)
    plant = Plant(found, UTC)
    assert [plant.let_in(NOW).end for _ in range(30)] == list(ends.values())


@few
@given(
    st.lists(st.integers(0, 5 * 24 * 3600), max_size=12),
    st.integers(0, 5 * 24 * 3600),
    st.lists(st.integers(10, 600), min_size=4, max_size=4),
    st.lists(st.integers(1, 3), min_size=4, max_size=4),
)
def test_one_more_machine_is_begun_when_the_whole_plan_begins_it(begins, begin, minutes, places):
    """First operation: exact. What it then delays may in turn delay it, so the end is about so."""
    found = stops(minutes, places)
    planned = dispatch(
        [
            (NOW + one, [Operation((job, it.operation), it.operation, it.minutes, 0)])
            for job, one in enumerate(begins)
            for it in found[:1]
        ]
        + [(NOW + begin, [Operation((-1, "kitting"), "kitting", minutes[0], None)])],
        centers={it.operation: it.center for it in found},
        now=NOW,
    )
    _, taken = plan_all(found, [NOW + one for one in begins])
    plant = Plant(found, UTC, taken)
    (own,) = [one.end for one in planned if one.key == (-1, "kitting")]
    assert plant.let_in(NOW + begin, {"kitting"}).end == own


@few
@given(st.lists(st.integers(0, 4 * 24 * 3600), max_size=15), st.integers(1, 3))
def test_a_plant_in_which_machines_are_let_in_has_as_much_work_as_they_bring(begins, places):
    found = stops((90, 30, 30, 30), (places, 1, 1, 1))
    plant = Plant(found, UTC)
    for begin in begins:
        plant.let_in(NOW + begin, {"kitting"})
    hours = found[0].hours
    spans = [
        span
        for station in plant._stations["kitting"]
        for span in zip(station.starts, station.ends, strict=True)
    ]
    assert sum(hours.seconds(*span) for span in spans) == len(begins) * 90 * 60
    for station in plant._stations["kitting"]:
        assert station.starts == sorted(station.starts)
        assert all(
            end < start for end, start in zip(station.ends, station.starts[1:], strict=False)
        )


@pytest.mark.parametrize("places", [(1, 1, 1, 1), (1, 2, 6, 1)])
def test_a_crowd_leaves_about_as_much_room_as_its_machines_one_by_one(places):
    found = stops(stations=places)
    one_by_one, crowd = Plant(found, UTC), Plant(found, UTC)
    for _ in range(60):
        one_by_one.let_in(NOW)
    crowd.let_in_many(NOW, 60)
    late = crowd.let_in(NOW).end - one_by_one.let_in(NOW).end
    assert abs(late) <= 24 * 3600


def test_a_machine_that_is_let_out_leaves_its_places():
    found = stops(stations=(1, 1, 1, 1))
    ends, taken = plan_all(found, [NOW])
    plant = Plant(found, UTC, taken)
    for kind, ((span,),) in taken.items():
        plant.let_out(kind, *span)
    assert plant.let_in(NOW).end == ends[0]


def test_it_says_where_a_machine_waits_longest():
    plant = Plant(stops((10, 200, 10, 10), (1, 1, 1, 1)), UTC)
    assert [plant.let_in(NOW).queue for _ in range(2)] == ["", "build"]


def test_what_comes_on_a_day_is_begun_on_the_next_working_morning():
    plant = Plant(stops(), UTC)
    assert plant.morning_after(MONDAY) == at("2026-11-24 08:00")
    assert plant.morning_after(date(2026, 11, 27)) == at("2026-11-30 08:00")  # over a weekend
    assert plant.morning_after(date(2026, 11, 28)) == at("2026-12-01 08:00")  # counts as Monday's
    assert plant.working_days_after(MONDAY, 5) == MONDAY + timedelta(days=7)


def test_a_work_center_without_hours_is_named():
    nobody = WorkingTime({}, zone=UTC, around=MONDAY, name="Test racks")
    found = stops()
    found[2] = Stop("test", "Test racks", 60, Center(nobody))
    with pytest.raises(NoWorkingTime) as closed:
        Plant(found, UTC).let_in(NOW)
    assert closed.value.place == "Test racks"
