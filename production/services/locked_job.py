"""A job with everything that may change on the floor, locked: where each of its services begins."""

from dataclasses import dataclass

from django.db import connection

from config.audit.actors import who
from config.locks import lock_rows
from config.rows import rows_of
from production.errors import (
    IllegalTransition,
    JobOnHold,
    OperationOutOfOrder,
    UnknownJob,
    UnknownOperation,
)
from production.models import AssemblyJob, JobHold, JobOperation
from shop.models import Order

Kind = JobOperation.Kind
Status = JobOperation.Status


@dataclass(slots=True)
class LockedJob:
    """A job and its operations in order, under the locks of its order and itself."""

    order: Order
    job: AssemblyJob
    operations: list[JobOperation]

    def operation(self, kind: str) -> JobOperation:
        """Raises `UnknownOperation`."""
        for operation in self.operations:
            if operation.kind == kind:
                return operation
        raise UnknownOperation(
            f"{self.job.number} has no operation {kind!r}; expected one of {', '.join(Kind)}."
        )

    @property
    def under_way(self) -> JobOperation | None:
        """The operation that has begun and is not done."""
        return next((one for one in self.operations if one.status == Status.IN_PROGRESS), None)

    @property
    def next_up(self) -> JobOperation | None:
        """The first operation that is not done."""
        return next((one for one in self.operations if one.status != Status.DONE), None)


ORDER_OF = "SELECT clearance_id FROM production_assemblyjob WHERE id = %s"
OPERATIONS = "SELECT {columns} FROM {table} WHERE job_id = %s ORDER BY sequence"
HOLD = "SELECT {columns} FROM {table} WHERE job_id = %s AND lifted_at IS NULL"


def lock_job(job_id: int) -> LockedJob:
    """Lock a job, its order first. Raises `UnknownJob`."""
    with connection.cursor() as cursor:
        cursor.execute(ORDER_OF, [job_id])
        found = cursor.fetchone()
    if found is None:
        raise UnknownJob(f"There is no job with the id {job_id}.")
    (order,) = lock_rows(Order, found)
    (job,) = lock_rows(AssemblyJob, [job_id])
    return LockedJob(order, job, rows_of(JobOperation, OPERATIONS, [job_id]))


def refuse_on_hold(job: AssemblyJob) -> None:
    """Raises `JobOnHold` with the reason and who holds it."""
    for hold in rows_of(JobHold, HOLD, [job.pk]):
        raise JobOnHold(
            f"{job.number} is on hold ({hold.get_cause_display().lower()}): {hold.reason}. "
            f"Opened by {who(hold.opened_by)}."
        )


def refuse_unless_under_way(locked: LockedJob) -> JobOperation:
    """The operation that is under way. Raises `IllegalTransition` where none is, `JobOnHold`."""
    job = locked.job
    refuse_on_hold(job)
    if job.status not in {AssemblyJob.Status.READY, AssemblyJob.Status.IN_PROGRESS}:
        raise IllegalTransition(f"{job.number} is {job.get_status_display().lower()}.")
    if locked.under_way is None:
        next_up = locked.next_up
        name = next_up.get_kind_display().lower() if next_up else "nothing"
        raise OperationOutOfOrder(f"{job.number}: nothing is under way. Start {name} first.")
    return locked.under_way
