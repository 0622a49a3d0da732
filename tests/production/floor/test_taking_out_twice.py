"""Two people take the same piece out of a machine: one of them does."""

import pytest

from config.audit.models import StateChange
from production.models import SerialUnit
from production.services import locked_job, serials
from production.services.serials import capture_serial, take_out_serial
from tests.production.floor.floor import ACTOR, go, model_with_checks, need, planned_job, start

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit():
    job = planned_job(version=model_with_checks())
    go(job, "kitting")
    start(job, "build")
    return capture_serial(requirement_id=need(job, "CPU-6").pk, serial="SN-1", actor=ACTOR)


def take_out(unit, actor=ACTOR):
    return take_out_serial(serial_unit_id=unit.pk, reason="bent pin", actor=actor)


def told():
    return StateChange.objects.filter(why__startswith="took out").count()


def overtaken(unit, monkeypatch):
    """Somebody else takes it out between our look at the piece and the lock of its job."""
    lock = locked_job.lock_job

    def lock_late(job_id):
        monkeypatch.setattr(serials, "lock_job", lock)
        take_out(unit, "staff:ben")
        return lock(job_id)

    monkeypatch.setattr(serials, "lock_job", lock_late)
    return take_out(unit)


def test_who_comes_second_writes_nothing_down(unit, monkeypatch):
    assert overtaken(unit, monkeypatch).requirement is None
    assert told() == 1


def test_a_piece_that_went_into_another_machine_meanwhile_stays_there(unit, monkeypatch):
    other = planned_job(version=unit.requirement.job.order_line.configuration.version)
    go(other, "kitting")
    start(other, "build")
    lock = locked_job.lock_job

    def lock_late(job_id):
        monkeypatch.setattr(serials, "lock_job", lock)
        take_out(unit, "staff:ben")
        capture_serial(requirement_id=need(other, "CPU-6").pk, serial="SN-1", actor="staff:ben")
        return lock(job_id)

    monkeypatch.setattr(serials, "lock_job", lock_late)
    take_out(unit)
    assert SerialUnit.objects.get().requirement == need(other, "CPU-6")
    assert told() == 1
