"""A released order that will not be built: everything kept for it is free again."""

from django.db import transaction
from django.db.models import F, Sum

from config.audit.services import change_status
from config.locks import lock_rows
from production.models import Allocation, AssemblyJob, MaterialRequirement
from production.services.stock import LevelChange, change_levels, lock_free_stock
from shop.models import Order

CANCELLABLE = (AssemblyJob.Status.WAITING_FOR_PARTS, AssemblyJob.Status.READY)


@transaction.atomic
def cancel_jobs(*, order_id: int) -> None:
    """Cancel an order's jobs, put their parts back and let go of what is coming. Idempotent.

    Jobs that have begun are left alone: the shop does not cancel after the freeze. What suppliers
    still deliver finds nobody waiting and becomes free stock, booked as push.
    """
    lock_rows(Order, [order_id])
    open_jobs = AssemblyJob.objects.filter(clearance_id=order_id, status__in=CANCELLABLE)
    jobs = lock_rows(AssemblyJob, open_jobs.values_list("pk", flat=True))
    if not jobs:
        return
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
    for job in jobs:
        change_status(job, to=AssemblyJob.Status.CANCELLED, why="the order was cancelled")
