from celery import shared_task

from config.locks import only_one
from production.services import availability, scheduling


@shared_task(name="production.refresh_availability")
def refresh_availability() -> None:
    """Tell the configurator what lies free and how long the queue is."""
    with only_one("production.refresh_availability") as is_mine:
        if is_mine:
            availability.refresh_availability()


@shared_task(name="production.reschedule")
def reschedule() -> None:
    """Plan every open job anew."""
    scheduling.reschedule_as_asked()
