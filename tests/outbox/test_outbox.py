"""How facts travel: written with the fact, handed out, done once, kept when they fail."""

import os
import signal
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from threading import Thread
from typing import ClassVar

import kombu.exceptions
import pytest
from celery import current_app
from celery.schedules import schedule
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from config.embedded.ports import any_free
from config.embedded.waiting import wait_until
from config.errors import CartwrightError
from config.outbox import bus, relay, sources
from config.outbox.models import Delivery, OutboxEvent
from config.outbox.tasks import run_work_item


@dataclass(frozen=True, slots=True)
class LampLit(bus.Event):
    name: ClassVar[str] = "tests.lamp_lit"
    lamp: int

    @property
    def key(self) -> str:
        return str(self.lamp)


seen: list[int] = []
fail_with: list[Exception] = []


def look(lamp: int) -> None:
    if fail_with:
        raise fail_with[0]
    seen.append(lamp)


bus.subscribe(LampLit, look, name="tests.look")


@pytest.fixture(autouse=True)
def _dark():
    seen.clear()
    fail_with.clear()


def light(lamp: int = 1) -> Delivery:
    with transaction.atomic():
        event_id = bus.publish(LampLit(lamp=lamp))
    return Delivery.objects.get(event_id=event_id)


def make_due() -> None:
    Delivery.objects.update(due_at=timezone.now() - timedelta(seconds=1))


@pytest.mark.django_db(transaction=True)
def test_publishing_outside_a_transaction_is_refused():
    with pytest.raises(RuntimeError, match="inside the transaction"):
        bus.publish(LampLit(lamp=1))


@pytest.mark.django_db(transaction=True)
def test_a_fact_that_is_rolled_back_was_never_published():
    with transaction.atomic():
        bus.publish(LampLit(lamp=1))
        transaction.set_rollback(True)
    assert not OutboxEvent.objects.exists()
    assert relay.drain() == 0


@pytest.mark.django_db(transaction=True)
def test_publishing_takes_one_statement(django_assert_num_queries):
    with transaction.atomic(), django_assert_num_queries(1):
        bus.publish(LampLit(lamp=1))


@pytest.mark.django_db(transaction=True)
def test_the_same_fact_cannot_happen_twice():
    light(1)
    with pytest.raises(IntegrityError):
        light(1)


@pytest.mark.django_db(transaction=True)
def test_a_delivery_is_done_once_however_often_it_is_handed_out():
    delivery = light(7)
    assert sources.run("outbox.delivery", delivery.pk)
    assert not sources.run("outbox.delivery", delivery.pk)
    assert seen == [7]


@pytest.mark.django_db(transaction=True)
def test_a_failing_service_leaves_nothing_half_done_and_is_tried_again_later():
    delivery = light(3)
    fail_with.append(ValueError("no oil"))
    assert not sources.run("outbox.delivery", delivery.pk)
    delivery.refresh_from_db()
    assert delivery.done_at is None
    assert delivery.last_error == "ValueError: no oil"
    assert delivery.due_at > timezone.now()
    fail_with.clear()
    make_due()
    assert relay.drain() == 1
    assert seen == [3]


@pytest.mark.django_db(transaction=True)
def test_work_that_fails_for_ever_is_kept_for_a_person():
    delivery = light(4)
    fail_with.append(ValueError("broken"))
    for _ in range(sources.MAX_FAILURES):
        sources.run("outbox.delivery", delivery.pk)
    delivery.refresh_from_db()
    assert delivery.dead_at is not None
    make_due()
    assert relay.drain() == 0


@pytest.mark.django_db(transaction=True)
def test_what_is_with_the_broker_is_bounded():
    for lamp in range(5):
        light(lamp)
    source = next(s for s in sources.all_sources() if s.label == "outbox.delivery")
    assert len(relay.claim(source, window=3)) == 3
    assert relay.claim(source, window=3) == []


@pytest.mark.django_db(transaction=True)
def test_a_round_that_finds_nothing_takes_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert relay.Relay().round() == 0


@pytest.mark.django_db(transaction=True)
def test_a_message_that_the_broker_lost_is_handed_out_again():
    light(1)
    source = next(s for s in sources.all_sources() if s.label == "outbox.delivery")
    assert len(relay.claim(source)) == 1
    assert relay.claim(source) == []
    make_due()
    (again,) = relay.claim(source)
    assert again.sends == 2


@pytest.mark.django_db(transaction=True)
def test_work_of_a_killed_worker_is_handed_out_as_soon_as_its_lease_has_run_out():
    light(1)
    source = next(s for s in sources.all_sources() if s.label == "outbox.delivery")
    relay.claim(source)
    make_due()
    Delivery.objects.update(leased_until=timezone.now() + timedelta(seconds=30))
    assert relay.claim(source) == []
    Delivery.objects.update(leased_until=timezone.now())
    (again,) = relay.claim(source)
    assert again.sends == 2


@pytest.mark.django_db(transaction=True)
def test_while_the_broker_is_away_the_relay_does_the_work_itself(monkeypatch):
    light(9)
    monkeypatch.setattr(run_work_item, "apply_async", refuse)
    assert relay.Relay().round() == 1
    assert seen == [9]


