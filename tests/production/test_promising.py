"""When can it ship, and what decides it?"""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.calendar import add_working_days
from configurator.models import OptionAvailability, PlantLoad
from configurator.selectors import ship_estimate
from production.models import (
    AssemblyJob,
    BillOfMaterial,
    BomSnapshot,
    Closure,
    Part,
    Shift,
    SupplyProfile,
    WorkCenter,
)
from production.promising import BUFFER_DAYS, Wait, quote, reason, wait_for
from production.services.availability import refresh_availability
from production.tasks import refresh_availability as refresh_task
from shop.ports import promiser
from tests.factories.configurator import frozen_configuration
from tests.factories.production import makeable_model, planned_order, stock_part

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 11, 23)
TUESDAY, FRIDAY = date(2026, 11, 24), date(2026, 11, 27)


@pytest.fixture
def version():
    return makeable_model()


def ask(version, quantity=1, today=MONDAY, **choices):
    configuration = frozen_configuration(version=version, **choices)
    return quote(lines=[(configuration, quantity)], today=today)


def test_the_shop_finds_it_by_its_setting():
    assert promiser() is quote


def test_with_all_parts_here_only_the_work_takes_time(version):
    answer = ask(version)
    assert answer.likely_on == TUESDAY
    assert answer.reason == "building and testing it, 1 day; all parts are here"


@pytest.mark.parametrize(
    ("due_on", "expected_on", "sentence"),
    [
        (FRIDAY, FRIDAY, "case, Fri 27 Nov from Nordkomp"),
        (TUESDAY, TUESDAY, "case, overdue since Tue 24 Nov from Nordkomp"),
        (MONDAY, MONDAY, "case, overdue since Mon 23 Nov from Nordkomp"),
        (
            date(2026, 11, 20),
            None,
            "case, overdue since Fri 20 Nov from Nordkomp: nobody has said when it comes",
        ),
    ],
)
def test_an_overdue_part_may_come_today_and_after_three_days_nobody_can_say(
    due_on, expected_on, sentence
):
    case = Part(name="Case", category="case", is_tracked=True)
    wait = wait_for(case, due_on, "Nordkomp", date(2026, 11, 26))
    assert (wait.expected_on, wait.sentence) == (expected_on, sentence)


def test_what_should_have_been_here_decides_and_no_queue_behind_it():
    coming = Wait(MONDAY, "case, Mon 23 Nov")
    overdue = Wait(MONDAY, "case, overdue since Mon 23 Nov", is_overdue=True)
    told = [reason(one, "build", TUESDAY, FRIDAY, TUESDAY) for one in (coming, overdue)]
    assert told == ["the queue in build, 3 days", "case, overdue since Mon 23 Nov"]


def test_ships_by_is_the_likely_day_and_three_working_days_more(version):
    assert BUFFER_DAYS == 3
    assert ask(version).ships_by_on == FRIDAY


def test_the_slowest_missing_part_decides_and_is_named_with_its_supplier(version):
    stock_part("PSU-450", 0)
    stock_part("CPU-6", 0)
    answer = ask(version)
    assert answer.reason == "power supply, 4 working days from Nordkomp"
    assert answer.likely_on == date(2026, 11, 30)  # here on Friday, built on Monday


def test_a_lead_time_is_told_as_the_supplier_told_it_at_the_weekend_too(version):
    stock_part("PSU-450", 0)
    answer = ask(version, today=MONDAY - timedelta(days=1))
    assert answer.reason == "power supply, 4 working days from Nordkomp"


def test_two_machines_need_two_of_each(version):
    stock_part("CPU-6", 1)
    assert ask(version).reason.endswith("; all parts are here")
    assert ask(version, quantity=2).reason == "processor, 2 working days from Nordkomp"


def test_machines_for_which_the_parts_are_here_do_not_wait_for_those_that_lack_some(version):
    WorkCenter.objects.filter(operation="build").update(standard_minutes=480)
    stock_part("CPU-6", 1)
    answer = ask(version, quantity=2)
    # Here on Wednesday: the second is begun on Thursday, when the first has left the bench.
    assert answer.reason == "processor, 2 working days from Nordkomp"
    assert answer.likely_on == FRIDAY


def test_a_part_nobody_sells_has_no_date_and_the_reason_says_so(version):
    stock_part("GPU-340", 0)
    answer = ask(version, graphics="long-card", power_supply="w850", case="tower")
    assert (answer.likely_on, answer.ships_by_on) == (None, None)
    assert answer.reason == "graphics card: no supplier has told us a lead time"


def test_a_machine_without_a_bill_has_no_date_instead_of_an_error(version):
    BillOfMaterial.objects.update(status=BillOfMaterial.Status.SUPERSEDED)
    answer = ask(version)
    assert answer.likely_on is None
    assert answer.reason == "we have yet to plan how this machine is made"


