"""Which pieces are for which requirement: first come, first served, by due date, then by payment.

A peg is soft until the job's kitting starts: it may go to somebody else, as long as what is owed
to each is conserved. From then on, and for what was issued, it is hard.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Coalesce

from config.audit.services import change_statuses
from config.locks import lock_rows
from production.bom.netting import Requirement, net
from production.models import Allocation, AssemblyJob, MaterialRequirement
from production.services import stock
from production.services.free_supply import lock_free_supply
from production.services.outlook import write_down_outlook
from shop.models import Order

Status = AssemblyJob.Status
SOFT = (Status.WAITING_FOR_PARTS, Status.READY)
# A job under way lacks something only when a piece broke or was taken away.
LACKING = (Status.WAITING_FOR_PARTS, Status.IN_PROGRESS)
FIRST_SERVED = (F("job__due_on").asc(nulls_last=True), "clearance__cleared_at", "pk")


@dataclass(slots=True)
class Pegs:
    """What a requirement needs and has: pieces from the shelf (issued ones too), and by receipt."""

    requirement: MaterialRequirement
    quantity: int
    shelf: int = 0
    coming: dict[int, int] = field(default_factory=dict)

    @property
    def short(self) -> int:
        return self.quantity - self.shelf - sum(self.coming.values())

    @property
    def stands(self) -> tuple[int, int, dict[int, int]]:
        return self.quantity, self.shelf, dict(self.coming)


# The desired state of whole requirements; what stands already is not touched. One statement, so
# that a piece can go from one requirement to another without being nobody's or both's.
WRITE_PEGS = """
WITH state AS MATERIALIZED (
    SELECT * FROM unnest(%s::bigint[], %s::int[], %s::int[]) AS it (id, quantity, shelf)
), peg AS MATERIALIZED (
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::int[])
        AS it (requirement_id, receipt_id, pieces)
), needed AS (
    UPDATE production_materialrequirement AS need
    SET quantity = state.quantity, allocated_quantity = state.shelf
    FROM state
    WHERE need.id = state.id
      AND (need.quantity, need.allocated_quantity) <> (state.quantity, state.shelf)
), untied AS (
    DELETE FROM production_allocation AS old USING state
    WHERE old.requirement_id = state.id AND NOT EXISTS (
        SELECT FROM peg WHERE peg.requirement_id = old.requirement_id
          AND peg.receipt_id IS NOT DISTINCT FROM old.scheduled_receipt_id
    )
)
INSERT INTO production_allocation AS old (requirement_id, scheduled_receipt_id, quantity)
SELECT requirement_id, receipt_id, pieces FROM peg ORDER BY requirement_id, receipt_id
ON CONFLICT (requirement_id, scheduled_receipt_id) DO UPDATE SET quantity = excluded.quantity
WHERE old.quantity <> excluded.quantity
"""


def write_pegs(pegs: Sequence[Pegs]) -> None:
    """Write down what these requirements need and have, whatever they had before.

    The caller holds the locks of the receipts and levels and changes the levels.
    """
    if not pegs:
        return
    ties: list[tuple[int, int | None, int]] = []
    for one in pegs:
        pieces = [(None, one.shelf), *one.coming.items()]
        ties += [(one.requirement.pk, receipt, many) for receipt, many in pieces if many]
    columns = [list(column) for column in zip(*ties, strict=True)] or [[], [], []]
    states = [(one.requirement.pk, one.quantity, one.shelf) for one in pegs]
    with connection.cursor() as cursor:
        cursor.execute(
            WRITE_PEGS, [*(list(column) for column in zip(*states, strict=True)), *columns]
        )
    for one in pegs:
        one.requirement.quantity = one.quantity
        one.requirement.allocated_quantity = one.shelf


def pegs_of(requirements: Iterable[MaterialRequirement]) -> list[Pegs]:
    """What these requirements have, in their order. One statement."""
    found = {one.pk: Pegs(one, one.quantity) for one in requirements}
    rows = Allocation.objects.filter(requirement__in=found).values_list(
        "requirement_id", "scheduled_receipt_id", "quantity"
    )
    for requirement_id, receipt_id, pieces in rows:
        if receipt_id is None:
            found[requirement_id].shelf = pieces
        else:
            found[requirement_id].coming[receipt_id] = pieces
    return list(found.values())


def stand_in_line() -> None:
    """Until the transaction ends no other locks several orders at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('production.lock_orders'))")


def lock_orders(*, requirement_ids: Collection[int], part_ids: Collection[int]) -> set[int]:
    """Lock the orders of these requirements, and those that wait for free pieces of these parts.

    Orders come before stock in the order of locks, so this comes before any level is touched.
    Who waits may change until the second look of a service that calls this twice, so everybody
    who locks several orders stands in one line: out of their order nobody can meet.
    """
    stand_in_line()
    pegged = MaterialRequirement.objects.filter(pk__in=requirement_ids)
    order_ids = set(pegged.values_list("clearance_id", flat=True))
    order_ids |= set(_uncovered(part_ids).values_list("clearance_id", flat=True))
    lock_rows(Order, order_ids)
    return order_ids


def _uncovered(part_ids: Collection[int]) -> QuerySet[MaterialRequirement, Any]:
    """What open jobs need and neither shelf nor receipts cover, the first served first."""
    return (
        MaterialRequirement.objects.filter(
            part__in=part_ids, job__status__in=LACKING, quantity__gt=F("allocated_quantity")
        )
        .annotate(tied=Coalesce(Sum("allocations__quantity"), 0))
        .filter(quantity__gt=F("tied"))
        .order_by(*FIRST_SERVED)
    )