@pytest.mark.django_db(transaction=True)
def test_work_that_keeps_failing_does_not_stand_in_the_way_of_other_work():
    fail_with.append(ValueError("no oil"))
    for lamp in range(3):
        sources.run("outbox.delivery", light(lamp).pk)
    make_due()
    source = next(s for s in sources.all_sources() if s.label == "outbox.delivery")
    assert len(relay.claim(source, window=3)) == 3
    new = light(7)
    assert [row.pk for row in relay.claim(source, window=3)] == [new.pk]


class Storm(CartwrightError):
    """The bridge to the lamps is down."""

    is_outage = True


@pytest.mark.django_db(transaction=True)
def test_an_outage_of_somebody_else_does_not_make_work_hopeless():
    delivery = light(4)
    fail_with.append(Storm("no way across"))
    for _ in range(sources.MAX_FAILURES + 1):
        sources.run("outbox.delivery", delivery.pk)
    delivery.refresh_from_db()
    assert delivery.dead_at is None
    assert delivery.due_at <= timezone.now() + sources.MAX_BACKOFF


@pytest.mark.django_db(transaction=True)
def test_an_outage_that_outlasts_all_patience_is_kept_for_a_person():
    delivery = light(4)
    long_ago = timezone.now() - sources.LONGEST_OUTAGE - timedelta(minutes=1)
    Delivery.objects.update(created_at=long_ago, failures=sources.MAX_FAILURES)
    fail_with.append(Storm("no way across"))
    sources.run("outbox.delivery", delivery.pk)
    delivery.refresh_from_db()
    assert delivery.dead_at is not None


def refuse(*args, **kwargs):
    raise kombu.exceptions.OperationalError("connection refused")


@pytest.mark.django_db(transaction=True)
def test_without_a_broker_new_work_does_not_wait_for_what_was_with_it(monkeypatch):
    monkeypatch.setattr(relay, "WINDOW", 2)
    source = next(s for s in sources.all_sources() if s.label == "outbox.delivery")
    for lamp in range(2):
        light(lamp)
    assert len(relay.claim(source)) == 2  # and lost with the broker
    monkeypatch.setattr(run_work_item, "apply_async", refuse)
    hands = relay.Relay()
    hands.away_until = timezone.now() + timedelta(minutes=1)
    light(7)
    assert hands.round() == 1
    assert seen == [7]


@pytest.mark.django_db(transaction=True)
def test_what_the_broker_did_not_take_any_more_is_due_again_at_once(monkeypatch):
    for lamp in range(3):
        light(lamp)
    monkeypatch.setattr(run_work_item, "apply_async", refuse)
    hands = relay.Relay()
    while hands.round():
        pass
    assert sorted(seen) == [0, 1, 2]


@pytest.mark.django_db(transaction=True)
def test_without_a_broker_the_relay_runs_the_periodic_tasks_when_their_time_has_come(monkeypatch):
    ran = []

    @current_app.task(name="tests.wind_the_clock")
    def wind_the_clock():
        ran.append(1)
        raise ValueError("overwound")  # must not stop the relay

    entry = {"task": "tests.wind_the_clock", "schedule": schedule(30.0)}
    monkeypatch.setitem(current_app.conf, "beat_schedule", {"wind the clock": entry})
    hands = relay.Relay()
    hands.round()
    hands.away_until = timezone.now() + timedelta(minutes=5)
    hands.round()
    assert not ran  # beat may have rung just before the broker went
    hands.periodic._ran_at["wind the clock"] -= timedelta(seconds=31)
    hands.round()
    hands.round()
    assert len(ran) == 1


@pytest.mark.django_db(transaction=True)
def test_a_relay_with_nothing_to_hand_out_notices_that_the_broker_is_gone(settings):
    settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{any_free()}/0"
    hands = relay.Relay()
    hands.round()
    assert hands.away_until < timezone.now()  # heard of a moment ago: not asked
    hands.heard_at -= relay.BROKER_PAUSE
    hands.round()
    assert hands.away_until > timezone.now()


@pytest.mark.django_db(transaction=True)
def test_the_bell_rings_when_a_fact_is_committed():
    with relay._bell() as wait:
        light(2)
        before = timezone.now()
        wait()
        assert timezone.now() - before < timedelta(seconds=relay.POLL)


@pytest.mark.django_db(transaction=True)
def test_the_event_and_its_deliveries_cannot_be_cheated_apart():
    delivery = light(1)
    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO outbox_delivery (event_id, subscriber, sends, failures, last_error) "
            "VALUES (%s, 'tests.look', 0, 0, '')",
            [delivery.event_id],
        )


@pytest.fixture
def _own_signals():
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("_own_signals")
@pytest.mark.django_db(transaction=True)
def test_a_relay_that_works_renews_its_sign_of_life_and_stops_when_told(tmp_path):
    sign = tmp_path / "relay"

    def stop_it_once_it_lives() -> None:
        wait_until(sign.exists, within_s=60)
        os.kill(os.getpid(), signal.SIGTERM)

    stopping = Thread(target=stop_it_once_it_lives)
    stopping.start()
    call_command("relay", sign_of_life=sign, stdout=StringIO())
    stopping.join()
    assert sign.exists()