def test_a_full_plant_decides_where_the_parts_would_be_here(version):
    WorkCenter.objects.filter(operation="build").update(standard_minutes=480)
    planned_order(version=version, quantity=3)
    today = timezone.localdate()
    answer = ask(version, today=today)
    assert answer.reason == "the queue in build, 3 days"
    # Tomorrow at nine it would have been on the bench for a day; three are before it.
    alone_on = add_working_days(today, 2)
    assert answer.likely_on == add_working_days(alone_on, 3)


def test_jobs_that_are_past_an_operation_do_not_queue_for_it(version):
    WorkCenter.objects.filter(operation="build").update(standard_minutes=480)
    planned_order(version=version, quantity=3)
    first = AssemblyJob.objects.order_by("pk").first()
    AssemblyJob.objects.filter(pk=first.pk).update(status="in_progress")
    first.operations.filter(kind="build").update(
        status="done",
        started_at="2026-11-20T08:00Z",
        finished_at="2026-11-20T09:00Z",
    )
    assert ask(version, today=timezone.localdate()).reason == "the queue in build, 2 days"


def test_days_on_which_the_plant_is_closed_do_not_count(version):
    Closure.objects.create(on=TUESDAY, name="Founder's day")
    answer = ask(version)
    assert answer.likely_on == date(2026, 11, 25)
    assert answer.ships_by_on == date(2026, 11, 30)


def test_a_work_center_that_is_down_closes_only_itself(version):
    build = WorkCenter.objects.get(operation="build")
    Closure.objects.create(on=TUESDAY, name="New bench", work_center=build)
    assert ask(version).likely_on == date(2026, 11, 25)


@pytest.mark.parametrize("has_shifts", [False, True])
def test_without_working_hours_there_is_no_date_and_the_work_center_is_named(version, has_shifts):
    shifts = Shift.objects.filter(work_center__operation="test")
    if has_shifts:  # closed for as long as anybody can see
        Closure.objects.bulk_create(
            Closure(on=timezone.localdate() + timedelta(days=day), name="Rebuilding")
            for day in range(-1, 500)
        )
    else:
        shifts.delete()
    answer = ask(version, today=timezone.localdate())
    assert (answer.likely_on, answer.ships_by_on) == (None, None)
    name = "Kitting" if has_shifts else "Test"
    assert answer.reason == f"{name}: its calendar has no working hours"


def test_without_working_hours_the_configurator_has_no_date_either(version):
    Shift.objects.all().delete()
    refresh_availability()
    assert PlantLoad.objects.get().build_days is None
    found = ship_estimate({"CPU-6": 1}, MONDAY)
    assert (found.likely_on, found.reason) == (None, "the workshop has no working hours yet")


@pytest.mark.parametrize(("cpus", "minutes"), [(100, 60), (0, 60), (100, 470)])
def test_the_configurator_and_the_quote_name_the_same_day(version, cpus, minutes):
    WorkCenter.objects.filter(operation="build").update(standard_minutes=minutes)
    stock_part("CPU-6", cpus)
    planned_order(version=version, quantity=2)
    refresh_availability()
    today = timezone.localdate()
    shown = ship_estimate({"CPU-6": 1, "PSU-450": 1}, today)
    assert shown.likely_on == ask(version, today=today).likely_on


def test_a_promise_on_a_saturday_counts_from_monday(version):
    assert ask(version, today=date(2026, 11, 21)).likely_on == TUESDAY


def test_a_promise_writes_nothing_and_takes_few_statements(version):
    configuration = frozen_configuration(version=version)
    with CaptureQueriesContext(connection) as captured:
        quote(lines=[(configuration, 1)], today=MONDAY)
    assert len(captured) <= 10  # three less where the bills have been read before
    assert not BomSnapshot.objects.exists()


def test_the_configurator_is_told_what_lies_free_and_how_long_the_queue_is(version):
    WorkCenter.objects.filter(operation="test").update(stations=2, standard_minutes=700)
    planned_order(version=version, quantity=4)
    SupplyProfile.objects.filter(part__part_number="CABLE").delete()
    with CaptureQueriesContext(connection) as captured:
        refresh_availability()
    assert len([q for q in captured if "SAVEPOINT" not in q["sql"]]) <= 4
    cpu = OptionAvailability.objects.get(part_number="CPU-6")
    assert (cpu.in_stock, cpu.lead_days) == (96, 2)
    assert OptionAvailability.objects.get(part_number="CABLE").lead_days is None
    load = PlantLoad.objects.get()
    assert (load.queue_days, load.build_days) == (3, 2)


def test_the_periodic_task_does_the_same(version):
    PlantLoad.objects.update(queue_days=9)
    refresh_task()
    assert PlantLoad.objects.get().queue_days == 0
