"""How operations went that are done again: kept before their times are taken off them."""

from collections.abc import Iterable

from django.utils import timezone

from production.models import JobOperation, OperationAttempt

LONGEST_WHY = 500


def keep_attempts(operations: Iterable[JobOperation], *, why: str) -> None:
    """Keep planned and actual times of operations that have begun. Call it once each time."""
    now = timezone.now()
    OperationAttempt.objects.bulk_create(
        OperationAttempt(
            operation=one,
            number=one.rework_count + 1,
            need_by=one.need_by,
            planned_start_at=one.planned_start_at,
            planned_end_at=one.planned_end_at,
            started_at=one.started_at or now,
            finished_at=one.finished_at,
            done_by=one.done_by,
            why=why[:LONGEST_WHY],
            sent_back_at=now,
        )
        for one in operations
    )
