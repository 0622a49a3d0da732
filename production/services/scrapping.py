"""A piece breaks in making: it is written off, and the job needs another one."""

from django.db import transaction
from django.db.models import F

from config.errors import CartwrightError
from config.locks import lock_rows
from production.errors import IllegalTransition, MoveRefused, UnknownRequirement
from production.models import (
    AssemblyJob,
    Bin,
    MaterialRequirement,
    StockMovement,
)
from production.services.moving import Move, Origin, has_moved, move_stock, place_for
from production.services.pegging import lock_orders
from production.services.requiring import require_more
from production.services.serials import scrap_serial

# The errand behind the button: the web process may not say that a job needs more.
SCRAP_ISSUED = "production.scrap_issued"


@transaction.atomic
def scrap_issued(
    *,
    requirement_id: int,
    quantity: int,
    reason: str,
    key: str,
    actor: str,
    serial: str = "",
) -> MaterialRequirement:
    """Write off pieces that a job has taken, and ask for as many again. `key`: once.

    The job needs so many more; what lies free is kept for it at once, and what is short is
    announced. A serial that is named is out of the machine. Raises `MoveRefused` for more than
    it has taken, `SerialRefused` for a serial that is not in the machine, or for none where it
    has to be known which broke, `IllegalTransition` unless the job is under way,
    `UnknownRequirement`.
    """
    found = MaterialRequirement.objects.filter(pk=requirement_id).first()
    if found is None:
        raise UnknownRequirement(f"There is no requirement {requirement_id}.")
    lock_orders(requirement_ids=[requirement_id], part_ids=())
    # Whoever scraps in this job stands in line here.
    (job,) = lock_rows(AssemblyJob, [found.job_id])
    one = MaterialRequirement.objects.get(pk=requirement_id)
    if has_moved(f"scrap:{key}"):
        return one
    _check(job, one, quantity, reason)
    require_more(
        requirement_id=requirement_id, quantity=quantity, why=f"scrap: {reason}", actor=actor
    )
    move_stock(_write_off(one, quantity, reason, key, job.number), actor=actor)
    MaterialRequirement.objects.filter(pk=requirement_id).update(
        scrapped_quantity=F("scrapped_quantity") + quantity
    )
    one.refresh_from_db()
    scrap_serial(requirement=one, serial=serial)
    return one


def _check(job: AssemblyJob, one: MaterialRequirement, quantity: int, reason: str) -> None:
    if job.status != AssemblyJob.Status.IN_PROGRESS:
        raise IllegalTransition(
            f"{job.number} is {job.get_status_display().lower()}: only what a job under way has "
            "taken can break in making."
        )
    taken = one.issued_quantity - one.scrapped_quantity
    if not 1 <= quantity <= taken:
        raise MoveRefused(
            f"{job.number} has taken {taken} that are not scrapped: expected 1 to {taken}, "
            f"got {quantity}."
        )
    if not reason.strip():
        raise MoveRefused("Scrap needs a reason, got none.")


def _write_off(
    one: MaterialRequirement, quantity: int, reason: str, key: str, reference: str
) -> list[Move]:
    """Back from the job and out of the house: what jobs took stays what is in their machines."""
    aside = place_for(Bin.Purpose.QUALITY).pk
    legs = (
        (StockMovement.Kind.ISSUE, quantity, f"unissue:{key}"),
        (StockMovement.Kind.SCRAP, -quantity, f"scrap:{key}"),
    )
    return [
        Move(
            part_id=one.part_id,
            kind=kind,
            quantity=pieces,
            key=leg_key,
            origin=Origin.PEGGED,
            bin_id=aside,
            reference=reference,
            reason=reason,
        )
        for kind, pieces, leg_key in legs
    ]


def scrap_as_asked(
    *, requirement_id: int, quantity: int, reason: str, key: str, actor: str, serial: str = ""
) -> str:
    """An errand of the floor: write off, and say in a sentence what came of it."""
    try:
        one = scrap_issued(
            requirement_id=requirement_id,
            quantity=quantity,
            reason=reason,
            key=key,
            actor=actor,
            serial=serial,
        )
    except CartwrightError as error:
        return f"Nothing was written off. {error}"
    if one.short_quantity:
        return f"Written off. {one.short_quantity} of {one.part.name} are short now and wanted."
    return f"Written off. Another {one.part.name} is kept for {one.job.number} on the shelf."
