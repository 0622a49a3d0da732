"""Errands: what the web process may not do itself, it asks a worker to do.

The web's database role cannot write what must follow from cleared money alone (`config.web_role`).
A view writes an errand down, in one statement, and may wait a moment for the answer.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection

from config.outbox.models import Errand

# Two questions to a third party at 2.5 s each, and three locks at 3 s. Somebody may be waiting
# for it when a worker is killed, so it is no longer than that.
LEASE = timedelta(seconds=30)
LOOK_EVERY_S = 0.04

# An errand that waits and that nobody has begun is asked for once; the bell rings again anyway.
ASK = """
WITH waiting AS (
    SELECT id FROM outbox_errand
    WHERE name = %(name)s AND arguments = %(arguments)s::jsonb
        AND done_at IS NULL AND dead_at IS NULL AND leased_until IS NULL
    LIMIT 1
), made AS (
    INSERT INTO outbox_errand
        (name, arguments, asked_by, answer, sends, failures, last_error)
    SELECT %(name)s, %(arguments)s::jsonb, %(asked_by)s, '', 0, 0, ''
    WHERE NOT EXISTS (SELECT FROM waiting)
    RETURNING id
)
SELECT id, pg_notify('outbox', '') FROM (SELECT id FROM waiting UNION ALL SELECT id FROM made) AS it
"""


@dataclass(frozen=True, slots=True)
class Runner:
    """`service` is called outside any transaction; it is idempotent and answers in a sentence."""

    service: Callable[..., str]
    queue: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an errand so far; `trouble` is why the last try failed, "" if it did not."""

    is_done: bool
    text: str = ""
    trouble: str = ""


_runners: dict[str, Runner] = {}


def register(name: str, service: Callable[..., str], *, queue: str = "default") -> None:
    """Let `ask(name)` have `service(**arguments)` run by a worker. Called in `ready()`."""
    if name in _runners:
        raise ValueError(f"{name} is registered already")
    _runners[name] = Runner(service, queue)


def ask(name: str, *, asked_by: str, **arguments: int | str) -> int:
    """Write an errand down and ring for a worker; returns its id."""
    if name not in _runners:
        raise LookupError(f"no errand is registered under the name {name!r}")
    with connection.cursor() as cursor:
        cursor.execute(
            ASK,
            {"name": name, "arguments": json.dumps(arguments), "asked_by": asked_by[:120]},
        )
        return int(cursor.fetchone()[0])


def wait_for(errand_id: int, *, within_s: float) -> Answer:
    """The answer to an errand, waited for; after `within_s` how it stands then.

    Inside a transaction nobody can have seen the errand yet, so it is not waited for.
    """
    until = time.monotonic() + (0 if connection.in_atomic_block else within_s)
    while True:
        answer = _look(errand_id)
        if answer.is_done or answer.trouble or time.monotonic() >= until:
            return answer
        time.sleep(LOOK_EVERY_S)


def _look(errand_id: int) -> Answer:
    errand = Errand.objects.only("done_at", "answer", "last_error").get(pk=errand_id)
    return Answer(errand.done_at is not None, errand.answer, errand.last_error)


def run(errand: Errand) -> None:
    """Do it, and keep the answer. Runs in a worker, outside any transaction."""
    runner = _runners.get(errand.name)
    if runner is None:
        raise LookupError(f"no errand is registered under the name {errand.name!r}")
    answer = runner.service(**errand.arguments)
    Errand.objects.filter(pk=errand.pk).update(answer=answer[:500])


def queue_of(errand: Errand) -> str:
    runner = _runners.get(errand.name)
    return runner.queue if runner else "default"
