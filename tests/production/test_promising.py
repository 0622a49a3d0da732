"""When can it ship, and what decides it?"""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from configurator.models import OptionAvailability, PlantLoad
from production.models import (
    AssemblyJob,
    BillOfMaterial,
    BomSnapshot,
    SupplyProfile,
    WorkCenter,
)
from production.promising import BUFFER_DAYS, Wait, quote, ship_date
from production.selectors import PlantQueue
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
    assert answer.reason == "all parts are here; building takes 1 day"


def test_ships_by_is_the_likely_day_and_three_working_days_more(version):
    assert BUFFER_DAYS == 3
    assert ask(version).ships_by_on == FRIDAY


def test_the_slowest_missing_part_decides_and_is_named_with_its_supplier(version):
    stock_part("PSU-450", 0)
    stock_part("CPU-6", 0)
    answer = ask(version)
    assert answer.reason == "power supply, 4 working days from Nordkomp"
    assert answer.likely_on == date(2026, 11, 30)  # here on Friday, built on Monday


def test_two_machines_need_two_of_each(version):
    stock_part("CPU-6", 1)
    assert ask(version).reason.startswith("all parts are here")
    assert ask(version, quantity=2).reason == "processor, 2 working days from Nordkomp"


def test_what_is_overdue_is_still_waited_for_and_named():
    last_week = Wait(date(2026, 11, 19), "power supply, Thu 19 Nov from Nordkomp")
    decided = ship_date([last_week], PlantQueue(days=0, operation="", build_days=1), MONDAY)
    assert decided.reason == "power supply, Thu 19 Nov from Nordkomp"
    assert decided.likely_on == TUESDAY


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
    WorkCenter.objects.filter(operation="build").update(jobs_per_day=1)
    planned_order(version=version, quantity=3)
    answer = ask(version)
    assert answer.reason == "the queue in build, 3 days"
    assert answer.likely_on == FRIDAY


def test_jobs_that_are_past_an_operation_do_not_queue_for_it(version):
    WorkCenter.objects.filter(operation="build").update(jobs_per_day=1)
    planned_order(version=version, quantity=3)
    first = AssemblyJob.objects.order_by("pk").first()
    first.operations.filter(kind="build").update(
        status="done",
        started_at="2026-11-20T08:00Z",
        finished_at="2026-11-20T09:00Z",
    )
    assert ask(version).reason == "the queue in build, 2 days"


def test_a_promise_on_a_saturday_counts_from_monday(version):
    assert ask(version, today=date(2026, 11, 21)).likely_on == TUESDAY


def test_a_promise_writes_nothing_and_takes_few_statements(version):
    configuration = frozen_configuration(version=version)
    with CaptureQueriesContext(connection) as captured:
        quote(lines=[(configuration, 1)], today=MONDAY)
    assert len(captured) <= 10  # three less where the bills have been read before
    assert not BomSnapshot.objects.exists()


def test_the_configurator_is_told_what_lies_free_and_how_long_the_queue_is(version):
    WorkCenter.objects.filter(operation="test").update(jobs_per_day=2, standard_minutes=700)
    planned_order(version=version, quantity=4)
    SupplyProfile.objects.filter(part__part_number="CABLE").delete()
    with CaptureQueriesContext(connection) as captured:
        refresh_availability()
    assert len([q for q in captured if "SAVEPOINT" not in q["sql"]]) <= 4
    cpu = OptionAvailability.objects.get(part_number="CPU-6")
    assert (cpu.in_stock, cpu.lead_days) == (96, 2)
    assert OptionAvailability.objects.get(part_number="CABLE").lead_days is None
    load = PlantLoad.objects.get()
    assert (load.queue_days, load.build_days) == (2, 2)


def test_the_periodic_task_does_the_same(version):
    PlantLoad.objects.update(queue_days=9)
    refresh_task()
    assert PlantLoad.objects.get().queue_days == 0
