"""Pieces on their way from the shelf into a kit: each scanned, or confirmed by hand with a reason.

How much was picked is the sum of what was scanned; there is no second number to drift from it.
"""

from uuid import UUID, uuid4

from django.db import transaction

from production.errors import ClientIdReused, KitIncomplete, UnknownRequirement
from production.models import JobOperation, MaterialRequirement, ScanEvent, Station
from production.selectors.picking import PickLine, pick_lines
from production.services.client_ids import each_id_once
from production.services.issuing import issue_requirements
from production.services.locked_job import (
    LockedJob,
    lock_job,
    refuse_unless_under_way,
)
from production.services.sources import write_down_sources

LONGEST_REASON = 200


def take(
    locked: LockedJob, line: PickLine, pieces: int, *, actor: str, bin_id: int | None = None
) -> None:
    """Let so many pieces of a line count as picked, from now on; `bin_id`: out of this bin.

    In kitting they leave the shelf together at its end; later, as what replaces broken pieces
    does, once all that are kept for the job are picked. Raises `KitIncomplete` for more than is
    wanted or kept for the job.
    """
    if pieces > line.left:
        wanted = line.requirement.quantity
        more = f"at most {line.left} more" if line.left else "no more"
        raise KitIncomplete(
            f"{line.name}: {wanted} wanted, {line.picked} picked; expected {more}, got {pieces}."
        )
    if pieces > line.here:
        raise KitIncomplete(
            f"{line.name}: {line.here} more are kept for {locked.job.number}, got {pieces}. "
            f"{line.requirement.short_quantity} are short."
        )
    is_kitted = locked.operation(JobOperation.Kind.KITTING).status == JobOperation.Status.DONE
    if is_kitted and pieces == line.here:
        one = line.requirement
        issue_requirements(
            requirements=[one],
            reference=locked.job.number,
            actor=actor,
            last_bins=[(bin_id, pieces)] if bin_id else (),
        )
        write_down_sources(requirements=[one])


@transaction.atomic
def confirm_by_hand(
    *,
    client_id: UUID,
    requirement_id: int,
    reason: str,
    actor: str,
    quantity: int | None = None,
    station: Station | None = None,
) -> ScanEvent:
    """Let pieces that cannot be scanned count as picked; `quantity` empty: all that are left.

    Once a `client_id`. Raises `KitIncomplete`, `IllegalTransition`, `JobOnHold`,
    `UnknownRequirement`, `ClientIdReused`.
    """
    found = MaterialRequirement.objects.filter(pk=requirement_id).first()
    if found is None:
        raise UnknownRequirement(f"There is no requirement {requirement_id}.")
    locked = lock_job(found.job_id)
    if said := ScanEvent.objects.filter(client_id=client_id).first():
        if said.requirement_id != requirement_id:
            raise ClientIdReused(f"The client id {client_id} was used for something else.")
        return said
    refuse_unless_under_way(locked)
    line = next(
        one for one in pick_lines(job_ids=[locked.job.pk]) if one.requirement.pk == requirement_id
    )
    pieces = line.left if quantity is None else quantity
    if pieces < 1:
        raise KitIncomplete(f"{line.name}: all {line.picked} are picked; expected nothing more.")
    reason = _reason(reason)
    take(locked, line, pieces, actor=actor)
    event = _by_hand(line, pieces, reason=reason, actor=actor, client_id=client_id, station=station)
    with each_id_once():
        event.save(force_insert=True)
    return event


def confirm_rest_by_hand(locked: LockedJob, *, reason: str, actor: str) -> int:
    """All that is left of a kit counts as picked, for this reason; returns how many lines.

    Raises `KitIncomplete` where pieces are short: what is not there cannot be confirmed.
    """
    reason = _reason(reason)
    lines = [line for line in pick_lines(job_ids=[locked.job.pk]) if line.left]
    for line in lines:
        take(locked, line, line.left, actor=actor)
    ScanEvent.objects.bulk_create(
        _by_hand(line, line.left, reason=reason, actor=actor, client_id=uuid4()) for line in lines
    )
    return len(lines)


def _reason(reason: str) -> str:
    told = reason.strip()
    if not told:
        raise KitIncomplete("Confirmed by hand: expected a reason, got none.")
    return told[:LONGEST_REASON]


def _by_hand(
    line: PickLine,
    pieces: int,
    *,
    reason: str,
    actor: str,
    client_id: UUID,
    station: Station | None = None,
) -> ScanEvent:
    return ScanEvent(
        client_id=client_id,
        job_id=line.requirement.job_id,
        kind=ScanEvent.Kind.BY_HAND,
        requirement=line.requirement,
        part=line.requirement.part,
        code=line.requirement.part.part_number,
        quantity=pieces,
        outcome=ScanEvent.Outcome.ACCEPTED,
        message=f"Confirmed by hand: {reason}",
        actor=actor[:120],
        station=station,
    )
