"""What everybody in a history shares: the clock, what comes next, chance, and the outbox."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from django.db import connection

from config.history.agenda import Agenda
from config.history.clock import Clock
from config.history.hours import Hours
from config.outbox import sources
from config.outbox.models import Delivery, Errand
from production.models import AssemblyJob
from production.selectors.plant import OPEN_JOBS
from production.services.scheduling import RESCHEDULE, reschedule
from shop.stripe.sandbox.in_process import InProcess

MOST_ROUNDS = 50
# Nobody else is at work, so nothing has to be claimed before it is done.
WAITING = (
    "SELECT %s AS label, id, due_at FROM {table} "
    "WHERE done_at IS NULL AND dead_at IS NULL AND due_at <= now() AND {chosen}"
)
# The floor is planned anew once for all who ask: here when its day is planned anyway.
PLANS = f"name = '{RESCHEDULE}'"
ERRANDS, DELIVERIES = Errand._meta.label_lower, Delivery._meta.label_lower


class Bell:
    """Hears whoever writes down work to be done, so that nobody has to look when nobody did."""

    def __init__(self) -> None:
        tables = "|".join(one.model._meta.db_table for one in sources.all_sources())
        self._work = re.compile(f'INTO "?({tables})\\b')
        self._has_rung = True  # before anybody listened

    def rang(self) -> bool:
        """Since it was last asked."""
        has_rung, self._has_rung = self._has_rung, False
        return has_rung

    def __call__(self, execute: Callable[..., Any], sql: Any, *rest: Any) -> Any:
        """Around every statement of a history, as `connection.execute_wrapper` wants it."""
        if not self._has_rung and self._work.search(str(sql)):
            self._has_rung = True
        return execute(sql, *rest)


@dataclass(slots=True)
class House:
    """`seed` with a purpose gives a stream of chance that nothing else draws from."""

    clock: Clock
    agenda: Agenda
    hours: Hours
    cashier: InProcess
    seed: str
    counts: dict[str, int] = field(default_factory=dict)
    is_news: bool = False  # something was bought, came in or was set free: look again
    bell: Bell = field(default_factory=Bell)

    @property
    def now(self) -> datetime:
        return self.clock.now

    def chance(self, *purpose: object) -> Random:
        return Random(":".join(map(str, (self.seed, *purpose))))

    def count(self, what: str, many: int = 1) -> None:
        self.counts[what] = self.counts.get(what, 0) + many

    def work_off(self) -> None:
        """Do everything that is due, as relay and worker would, in this process and in order."""
        for _ in range(MOST_ROUNDS):
            due = _waiting(is_planning=False) if self.bell.rang() else []
            if not due:
                return
            self.is_news |= any(label == DELIVERIES for label, _ in due)
            _do(due)
        raise RuntimeError("Work that publishes itself never ends.")

    def plan_floor(self) -> None:
        """Plan all open jobs anew, as somebody asked or as the hour is."""
        if asked := _waiting(is_planning=True):
            _do(asked)
        elif AssemblyJob.objects.filter(status__in=OPEN_JOBS).exists():
            reschedule()


def _do(due: list[tuple[str, int]]) -> None:
    for label, key in due:
        if not sources.run(label, key):
            raise RuntimeError(f"{label} {key} was not done; the log says why.")


def _waiting(*, is_planning: bool) -> list[tuple[str, int]]:
    """What is due, oldest first: one statement, since mostly nothing is."""
    tables = [one for one in sources.all_sources() if one.label == ERRANDS or not is_planning]
    chosen = {ERRANDS: PLANS if is_planning else f"NOT {PLANS}"}
    asked = " UNION ALL ".join(
        WAITING.format(table=one.model._meta.db_table, chosen=chosen.get(one.label, "true"))
        for one in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(f"{asked} ORDER BY due_at, label, id", [one.label for one in tables])
        return [(label, key) for label, key, _ in cursor.fetchall()]
