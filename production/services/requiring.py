"""A planned job needs something else than its bill said: more of a part, or another one instead."""

from collections.abc import Sequence
from uuid import uuid4

from django.db import transaction

from config.audit.services import record_state
from config.errors import IllegalTransition
from config.locks import lock_rows
from config.outbox.bus import publish
from production.errors import RequirementRefused, UnknownRequirement
from production.events import MaterialShortAgain
from production.models import AssemblyJob, MaterialRequirement
from production.selectors.plant import OPEN_JOBS
from production.services import stock
from production.services.free_supply import lock_free_supply
from production.services.origins import turn_orphans_into_push
from production.services.outlook import write_down_outlook
from production.services.pegging import (
    Pegs,
    lock_orders,
    pegs_of,
    serve,
    serve_waiting,
    settle_jobs,
    write_pegs,
)


@transaction.atomic
def require_more(
    *, requirement_id: int, quantity: int, why: str, actor: str
) -> MaterialRequirement:
    """A job needs `quantity` pieces more than planned. Not idempotent: the caller is.

    What is free is tied to it at once, what is short is announced by `MaterialShortAgain`; a job
    that was ready waits. Locks orders, job, receipts, levels. Raises `RequirementRefused` for
    less than one piece, `IllegalTransition` when the job is over, `UnknownRequirement`.
    """
    if quantity < 1:
        raise RequirementRefused(f"Expected one piece more or several, got {quantity}.")
    one = _requirement(requirement_id)
    lock_orders(requirement_ids=[one.pk], part_ids=())
    job = _open_job(one)
    (pegs,) = pegs_of(lock_rows(MaterialRequirement, [one.pk]))
    pegs.quantity += quantity
    lock_free_supply(part_ids=[one.part_id])
    write_pegs([pegs])
    serve([pegs])
    record_state(job, from_state=job.status, why=f"{quantity} more {one.part}: {why}", actor=actor)
    settle([pegs], why=why, actor=actor)
    return pegs.requirement


@transaction.atomic
def replace_requirement(
    *,
    requirement_id: int,
    part_id: int,
    why: str,
    actor: str,
    pieces: int | None = None,
    quantity: int | None = None,
) -> MaterialRequirement:
    """Another part takes the place of what a job has not taken yet of a requirement.

    `pieces` of the old part (None: all that are left) are replaced by `quantity` (None: as many)
    of the new one; what was kept and coming of the old is free for others. Whether the new part
    is an approved alternate is the caller's to know. Returns the requirement of the new part.
    Locks orders, job, receipts, levels. Raises `RequirementRefused` when so many are not left or
    the part is the same, `IllegalTransition` when the job is over, `UnknownRequirement`.
    """
    one = _requirement(requirement_id)
    order_ids = lock_orders(requirement_ids=[one.pk], part_ids=[one.part_id])
    job = _open_job(one)
    (one,) = lock_rows(MaterialRequirement, [one.pk])
    left = one.quantity - one.issued_quantity
    pieces = left if pieces is None else pieces
    quantity = pieces if quantity is None else quantity
    if not 1 <= pieces <= left or quantity < 1 or part_id == one.part_id:
        raise RequirementRefused(
            f"{job.number}: {left} of part {one.part_id} can be replaced by another part, got "
            f"{pieces} by {quantity} of part {part_id}."
        )
    new, _ = MaterialRequirement.objects.get_or_create(
        job=job,
        part_id=part_id,
        defaults={
            "clearance_id": one.clearance_id,
            "operation": one.operation,
            "quantity": 0,
            "replaces_id": one.part_id,
        },
    )
    lock_free_supply(part_ids=[one.part_id, part_id], is_tied_too=True)
    old_pegs, new_pegs = pegs_of([one, new])
    stock.reserve({one.part_id: -trim(old_pegs, old_pegs.quantity - pieces)})
    new_pegs.quantity += quantity
    write_pegs([old_pegs, new_pegs])
    serve([new_pegs])
    record_state(
        job,
        from_state=job.status,
        why=f"{quantity} {new.part} instead of {pieces} {one.part}: {why}",
        actor=actor,
    )
    served = serve_waiting(part_ids=[one.part_id], order_ids=order_ids - {one.clearance_id})
    settle([old_pegs, new_pegs], why=why, actor=actor, others=served)
    return new_pegs.requirement


def trim(pegs: Pegs, quantity: int) -> int:
    """Lower what a requirement needs, unsaved; returns how many pieces on the shelf that frees.

    What is short goes first, then what is on its way, then what is kept; never what was issued.
    """
    excess = max(0, pegs.quantity - quantity - pegs.short)
    pegs.quantity = quantity
    for receipt in reversed(list(pegs.coming)):
        untied = min(excess, pegs.coming[receipt])
        excess -= untied
        pegs.coming[receipt] -= untied
        if not pegs.coming[receipt]:
            del pegs.coming[receipt]
    pegs.shelf -= excess
    return excess


def settle(
    pegs: Sequence[Pegs], *, why: str, actor: str, others: frozenset[int] | set[int] = frozenset()
) -> None:
    """Say what changed requirements mean: for their jobs, the customers, and who buys."""
    own = {one.requirement.clearance_id for one in pegs}
    settle_jobs(order_ids=own | others, why=why, actor=actor)
    turn_orphans_into_push(
        part_ids={one.requirement.part_id for one in pegs}, reference=why, actor=actor
    )
    write_down_outlook(order_ids=own | others)
    for order_id in sorted({one.requirement.clearance_id for one in pegs if one.short}):
        publish(MaterialShortAgain(order_id=order_id, since=uuid4().hex))


def _requirement(requirement_id: int) -> MaterialRequirement:
    found = MaterialRequirement.objects.select_related("part").filter(pk=requirement_id).first()
    if found is None:
        raise UnknownRequirement(f"There is no requirement {requirement_id}.")
    return found


def _open_job(requirement: MaterialRequirement) -> AssemblyJob:
    (job,) = lock_rows(AssemblyJob, [requirement.job_id])
    if job.status not in OPEN_JOBS:
        raise IllegalTransition(f"{job.number} is {job.get_status_display().lower()}.")
    return job
