"""Free stock goes to whoever waits for it: by due date, then by payment.

Used wherever pieces become free: counted, delivered beyond what was pegged, given back.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Coalesce

from config.audit.services import change_status
from config.locks import lock_rows
from production.bom import Requirement, net
from production.models import Allocation, AssemblyJob, MaterialRequirement
from production.services import stock
from shop.models import Order

WAITING = AssemblyJob.Status.WAITING_FOR_PARTS
# A job under way lacks something only when a piece broke or was taken away.
LACKING = (WAITING, AssemblyJob.Status.IN_PROGRESS)


def lock_orders(*, requirement_ids: Collection[int], part_ids: Collection[int]) -> set[int]:
    """Lock the orders of these requirements, and those that wait for free pieces of these parts.

    Orders come before stock in the order of locks, so this comes before any level is touched.
    """
    pegged = MaterialRequirement.objects.filter(pk__in=requirement_ids)
    order_ids = set(pegged.values_list("clearance_id", flat=True))
    order_ids |= set(_uncovered(part_ids).values_list("clearance_id", flat=True))
    lock_rows(Order, order_ids)
    return order_ids


def serve_waiting(*, part_ids: Collection[int], order_ids: Collection[int]) -> None:
    """Give what lies free of these parts to the locked orders' jobs that nothing covers yet.

    The caller makes complete jobs ready and writes the outlook down.
    """
    waiting = {
        requirement.pk: requirement
        for requirement in _uncovered(part_ids).filter(clearance__in=order_ids)
    }
    if not waiting:
        return
    netted = net(
        (Requirement(one.pk, one.part_id, one.quantity - one.tied) for one in waiting.values()),
        stock.lock_free_stock(part_ids),
    )
    taken: dict[int, int] = {}
    served = []
    for one in netted:
        if one.from_stock:
            taken[one.part] = taken.get(one.part, 0) + one.from_stock
            waiting[one.key].allocated_quantity += one.from_stock
            served.append(waiting[one.key])
    stock.reserve(taken)
    allocate_from_shelf(served)


def _uncovered(part_ids: Collection[int]) -> QuerySet[MaterialRequirement, Any]:
    """What waiting jobs need and neither shelf nor receipts cover, the first served first."""
    return (
        MaterialRequirement.objects.filter(part__in=part_ids, job__status__in=LACKING)
        .annotate(tied=Coalesce(Sum("allocations__quantity"), 0))
        .filter(quantity__gt=F("tied"))
        .order_by(F("job__due_on").asc(nulls_last=True), "clearance__cleared_at", "pk")
    )


def allocate_from_shelf(requirements: Sequence[MaterialRequirement]) -> None:
    """Write down the requirements' new `allocated_quantity`, as number and as allocation."""
    MaterialRequirement.objects.bulk_update(requirements, ["allocated_quantity"])
    Allocation.objects.bulk_create(
        # All that a requirement has from the shelf is one allocation.
        [Allocation(requirement=one, quantity=one.allocated_quantity) for one in requirements],
        update_conflicts=True,
        unique_fields=["requirement", "scheduled_receipt"],
        update_fields=["quantity"],
    )


def make_ready(*, order_ids: Iterable[int], actor: str) -> None:
    """Jobs of these orders that lack nothing any more can be kitted."""
    complete = (
        AssemblyJob.objects.filter(clearance__in=order_ids, status=WAITING)
        .annotate(
            needed=Sum("requirements__quantity"), here=Sum("requirements__allocated_quantity")
        )
        .filter(needed=F("here"))
        .values_list("pk", flat=True)
    )
    for job in lock_rows(AssemblyJob, complete):
        change_status(job, to=AssemblyJob.Status.READY, why="the last part is here", actor=actor)
