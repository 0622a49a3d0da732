"""A part that is short makes room for an approved alternate."""

from django.db import transaction

from config.errors import CartwrightError
from production.errors import SwapRefused, UnknownRequirement
from production.models import MaterialRequirement
from production.selectors.alternates import Swappable, swappable
from production.services.locked_job import lock_job, refuse_on_hold
from production.services.pegging import lock_orders
from production.services.requiring import replace_requirement

# The errand behind the button: the web process may not say what a job needs.
SWAP_PART = "production.swap_part"


@transaction.atomic
def swap_part(
    *, requirement_id: int, part_number: str, reason: str, actor: str, consent: str = ""
) -> MaterialRequirement:
    """Take an alternate for all of a part that the job has not picked yet. Idempotent.

    Only what the job's snapshot approves. `consent`: how the customer agreed, which a part that
    the customer is shown needs. What was kept and coming of the old part is free for others, and
    what is short of the new one is announced. Raises `SwapRefused`, `JobOnHold`,
    `IllegalTransition` when the job is over, `UnknownRequirement`.
    """
    _lock(requirement_id)
    found = swappable(requirement_id=requirement_id)
    if found is None:
        raise UnknownRequirement(f"There is no requirement {requirement_id}.")
    one = found.requirement
    if not reason.strip():
        raise SwapRefused("A swap needs a reason, got none.")
    alternate = next((it for it in found.alternates if it.part.part_number == part_number), None)
    if alternate is None:
        raise SwapRefused(_not_approved(found, part_number))
    if not found.pieces:
        done = MaterialRequirement.objects.filter(job=one.job, part=alternate.part).first()
        if done is not None and one.quantity == one.issued_quantity:
            return done
        raise SwapRefused(f"{one.job.number}: all of {one.part.name} is picked already.")
    if one.part.is_tracked and not consent.strip():
        raise SwapRefused(
            f"The customer is shown {one.part.name}: a swap needs to say how they agreed."
        )
    agreed = f"; the customer agreed: {consent.strip()}" if consent.strip() else ""
    return replace_requirement(
        requirement_id=one.pk,
        part_id=alternate.part.pk,
        pieces=found.pieces,
        quantity=alternate.quantity,
        why=f"{reason.strip()}{agreed}"[:300],
        actor=actor,
    )


def _lock(requirement_id: int) -> None:
    """The orders that a swap may touch, then the job: whoever picks waits meanwhile."""
    one = MaterialRequirement.objects.filter(pk=requirement_id).first()
    if one is None:
        raise UnknownRequirement(f"There is no requirement {requirement_id}.")
    lock_orders(requirement_ids=[one.pk], part_ids=[one.part_id])
    refuse_on_hold(lock_job(one.job_id).job)


def _not_approved(found: Swappable, part_number: str) -> str:
    approved = ", ".join(it.part.part_number for it in found.alternates) or "none"
    return (
        f"{part_number[:60]} is not approved for {found.requirement.job.number} instead of "
        f"{found.requirement.part.part_number}. Approved: {approved}."
    )


def swap_as_asked(
    *, requirement_id: int, part_number: str, reason: str, actor: str, consent: str = ""
) -> str:
    """An errand of the floor: swap, and say in a sentence what came of it."""
    try:
        one = swap_part(
            requirement_id=requirement_id,
            part_number=part_number,
            reason=reason,
            actor=actor,
            consent=consent,
        )
    except CartwrightError as error:
        return f"Nothing was swapped. {error}"
    if one.short_quantity:
        return f"Swapped. {one.short_quantity} of {one.part.name} are short now and wanted."
    return f"Swapped. {one.part.name} is kept for {one.job.number} on the shelf."
