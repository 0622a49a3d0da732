"""Jobs on the shop floor: kitting, build, test, box, each started and finished in this order."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from config.audit.services import change_status
from config.locks import lock_rows
from production.errors import IllegalTransition, OperationOutOfOrder, UnknownJob, UnknownOperation
from production.models import AssemblyJob, JobOperation
from production.services.issuing import issue_requirements
from production.services.outlook import write_down_outlook
from shop.models import Order
from shop.services.fulfilment import freeze_order, record_progress, record_shipment

Kind = JobOperation.Kind
Done = JobOperation.Status.DONE
# What the shop calls the stage of an order when its least advanced machine has begun it.
STAGES = {Kind.BUILD: "build", Kind.TEST: "test", Kind.BOX: "boxing"}


@dataclass(slots=True)
class Floor:
    """A job and its operations, all locked."""

    order: Order
    job: AssemblyJob
    operations: list[JobOperation]

    def operation(self, kind: str) -> JobOperation:
        for operation in self.operations:
            if operation.kind == kind:
                return operation
        raise UnknownOperation(
            f"{self.job.number} has no operation {kind!r}; expected one of {', '.join(Kind)}."
        )


@transaction.atomic
def start_operation(*, job_id: int, kind: str, actor: str) -> AssemblyJob:
    """Begin an operation of a job. The first kitting of an order freezes it.

    Raises `OperationOutOfOrder` when the one before is not done or this one has begun,
    `IllegalTransition` when the job is not ready, and `UnknownJob`, `UnknownOperation`.
    """
    floor = _lock(job_id)
    operation = floor.operation(kind)
    for earlier in floor.operations:
        if earlier.sequence < operation.sequence and earlier.status != Done:
            raise OperationOutOfOrder(
                f"{floor.job.number}: {earlier.kind} is not done; {kind} comes after it."
            )
    if operation.status != JobOperation.Status.PENDING:
        raise OperationOutOfOrder(f"{floor.job.number}: {kind} was started already.")
    if kind == Kind.KITTING:
        change_status(floor.job, to=AssemblyJob.Status.IN_PROGRESS, why="kitting", actor=actor)
        freeze_order(order_id=floor.order.pk, actor=actor)
    elif floor.job.status != AssemblyJob.Status.IN_PROGRESS:
        raise IllegalTransition(f"{floor.job.number} is {floor.job.get_status_display().lower()}.")
    operation.started_at = timezone.now()
    operation.done_by = actor
    _move(operation, JobOperation.Status.IN_PROGRESS, actor, fields=["started_at", "done_by"])
    _tell_progress(floor.order, actor)
    return floor.job


@transaction.atomic
def finish_operation(
    *, job_id: int, kind: str, actor: str, tracking_number: str = ""
) -> AssemblyJob:
    """End an operation of a job. Kitting takes its parts from the shelf; the last box ships.

    Raises `OperationOutOfOrder` when it is not under way, `UnknownJob`, `UnknownOperation`.
    """
    floor = _lock(job_id)
    operation = floor.operation(kind)
    if operation.status != JobOperation.Status.IN_PROGRESS:
        state = "is done already" if operation.status == Done else "has not been started"
        raise OperationOutOfOrder(f"{floor.job.number}: {kind} {state}.")
    operation.finished_at = timezone.now()
    operation.done_by = actor
    _move(operation, Done, actor, fields=["finished_at", "done_by"])
    if kind == Kind.KITTING:
        _issue(floor.job, actor)
    if kind in {Kind.KITTING, Kind.BUILD}:
        write_down_outlook(order_ids=[floor.order.pk], is_date_revised=False)
    if kind == Kind.BOX:
        change_status(floor.job, to=AssemblyJob.Status.DONE, why="boxed", actor=actor)
        _ship_if_last(floor.order, tracking_number, actor)
    return floor.job


def _lock(job_id: int) -> Floor:
    order_id = AssemblyJob.objects.filter(pk=job_id).values_list("clearance_id", flat=True).first()
    if order_id is None:
        raise UnknownJob(f"There is no job with the id {job_id}.")
    (order,) = lock_rows(Order, [order_id])
    (job,) = lock_rows(AssemblyJob, [job_id])
    return Floor(order, job, list(job.operations.order_by("sequence")))


def _move(operation: JobOperation, to: str, actor: str, *, fields: list[str]) -> None:
    operation.save(update_fields=fields)
    change_status(operation, to=to, why=operation.kind, actor=actor)


def _issue(job: AssemblyJob, actor: str) -> None:
    """Take everything the job needs from the shelf: it was reserved, so it is there."""
    issue_requirements(requirements=list(job.requirements.all()), reference=job.number, actor=actor)


def _tell_progress(order: Order, actor: str) -> None:
    """An order is as far as its least advanced machine."""
    begun = JobOperation.objects.filter(job__clearance_id=order.pk).exclude(
        job__status=AssemblyJob.Status.CANCELLED
    )
    furthest: dict[int, int] = {}
    for job_id, sequence, status in begun.values_list("job_id", "sequence", "status"):
        has_begun = status != JobOperation.Status.PENDING
        furthest[job_id] = max(furthest.get(job_id, 0), sequence if has_begun else 0)
    least = min(furthest.values(), default=0)
    kind = list(Kind)[least - 1] if least else None
    if kind in STAGES:
        record_progress(order_id=order.pk, stage=STAGES[kind], actor=actor)


def _ship_if_last(order: Order, tracking_number: str, actor: str) -> None:
    unfinished = AssemblyJob.objects.filter(clearance_id=order.pk).exclude(
        status__in=[AssemblyJob.Status.DONE, AssemblyJob.Status.CANCELLED]
    )
    if not unfinished.exists():
        record_shipment(
            order_id=order.pk,
            carrier=order.shipping_method.name,
            tracking_number=tracking_number,
            actor=actor,
        )
