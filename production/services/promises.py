"""Who holds what lies on the shelf, and how a promise is taken back when pieces drop out."""

from typing import Any

from django.db.models import Case, F, IntegerField, QuerySet, When

from config.audit.services import change_status
from config.locks import lock_rows
from config.outbox.bus import publish
from production.errors import ShortOfStock
from production.events import MaterialShortAgain
from production.models import Allocation, AssemblyJob, MaterialRequirement
from production.selectors import open_shortages
from production.services.stock import reserve

MOST_NAMED = 5
Status = AssemblyJob.Status


def holders(part_id: int) -> QuerySet[MaterialRequirement, Any]:
    """Requirements that pieces on the shelf are kept for; the first to give them up first.

    Jobs that have not begun give theirs up before the one that is being kitted, and the one that
    ships last before the others.
    """
    return (
        MaterialRequirement.objects.filter(
            part=part_id, allocated_quantity__gt=F("issued_quantity")
        )
        .exclude(job__status__in=[Status.DONE, Status.SCRAPPED, Status.CANCELLED])
        .annotate(
            has_begun=Case(
                When(job__status=Status.IN_PROGRESS, then=1),
                default=0,
                output_field=IntegerField(),
            )
        )
        .select_related("job")
        .order_by("has_begun", F("job__due_on").desc(nulls_first=True), "-clearance_id", "-pk")
    )


def holders_in_words(part_id: int) -> str:
    """Who has what lies there: so many for this job, so many for that; empty: nobody."""
    rows = list(holders(part_id))
    named = [
        f"{one.allocated_quantity - one.issued_quantity} for {one.job.number}"
        for one in reversed(rows)
    ]
    more = [f"{len(named) - MOST_NAMED} more jobs"] if len(named) > MOST_NAMED else []
    return f"Kept: {', '.join(named[:MOST_NAMED] + more)}." if named else ""


def take_back(*, part_id: int, pieces: int, why: str, actor: str) -> set[int]:
    """Free so many promised pieces of a part; returns the orders that are short again.

    The caller holds the locks of the orders, and of the part's level. Jobs that were ready wait
    for parts again. Raises `ShortOfStock` when fewer are promised.
    """
    left = pieces
    changed: list[MaterialRequirement] = []
    for one in holders(part_id):
        taken = min(left, one.allocated_quantity - one.issued_quantity)
        if not taken:
            break
        one.allocated_quantity -= taken
        left -= taken
        changed.append(one)
    if left:
        raise ShortOfStock(f"Expected {pieces} promised pieces, found {pieces - left}.")
    reserve({part_id: -pieces})
    MaterialRequirement.objects.bulk_update(changed, ["allocated_quantity"])
    kept = Allocation.objects.filter(requirement__in=changed, scheduled_receipt__isnull=True)
    kept.filter(requirement__allocated_quantity=0).delete()
    rest = list(kept.select_related("requirement"))
    for allocation in rest:
        allocation.quantity = allocation.requirement.allocated_quantity
    Allocation.objects.bulk_update(rest, ["quantity"])
    ready = {one.job_id for one in changed if one.job.status == Status.READY}
    for job in lock_rows(AssemblyJob, ready):
        change_status(job, to=Status.WAITING_FOR_PARTS, why=why, actor=actor)
    return {one.clearance_id for one in changed}


def tell_who_is_short(*, order_ids: set[int], since: str) -> None:
    """Publish that these orders lack parts again, where they do. `since`: once for each cause."""
    for order_id in sorted(order_ids):
        if open_shortages(order_id):
            publish(MaterialShortAgain(order_id=order_id, since=since))
