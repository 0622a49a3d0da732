"""A released order that will not be built: everything kept for it is free again."""

from collections.abc import Collection

from django.db import transaction

from config.locks import lock_rows
from production.models import AssemblyJob, MaterialRequirement
from production.services import stock
from production.services.free_supply import lock_free_supply
from production.services.origins import turn_orphans_into_push
from production.services.outlook import write_down_outlook
from production.services.pegging import (
    SOFT,
    lock_orders,
    make_ready,
    move_jobs,
    pegs_of,
    serve_waiting,
    write_pegs,
)

Status = AssemblyJob.Status


@transaction.atomic
def cancel_jobs(*, order_id: int) -> None:
    """Cancel an order's jobs, put their parts back and let go of what is coming. Idempotent.

    Jobs that have begun are left alone: the shop does not cancel after the freeze. What is free
    now, on the shelf and on its way, goes to whoever has nothing yet; nobody else's pegs move.
    """
    requirements = MaterialRequirement.objects.filter(clearance=order_id)
    order_ids = lock_orders(
        requirement_ids=requirements.values_list("pk", flat=True),
        part_ids=requirements.values_list("part_id", flat=True),
    )
    open_jobs = AssemblyJob.objects.filter(clearance=order_id, status__in=SOFT)
    jobs = lock_rows(AssemblyJob, open_jobs.values_list("pk", flat=True))
    if not jobs:
        return
    given_back = release(job_ids=[job.pk for job in jobs])
    move_jobs([job.pk for job in jobs], to=Status.CANCELLED, why="the order was cancelled")
    served = serve_waiting(part_ids=given_back, order_ids=order_ids - {order_id})
    make_ready(order_ids=served, actor="system")
    turn_orphans_into_push(
        part_ids=given_back, reference=f"cancelled order {order_id}", actor="system"
    )
    write_down_outlook(order_ids=served)


def release(*, job_ids: Collection[int]) -> set[int]:
    """Untie all supply from these jobs, which have not begun; the parts of which some is free."""
    kept = pegs_of(
        MaterialRequirement.objects.filter(job__in=job_ids, allocations__isnull=False).distinct()
    )
    part_ids = {one.requirement.part_id for one in kept}
    lock_free_supply(part_ids=part_ids, is_tied_too=True)
    freed: dict[int, int] = {}
    for one in kept:
        freed[one.requirement.part_id] = freed.get(one.requirement.part_id, 0) - one.shelf
        one.shelf, one.coming = 0, {}
    stock.reserve(freed)
    write_pegs(kept)
    return part_ids
