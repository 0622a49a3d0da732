"""Another present for one session: all that it writes down, and nothing beside it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from config.audit.models import StateChange
from config.history.clock import SCHEMA, forget_clock, virtual_clock
from config.outbox.models import OutboxEvent
from production.models import SupplyProfile
from tests.as_the_web import ROLE
from tests.factories.production import part

pytestmark = pytest.mark.django_db(transaction=True)

THEN = datetime(2020, 2, 29, 12, tzinfo=UTC)
CHANGE = """
INSERT INTO audit_statechange (subject_type, subject_id, from_state, to_state, actor, why)
VALUES ('test', 1, '', 'new', 'web', 'test') RETURNING at
"""


@contextmanager
def another_session(role: str = "") -> Iterator[psycopg.Connection]:
    parameters = connection.get_connection_params()
    for name in ("cursor_factory", "context", "prepare_threshold"):
        parameters.pop(name, None)
    with psycopg.connect(**parameters, autocommit=True) as wire:
        if role:
            wire.execute(f"SET ROLE {role}")
        yield wire


def _change() -> StateChange:
    made = StateChange.objects.create(
        subject_type="test", subject_id=1, to_state="new", actor="test", why="test"
    )
    return StateChange.objects.get(pk=made.pk)


def test_every_way_of_asking_for_the_present_is_answered_alike():
    with virtual_clock(THEN) as clock:
        clock.move_to(THEN + timedelta(hours=1))
        clock.move_to(THEN)  # it never goes back
        user = get_user_model().objects.create_user("late")
        SupplyProfile.objects.create(part=part("CPU-1"))
        with connection.cursor() as cursor:
            cursor.execute("SELECT now(), statement_timestamp(), clock_timestamp()")
            told = {*cursor.fetchone(), timezone.now(), _change().at, user.date_joined}
        told.add(SupplyProfile.objects.get().updated_at)
        OutboxEvent.objects.bulk_create([OutboxEvent(name="test", key="1", payload={})])
        told.add(OutboxEvent.objects.get().created_at)
        assert told == {THEN + timedelta(hours=1)}
        assert timezone.localdate() == THEN.date()


def test_afterwards_everything_is_as_it_was():
    with virtual_clock(THEN):
        pass
    began = timezone.now()
    assert began.year > THEN.year
    assert _change().at >= began
    assert get_user_model().objects.create_user("now").date_joined >= began
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname = %s", [SCHEMA])
        assert cursor.fetchone() == (0,)


def test_facts_stay_facts_meanwhile():
    with virtual_clock(THEN):
        change = _change()
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            StateChange.objects.filter(pk=change.pk).update(why="otherwise")


def test_another_session_lives_in_the_real_present_meanwhile():
    began = timezone.now()
    with virtual_clock(THEN), another_session() as wire:
        assert wire.execute(CHANGE).fetchone()[0] >= began


def test_the_web_cannot_take_part_in_another_present():
    began = timezone.now()
    with virtual_clock(THEN), another_session(ROLE) as web:
        web.execute(f"SET cartwright.now = '{THEN.isoformat()}'")
        web.execute(f"SET search_path = {SCHEMA}, pg_catalog, public")
        assert web.execute(CHANGE).fetchone()[0] >= began
        assert web.execute("SELECT now()").fetchone()[0] >= began
        for asked in (
            f"SELECT {SCHEMA}.now()",
            f"CREATE FUNCTION {SCHEMA}.later() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "CREATE SCHEMA other_clock",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                web.execute(asked)


def test_a_session_that_ends_takes_its_present_with_it():
    with virtual_clock(THEN):
        connection.close()
        with pytest.raises(RuntimeError, match="session ended"):
            _change()
    assert timezone.now().year > THEN.year
    assert _change().at.year > THEN.year
    forget_clock()


def test_what_a_killed_session_left_is_no_hindrance():
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {SCHEMA}")
        cursor.execute(f"CREATE FUNCTION {SCHEMA}.now() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    with virtual_clock(THEN):
        assert _change().at == THEN
