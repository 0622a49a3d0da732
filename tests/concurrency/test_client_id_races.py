"""Two stations use one id for two machines at the same instant: one is kept, the other is told."""

from contextlib import nullcontext
from threading import Event
from time import monotonic
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from production.errors import ClientIdReused
from production.models import CheckResult, MaterialRequirement, ScanEvent
from production.services import checks, named_pieces, picking
from production.services.checks import Found, record_check, record_checks
from production.services.named_pieces import NamedPiece, capture_named_pieces
from production.services.picking import confirm_by_hand
from tests.concurrency.races import race
from tests.production.floor.floor import ACTOR, go, model_with_checks, planned_job, start

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]

SAME = UUID("11111111-1111-4111-8111-111111111111")
WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE wait_event_type = 'Lock' AND datname = current_database()
"""


def check(job):
    record_check(client_id=SAME, job_id=job.pk, code="boots", actor=ACTOR, is_passed=True)


def protocol(job):
    record_checks(job_id=job.pk, found=[Found(SAME, "boots", is_passed=True)], actor=ACTOR)


def serials(job):
    piece = NamedPiece(SAME, "CPU-6", f"SN-{job.pk}")
    capture_named_pieces(job_id=job.pk, pieces=[piece], actor=ACTOR)


def by_hand(job):
    need = MaterialRequirement.objects.filter(job=job).order_by("pk")[0]
    confirm_by_hand(client_id=SAME, requirement_id=need.pk, reason="No label.", actor=ACTOR)


WAYS = [
    pytest.param(check, ("kitting", "build"), "test", id="one check"),
    pytest.param(protocol, ("kitting", "build"), "test", id="a protocol"),
    pytest.param(serials, ("kitting",), "build", id="serial numbers"),
    pytest.param(by_hand, (), "kitting", id="confirmed by hand"),
]


def write_down_twice(way, done, under_way):
    """The first keeps its transaction open until the second waits for what becomes of it."""
    version = model_with_checks(tracked=("CPU-6",) if way is serials else ())
    first, second = (planned_job(version=version) for _ in range(2))
    for job in (first, second):
        go(job, *done)
        start(job, under_way)
    is_written = Event()

    def be_first():
        with transaction.atomic():
            way(first)
            is_written.set()
            deadline = monotonic() + 30
            while not _waiting() and monotonic() < deadline:
                Event().wait(0.02)

    def be_second():
        assert is_written.wait(timeout=30)
        way(second)

    return race(be_first, be_second), first


def _waiting():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(WAITING)
        return cursor.fetchone()[0]


@pytest.mark.parametrize(("way", "done", "under_way"), WAYS)
def test_the_second_machine_is_told_that_the_id_is_taken(way, done, under_way):
    (kept, refused), first = write_down_twice(way, done, under_way)
    assert kept is None
    assert isinstance(refused, ClientIdReused)
    rows = CheckResult if under_way == "test" else ScanEvent
    assert rows.objects.get(client_id=SAME).job == first


@pytest.mark.parametrize(("way", "done", "under_way"), WAYS)
def test_control_without_the_guard_it_is_an_error_of_the_database(
    way, done, under_way, monkeypatch
):
    for module in (checks, named_pieces, picking):
        monkeypatch.setattr(module, "each_id_once", nullcontext)
    (_, failed), _ = write_down_twice(way, done, under_way)
    assert isinstance(failed, IntegrityError)
