"""The floor is planned anew while people work, suppliers write and orders are planned.

Each guard has a negative control: without it, the same goes wrong.
"""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from config.locks import lock_rows
from production.models import AssemblyJob, JobOperation, Part
from production.selectors import open_shortages
from production.services import schedule_rows, scheduling
from production.services.planning import plan_order
from production.services.scheduling import reschedule, reschedule_as_asked
from production.services.shop_floor import start_operation
from production.services.supply import ReceiptFacts, record_scheduled_receipts
from shop.models import Order
from tests.concurrency.races import race
from tests.factories.production import makeable_model, planned_order, released_order, stock_part

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]


def plans():
    return dict(JobOperation.objects.values_list("pk", "planned_end_at"))


def test_planning_working_and_scheduling_at_once_end_with_every_operation_planned():
    version = makeable_model()
    planned = [planned_order(version=version) for _ in range(4)]
    released = [released_order(version=version) for _ in range(3)]
    jobs = AssemblyJob.objects.filter(clearance__in=[order.pk for order in planned])
    results = race(
        *[reschedule_as_asked] * 3,
        *[lambda pk=order.pk: plan_order(order_id=pk) for order in released],
        *[
            lambda pk=job.pk: start_operation(job_id=pk, kind="kitting", actor="staff:ines")
            for job in jobs
        ],
    )
    assert [one for one in results if isinstance(one, Exception)] == []
    reschedule()
    assert None not in plans().values()
    assert JobOperation.objects.filter(status="in_progress").count() == len(jobs)


def slip(order, monkeypatch):
    """The supplier names a later day just after all jobs have been read for a reschedule."""
    later = timezone.localdate() + timedelta(days=30)
    plan = scheduling.plan

    def told_meanwhile(jobs):
        pegs = tuple((it.requirement.pk, it.short) for it in open_shortages(order.pk))
        part = Part.objects.get(part_number="PSU-450")
        record_scheduled_receipts(
            receipts=[ReceiptFacts("PO-1/1", part.pk, 1, later, "Nordkomp", pegs)]
        )
        return plan(jobs)

    monkeypatch.setattr(scheduling, "plan", told_meanwhile)
    # What the reschedule has read says another day than the one that the order has.
    Order.objects.filter(pk=order.pk).update(likely_ships_on=timezone.localdate())
    reschedule()
    order.refresh_from_db()
    return order.likely_ships_on, later


@pytest.fixture
def waiting():
    version = makeable_model()
    stock_part("PSU-450", 0)
    return planned_order(version=version)


def test_what_a_customer_has_been_told_meanwhile_is_not_taken_back(waiting, monkeypatch):
    likely_on, later = slip(waiting, monkeypatch)
    assert likely_on > later


def test_control_without_a_second_look_the_older_day_is_told(waiting, monkeypatch):
    monkeypatch.setattr(schedule_rows, "_changed", lambda orders, jobs: set())
    likely_on, later = slip(waiting, monkeypatch)
    assert likely_on < later


def reschedule_while_one_job_is_worked_on():
    """Two jobs, one of them locked by who works on it; what the reschedule came to."""
    version = makeable_model()
    for _ in range(2):
        planned_order(version=version)
    held, _ = AssemblyJob.objects.order_by("pk")

    def plan_anew():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '300ms'")
        reschedule()

    with transaction.atomic():
        lock_rows(AssemblyJob, [held.pk])
        (result,) = race(plan_anew)
    return result, held.pk


def test_a_job_that_somebody_works_on_is_passed_over_and_planned_the_next_time():
    result, held = reschedule_while_one_job_is_worked_on()
    assert result is None
    without = JobOperation.objects.filter(planned_end_at=None)
    assert set(without.values_list("job", flat=True)) == {held}
    reschedule()
    assert not without.exists()


def test_control_a_reschedule_that_waits_for_it_is_stuck(monkeypatch):
    waits = schedule_rows.FREE_JOBS.replace("SKIP LOCKED", "")
    monkeypatch.setattr(schedule_rows, "FREE_JOBS", waits)
    result, _ = reschedule_while_one_job_is_worked_on()
    assert isinstance(result, OperationalError)
