"""Periodic tasks while the broker is away: beat rings through the broker, so nobody hears it."""

import logging
from datetime import datetime

from celery import current_app
from django.utils import timezone

logger = logging.getLogger(__name__)


class Periodic:
    """Runs the tasks of the beat schedule in this process; each takes a lock of its own."""

    def __init__(self) -> None:
        current_app.loader.import_default_modules()  # the tasks, as a worker finds them
        self._ran_at: dict[str, datetime] = {}

    def run_due(self) -> None:
        """Every task whose time has come since it last ran here."""
        for name, entry in current_app.conf.beat_schedule.items():
            now = timezone.now()
            ran_at = self._ran_at.setdefault(name, now)
            if now - ran_at < entry["schedule"].run_every:
                continue
            self._ran_at[name] = now
            logger.info("%s, without the broker", name)
            current_app.tasks[entry["task"]].apply()  # a failure is logged, not raised
