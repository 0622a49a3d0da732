"""Back to an earlier operation: what was done is done again, and both times are written down."""

from django.db import transaction

from production.errors import IllegalTransition, OperationOutOfOrder
from production.models import AssemblyJob, JobOperation
from production.services.locked_job import lock_job, refuse_on_hold
from production.services.outlook import write_down_outlook
from production.services.shop_floor import reopen, tell_progress


@transaction.atomic
def send_back(*, job_id: int, kind: str, reason: str, actor: str) -> AssemblyJob:
    """Let a job go on from an operation that has begun; it, and what came after, begin anew.

    Parts and serial numbers stay in the machine; what breaks is scrapped by itself. Raises
    `OperationOutOfOrder` when the operation has not begun or nothing was given as the reason,
    `IllegalTransition` unless the job is under way, `JobOnHold`, `UnknownJob`,
    `UnknownOperation`.
    """
    locked = lock_job(job_id)
    job = locked.job
    operation = locked.operation(kind)
    refuse_on_hold(job)
    if job.status != AssemblyJob.Status.IN_PROGRESS:
        raise IllegalTransition(
            f"{job.number} is {job.get_status_display().lower()}: only a job under way can be "
            "sent back."
        )
    told = reason.strip()
    if not told:
        raise OperationOutOfOrder("Sending a job back needs a reason, got none.")
    if operation.status == JobOperation.Status.PENDING:
        raise OperationOutOfOrder(f"{job.number}: {kind} has not been started.")
    reopen(locked, kind, why=f"back to {kind}: {told}", actor=actor)
    write_down_outlook(order_ids=[locked.order.pk], is_date_revised=False)
    tell_progress(locked.order, actor)
    return job
