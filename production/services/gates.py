"""What must be so before an operation begins or ends. Every refusal names what is missing."""

from collections.abc import Iterable, Sequence

from django.db import connection

from config.locks import lock_rows
from production.errors import (
    IllegalTransition,
    KitIncomplete,
    MachineIncomplete,
    OperationOutOfOrder,
    WorkCenterFull,
)
from production.models import AssemblyJob, JobOperation, WorkCenter
from production.selectors.checks import open_checks
from production.selectors.picking import PickLine, pick_lines
from production.services.locked_job import LockedJob

Kind = JobOperation.Kind
Status = JobOperation.Status
MOST_NAMED = 5


def refuse_start(locked: LockedJob, operation: JobOperation) -> None:
    """Raises `OperationOutOfOrder`, `IllegalTransition`, `WorkCenterFull`, `MachineIncomplete`."""
    job = locked.job
    for earlier in locked.operations:
        if earlier.sequence < operation.sequence and earlier.status != Status.DONE:
            raise OperationOutOfOrder(
                f"{job.number}: {earlier.kind} is not done; {operation.kind} comes after it."
            )
    if operation.status != Status.PENDING:
        raise OperationOutOfOrder(f"{job.number}: {operation.kind} was started already.")
    # The first kitting asks for a job that is ready, which its change of state checks.
    if operation.kind != Kind.KITTING and job.status != AssemblyJob.Status.IN_PROGRESS:
        raise IllegalTransition(f"{job.number} is {job.get_status_display().lower()}.")
    if operation.kind == Kind.BOX:
        refuse_unless_tested(job)
        # What goes into the box beside the machine is scanned while it is packed.
        refuse_unless_complete(job, [line for line in _lines(job) if not line.is_boxed])
    refuse_beyond_limit(operation.kind)


def refuse_finish(locked: LockedJob, operation: JobOperation) -> None:
    """Raises `OperationOutOfOrder`, `KitIncomplete`, `MachineIncomplete`."""
    job = locked.job
    if operation.status != Status.IN_PROGRESS:
        state = "is done already" if operation.status == Status.DONE else "has not been started"
        raise OperationOutOfOrder(f"{job.number}: {operation.kind} {state}.")
    if operation.kind == Kind.KITTING:
        refuse_unless_picked(job, _lines(job))
    if operation.kind in {Kind.TEST, Kind.BOX}:
        refuse_unless_tested(job)
    if operation.kind == Kind.BOX:
        refuse_unless_complete(job, _lines(job))


LIMITED = "SELECT id FROM production_workcenter WHERE operation = %s AND wip_limit IS NOT NULL"
UNDER_WAY = """
SELECT job.number FROM production_joboperation AS operation
JOIN production_assemblyjob AS job ON job.id = operation.job_id AND job.status = 'in_progress'
WHERE operation.kind = %s AND operation.status = 'in_progress' ORDER BY operation.started_at
"""


def refuse_beyond_limit(kind: str) -> None:
    """Raises `WorkCenterFull`. Holds the work center's row, so that two cannot both be the last."""
    with connection.cursor() as cursor:
        cursor.execute(LIMITED, [kind])
        found = cursor.fetchone()
    if found is None:
        return
    (center,) = lock_rows(WorkCenter, found)
    with connection.cursor() as cursor:
        cursor.execute(UNDER_WAY, [kind])
        here = [number for (number,) in cursor.fetchall()]
    if center.wip_limit is not None and len(here) >= center.wip_limit:
        raise WorkCenterFull(
            f"{center.name}: {len(here)} of at most {center.wip_limit} jobs are under way "
            f"({_named(here)}). Finish one first."
        )


def refuse_unless_picked(job: AssemblyJob, lines: Sequence[PickLine]) -> None:
    """Raises `KitIncomplete`: what is not there, or what nobody has scanned."""
    short = [line for line in lines if line.requirement.short_quantity]
    if short:
        names = _named(f"{one.requirement.short_quantity} × {one.name}" for one in short)
        raise KitIncomplete(f"{job.number} is short of parts: {names}.")
    left = [line for line in lines if line.left]
    if left:
        names = _named(f"{one.left} × {one.name}" for one in left)
        raise KitIncomplete(
            f"{job.number}: not picked yet: {names}. "
            "Scan them, or say why they are confirmed by hand."
        )


def refuse_unless_tested(job: AssemblyJob) -> None:
    """Raises `MachineIncomplete` naming the checks that have not passed."""
    missing = open_checks(job)
    if missing:
        raise MachineIncomplete(
            f"{job.number}: not passed yet: {_named(check.text for check in missing)}."
        )


def refuse_unless_complete(job: AssemblyJob, lines: Iterable[PickLine]) -> None:
    """Raises `MachineIncomplete` naming the parts, or the serial numbers, that are missing."""
    looked_at = list(lines)
    absent = [
        one for one in looked_at if one.requirement.quantity > one.requirement.issued_quantity
    ]
    if absent:
        raise MachineIncomplete(
            f"{job.number}: not in the machine yet: "
            + _named(
                f"{one.requirement.quantity - one.requirement.issued_quantity} × {one.name}"
                for one in absent
            )
            + "."
        )
    missing = [one for one in looked_at if one.serials_missing]
    if missing:
        names = _named(f"{one.serials_missing} of {one.name}" for one in missing)
        raise MachineIncomplete(f"{job.number}: serial numbers are missing: {names}.")


def _lines(job: AssemblyJob) -> list[PickLine]:
    return pick_lines(job_ids=[job.pk])


def _named(names: Iterable[str]) -> str:
    """The first few, and how many more."""
    told = [name.rstrip(".") for name in names]
    more = [f"{len(told) - MOST_NAMED} more"] if len(told) > MOST_NAMED else []
    return ", ".join(told[:MOST_NAMED] + more)
