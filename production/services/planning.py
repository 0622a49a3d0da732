"""From a cleared order to jobs and pegged requirements: explode, net against the shelf, peg."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from config.audit.models import StateChange
from config.calendar import add_working_days
from config.locks import lock_rows
from config.outbox.bus import publish
from production.bom import Netted, Requirement, Snapshot, net
from production.errors import BillIncomplete, NotCleared
from production.events import MaterialRequired
from production.models import Allocation, AssemblyJob, JobOperation, MaterialRequirement, Part
from production.services import bills, stock
from production.services.outlook import write_down_outlook
from shop.models import Order, OrderLine, PaymentClearance
from shop.services.fulfilment import start_pre_production

Status = AssemblyJob.Status


@dataclass(frozen=True, slots=True)
class PlannedPart:
    """What one job needs of one part, and how much of it lies free."""

    job: int  # index among the order's jobs
    part: Part
    operation: str
    netted: Netted[tuple[int, int]]


@transaction.atomic
def plan_order(*, order_id: int) -> None:
    """Make one job for every machine of a released order, and say what its parts are.

    Idempotent: the order's row is locked, and jobs that exist are left alone; the database lets
    a unit have one job. The number of statements does not depend on the number of parts. Parts
    that lie free are reserved, first job first; what is short is announced by MaterialRequired.
    A cancelled order is left alone. Raises `NotCleared` and `BillIncomplete`.
    """
    (order,) = lock_rows(Order, [order_id])
    if order.status == Order.Status.CANCELLED:
        return
    jobs_of_it = AssemblyJob.objects.filter(clearance=OuterRef("pk"))
    clearance = PaymentClearance.objects.filter(order=order).annotate(is_planned=Exists(jobs_of_it))
    is_planned = clearance.values_list("is_planned", flat=True).first()
    if is_planned is None:
        raise NotCleared(f"{order.number}: its payment has not cleared; nothing may be made.")
    if is_planned:
        return
    today = timezone.localdate()
    machines = _machines(order)
    snapshots = _snapshots([line for line, _ in machines], today)
    parts = _net(machines, _part_needs(snapshots))
    jobs = _create_jobs(order, machines, snapshots, parts, today)
    _create_requirements(order, jobs, parts)
    start_pre_production(order_id=order.pk)
    write_down_outlook(order_ids=[order.pk], today=today)
    publish(MaterialRequired(order_id=order.pk))


def _machines(order: Order) -> list[tuple[OrderLine, int]]:
    """Every machine of the order: its line, and its number within the line."""
    lines = order.lines.select_related("configuration__version__product_model").order_by("pk")
    return [(line, unit) for line in lines for unit in range(1, line.quantity + 1)]


def _snapshots(lines: Sequence[OrderLine], today: date) -> dict[int, Snapshot]:
    """Order line → the as-ordered bill of its machines."""
    configurations = {line.pk: line.configuration for line in lines}
    snapshots = bills.snapshots(configurations.values(), on=today)
    return {pk: snapshots[one.sha256] for pk, one in configurations.items()}


def _part_needs(snapshots: Mapping[int, Snapshot]) -> dict[int, list[tuple[Part, int, str]]]:
    """Order line → what one machine of it needs: part, quantity, operation."""
    wanted = {line: snapshot.needs for line, snapshot in snapshots.items()}
    numbers = {need.part_number for of_line in wanted.values() for need in of_line}
    parts = {part.part_number: part for part in Part.objects.filter(part_number__in=numbers)}
    if missing := numbers - parts.keys():
        raise BillIncomplete(f"There is no part {min(missing)}.")
    return {
        line: [(parts[need.part_number], need.quantity, need.operation) for need in of_line]
        for line, of_line in wanted.items()
    }


def _net(
    machines: Sequence[tuple[OrderLine, int]],
    needed: dict[int, list[tuple[Part, int, str]]],
) -> list[PlannedPart]:
    """Reserve what lies free, under the lock of the parts' levels."""
    wanted = [
        (job, part, quantity, operation)
        for job, (line, _) in enumerate(machines)
        for part, quantity, operation in needed[line.pk]
    ]
    free = stock.lock_free_stock(part.pk for _, part, _, _ in wanted)
    netted = net(
        (Requirement((job, part.pk), part.pk, quantity) for job, part, quantity, _ in wanted), free
    )
    taken: dict[int, int] = {}
    for one in netted:
        taken[one.part] = taken.get(one.part, 0) + one.from_stock
    stock.reserve(taken)
    return [
        PlannedPart(job, part, operation, one)
        for (job, part, _, operation), one in zip(wanted, netted, strict=True)
    ]


def _create_jobs(
    order: Order,
    machines: Sequence[tuple[OrderLine, int]],
    snapshots: Mapping[int, Snapshot],
    parts: Sequence[PlannedPart],
    today: date,
) -> list[AssemblyJob]:
    short = {one.job for one in parts if one.netted.short}
    jobs = AssemblyJob.objects.bulk_create(
        AssemblyJob(
            number=f"{order.number}-{number}",
            clearance_id=order.pk,
            order_line=line,
            unit=unit,
            snapshot_id=snapshots[line.pk].sha256,
            status=Status.WAITING_FOR_PARTS if number - 1 in short else Status.READY,
            due_on=order.promised_ships_on or order.likely_ships_on,
            parts_due_on=None if number - 1 in short else add_working_days(today, 0),
        )
        for number, (line, unit) in enumerate(machines, start=1)
    )
    JobOperation.objects.bulk_create(
        JobOperation(job=job, kind=kind, sequence=sequence)
        for job in jobs
        for sequence, kind in enumerate(JobOperation.Kind, start=1)
    )
    StateChange.objects.bulk_create(
        StateChange(
            subject_type=AssemblyJob._meta.label_lower,
            subject_id=job.pk,
            to_state=job.status,
            actor="system",
            why="planned; parts are missing"
            if job.parts_due_on is None
            else "planned; parts are here",
        )
        for job in jobs
    )
    return jobs


def _create_requirements(
    order: Order, jobs: Sequence[AssemblyJob], parts: Sequence[PlannedPart]
) -> None:
    requirements = MaterialRequirement.objects.bulk_create(
        MaterialRequirement(
            clearance_id=order.pk,
            job=jobs[one.job],
            part=one.part,
            operation=one.operation,
            quantity=one.netted.from_stock + one.netted.short,
            allocated_quantity=one.netted.from_stock,
        )
        for one in parts
    )
    Allocation.objects.bulk_create(
        Allocation(requirement=requirement, quantity=requirement.allocated_quantity)
        for requirement in requirements
        if requirement.allocated_quantity
    )
