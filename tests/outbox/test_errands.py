"""What the web asks of a worker: written down once, done once, answered in a sentence."""

import time
from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection
from django.utils import timezone

from config.outbox import errands, sources
from config.outbox.models import Errand
from config.outbox.tasks import forget_finished

pytestmark = pytest.mark.django_db

fail_with: list[Exception] = []


def double(number: int) -> str:
    if fail_with:
        raise fail_with[0]
    return str(2 * number)


errands.register("tests.double", double)


@pytest.fixture(autouse=True)
def _well():
    fail_with.clear()


def ask(number: int = 21) -> int:
    return errands.ask("tests.double", asked_by="tests", number=number)


def test_asking_takes_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        ask()


def test_the_answer_is_there_once_a_worker_has_been(drain):
    errand = ask()
    assert errands.wait_for(errand, within_s=0) == errands.Answer(is_done=False)
    drain()
    assert errands.wait_for(errand, within_s=0) == errands.Answer(is_done=True, text="42")


def test_asking_again_before_anybody_has_begun_is_the_same_errand(drain):
    assert ask() == ask()
    assert ask(number=1) != ask()
    first = ask()
    drain()
    assert ask() != first


def test_one_that_is_being_run_does_not_answer_a_later_question():
    """It may have looked before what the later question is about."""
    first = ask()
    Errand.objects.update(leased_until=timezone.now() + errands.LEASE)
    assert ask() != first


def test_what_went_wrong_is_told_and_tried_again(drain):
    fail_with.append(RuntimeError("out of paper"))
    errand = ask()
    drain()
    answer = errands.wait_for(errand, within_s=60)
    assert (answer.is_done, answer.trouble) == (False, "RuntimeError: out of paper")
    assert Errand.objects.get().dead_at is None


def test_only_registered_errands_are_run():
    with pytest.raises(LookupError, match=r"tests\.nobody"):
        errands.ask("tests.nobody", asked_by="tests")
    with pytest.raises(ValueError, match="registered already"):
        errands.register("tests.double", double)
    slipped_in = Errand.objects.create(name="os.system", arguments={"command": "true"})
    assert not sources.run("outbox.errand", slipped_in.pk)
    slipped_in.refresh_from_db()
    assert "no errand is registered" in slipped_in.last_error


@pytest.mark.django_db(transaction=True)
def test_whoever_waits_is_answered_as_soon_as_it_is_done():
    errand = ask()

    def work() -> None:
        sources.run("outbox.errand", errand)
        connection.close()

    worker = Thread(target=work)
    worker.start()
    began = time.monotonic()
    assert errands.wait_for(errand, within_s=30).text == "42"
    assert time.monotonic() - began < 10
    worker.join()


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_longer_than_he_said():
    began = time.monotonic()
    assert not errands.wait_for(ask(), within_s=0.1).is_done
    assert time.monotonic() - began < 2


def test_errands_of_long_ago_are_forgotten():
    old, waiting = ask(1), ask(2)
    Errand.objects.filter(pk=old).update(done_at=timezone.now() - timedelta(days=31))
    forget_finished()
    assert list(Errand.objects.values_list("pk", flat=True)) == [waiting]
