"""The relay: hands due work to Celery, and does it itself while the broker is away.

Any number may run (`SKIP LOCKED`). It is woken by NOTIFY and by a short poll; what it has handed
out and not yet seen done is bounded, and a lost message is handed out again after a pause.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import kombu.exceptions
import psycopg
import redis.exceptions
from django.db import close_old_connections, connection, transaction
from django.utils import timezone

from config.outbox import sources
from config.outbox.sources import Source
from config.outbox.tasks import run_work_item
from config.outbox.work_item import WorkItem

logger = logging.getLogger(__name__)

# How much of one source may be with the broker at a time: a flood of repeats would drown it.
WINDOW = 200
# Handed out and not done after this long means lost; doubles with every repeat, up to 8 times.
RESEND_AFTER = timedelta(seconds=15)
POLL = 1.0
# While the broker is away: how long to work by ourselves before knocking again.
BROKER_PAUSE = timedelta(seconds=5)

BROKER_ERRORS = (kombu.exceptions.OperationalError, redis.exceptions.RedisError, OSError)


def claim(source: Source, *, window: int = WINDOW) -> list[WorkItem]:
    """Take the due rows of a source, marking when each is to be tried again if nothing comes."""
    rows = source.model._default_manager.filter(done_at__isnull=True, dead_at__isnull=True)
    now = timezone.now()
    with transaction.atomic():
        room = window - rows.filter(sends__gt=0, due_at__gt=now).count()
        if room <= 0:
            return []
        due = list(
            rows.filter(due_at__lte=now)
            .order_by("due_at")
            .select_for_update(skip_locked=True)[:room]
        )
        for row in due:
            row.due_at = now + RESEND_AFTER * 2 ** min(row.sends, 3)
            row.sends += 1
        source.model._default_manager.bulk_update(due, ["due_at", "sends"])
    return due


class Relay:
    """One relay's state: until when it treats the broker as away."""

    def __init__(self) -> None:
        self.away_until = timezone.now()

    def round(self) -> int:
        """Hand out all that is due; returns how many rows that were."""
        handed_out = 0
        for source in sources.all_sources():
            for row in claim(source):
                self._hand_out(source, row)
                handed_out += 1
        return handed_out

    def _hand_out(self, source: Source, row: WorkItem) -> None:
        if timezone.now() >= self.away_until:
            try:
                run_work_item.apply_async(
                    args=(source.label, row.pk),
                    queue=source.queue(row),
                    shadow=source.name(row),
                    retry=False,
                )
            except BROKER_ERRORS as error:
                logger.warning("broker away (%s); working without it", error)
                self.away_until = timezone.now() + BROKER_PAUSE
            else:
                return
        sources.run(source.label, row.pk)

    def serve(self, *, is_stopping: Callable[[], bool]) -> None:
        """Run until told to stop; survives restarts of PostgreSQL and of the broker."""
        while not is_stopping():
            try:
                with _bell() as wait:
                    while not is_stopping():
                        if self.round() == 0:
                            wait()
            except (psycopg.OperationalError, psycopg.InterfaceError, OSError) as error:
                logger.warning("database away (%s); trying again", error)
                _pause()
            except Exception:
                # Django wraps the driver's errors; whatever it is, a relay that dies helps nobody.
                logger.exception("relay round failed")
                _pause()
            close_old_connections()


def drain(limit: int = 10_000) -> int:
    """Do everything that is due here and now, without a broker: for tests and for the shell."""
    count = 0
    while count < limit:
        due = [(source, row) for source in sources.all_sources() for row in claim(source)]
        if not due:
            return count
        for source, row in due:
            sources.run(source.label, row.pk)
            count += 1
    raise RuntimeError(f"still work left after {limit} items: something publishes itself")


def _pause() -> None:
    from threading import Event

    Event().wait(POLL)


@contextmanager
def _bell() -> Iterator[Callable[[], None]]:
    """Yield a function that returns at the next NOTIFY, or after POLL seconds."""
    parameters = connection.get_connection_params()
    for name in ("cursor_factory", "context", "prepare_threshold"):
        parameters.pop(name, None)
    with psycopg.connect(**parameters, autocommit=True) as listener:
        listener.execute("LISTEN outbox")

        def wait() -> None:
            for _ in listener.notifies(timeout=POLL, stop_after=1):
                pass

        yield wait
