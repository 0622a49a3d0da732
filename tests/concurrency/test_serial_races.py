"""Two machines whose makers name the same pieces at once: one gets them, nobody stands still."""

from threading import Event
from time import monotonic

import pytest
from django.db import OperationalError, connection, transaction

from production.errors import SerialRefused
from production.models import MaterialRequirement, SerialUnit
from production.services import serials
from production.services.serials import capture_serials
from tests.concurrency.races import race
from tests.production.floor.floor import ACTOR, go, model_with_checks, planned_job, start

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]

TRACKED = ("CPU-6", "MEM-16", "PSU-450")
NUMBER = "SN-1"
WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE wait_event_type = 'Lock' AND datname = current_database()
"""


def name_each_others_pieces():
    """The same number of each part for two machines, one list the other way round.

    Somebody else has the middle one until both wait, each with what it has taken by then.
    """
    version = model_with_checks(tracked=TRACKED)
    jobs = [planned_job(version=version) for _ in range(2)]
    for job in jobs:
        go(job, "kitting")
        start(job, "build")
    is_held, is_over = Event(), Event()

    def hold_the_middle_one():
        _, middle, _ = tracked_lines(jobs[0])
        with transaction.atomic():
            SerialUnit.objects.create(part=middle.part, serial=NUMBER, captured_by="tests")
            is_held.set()
            deadline = monotonic() + 30
            while waiting() < 2 and monotonic() < deadline:
                is_over.wait(0.02)
            transaction.set_rollback(True)

    def capture(job, step):
        lines = tracked_lines(job)[::step]
        assert is_held.wait(timeout=30)
        capture_serials(job_id=job.pk, serials={it.pk: [NUMBER] for it in lines}, actor=ACTOR)
        return job

    _, *results = race(
        hold_the_middle_one, lambda: capture(jobs[0], 1), lambda: capture(jobs[1], -1)
    )
    return results


def tracked_lines(job):
    lines = MaterialRequirement.objects.filter(job=job, part__is_serial_tracked=True)
    return list(lines.select_related("part").order_by("part"))


def waiting():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(WAITING)
        return cursor.fetchone()[0]


def test_of_two_machines_with_the_same_numbers_one_gets_them_all_and_the_other_is_told():
    results = name_each_others_pieces()
    (refused,) = [it for it in results if isinstance(it, SerialRefused)]
    (job,) = [it for it in results if it is not refused]
    assert f"sits in {job.number} already" in str(refused)
    assert {unit.requirement.job for unit in SerialUnit.objects.all()} == {job}
    assert SerialUnit.objects.count() == len(TRACKED)


def test_control_each_in_its_own_order_they_wait_for_each_other(monkeypatch):
    monkeypatch.setattr(
        serials,
        "_in_one_order",
        lambda lines, named: [(key, it) for key, some in named.items() for it in some],
    )
    results = name_each_others_pieces()
    (stuck,) = [it for it in results if isinstance(it, OperationalError)]
    assert "deadlock detected" in str(stuck)
