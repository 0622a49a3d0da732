from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from config.locks import only_one
from config.outbox import sources
from config.outbox.models import Errand, OutboxEvent

KEEP_FINISHED = timedelta(days=30)


@shared_task(name="outbox.run")
def run_work_item(label: str, key: int) -> None:
    """Work one row of a source off. Repeats and races are no-ops."""
    sources.run(label, key)


@shared_task(name="outbox.forget_finished")
def forget_finished() -> None:
    """Delete events whose deliveries, and errands, that were all done a month ago."""
    with only_one("outbox.forget_finished") as is_mine:
        if not is_mine:
            return
        long_ago = timezone.now() - KEEP_FINISHED
        OutboxEvent.objects.filter(created_at__lt=long_ago).exclude(
            deliveries__done_at__isnull=True, deliveries__isnull=False
        ).delete()
        Errand.objects.filter(done_at__lt=long_ago).delete()
