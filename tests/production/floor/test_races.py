"""People and scanners at once: one scan counts once, one piece sits in one machine.

Each race has a negative control: with its guard taken away the same race does harm.
"""

from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import Sum

from config.audit.models import StateChange
from production.errors import IllegalTransition, SerialRefused, WorkCenterFull
from production.models import AssemblyJob, JobOperation, ScanEvent, SerialUnit, WorkCenter
from production.services import gates, locked_job, serials, shop_floor
from production.services.serials import capture_serial
from production.services.shop_floor import start_operation
from shop.errors import OrderFrozen
from shop.models import Order
from shop.services import fulfilment, orders
from shop.services.orders import cancel_order
from tests.concurrency.test_production_races import race, unlocked
from tests.factories.production import makeable_model
from tests.production.floor.floor import (
    ACTOR,
    beep,
    go,
    model_with_checks,
    need,
    planned_job,
    start,
)

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]

RACERS = 6


def before(monkeypatch, module, name, racers=RACERS):
    """Have every racer stand before `module.name` until all do."""
    gate, call = Barrier(racers, timeout=30), getattr(module, name)

    def wait(*args, **kwargs):
        gate.wait()
        return call(*args, **kwargs)

    monkeypatch.setattr(module, name, wait)


def picked(job):
    pieces = ScanEvent.objects.filter(job=job, outcome="accepted", kind="pick")
    return pieces.aggregate(pieces=Sum("quantity"))["pieces"] or 0


@pytest.fixture
def job():
    job = planned_job(version=makeable_model())
    start(job, "kitting")
    return job


def test_one_scan_sent_six_times_at_once_counts_once(job):
    client_id = uuid4()
    answers = []
    errors = race(*[lambda: answers.append(beep("SCREW", job, client_id=client_id))] * RACERS)
    assert errors == []
    assert {answer.message for answer in answers} == {answers[0].message}
    assert sum(not answer.is_repeat for answer in answers) == 1
    assert picked(job) == 1


def test_of_many_scans_at_once_no_piece_too_many_counts(job):
    assert race(*[lambda: beep("SCREW", job, quantity=3)] * RACERS) == []
    assert picked(job) == 6


def test_control_without_the_lock_more_is_picked_than_is_wanted(job, monkeypatch):
    monkeypatch.setattr(locked_job, "lock_rows", unlocked)
    from production.services import scanned_codes

    before(monkeypatch, scanned_codes, "take")
    assert race(*[lambda: beep("SCREW", job, quantity=3)] * RACERS) == []
    assert picked(job) == 3 * RACERS


@pytest.fixture
def two_machines():
    version = model_with_checks()
    jobs = [planned_job(version=version) for _ in range(2)]
    for one in jobs:
        start(one, "kitting")
    return jobs


def capture_in(jobs):
    return [
        lambda pk=pk: capture_serial(requirement_id=pk, serial="SN-1", actor=ACTOR)
        for pk in [need(one, "CPU-6").pk for one in jobs]
    ]


def test_one_serial_number_scanned_at_two_machines_sits_in_one(two_machines):
    errors = race(*capture_in(two_machines))
    assert [type(error) for error in errors] == [SerialRefused]
    unit = SerialUnit.objects.get()
    assert unit.requirement.job.number in str(errors[0])


def test_control_without_the_constraint_it_sits_in_both(two_machines, monkeypatch):
    # Both have looked, and found the number free, before either writes it down.
    gate, look = Barrier(2, timeout=30), serials.SerialUnit

    class Blind:
        """The table as it looks to somebody who reads before they write."""

        objects = look.objects

        def __new__(cls, **fields):
            gate.wait()
            return look(**fields)

    monkeypatch.setattr(serials, "SerialUnit", Blind)
    # Neither commits before the other has read its own row back.
    before(monkeypatch, serials, "name_serials", racers=2)
    with without_constraint():
        race(*capture_in(two_machines))
        assert SerialUnit.objects.filter(serial="SN-1").count() == 2
        SerialUnit.objects.all().delete()


class without_constraint:  # noqa: N801 - reads as what it does
    """Take away "a serial number is one piece", and bring it back."""

    def __enter__(self):
        with connection.cursor() as cursor:
            cursor.execute("DROP INDEX serial_once_per_part")

    def __exit__(self, *_):
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE UNIQUE INDEX serial_once_per_part"
                " ON production_serialunit (part_id, upper(serial))"
            )


@pytest.fixture
def crowd():
    """As many kitted machines as racers, before benches that take two."""
    version = makeable_model()
    jobs = [planned_job(version=version) for _ in range(RACERS)]
    for one in jobs:
        go(one, "kitting")
    WorkCenter.objects.filter(operation="build").update(wip_limit=2)
    return jobs


def starts(jobs):
    return [
        lambda one=job: start_operation(job_id=one.pk, kind="build", actor=ACTOR) for job in jobs
    ]


def under_way():
    return JobOperation.objects.filter(kind="build", status="in_progress").count()


def test_of_six_that_want_the_last_two_places_two_get_them(crowd):
    errors = race(*starts(crowd))
    assert [type(error) for error in errors] == [WorkCenterFull] * (RACERS - 2)
    assert under_way() == 2


def test_control_without_the_lock_a_full_work_center_takes_them_all(crowd, monkeypatch):
    monkeypatch.setattr(gates, "lock_rows", unlocked)
    before(monkeypatch, shop_floor, "_move")
    assert race(*starts(crowd)) == []
    assert under_way() == RACERS


def cancel_and_kit(order, job):
    return (
        lambda: cancel_order(order_id=order.pk, why="changed their mind", actor="customer"),
        lambda: start_operation(job_id=job.pk, kind="kitting", actor=ACTOR),
    )


def test_a_cancellation_and_the_start_of_kitting_never_both_happen():
    version = makeable_model()
    for _ in range(3):
        job = planned_job(version=version)
        order = Order.objects.get(pk=job.clearance_id)
        errors = race(*cancel_and_kit(order, job))
        assert len(errors) == 1
        assert isinstance(errors[0], IllegalTransition | OrderFrozen)
        order.refresh_from_db()
        job.refresh_from_db()
        is_kitted = job.status == AssemblyJob.Status.IN_PROGRESS
        assert is_kitted == (order.status == Order.Status.KITTING)
        assert is_kitted != (order.status == Order.Status.CANCELLED)


def test_control_without_the_locks_a_cancelled_order_is_kitted(monkeypatch):
    job = planned_job(version=makeable_model())
    order = Order.objects.get(pk=job.clearance_id)
    gate = Barrier(2, timeout=30)
    for module in (orders, fulfilment):
        monkeypatch.setattr(module, "lock_rows", unlocked)

        def wait(*args, call=module.change_status, **kwargs):
            gate.wait()
            return call(*args, **kwargs)

        monkeypatch.setattr(module, "change_status", wait)
    monkeypatch.setattr(locked_job, "lock_rows", unlocked)
    assert race(*cancel_and_kit(order, job)) == []
    told = StateChange.objects.filter(subject_type="shop.order", subject_id=order.pk)
    assert {"cancelled", "kitting"} <= set(told.values_list("to_state", flat=True))
