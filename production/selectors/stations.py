"""What lies before a station: the jobs at its work center, with what each waits to have done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from production.models import AssemblyJob, JobHold, JobOperation, WorkCenter
from production.selectors.checks import CheckState, checks_of, results_of
from production.selectors.plant import OPEN_JOBS

Status = JobOperation.Status
MOST_JOBS = 200


@dataclass(frozen=True, slots=True)
class WaitingJob:
    """An operation that a work center can go on with, or has begun.

    `expects`: what the station is to send next, in words; "" for a job on hold.
    """

    number: str
    machine: str
    operation: str
    status: str
    is_held: bool
    expects: str
    need_by: datetime | None
    started_at: datetime | None


def jobs_before(center: WorkCenter, *, most: int = MOST_JOBS) -> list[WaitingJob]:
    """The jobs at a work center: first what is under way, then what must be over first.

    A job is there when all that comes before is done. Two statements, of a test three.
    """
    earlier = JobOperation.objects.filter(
        job=OuterRef("job"), sequence__lt=OuterRef("sequence")
    ).exclude(status=Status.DONE)
    held = JobHold.objects.filter(job=OuterRef("job"), lifted_at=None)
    found = list(
        JobOperation.objects.filter(
            ~Exists(earlier),
            Q(job__status__in=OPEN_JOBS),
            kind=center.operation,
            status__in=[Status.PENDING, Status.IN_PROGRESS],
        )
        .exclude(job__status=AssemblyJob.Status.WAITING_FOR_PARTS)
        .annotate(is_held=Exists(held))
        .select_related("job__order_line", "job__snapshot")
        .order_by("status", "need_by", "job__due_on", "pk")[:most]
    )
    open_checks = _first_open_check(found) if center.operation == JobOperation.Kind.TEST else {}
    return [
        WaitingJob(
            number=one.job.number,
            machine=one.job.order_line.name,
            operation=one.kind,
            status=one.status,
            is_held=one.is_held,
            expects="" if one.is_held else _expects(one, open_checks.get(one.job_id, "")),
            need_by=one.need_by,
            started_at=one.started_at,
        )
        for one in found
    ]


def _expects(operation: JobOperation, open_check: str) -> str:
    name = operation.get_kind_display().lower()
    if operation.status == Status.PENDING:
        return f"Start {name}."
    return f"The result of: {open_check}." if open_check else f"Finish {name}."


def _first_open_check(operations: Sequence[JobOperation]) -> dict[int, str]:
    """Job id → the first check that has not passed, of the jobs whose test is under way."""
    jobs = [one.job for one in operations if one.status == Status.IN_PROGRESS]
    results = results_of([job.pk for job in jobs])
    found = {}
    for job in jobs:
        of_job = results.get(job.pk, {})
        states = [CheckState(check, of_job.get(check.code, ())) for check in checks_of(job)]
        found[job.pk] = next(
            (f"{one.check.text} ({one.check.code})" for one in states if not one.is_passed), ""
        )
    return found
