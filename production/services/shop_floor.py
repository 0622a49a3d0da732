"""Operations of a job: kitting, build, test, box, each started and finished in this order."""

from django.db import connection, transaction
from django.utils import timezone

from config.audit.services import change_status
from production.models import AssemblyJob, JobOperation
from production.services.attempts import keep_attempts
from production.services.gates import refuse_finish, refuse_start
from production.services.issuing import issue_requirements
from production.services.locked_job import Kind, LockedJob, lock_job, refuse_on_hold
from production.services.outlook import write_down_outlook
from production.services.picking import confirm_rest_by_hand
from production.services.scanned_facts import scanned_tracking
from production.services.sources import write_down_sources
from shop.models import Order
from shop.services.fulfilment import freeze_order, record_progress, record_shipment
from shop.services.setbacks import record_standing

Status = JobOperation.Status
GONE = (AssemblyJob.Status.SCRAPPED, AssemblyJob.Status.CANCELLED)
# What the shop calls the stage of an order when its least advanced machine has begun it.
STAGES = {Kind.BUILD: "build", Kind.TEST: "test", Kind.BOX: "boxing"}


@transaction.atomic
def start_operation(*, job_id: int, kind: str, actor: str) -> AssemblyJob:
    """Begin an operation of a job. The first kitting of an order freezes it.

    Raises `OperationOutOfOrder` when the one before is not done or this one has begun,
    `IllegalTransition` when the job is not ready, `JobOnHold`, `WorkCenterFull` when as many jobs
    are under way there as may be, `MachineIncomplete` when something is missing before the box,
    and `UnknownJob`, `UnknownOperation`.
    """
    locked = lock_job(job_id)
    operation = locked.operation(kind)
    refuse_on_hold(locked.job)
    refuse_start(locked, operation)
    # After a rework the job is under way already.
    if kind == Kind.KITTING and locked.job.status != AssemblyJob.Status.IN_PROGRESS:
        change_status(locked.job, to=AssemblyJob.Status.IN_PROGRESS, why="kitting", actor=actor)
        freeze_order(order_id=locked.order.pk, actor=actor)
    operation.started_at = timezone.now()
    operation.done_by = actor[:120]
    _move(operation, Status.IN_PROGRESS, actor, beside=["started_at", "done_by"])
    tell_progress(locked.order, actor)
    return locked.job


@transaction.atomic
def finish_operation(
    *, job_id: int, kind: str, actor: str, tracking_number: str = "", by_hand: str = ""
) -> AssemblyJob:
    """End an operation of a job. Kitting takes its parts from the shelf; the last box ships.

    Kitting ends when every piece was scanned. `by_hand`: why the rest counts as picked all the
    same; it is written down line by line. Raises `OperationOutOfOrder` when it is not under way,
    `JobOnHold`, `KitIncomplete`, `MachineIncomplete` (naming checks or serials that are missing),
    `UnknownJob`, `UnknownOperation`.
    """
    locked = lock_job(job_id)
    operation = locked.operation(kind)
    refuse_on_hold(locked.job)
    if by_hand.strip() and kind == Kind.KITTING and operation.status == Status.IN_PROGRESS:
        confirm_rest_by_hand(locked, reason=by_hand, actor=actor)
    refuse_finish(locked, operation)
    operation.finished_at = timezone.now()
    operation.done_by = actor[:120]
    _move(operation, Status.DONE, actor, beside=["finished_at", "done_by"])
    if kind == Kind.KITTING:
        _issue(locked.job, actor)
    if kind in {Kind.KITTING, Kind.BUILD}:
        write_down_outlook(order_ids=[locked.order.pk], is_date_revised=False)
    if kind == Kind.BOX:
        change_status(locked.job, to=AssemblyJob.Status.DONE, why="boxed", actor=actor)
        _ship_if_last(locked.order, tracking_number, actor)
    return locked.job


def reopen(locked: LockedJob, kind: str, *, why: str, actor: str) -> list[JobOperation]:
    """Make this operation and what comes after it pending again; those that had begun.

    When each was planned, began and ended before is kept as an attempt.
    """
    first = locked.operation(kind)
    reopened = [
        one
        for one in locked.operations
        if one.sequence >= first.sequence and one.status != Status.PENDING
    ]
    keep_attempts(reopened, why=why)
    for one in reversed(reopened):
        one.started_at = one.finished_at = None
        one.rework_count += 1
        beside = ["started_at", "finished_at", "rework_count"]
        change_status(one, to=Status.PENDING, why=why, actor=actor, beside=beside)
    return reopened


def _move(operation: JobOperation, to: str, actor: str, *, beside: list[str]) -> None:
    change_status(operation, to=to, why=operation.kind, actor=actor, beside=beside)


def _issue(job: AssemblyJob, actor: str) -> None:
    """Take everything the job needs from the shelf: it was reserved, so it is there."""
    requirements = list(job.requirements.all())
    issue_requirements(requirements=requirements, reference=job.number, actor=actor)
    write_down_sources(requirements=requirements)


def tell_progress(order: Order, actor: str) -> None:
    """An order is as far as its least advanced machine; a machine that is put right is behind."""
    furthest: dict[int, int] = {}
    standing: dict[int, int] = {}
    for job_id, sequence, status in _steps(order):
        has_begun = status != Status.PENDING
        furthest[job_id] = max(furthest.get(job_id, 0), sequence if has_begun else 0)
        if status != Status.DONE:
            standing[job_id] = min(standing.get(job_id, sequence), sequence)
    least = min(furthest.values(), default=0)
    kind = list(Kind)[least - 1] if least else None
    if kind in STAGES:
        record_progress(order_id=order.pk, stage=STAGES[kind], actor=actor)
    behind = min(standing.values(), default=len(Kind))
    stage = STAGES.get(list(Kind)[behind - 1], "kitting")
    record_standing(order_id=order.pk, stage=stage, actor=actor)


# Of the machines that are made; instead of one that was scrapped another one is.
STEPS = """
SELECT step.job_id, step.sequence, step.status FROM production_assemblyjob AS job
JOIN production_joboperation AS step ON step.job_id = job.id
WHERE job.clearance_id = %s AND job.status <> ALL (%s)
"""


def _steps(order: Order) -> list[tuple[int, int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(STEPS, [order.pk, [str(status) for status in GONE]])
        return list(cursor.fetchall())


def _ship_if_last(order: Order, tracking_number: str, actor: str) -> None:
    # Instead of a machine that was scrapped another one is made.
    unfinished = AssemblyJob.objects.filter(clearance_id=order.pk).exclude(
        status__in=[AssemblyJob.Status.DONE, *GONE]
    )
    if not unfinished.exists():
        record_shipment(
            order_id=order.pk,
            carrier=order.shipping_method.name,
            tracking_number=tracking_number or scanned_tracking(order.pk),
            actor=actor,
        )
