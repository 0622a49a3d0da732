"""The plan of the floor, as it is written down."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.audit.models import StateChange
from config.calendar import add_working_days
from config.mail.models import OutgoingMail
from config.outbox.models import Errand
from production.models import (
    AssemblyJob,
    Closure,
    JobOperation,
    Part,
    PlantSchedule,
    ScheduledReceipt,
    Shift,
    SupplyProfile,
    WorkCenter,
)
from production.promising import quote
from production.selectors import open_shortages, planned_end_on
from production.selectors.board import board
from production.services import supply
from production.services.holds import hold_job, lift_hold
from production.services.scheduling import ask_reschedule, reschedule, reschedule_as_asked
from production.services.scrapping import scrap_issued
from production.services.shop_floor import finish_operation, start_operation
from production.services.supply import ReceiptFacts
from production.tasks import reschedule as reschedule_task
from shop.models import Order, OrderLine
from tests.factories.production import makeable_model, planned_order, stock_part

pytestmark = pytest.mark.django_db

ACTOR = "staff:ines"


@pytest.fixture
def version():
    return makeable_model()


def operations(job=None):
    found = JobOperation.objects.filter(job=job) if job else JobOperation.objects.all()
    return list(found.order_by("job", "sequence"))


def only_job():
    return AssemblyJob.objects.get()


def planned(job=None):
    return [(it.planned_start_at, it.planned_end_at) for it in operations(job)]


def next_open_day(day=None):
    day = (day or timezone.localdate()) + timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day


def morning():
    """When work on what is planned today begins: today counts as Monday on a weekend."""
    today = timezone.localdate()
    counted = today if today.weekday() < 5 else next_open_day(today)
    return timezone.make_aware(datetime.combine(next_open_day(counted), time(8)))


def test_a_new_machine_goes_through_the_plant_on_the_next_working_morning(version):
    order = planned_order(version=version)
    assert reschedule() == 1
    hours = [morning() + timedelta(hours=hour) for hour in range(5)]
    assert planned() == list(pairwise(hours))
    job = only_job()
    assert job.waits_for.endswith("; all parts are here")
    assert planned_end_on(job) == morning().date()
    order.refresh_from_db()
    assert order.likely_ships_on == morning().date()


def test_a_machine_under_way_that_waits_for_a_part_is_over_after_it_came(version):
    order = planned_order(version=version)
    job = only_job()
    start_operation(job_id=job.pk, kind="kitting", actor=ACTOR)
    finish_operation(job_id=job.pk, kind="kitting", actor=ACTOR, by_hand="counted")
    start_operation(job_id=job.pk, kind="build", actor=ACTOR)
    processor = stock_part("CPU-6", 0)
    scrap_issued(
        requirement_id=job.requirements.get(part=processor).pk,
        quantity=1,
        reason="pins bent",
        key="scrap-1",
        actor=ACTOR,
    )
    comes_on = add_working_days(timezone.localdate(), processor.supply_profile.lead_days)
    order.refresh_from_db()
    told_at_once = order.likely_ships_on
    reschedule()
    order.refresh_from_db()
    assert order.likely_ships_on == told_at_once > comes_on
    assert planned_end_on(only_job()) == order.likely_ships_on
    assert order.promise_reason.startswith("processor, ")


def test_every_operation_says_when_it_must_be_over(version):
    planned_order(version=version)
    reschedule()
    job = only_job()
    needed = [it.need_by for it in operations()]
    assert timezone.localdate(needed[-1]) == job.due_on
    assert needed == sorted(needed)
    # Before the last there is the work of those behind it.
    assert needed[2] <= needed[3] - timedelta(minutes=60)


def test_stations_are_shared_in_order_and_nobody_works_at_night(version):
    WorkCenter.objects.filter(operation="build").update(standard_minutes=200, stations=2)
    WorkCenter.objects.filter(operation="test").update(standard_minutes=500, stations=3)
    for _ in range(2):
        planned_order(version=version, quantity=4)
    reschedule()
    stations = dict(WorkCenter.objects.values_list("operation", "stations"))
    taken = defaultdict(list)
    for job in AssemblyJob.objects.all():
        for before, after in pairwise(planned(job)):
            assert before[1] <= after[0]
    for it in operations():
        taken[it.kind].append((it.planned_start_at, it.planned_end_at))
        for moment in (it.planned_start_at, it.planned_end_at):
            local = timezone.localtime(moment)
            assert local.weekday() < 5
            assert time(8) <= local.time() <= time(16)
    for kind, spans in taken.items():
        for start, _ in spans:
            at_once = sum(begin <= start < end for begin, end in spans)
            assert at_once <= stations[kind]


def test_the_earlier_promise_is_served_first(version):
    planned_order(version=version)
    urgent = planned_order(version=version)
    AssemblyJob.objects.filter(clearance=urgent.pk).update(
        due_on=timezone.localdate() + timedelta(days=1)
    )
    reschedule()
    first = min(operations(), key=lambda it: it.planned_start_at)
    assert first.job.clearance_id == urgent.pk


def test_what_waits_for_a_part_is_begun_on_the_morning_after_it_comes(version):
    stock_part("PSU-450", 0)
    order = planned_order(version=version)
    reschedule()
    job = only_job()
    assert job.parts_due_on is not None
    start, _ = planned()[0]
    assert timezone.localdate(start) == next_open_day(job.parts_due_on)
    assert job.waits_for.startswith("power supply, ")
    order.refresh_from_db()
    assert (order.likely_ships_on, order.promise_reason) == (planned_end_on(job), job.waits_for)


def test_a_part_that_nobody_has_a_day_for_leaves_the_date_unknown(version):
    stock_part("PSU-450", 0)
    order = planned_order(version=version)
    reschedule()
    SupplyProfile.objects.filter(part__part_number="PSU-450").delete()
    reschedule()
    assert set(planned()) == {(None, None)}
    job = only_job()
    assert (job.parts_due_on, planned_end_on(job)) == (None, None)
    assert job.waits_for == "power supply: nobody has said when it comes"
    order.refresh_from_db()
    assert (order.likely_ships_on, order.promise_reason) == (None, job.waits_for)
    # Nor does it keep anybody from the stations.
    planned_order(version=version, power_supply="w850")
    reschedule()
    assert planned(AssemblyJob.objects.last())[0][0] == morning()


def test_a_job_on_hold_has_no_date_until_it_is_lifted_and_its_customer_is_not_told_why(version):
    order = planned_order(version=version)
    reschedule()
    known = planned()
    hold_job(job_id=only_job().pk, cause="quality", reason="Bent pins", actor=ACTOR)
    reschedule()
    assert set(planned()) == {(None, None)}
    assert only_job().waits_for == "on hold: Bent pins"
    order.refresh_from_db()
    assert order.likely_ships_on is None
    assert "pins" not in order.promise_reason
    lift_hold(job_id=only_job().pk, actor=ACTOR)
    reschedule()
    assert planned() == known


def test_without_working_hours_nothing_has_a_date_and_the_work_center_is_named(version):
    order = planned_order(version=version)
    reschedule()
    Shift.objects.filter(work_center__operation="test").delete()
    reschedule()
    assert set(planned()) == {(None, None)}
    assert only_job().waits_for == "Test: its calendar has no working hours"
    order.refresh_from_db()
    assert order.likely_ships_on is None


def test_the_board_names_no_day_where_the_plan_has_none(version):
    planned_order(version=version)
    today = timezone.localdate()
    assert board(today=today).jobs[0].done_on is not None  # reckoned: nobody has planned yet
    Shift.objects.all().delete()
    reschedule()
    assert board(today=today).jobs[0].done_on is None


def test_only_what_still_has_to_pass_a_closed_work_center_is_without_a_date(version):
    planned_order(version=version, quantity=2)
    first, second = AssemblyJob.objects.order_by("pk")
    start_operation(job_id=first.pk, kind="kitting", actor=ACTOR)
    finish_operation(job_id=first.pk, kind="kitting", actor=ACTOR, by_hand="a test")
    Closure.objects.bulk_create(
        Closure(
            on=timezone.localdate() + timedelta(days=day),
            name="Flooded",
            work_center=WorkCenter.objects.get(operation="kitting"),
        )
        for day in range(-1, 600)
    )
    reschedule()
    first.refresh_from_db()
    second.refresh_from_db()
    assert planned_end_on(first) is not None
    assert (planned_end_on(second), second.waits_for) == (
        None,
        "Kitting: its calendar has no working hours",
    )


def test_what_is_under_way_keeps_its_station_and_what_is_done_keeps_its_plan(version):
    planned_order(version=version)
    reschedule()
    before = planned()
    job = only_job()
    start_operation(job_id=job.pk, kind="kitting", actor=ACTOR)
    finish_operation(job_id=job.pk, kind="kitting", actor=ACTOR, by_hand="a test")
    start_operation(job_id=job.pk, kind="build", actor=ACTOR)
    reschedule()
    kitting, build, *_ = operations()
    assert (kitting.planned_start_at, kitting.planned_end_at) == before[0]
    assert build.planned_start_at == build.started_at.replace(microsecond=0)


def test_a_second_time_nothing_is_written(version):
    planned_order(version=version, quantity=3)
    reschedule()
    audited = StateChange.objects.count()
    with CaptureQueriesContext(connection) as captured:
        reschedule()
    written = [it["sql"] for it in captured if it["sql"].startswith(("UPDATE", "\nUPDATE"))]
    assert written == []
    assert StateChange.objects.count() == audited


def test_it_takes_as_many_statements_for_fifty_jobs_as_for_five(version):
    stock_part("PSU-450", 3)
    counts = []
    for quantity in (5, 45):
        planned_order(version=version, quantity=quantity)
        Order.objects.update(likely_ships_on=None)
        with CaptureQueriesContext(connection) as captured:
            reschedule()
        counts.append(len(captured))
        assert not JobOperation.objects.filter(planned_end_at=None).exists()
    assert counts[0] == counts[1] <= 20


@pytest.mark.parametrize(
    ("quantity", "psus", "build"),
    [(1, 100, 60), (3, 100, 300), (2, 1, 480), (2, 0, 60), (5, 100, 475)],
)
def test_before_payment_after_planning_and_after_scheduling_it_is_the_same_day(
    version, quantity, psus, build
):
    WorkCenter.objects.filter(operation="build").update(standard_minutes=build)
    for _ in range(2):
        planned_order(version=version)
    reschedule()
    stock_part("PSU-450", 2 + psus)  # two are kept for those before it
    configuration = OrderLine.objects.first().configuration
    quoted = quote(lines=[(configuration, quantity)], today=timezone.localdate())
    order = planned_order(version=version, configuration=configuration, quantity=quantity)
    order.refresh_from_db()
    assert order.likely_ships_on == quoted.likely_on
    reschedule()
    order.refresh_from_db()
    assert order.likely_ships_on == quoted.likely_on
    assert order.likely_ships_on == max(map(planned_end_on, order.clearance.assembly_jobs.all()))


def test_orders_of_one_minute_do_not_all_count_on_the_same_hour(version):
    WorkCenter.objects.filter(operation="build").update(standard_minutes=480)
    days = []
    for _ in range(3):
        order = planned_order(version=version)
        order.refresh_from_db()
        days.append(order.likely_ships_on)
    assert len(set(days)) == 3
    reschedule()
    assert list(Order.objects.order_by("pk").values_list("likely_ships_on", flat=True)) == days


def test_a_day_on_which_the_plant_is_closed_moves_what_was_planned_for_it(version):
    order = planned_order(version=version)
    reschedule()
    Closure.objects.create(on=morning().date(), name="Holiday")
    reschedule()
    order.refresh_from_db()
    assert order.likely_ships_on == next_open_day(morning().date())


def test_a_night_in_which_the_clock_changes_is_planned_in_local_time(version, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    changes = date(2027, 3, 28)  # a Sunday
    Shift.objects.all().delete()
    Shift.objects.bulk_create(
        Shift(work_center=center, weekday=weekday, starts_at=start, ends_at=end)
        for center in WorkCenter.objects.all()
        for weekday, start, end in ((5, time(22), time(23, 59)), (6, time(0), time(8)))
    )
    WorkCenter.objects.filter(operation="kitting").update(standard_minutes=239)
    stock_part("PSU-450", 0)
    with timezone.override("Europe/Berlin"):
        planned_order(version=version)
        SupplyProfile.objects.all().delete()
        AssemblyJob.objects.update(parts_due_on=None)
        _due(changes - timedelta(days=1))
        reschedule()
        start, end = planned()[0]
        local = [timezone.localtime(moment, ZoneInfo("Europe/Berlin")) for moment in (start, end)]
    assert [f"{it:%d %H:%M}" for it in local] == ["28 00:00", "28 04:59"]


def _due(day):
    """All that is short comes on this day."""
    order = Order.objects.get()
    part = Part.objects.get(part_number="PSU-450")
    pegs = tuple((it.requirement.pk, it.short) for it in open_shortages(order.pk))
    supply.record_scheduled_receipts(
        receipts=[ReceiptFacts("PO-1/1", part.pk, 1, day, "Nordkomp", pegs)]
    )


def test_a_part_that_is_long_overdue_leaves_no_date_and_two_mails_at_most(version):
    stock_part("PSU-450", 0)
    order = planned_order(version=version)
    today = timezone.localdate()
    Order.objects.update(promised_ships_on=today - timedelta(days=1))
    _due(today - timedelta(days=1))
    reschedule()
    job, order = only_job(), Order.objects.get()
    assert job.waits_for.startswith("power supply, overdue since ")
    assert order.likely_ships_on > today
    _due_again(today - timedelta(days=7))
    for _ in range(3):
        reschedule()
    job, order = only_job(), Order.objects.get()
    assert job.waits_for.endswith("nobody has said when it comes")
    assert (order.likely_ships_on, planned_end_on(job)) == (None, None)
    mails = OutgoingMail.objects.filter(key__startswith=f"order-date_moved-{order.pk}-")
    assert mails.count() == 2


def test_an_order_without_a_day_is_told_when_its_promise_passes(version):
    stock_part("PSU-450", 0)
    planned_order(version=version)
    today = timezone.localdate()
    _due(today - timedelta(days=7))
    mails = OutgoingMail.objects.filter(key__contains="date_moved")
    for promised_on, told in ((today, 0), (today - timedelta(days=1), 1)):
        Order.objects.update(promised_ships_on=promised_on)
        reschedule()
        assert mails.count() == told


def _due_again(day):
    ScheduledReceipt.objects.update(due_on=day)


def test_a_promise_that_a_plan_breaks_is_mailed_once_however_the_plan_wobbles(version):
    order = planned_order(version=version)
    build = WorkCenter.objects.filter(operation="build")
    for minutes in (60, 480 * 12, 480 * 13, 480 * 12, 480 * 13, 480 * 12):
        build.update(standard_minutes=minutes)
        reschedule()
    mails = OutgoingMail.objects.filter(key__startswith=f"order-date_moved-{order.pk}-")
    assert mails.count() == 1
    build.update(standard_minutes=480 * 20)
    reschedule()
    assert mails.count() == 2


def test_the_task_and_the_errand_do_the_same_once_for_all_who_ask(version, drain):
    planned_order(version=version)
    reschedule_task()
    assert PlantSchedule.objects.get().job_count == 1
    for _ in range(3):
        ask_reschedule(asked_by=ACTOR)
    assert Errand.objects.filter(name="production.reschedule").count() == 1
    assert reschedule_as_asked() == "1 jobs"
    drain()
    assert Errand.objects.get(name="production.reschedule").answer == "1 jobs"


def test_planning_asks_for_it(version, drain):
    planned_order(version=version)
    drain()
    assert not JobOperation.objects.filter(planned_end_at=None).exists()


def test_without_a_job_there_is_nothing_to_do(version):
    assert reschedule() == 0
