"""A released order that will not be built: everything kept for it is free again."""

from django.db import transaction
from django.db.models import F, Sum

from config.audit.services import change_status
from config.locks import lock_rows
from production.models import Allocation, AssemblyJob, MaterialRequirement
from production.services.origins import turn_orphans_into_push
from production.services.outlook import write_down_outlook
from production.services.pegging import lock_orders, make_ready, serve_waiting
from production.services.stock import LevelChange, change_levels, lock_free_stock

CANCELLABLE = (AssemblyJob.Status.WAITING_FOR_PARTS, AssemblyJob.Status.READY)


@transaction.atomic
def cancel_jobs(*, order_id: int) -> None:
    """Cancel an order's jobs, put their parts back and let go of what is coming. Idempotent.

    Jobs that have begun are left alone: the shop does not cancel after the freeze. Pieces that
    were kept go to whoever waits for them; what suppliers still deliver becomes free stock.
    """
    requirements = MaterialRequirement.objects.filter(clearance=order_id)
    order_ids = lock_orders(
        requirement_ids=requirements.values_list("pk", flat=True),
        part_ids=requirements.values_list("part_id", flat=True),
    )
    open_jobs = AssemblyJob.objects.filter(clearance=order_id, status__in=CANCELLABLE)
    jobs = lock_rows(AssemblyJob, open_jobs.values_list("pk", flat=True))
    if not jobs:
        return
    given_back = _give_back(jobs)
    for job in jobs:
        change_status(job, to=AssemblyJob.Status.CANCELLED, why="the order was cancelled")
    others = order_ids - {order_id}
    serve_waiting(part_ids=given_back, order_ids=others)
    make_ready(order_ids=others, actor="system")
    turn_orphans_into_push(
        part_ids=given_back, reference=f"cancelled order {order_id}", actor="system"
    )
    write_down_outlook(order_ids=others)


def _give_back(jobs: list[AssemblyJob]) -> list[int]:
    """Untie all supply from these jobs; returns the parts that lie free again."""
    kept = Allocation.objects.filter(requirement__job__in=jobs)
    on_shelf = dict(
        kept.filter(scheduled_receipt__isnull=True)
        .values(part=F("requirement__part_id"))
        .annotate(pieces=Sum("quantity"))
        .values_list("part", "pieces")
    )
    lock_free_stock(on_shelf)
    change_levels([LevelChange(part, allocated=-pieces) for part, pieces in on_shelf.items()])
    kept.delete()
    MaterialRequirement.objects.filter(job__in=jobs).update(allocated_quantity=0)
    return list(on_shelf)
