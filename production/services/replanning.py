"""An order whose configuration was changed before its freeze: only the difference is planned."""

from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction
from django.utils import timezone

from config.audit.services import record_state
from config.errors import IllegalTransition
from config.locks import lock_rows
from production.bom import Need, Snapshot, net_needs
from production.errors import BillIncomplete
from production.models import AssemblyJob, MaterialRequirement
from production.services import bills, stock
from production.services.free_supply import PartSupply, lock_free_supply
from production.services.pegging import (
    SOFT,
    Pegs,
    lock_orders,
    pegs_of,
    serve,
    serve_waiting,
    write_pegs,
)
from production.services.planning import plan_order
from production.services.requiring import settle, trim
from shop.models import Order

WHY = "the configuration was changed"


@transaction.atomic
def replan_order(*, order_id: int) -> None:
    """Bring an order's jobs to the configurations that its lines have now. Idempotent.

    A job whose configuration is the same keeps its snapshot, however the bills have changed. Of
    the others, requirements that are the same keep their pegs; what is not needed any more is
    free for others, what is needed newly is pegged or announced as short. An order that has no
    jobs yet is planned. Raises `IllegalTransition` when a job that must change has begun, and
    `BillIncomplete`.
    """
    lines = MaterialRequirement.objects.filter(clearance=order_id)
    order_ids = lock_orders(
        requirement_ids=lines.values_list("pk", flat=True),
        part_ids=lines.values_list("part_id", flat=True),
    )
    if not order_ids:
        plan_order(order_id=order_id)
        return
    changed = _changed(order_id)
    if not changed:
        return
    snapshots = bills.snapshots(
        {job.order_line.configuration.sha256 for job in changed}, on=timezone.localdate()
    )
    touched = _apply(changed, snapshots)
    for job in changed:
        job.snapshot_id = snapshots[job.order_line.configuration.sha256].sha256
        record_state(job, from_state=job.status, why=WHY)
    AssemblyJob.objects.bulk_update(changed, ["snapshot"])
    served = serve_waiting(
        part_ids={one.requirement.part_id for one in touched}, order_ids=order_ids - {order_id}
    )
    settle(touched, why=WHY, actor="system", others=served)


def _changed(order_id: int) -> list[AssemblyJob]:
    """The jobs, locked, that are to be built to another configuration than they were planned to."""
    (order,) = lock_rows(Order, [order_id])
    if order.status == Order.Status.CANCELLED:
        return []
    jobs = AssemblyJob.objects.filter(clearance=order_id)
    lock_rows(AssemblyJob, jobs.values_list("pk", flat=True))
    changed = [
        job
        for job in jobs.select_related("snapshot", "order_line__configuration").order_by("pk")
        if job.status != AssemblyJob.Status.CANCELLED
        and job.snapshot.configuration_sha256 != job.order_line.configuration.sha256
    ]
    for job in changed:
        if job.status not in SOFT:
            raise IllegalTransition(
                f"{job.number} is {job.get_status_display().lower()}: what it is cannot change."
            )
    return changed


def _apply(jobs: Sequence[AssemblyJob], snapshots: Mapping[str, Snapshot]) -> list[Pegs]:
    """Change the jobs' requirements where they differ; returns those."""
    had = MaterialRequirement.objects.filter(job__in=jobs)
    numbers = {line.part_number for one in snapshots.values() for line in one.lines}
    supplies = {
        one.part_number: one
        for one in lock_free_supply(
            part_numbers=numbers,
            part_ids=had.values_list("part_id", flat=True).distinct(),
            is_tied_too=True,
        )
    }
    pegs = {(one.requirement.job_id, one.requirement.part_id): one for one in pegs_of(had)}
    wanted: dict[tuple[int, int], Need] = {}
    for job in jobs:
        of_job = {part: one for (job_id, part), one in pegs.items() if job_id == job.pk}
        for need in _needs(snapshots[job.order_line.configuration.sha256], supplies, of_job):
            if need.part_number not in supplies:
                raise BillIncomplete(f"{job.number}: there is no part {need.part_number}.")
            wanted[job.pk, supplies[need.part_number].part_id] = need
    _add_missing(jobs, wanted, pegs)
    return _difference(wanted, pegs)


def _needs(
    snapshot: Snapshot, supplies: Mapping[str, PartSupply], of_job: Mapping[int, Pegs]
) -> Iterable[Need]:
    """What the machine takes; a stocked sub-assembly may be one that it has already."""
    if not snapshot.has_stocked:
        return snapshot.needs

    own = {part_id: one.shelf for part_id, one in of_job.items()}

    def lying_there(part_number: str, wanted: int) -> int:
        supply = supplies[part_number]
        kept = min(wanted, own.get(supply.part_id, 0))
        taken = min(wanted - kept, supply.shelf)
        own[supply.part_id] = own.get(supply.part_id, 0) - kept
        supply.shelf -= taken
        return kept + taken

    return net_needs(snapshot.lines, lying_there)


def _add_missing(
    jobs: Sequence[AssemblyJob],
    wanted: Mapping[tuple[int, int], Need],
    pegs: dict[tuple[int, int], Pegs],
) -> None:
    clearance = {job.pk: job.clearance_id for job in jobs}
    made = MaterialRequirement.objects.bulk_create(
        MaterialRequirement(
            clearance_id=clearance[job_id],
            job_id=job_id,
            part_id=part_id,
            operation=need.operation,
            quantity=0,
        )
        for (job_id, part_id), need in wanted.items()
        if (job_id, part_id) not in pegs
    )
    for one in made:
        pegs[one.job_id, one.part_id] = Pegs(one, 0)


def _difference(
    wanted: Mapping[tuple[int, int], Need], pegs: Mapping[tuple[int, int], Pegs]
) -> list[Pegs]:
    touched = []
    freed: dict[int, int] = {}
    for key, one in sorted(pegs.items()):
        quantity = wanted[key].quantity if key in wanted else 0
        if quantity == one.quantity:
            continue
        if quantity < one.quantity:
            part_id = one.requirement.part_id
            freed[part_id] = freed.get(part_id, 0) - trim(one, quantity)
        one.quantity = quantity
        touched.append(one)
    stock.reserve(freed)
    write_pegs(touched)
    serve([one for one in touched if one.short])
    return touched
