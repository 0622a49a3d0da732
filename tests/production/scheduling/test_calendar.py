"""Shifts, closed days and stations as staff change them, and what is kept for later."""

from datetime import date, time

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from config.outbox.models import Errand
from production import console
from production.models import Closure, JobOperation, OperationAttempt, Shift, WorkCenter
from production.services.rework import send_back
from production.services.scheduling import reschedule
from production.services.shop_floor import start_operation
from tests.factories.production import idle_plant, planned_order

pytestmark = pytest.mark.django_db

ACTOR = "staff:ines"


@pytest.fixture
def boss(client):
    client.force_login(User.objects.create_superuser("boss"))
    return client


def form_of(center, *shifts, closed=(), **changes):
    """What the admin's form of a work center posts, with these new shifts."""
    fields = {
        name: getattr(center, name)
        for name in ("name", "code", "operation", "standard_minutes", "stations")
    }
    rows = {
        "shifts": [{"weekday": day, "starts_at": a, "ends_at": b} for day, a, b in shifts],
        "closures": [{"on": day, "name": name} for day, name in closed],
    }
    posted = {**fields, "wip_limit": "", **changes}
    for prefix, added in rows.items():
        posted |= {f"{prefix}-TOTAL_FORMS": len(added), f"{prefix}-INITIAL_FORMS": 0}
        posted |= {
            f"{prefix}-{number}-{name}": value
            for number, row in enumerate(added)
            for name, value in row.items()
        }
    return posted


@pytest.fixture
def bare():
    """A work center without hours."""
    return WorkCenter.objects.create(code="build", name="Benches", operation="build")


def save(client, center, *shifts, **options):
    url = reverse("admin:production_workcenter_change", args=[center.pk])
    return client.post(url, form_of(center, *shifts, **options))


def test_staff_set_shifts_stations_and_days_that_are_closed_and_all_is_planned_anew(boss, bare):
    answer = save(
        boss,
        bare,
        (0, "08:00", "12:00"),
        (0, "12:00", "16:00"),
        closed=[("2026-12-24", "New floor")],
        stations=3,
    )
    assert answer.status_code == 302, answer.context["errors"]
    bare.refresh_from_db()
    assert (bare.stations, bare.shifts.count()) == (3, 2)
    assert Closure.objects.get().work_center == bare
    errand = Errand.objects.get(name="production.reschedule")
    assert errand.asked_by == "staff:boss"


@pytest.mark.parametrize(
    "second", [("11:00", "13:00"), ("08:00", "12:00"), ("07:00", "18:00"), ("09:00", "10:00")]
)
def test_shifts_that_overlap_are_refused_and_said_which(boss, bare, second):
    answer = save(boss, bare, (0, "08:00", "12:00"), (0, *second))
    assert answer.status_code == 200
    assert "Overlaps" in answer.content.decode()
    assert not Shift.objects.exists()


def test_a_shift_that_ends_before_it_begins_is_refused(boss, bare):
    answer = save(boss, bare, (0, "12:00", "08:00"))
    assert answer.status_code == 200
    assert not Shift.objects.exists()


def test_the_list_tells_how_long_each_is_manned(boss, bare):
    url = reverse("admin:production_workcenter_changelist")
    assert "none: no job has a date" in boss.get(url).content.decode()
    save(boss, bare, (0, "08:00", "16:30"))
    assert "8.5" in boss.get(url).content.decode()


def test_a_holiday_is_one_day_of_the_whole_plant_and_is_told_once(boss):
    url = reverse("admin:production_closure_add")
    for status in (302, 200):
        answer = boss.post(url, {"on": "2026-12-25", "name": "Christmas", "work_center": ""})
        assert answer.status_code == status
    assert Closure.objects.get().work_center is None
    assert Errand.objects.filter(name="production.reschedule").exists()


@pytest.mark.parametrize(("starts_at", "ends_at"), [(11, 13), (8, 12), (7, 18), (9, 10)])
def test_the_database_refuses_shifts_that_overlap(bare, starts_at, ends_at):
    def man(center, weekday, start, end):
        Shift.objects.bulk_create(
            [Shift(work_center=center, weekday=weekday, starts_at=time(start), ends_at=time(end))]
        )

    man(bare, 0, 8, 12)
    man(bare, 0, 12, 16)  # touches
    man(bare, 1, starts_at, ends_at)  # another day
    other = WorkCenter.objects.create(code="test", name="Racks", operation="test")
    man(other, 0, starts_at, ends_at)  # somewhere else
    with pytest.raises(IntegrityError, match="shifts_do_not_overlap"), transaction.atomic():
        man(bare, 0, starts_at, ends_at)


def test_a_work_center_without_hours_is_a_concern_until_it_has_some():
    idle_plant()
    Shift.objects.filter(work_center__operation="test").delete()
    (concern,) = console.calendar_concerns()
    assert concern.title == "Test has no working hours"
    assert concern.url == reverse("admin:production_workcenter_changelist")
    Shift.objects.create(
        work_center=WorkCenter.objects.get(operation="test"),
        weekday=0,
        starts_at=time(8),
        ends_at=time(9),
    )
    assert list(console.calendar_concerns()) == []


def test_how_an_operation_went_before_it_was_sent_back_is_kept():
    order = planned_order()
    reschedule()
    job = order.clearance.assembly_jobs.get()
    start_operation(job_id=job.pk, kind="kitting", actor=ACTOR)
    before = JobOperation.objects.get(job=job, kind="kitting")
    send_back(job_id=job.pk, kind="kitting", reason="Wrong trolley", actor="staff:omar")
    attempt = OperationAttempt.objects.get()
    assert (attempt.operation_id, attempt.number) == (before.pk, 1)
    for name in ("started_at", "finished_at", "planned_start_at", "planned_end_at", "need_by"):
        assert getattr(attempt, name) == getattr(before, name), name
    assert (attempt.done_by, attempt.why) == (ACTOR, "back to kitting: Wrong trolley")
    start_operation(job_id=job.pk, kind="kitting", actor=ACTOR)
    send_back(job_id=job.pk, kind="kitting", reason="Again", actor=ACTOR)
    assert list(OperationAttempt.objects.values_list("number", flat=True)) == [1, 2]
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        OperationAttempt.objects.update(why="never happened")


def test_a_closure_reads_as_its_day():
    assert str(Closure(on=date(2026, 12, 25), name="Christmas")) == "2026-12-25: Christmas"
