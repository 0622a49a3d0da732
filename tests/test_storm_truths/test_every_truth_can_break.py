"""The negative control of every truth: a lie told to the database, and only it is found."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.storm.truths import TRUTHS, judge, lay
from tests.test_storm_truths.lies import LIES, TOOLS, spelled_out

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def shop(world, evidence) -> Iterator[psycopg.Connection]:
    """The healthy shop in a transaction that takes everything back."""
    with psycopg.connect(world.dsn) as connection:
        lay(connection, evidence)
        connection.execute(TOOLS.encode())
        yield connection
        connection.rollback()


def cheat(shop: psycopg.Connection, statements: str) -> None:
    """Past triggers and foreign keys, as a superuser can."""
    shop.execute("SET LOCAL session_replication_role = replica")
    shop.execute(spelled_out(statements))


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: f"{lie.truth}: {lie.what}")
def test_a_lie_is_found_by_its_truth_and_by_no_other(shop, lie):
    cheat(shop, lie.sql)
    found = judge(shop, TRUTHS)
    assert {violation.truth for violation in found} == {lie.truth, *lie.also}
    for violation in found:
        assert violation.count >= 1
        assert 1 <= len(violation.samples) <= 5
        assert all(violation.samples)


def test_every_truth_has_its_lie():
    assert {lie.truth for lie in LIES} == {truth.name for truth in TRUTHS}


TWICE = """
INSERT INTO sink_mail
SELECT message_id, recipient, subject, received_at + interval '5 minutes' FROM sink_mail
WHERE message_id = (SELECT min(message_id) FROM sink_mail)
"""


@pytest.mark.parametrize(
    ("kind", "target", "seconds", "is_excused"),
    [
        ("kill", "worker", 1, True),
        ("kill", "relay", 1, True),
        ("kill", "valkey", 1, True),
        ("kill", "web", 1, False),
        ("flush", "valkey", 1, False),
        ("kill", "worker", 60, False),
        ("kill", "worker", -60, False),
    ],
)
def test_a_mail_may_come_twice_only_where_its_sender_died(shop, kind, target, seconds, is_excused):
    shop.execute(TWICE)
    shop.execute(
        "INSERT INTO storm_fault SELECT min(received_at) + %s * interval '1 second', %s, %s "
        "FROM sink_mail WHERE message_id = (SELECT min(message_id) FROM sink_mail)",
        [seconds, kind, target],
    )
    found = {violation.truth for violation in judge(shop, TRUTHS)}
    assert found == (set() if is_excused else {"mails_arrive_once"})


@pytest.mark.parametrize(
    ("target", "down", "up", "is_excused"),
    [
        ("web", -5, None, True),
        ("postgres", -20, None, True),
        ("web", -45, None, False),
        ("web", -45, -20, True),
        ("web", -90, -45, False),
        ("web", 20, 25, False),
        ("valkey", -5, None, False),
    ],
)
def test_an_error_is_excused_only_until_what_was_killed_is_up_again(
    shop, target, down, up, is_excused
):
    shop.execute(
        "INSERT INTO client_seen (at, client, deed, kind, status, path) "
        "VALUES (now(), 1, 'buys', 'error', 502, '/')"
    )
    shop.execute(
        "INSERT INTO storm_fault SELECT now() + second * interval '1 second', kind, %s "
        "FROM (VALUES (%s, 'kill'), (%s::int, 'up')) AS it (second, kind) WHERE second IS NOT NULL",
        [target, down, up],
    )
    found = {violation.truth for violation in judge(shop, TRUTHS)}
    assert found == (set() if is_excused else {"clients_get_answers"})


@pytest.mark.parametrize(
    ("what", "lie"),
    [("amount", "1"), ("currency", '"jpy"'), ("metadata", '{"order": "another"}')],
)
def test_a_signed_lie_may_come_in_because_nobody_believes_it(shop, what, lie):
    """Somebody who has our secret can post it; what it says is never read."""
    cheat(shop, "UPDATE shop_stripeevent SET event_id = 'evt_lie' WHERE id = @charge_event")
    shop.execute(
        "UPDATE shop_stripeevent SET payload = jsonb_set(payload, %s, %s::jsonb) "
        "WHERE event_id = 'evt_lie'",
        [["data", "object", what], lie],
    )
    assert judge(shop, TRUTHS) == ()
