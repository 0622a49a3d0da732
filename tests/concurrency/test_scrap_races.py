"""A machine that several people scrap at once, or that is boxed meanwhile."""

from threading import Barrier

import pytest

from config.errors import IllegalTransition
from production.models import AssemblyJob
from production.services import locked_job, scrapping_machines
from production.services.scrapping_machines import scrap_machine
from production.services.shop_floor import finish_operation
from shop.models import Order
from tests.concurrency.races import race
from tests.concurrency.test_production_races import unlocked
from tests.production.floor.floor import (
    ACTOR,
    beep,
    finish,
    go,
    model_with_checks,
    planned_job,
    start,
)
from tests.production.machine.truths import broken

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]

RACERS = 5
Status = AssemblyJob.Status


@pytest.fixture
def job():
    """A machine that is being boxed."""
    job = planned_job(version=model_with_checks(tracked=()))
    go(job, "kitting", "build")
    start(job, "test")
    for code in ("CW:C:pass", "12"):
        beep(code, job)
    finish(job, "test")
    start(job, "box")
    return job


def lose(job):
    return scrap_machine(job_id=job.pk, reason="it fell", actor=ACTOR)


def test_a_machine_that_five_people_scrap_at_once_is_made_again_once(job):
    answers = race(*[lambda: lose(job)] * RACERS)
    (new,) = AssemblyJob.objects.exclude(pk=job.pk)
    assert answers == [new] * RACERS
    assert broken() == {}


def test_control_without_the_locks_the_database_has_to_refuse_all_but_one(job, monkeypatch):
    """All have seen a machine under way: what then saves the books is the constraint alone."""
    gate, call = Barrier(RACERS, timeout=30), scrapping_machines.lock_job

    def look(job_id):
        locked = call(job_id)
        gate.wait()
        return locked

    monkeypatch.setattr(locked_job, "lock_rows", unlocked)
    monkeypatch.setattr(scrapping_machines, "lock_orders", lambda **_: set())
    monkeypatch.setattr(scrapping_machines, "lock_job", look)
    answers = race(*[lambda: lose(job)] * RACERS)
    assert sum(isinstance(one, Exception) for one in answers) == RACERS - 1
    assert AssemblyJob.objects.count() == 2


def test_a_machine_is_boxed_or_scrapped_and_never_both(job):
    box = {"job_id": job.pk, "kind": "box", "actor": ACTOR}
    boxed, lost = race(lambda: finish_operation(**box), lambda: lose(job))
    job.refresh_from_db()
    order = Order.objects.get()
    if job.status == Status.DONE:
        assert isinstance(lost, IllegalTransition)
        assert order.status == Order.Status.SHIPPED
    else:
        assert (job.status, isinstance(boxed, Exception)) == (Status.SCRAPPED, True)
        assert order.status == Order.Status.BOXING
    assert broken() == {}