def serve_waiting(*, part_ids: Collection[int], order_ids: Collection[int]) -> set[int]:
    """Give what is free of these parts to the locked orders' jobs that nothing covers yet.

    From the shelf first, then from what is on its way; what is tied already stays. Returns the
    orders that were given something. The caller has locked what is free (`lock_free_supply`),
    makes complete jobs ready and writes the outlook down.
    """
    waiting = list(_uncovered(part_ids).filter(clearance__in=order_ids))
    return serve(pegs_of(waiting)) if waiting else set()


def serve(pegs: Sequence[Pegs]) -> set[int]:
    """Cover what these requirements are short of, as far as something is free, in their order.

    The caller has locked what is free.
    """
    part_ids = {one.requirement.part_id for one in pegs if one.short}
    free = {one.part_id: one for one in lock_free_supply(part_ids=part_ids, is_again=True)}
    taken: dict[int, int] = {}
    served = []
    wanted = (Requirement(one, one.requirement.part_id, one.short) for one in pegs if one.short)
    for netted in net(wanted, free):
        if netted.short == netted.quantity:
            continue
        taken[netted.part] = taken.get(netted.part, 0) + netted.from_stock
        netted.key.shelf += netted.from_stock
        for receipt, pieces in netted.coming:
            netted.key.coming[receipt] = netted.key.coming.get(receipt, 0) + pieces
        served.append(netted.key)
    stock.reserve(taken)
    write_pegs(served)
    return {one.requirement.clearance_id for one in served}


@transaction.atomic
def repeg(*, part_ids: Collection[int]) -> set[int]:
    """Deal out all soft pieces of these parts anew, to the earliest promise first.

    Pieces on the shelf, then those on their way, the nearest first. Jobs under way keep what they
    have. No fewer pieces of the shelf are promised than before, so none is orphaned. Returns the
    orders for which something moved. Locks orders, jobs, receipts, levels.
    """
    soft = MaterialRequirement.objects.filter(
        part__in=part_ids, job__status__in=SOFT, quantity__gt=0
    )
    stand_in_line()
    lock_rows(Order, soft.order_by().values_list("clearance_id", flat=True).distinct())
    # Read again under the locks: a job may have begun, and an order been planned or cancelled.
    jobs = soft.order_by().values_list("job_id", flat=True).distinct()
    locked = {job.pk for job in lock_rows(AssemblyJob, jobs) if job.status in SOFT}
    wanted = pegs_of(soft.filter(job__in=locked).order_by(*FIRST_SERVED))
    before = [one.stands for one in wanted]
    _deal(wanted, part_ids)
    moved = [one for one, stood in zip(wanted, before, strict=True) if one.stands != stood]
    write_pegs(moved)
    order_ids = {one.requirement.clearance_id for one in moved}
    settle_jobs(order_ids=order_ids, why="parts were dealt out anew")
    write_down_outlook(order_ids=order_ids)
    return order_ids


def _deal(wanted: Sequence[Pegs], part_ids: Collection[int]) -> None:
    """Put everything back into one heap a part and serve from it; keep the levels in step."""
    free = {it.part_id: it for it in lock_free_supply(part_ids=part_ids, is_tied_too=True)}
    change: dict[int, int] = {}
    for one in wanted:
        part_id = one.requirement.part_id
        supply = free[part_id]
        supply.shelf += one.shelf
        change[part_id] = change.get(part_id, 0) - one.shelf
        supply.coming = [
            (receipt, pieces + one.coming.get(receipt, 0)) for receipt, pieces in supply.coming
        ]
    requirements = [Requirement(one, one.requirement.part_id, one.quantity) for one in wanted]
    for netted in net(requirements, free):
        netted.key.shelf, netted.key.coming = netted.from_stock, dict(netted.coming)
        change[netted.part] += netted.from_stock
    stock.reserve(change)


def make_ready(*, order_ids: Iterable[int], actor: str) -> None:
    """Jobs of these orders that lack nothing any more can be kitted."""
    move_jobs(_whole(order_ids), to=Status.READY, why="the last part is here", actor=actor)


def settle_jobs(*, order_ids: Collection[int], why: str, actor: str = "system") -> None:
    """Jobs of these orders that are whole are ready, and those that are not wait."""
    move_jobs(_whole(order_ids), to=Status.READY, why=why, actor=actor)
    short = MaterialRequirement.objects.filter(
        clearance__in=order_ids, job__status=Status.READY, quantity__gt=F("allocated_quantity")
    )
    jobs = short.order_by().values_list("job_id", flat=True).distinct()
    move_jobs(jobs, to=Status.WAITING_FOR_PARTS, why=why, actor=actor)


WHOLE = """
SELECT job.id FROM production_assemblyjob AS job
JOIN production_materialrequirement AS need ON need.job_id = job.id
WHERE job.clearance_id = ANY (%s) AND job.status = %s
GROUP BY job.id HAVING sum(need.quantity) = sum(need.allocated_quantity)
"""


def _whole(order_ids: Iterable[int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(WHOLE, [list(order_ids), str(Status.WAITING_FOR_PARTS)])
        return [job_id for (job_id,) in cursor.fetchall()]


def move_jobs(job_ids: Iterable[int], *, to: str, why: str, actor: str = "system") -> None:
    """`change_status` for many jobs: three statements for any number."""
    wanted = list(job_ids)
    if not wanted:
        return
    change_statuses(lock_rows(AssemblyJob, wanted), to=to, why=why, actor=actor)
