"""The relay: hands due work to Celery, and does it itself while the broker is away.

Any number may run (`SKIP LOCKED`). It is woken by NOTIFY and by a short poll; what it has handed
out and not yet seen done is bounded, and a lost message is handed out again after a pause.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

import kombu.exceptions
import psycopg
import redis
from django.conf import settings
from django.db import close_old_connections, connection, models, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from config.outbox import sources
from config.outbox.periodic import Periodic
from config.outbox.sources import Source
from config.outbox.tasks import run_work_item
from config.outbox.work_item import WorkItem

logger = logging.getLogger(__name__)

# How much of one source and kind may be with the broker: a flood of repeats would drown it.
WINDOW = 200
# Handed out and not done after this long means lost; doubles with every repeat, up to 8 times.
RESEND_AFTER = timedelta(seconds=15)
POLL = 1.0
# While the broker is away: how long to work by ourselves before knocking again. While it is there
# and nothing is due: how long until we make sure, for beat may be ringing unheard.
BROKER_PAUSE = timedelta(seconds=5)
BROKER_ANSWERS_WITHIN_S = 3

FRESH, FAILED = Q(failures=0), Q(failures__gt=0)

BROKER_ERRORS = (kombu.exceptions.OperationalError, redis.exceptions.RedisError, OSError)


def claim(source: Source, *, window: int = WINDOW) -> list[WorkItem]:
    """Take the due rows of a source, marking when each is to be tried again if nothing comes.

    What has failed before has a window of its own, so that it never stands in the way of the rest.
    """
    return [
        row
        for kind in (FRESH, FAILED)
        for row in take(source, kind, window - _waiting(source, kind).count())
    ]


def take(source: Source, kind: Q, most: int) -> list[WorkItem]:
    """As `claim`, whatever is with the broker: up to `most` due rows of one kind.

    Not those that somebody is at work on: one whose worker was killed is taken as soon as its
    lease has run out, and not after a pause that grew by every message sent in vain.
    """
    if most <= 0:
        return []
    now = timezone.now()
    with transaction.atomic():
        due = list(
            _open(source, kind)
            .filter(_free(now), due_at__lte=now)
            .order_by("due_at")
            .select_for_update(skip_locked=True)[:most]
        )
        for row in due:
            row.due_at = now + RESEND_AFTER * 2 ** min(row.sends, 3)
            row.sends += 1
        source.model._default_manager.bulk_update(due, ["due_at", "sends"])
    return due


def with_due_rows() -> list[Source]:
    """The sources in which something is due, by one statement: most rounds find nothing."""
    now = timezone.now()
    asked = [
        source.model._default_manager.filter(
            _free(now), done_at__isnull=True, dead_at__isnull=True, due_at__lte=now
        )
        .order_by()
        .values_list(models.Value(source.label), flat=True)[:1]
        for source in sources.all_sources()
    ]
    labels = set(asked[0].union(*asked[1:], all=True)) if asked else set()
    return [source for source in sources.all_sources() if source.label in labels]


def _free(now: datetime) -> Q:
    return Q(leased_until__isnull=True) | Q(leased_until__lt=now)


def _open(source: Source, kind: Q) -> QuerySet[WorkItem]:
    return source.model._default_manager.filter(kind, done_at__isnull=True, dead_at__isnull=True)


def _waiting(source: Source, kind: Q) -> QuerySet[WorkItem]:
    """With the broker, or (of what has failed) waiting for the next try."""
    return _open(source, kind).filter(sends__gt=0, due_at__gt=timezone.now())


def _give_back(source: Source, rows: Sequence[WorkItem]) -> None:
    _open(source, Q(pk__in=[row.pk for row in rows])).update(due_at=timezone.now())


class Relay:
    """One relay's state: when it last heard of the broker, until when it treats it as away."""

    def __init__(self) -> None:
        self.away_until = self.heard_at = timezone.now()
        self.periodic = Periodic()
        self._line = redis.Redis.from_url(
            settings.CELERY_BROKER_URL,
            socket_timeout=BROKER_ANSWERS_WITHIN_S,
            socket_connect_timeout=BROKER_ANSWERS_WITHIN_S,
        )

    def round(self) -> int:
        """Hand out all that is due; returns how many rows that were.

        While the broker is away: one row of each kind, so that slow work delays no other, and
        the periodic tasks, which nobody else can ring for.
        """
        if timezone.now() - self.heard_at >= BROKER_PAUSE:
            self._reach(self._line.ping)
        is_away = timezone.now() < self.away_until
        if is_away:
            self.periodic.run_due()
        return sum(
            self._work(source) if is_away else self._hand_out(source, claim(source))
            for source in with_due_rows()
        )

    def _work(self, source: Source) -> int:
        rows = [*take(source, FRESH, 1), *take(source, FAILED, 1)]
        for row in rows:
            sources.run(source.label, row.pk)
        return len(rows)

    def _hand_out(self, source: Source, rows: Sequence[WorkItem]) -> int:
        """Give rows to the broker; when it is away, do the first that it did not take."""
        for position, row in enumerate(rows):
            if not self._ring(source, row):
                _give_back(source, rows[position + 1 :])
                sources.run(source.label, row.pk)
                return position + 1
        return len(rows)

    def _ring(self, source: Source, row: WorkItem) -> bool:
        """True when the broker has the row."""

        def ring() -> None:
            run_work_item.apply_async(
                args=(source.label, row.pk),
                queue=source.queue(row),
                shadow=source.name(row),
                retry=False,
            )

        return self._reach(ring)

    def _reach(self, call: Callable[[], object]) -> bool:
        """True when the broker answered; while it is away it is not asked."""
        began = timezone.now()
        if began < self.away_until:
            return False
        try:
            call()
        except BROKER_ERRORS as error:
            logger.warning("broker away (%s); working without it", error)
            now = timezone.now()
            # One that hangs is not waited for longer than we work.
            self.away_until = now + max(BROKER_PAUSE, now - began)
            return False
        self.heard_at = timezone.now()
        return True

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
