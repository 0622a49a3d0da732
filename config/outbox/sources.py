"""The tables that a relay drains, and how one row of them is worked off exactly once."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, models, transaction
from django.db.models import F
from django.utils import timezone

from config.errors import CartwrightError
from config.outbox.work_item import WorkItem
from config.rows import rows_of, written_for

logger = logging.getLogger(__name__)

# With doubling waits up to a minute this is about a quarter of an hour of trying.
MAX_FAILURES = 20
MAX_BACKOFF = timedelta(seconds=60)
# Somebody else's outage is no fault of the work: it outlasts a weekend.
LONGEST_OUTAGE = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Source:
    """A table of work items.

    `perform(row)` does the work and must be idempotent. With `is_transactional` it runs in the
    transaction that marks the row done, under the row's lock: for work inside our database.
    Without, the row is leased and `perform` runs outside any transaction: for SMTP and Stripe.
    `lease` must be longer than all of its outside calls together; after it the work counts as
    abandoned by its worker.
    """

    model: type[WorkItem]
    perform: Callable[[Any], None]
    queue: Callable[[Any], str]
    name: Callable[[Any], str]
    is_transactional: bool
    lease: timedelta = timedelta(seconds=90)

    @property
    def label(self) -> str:
        return self.model._meta.label_lower


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    _sources[source.label] = source


def all_sources() -> tuple[Source, ...]:
    return tuple(_sources.values())


def run(label: str, key: int) -> bool:
    """Work one row off; True when this call did it.

    False when it is done already, being worked on by somebody else, or has failed: then the
    error is kept in the row, which becomes due again after a pause that doubles.
    """
    source = _sources[label]
    try:
        return _run_locked(source, key) if source.is_transactional else _run_leased(source, key)
    except Exception as error:
        if _is_outage(error):
            logger.warning("%s %s waits: %s", label, key, error)
        else:
            logger.exception("%s %s failed", label, key)
        _record_failure(source, key, error)
        return False


TAKE = """
SELECT {columns} FROM {table} WHERE {key} = %s AND done_at IS NULL FOR UPDATE SKIP LOCKED
"""
LEASE = """
UPDATE {table} SET leased_until = %s
WHERE {key} = %s AND done_at IS NULL AND (leased_until IS NULL OR leased_until < %s)
RETURNING {columns}
"""
DONE = "UPDATE {table} SET done_at = %s, leased_until = NULL, last_error = '' WHERE {key} = %s"


def _run_locked(source: Source, key: int) -> bool:
    with transaction.atomic():
        row = _row(source, TAKE, key)
        if row is None:
            return False
        source.perform(row)
        _mark_done(source, key)
    return True


def _run_leased(source: Source, key: int) -> bool:
    now = timezone.now()
    row = _row(source, LEASE, now + source.lease, key, now)
    if row is None:
        return False
    source.perform(row)
    _mark_done(source, key)
    return True


def _row(source: Source, statement: str, *values: Any) -> WorkItem | None:
    """The row that a statement takes for us; None where it is nothing for us."""
    found = rows_of(source.model, statement, values)
    return found[0] if found else None


def _mark_done(source: Source, key: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(written_for(DONE, source.model), [timezone.now(), key])


def _is_outage(error: Exception) -> bool:
    return isinstance(error, CartwrightError) and error.is_outage


def _record_failure(source: Source, key: int, error: Exception) -> None:
    rows = source.model._default_manager.filter(pk=key, done_at__isnull=True)
    row = rows.only("failures", "created_at").first()
    if row is None:
        return
    failures = row.failures + 1
    now = timezone.now()
    is_hopeless = failures >= MAX_FAILURES and not (
        _is_outage(error) and row.created_at > now - LONGEST_OUTAGE
    )
    rows.update(
        failures=F("failures") + 1,
        leased_until=None,
        last_error=f"{type(error).__name__}: {error}"[:2000],
        due_at=now + min(timedelta(seconds=2 ** min(failures, 10)), MAX_BACKOFF),
        dead_at=models.Value(now if is_hopeless else None, models.DateTimeField()),
    )
