"""Likely dates from what production wrote down: the longest wait, the queue, the work."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.calendar import working_days_between
from configurator import selectors
from configurator.models import OptionAvailability, PlantLoad
from configurator.selectors import Supply, estimate
from configurator.services.availability import set_option_availability, set_plant_load
from tests.factories.configurator import publish_small_model

TODAY = date(2026, 11, 23)  # a Monday


@pytest.mark.django_db
def test_availability_is_written_in_one_statement_and_the_last_row_counts(
    django_assert_num_queries,
):
    set_option_availability(rows=[("A", 1, 5), ("B", 0, None)])
    with django_assert_num_queries(3):  # savepoint, upsert, release
        set_option_availability(rows=[("A", 2, 4), ("C", 9, 1), ("A", 3, 2)])
    rows = OptionAvailability.objects.order_by("part_number")
    assert list(rows.values_list("part_number", "in_stock", "lead_days")) == [
        ("A", 3, 2),
        ("B", 0, None),
        ("C", 9, 1),
    ]


@pytest.mark.django_db
def test_the_plant_has_one_load():
    set_plant_load(queue_days=3, build_days=1)
    set_plant_load(queue_days=5, build_days=2)
    assert list(PlantLoad.objects.values_list("queue_days", "build_days")) == [(5, 2)]


@pytest.mark.django_db
def test_the_longest_lead_time_decides_and_is_named():
    set_option_availability(rows=[("A", 0, 3), ("B", 0, 7), ("C", 9, 20)])
    set_plant_load(queue_days=2, build_days=2)
    found = selectors.ship_estimate({"A": 1, "B": 1, "C": 4}, TODAY)
    assert (found.waits_for, found.days) == ("B", 9)
    assert found.likely_on == date(2026, 12, 4)
    assert found.reason == "7 working days to us"


@pytest.mark.django_db
def test_more_pieces_than_are_in_stock_must_be_waited_for():
    set_option_availability(rows=[("A", 2, 3)])
    assert selectors.ship_estimate({"A": 2}, TODAY).waits_for == ""
    assert selectors.ship_estimate({"A": 3}, TODAY).waits_for == "A"


@pytest.mark.django_db
def test_a_part_nobody_has_promised_leaves_the_date_open():
    found = selectors.ship_estimate({"NEVER-HEARD-OF": 1}, TODAY)
    assert (found.likely_on, found.days, found.waits_for) == (None, None, "NEVER-HEARD-OF")


@pytest.mark.django_db
def test_with_every_part_here_the_queue_decides():
    set_plant_load(queue_days=4, build_days=2)
    found = selectors.ship_estimate({}, TODAY)
    assert (found.waits_for, found.days) == ("queue", 6)


@given(
    waits=st.dictionaries(st.sampled_from("ABCDE"), st.integers(0, 60)),
    queue=st.integers(0, 20),
    work=st.integers(0, 5),
)
def test_a_likely_date_is_the_days_it_says_after_today(waits, queue, work):
    found = {part: Supply(0, days) for part, days in waits.items()}
    load = PlantLoad(queue_days=queue, build_days=work)
    ships = estimate(dict.fromkeys(waits, 1), found, load, TODAY)
    assert ships.days == max([queue, *waits.values()]) + work
    assert working_days_between(TODAY, ships.likely_on) == ships.days


@pytest.mark.django_db
def test_the_home_page_lists_each_machine_as_shown(django_assert_max_num_queries):
    version = publish_small_model()
    selectors.listed_models()
    with django_assert_max_num_queries(4):
        (listed,) = selectors.listed_models()
    assert listed.version == version
    assert (listed.total_minor, listed.currency) == (54_000, "USD")
    assert listed.estimate.waits_for == "queue"
