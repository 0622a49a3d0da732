"""What a worker is told directly by `telling._fire_and_forget`."""

from typing import Any

from celery import shared_task


@shared_task(name="seeded_bug.call_subscriber")
def call_subscriber(name: str, payload: dict[str, Any]) -> None:
    from config.outbox.bus import _by_name

    _by_name[name].service(**payload)
