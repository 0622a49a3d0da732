"""A job that nobody works on until somebody has said that it may go on."""

from django.db import transaction
from django.utils import timezone

from config.audit.services import record_state
from config.locks import lock_rows
from production.errors import HoldRefused
from production.models import AssemblyJob, JobHold
from production.selectors.plant import OPEN_JOBS
from production.services.locked_job import lock_job

Cause = JobHold.Cause


@transaction.atomic
def hold_job(*, job_id: int, cause: str, reason: str, actor: str) -> JobHold:
    """Stop work on a job. The same hold twice is a no-op.

    Raises `HoldRefused` without a reason, for an unknown cause, on a job that is over, or one
    that is held for something else; `UnknownJob`.
    """
    job = lock_job(job_id).job
    told = reason.strip()[:200]
    if cause not in Cause.values:
        raise HoldRefused(f"Cause: expected one of {', '.join(Cause.values)}, got {cause[:40]!r}.")
    if not told:
        raise HoldRefused("A hold needs a reason, got none.")
    if job.status not in OPEN_JOBS:
        raise HoldRefused(f"{job.number} is {job.get_status_display().lower()}.")
    if existing := JobHold.objects.filter(job=job, lifted_at__isnull=True).first():
        if (existing.cause, existing.reason) == (cause, told):
            return existing
        raise HoldRefused(f"{job.number} is on hold already: {existing.reason}.")
    hold = JobHold.objects.create(job=job, cause=cause, reason=told, opened_by=actor[:120])
    _audit(job, f"on hold ({hold.get_cause_display().lower()}): {told}", actor)
    return hold


@transaction.atomic
def lift_hold(*, job_id: int, actor: str, note: str = "") -> JobHold:
    """Let the work on a job go on. Raises `HoldRefused` when it is not held, `UnknownJob`."""
    job = lock_job(job_id).job
    open_hold = JobHold.objects.filter(job=job, lifted_at__isnull=True).first()
    if open_hold is None:
        raise HoldRefused(f"{job.number} is not on hold.")
    (hold,) = lock_rows(JobHold, [open_hold.pk])
    hold.lifted_by, hold.lifted_at, hold.note = actor[:120], timezone.now(), note.strip()[:200]
    hold.save(update_fields=["lifted_by", "lifted_at", "note"])
    _audit(job, f"hold lifted: {hold.note or hold.reason}", actor)
    return hold


def _audit(job: AssemblyJob, why: str, actor: str) -> None:
    record_state(job, from_state=str(job.status), why=why, actor=actor)
