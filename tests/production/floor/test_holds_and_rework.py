"""Held jobs stand still, jobs that are sent back begin anew, and full work centers take no more."""

import pytest

from config.audit.models import StateChange
from production.errors import (
    HoldRefused,
    IllegalTransition,
    JobOnHold,
    OperationOutOfOrder,
    UnknownJob,
    UnknownOperation,
    WorkCenterFull,
)
from production.models import AssemblyJob, JobHold, JobOperation, StockMovement, WorkCenter
from production.services.holds import hold_job, lift_hold
from production.services.rework import send_back
from shop.models import TrackedPart
from tests.factories.production import makeable_model
from tests.production.floor.floor import (
    ACTOR,
    KINDS,
    beep,
    finish,
    go,
    model_with_checks,
    planned_job,
    start,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def version():
    return makeable_model()


@pytest.fixture
def job(version):
    return planned_job(version=version)


def hold(job, reason="screen is scratched", cause="quality"):
    return hold_job(job_id=job.pk, cause=cause, reason=reason, actor=ACTOR)


def back(job, kind, reason="loose plug"):
    return send_back(job_id=job.pk, kind=kind, reason=reason, actor=ACTOR)


def operations(job):
    return [(one.kind, one.status) for one in job.operations.order_by("sequence")]


def test_nobody_works_on_a_job_that_is_held(job):
    hold(job)
    told = "is on hold .quality.: screen is scratched. Opened by ines"
    with pytest.raises(JobOnHold, match=told):
        start(job, "kitting")
    lift_hold(job_id=job.pk, actor=ACTOR, note="wiped")
    start(job, "kitting")
    hold(job)
    with pytest.raises(JobOnHold, match=told):
        finish(job, "kitting")
    assert "on hold" in beep("CASE-MINI", job).message
    with pytest.raises(JobOnHold):
        back(job, "kitting")


def test_a_hold_and_its_end_are_written_down(job):
    hold(job)
    lifted = lift_hold(job_id=job.pk, actor="staff:max", note="wiped")
    assert (lifted.opened_by, lifted.lifted_by, lifted.note) == (ACTOR, "staff:max", "wiped")
    told = StateChange.objects.filter(subject_type="production.assemblyjob").order_by("-pk")
    assert [one.why for one in told[:2]] == [
        "hold lifted: wiped",
        "on hold (quality): screen is scratched",
    ]


def test_the_same_hold_twice_is_one_and_another_is_refused(job):
    assert hold(job) == hold(job)
    with pytest.raises(HoldRefused, match="is on hold already: screen is scratched"):
        hold(job, "no power")
    assert JobHold.objects.count() == 1


@pytest.mark.parametrize(
    ("reason", "cause", "told"),
    [(" ", "quality", "needs a reason"), ("x", "mood", "expected one of quality, shortage")],
)
def test_a_hold_that_says_nothing_is_refused(job, reason, cause, told):
    with pytest.raises(HoldRefused, match=told):
        hold(job, reason, cause)


def test_what_is_over_or_not_held_cannot_be_held_or_lifted(job):
    with pytest.raises(HoldRefused, match="is not on hold"):
        lift_hold(job_id=job.pk, actor=ACTOR)
    go(job, *KINDS)
    with pytest.raises(HoldRefused, match="is done"):
        hold(job)
    with pytest.raises(UnknownJob):
        hold_job(job_id=0, cause="other", reason="x", actor=ACTOR)


def test_a_job_that_is_sent_back_begins_anew_from_there(job):
    go(job, "kitting", "build")
    start(job, "test")
    back(job, "build")
    assert operations(job) == [
        ("kitting", "done"),
        ("build", "pending"),
        ("test", "pending"),
        ("box", "pending"),
    ]
    reopened = JobOperation.objects.filter(job=job, rework_count=1)
    assert {one.kind for one in reopened} == {"build", "test"}
    assert {(one.started_at, one.finished_at) for one in reopened} == {(None, None)}
    go(job, "build", "test", "box")
    job.refresh_from_db()
    assert job.status == AssemblyJob.Status.DONE


def test_when_it_was_done_the_first_time_stays_in_the_audit_trail(job):
    go(job, "kitting", "build")
    back(job, "build", "loose plug")
    go(job, "build")
    build = JobOperation.objects.get(job=job, kind="build")
    trail = StateChange.objects.filter(
        subject_type="production.joboperation", subject_id=build.pk
    ).order_by("pk")
    assert [(one.to_state, one.why) for one in trail] == [
        ("in_progress", "build"),
        ("done", "build"),
        ("pending", "back to build: loose plug"),
        ("in_progress", "build"),
        ("done", "build"),
    ]


def test_back_at_kitting_nothing_is_taken_from_the_shelf_twice(job):
    go(job, "kitting")
    issued = StockMovement.objects.filter(kind="issue").count()
    back(job, "kitting")
    start(job, "kitting")
    finish(job, "kitting", by_hand="")
    assert StockMovement.objects.filter(kind="issue").count() == issued
    assert operations(job)[0] == ("kitting", "done")


def test_the_customer_sees_that_a_part_is_not_installed_any_more(job):
    go(job, "kitting", "build")
    back(job, "build")
    assert set(TrackedPart.objects.values_list("state", flat=True)) == {"kitted"}


def test_what_has_not_begun_or_is_over_cannot_be_sent_back(job):
    with pytest.raises(IllegalTransition, match="only a job under way"):
        back(job, "kitting")
    start(job, "kitting")
    with pytest.raises(OperationOutOfOrder, match="test has not been started"):
        back(job, "test")
    with pytest.raises(OperationOutOfOrder, match="needs a reason"):
        back(job, "kitting", "  ")
    with pytest.raises(UnknownOperation):
        back(job, "paint")
    finish(job, "kitting")
    go(job, "build", "test", "box")
    with pytest.raises(IllegalTransition, match="is done"):
        back(job, "build")


def test_a_full_work_center_says_how_many_are_there(version):
    WorkCenter.objects.filter(operation="build").update(wip_limit=2)
    jobs = [planned_job(version=version) for _ in range(3)]
    for job in jobs:
        go(job, "kitting")
    start(jobs[0], "build")
    start(jobs[1], "build")
    with pytest.raises(WorkCenterFull, match="2 of at most 2 jobs are under way") as refusal:
        start(jobs[2], "build")
    assert jobs[0].number in str(refusal.value)
    finish(jobs[0], "build")
    start(jobs[2], "build")


def test_a_work_center_that_is_closed_to_new_work_takes_none(job):
    WorkCenter.objects.filter(operation="kitting").update(wip_limit=0)
    with pytest.raises(WorkCenterFull, match="0 of at most 0"):
        start(job, "kitting")
    assert operations(job)[0] == ("kitting", "pending")


def test_serial_numbers_stay_in_a_machine_that_is_sent_back():
    job = planned_job(version=model_with_checks())
    start(job, "kitting")
    beep("CPU-6", job)
    beep("SN-1", job)
    finish(job, "kitting")
    back(job, "kitting")
    assert TrackedPart.objects.get(part_number="CPU-6").serial == "SN-1"
