"""A machine is destroyed while it is made: what is good of it is saved, and it is made again."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.audit.services import change_status, record_state
from config.errors import CartwrightError
from production.errors import IllegalTransition, MoveRefused
from production.models import (
    AssemblyJob,
    Bin,
    JobHold,
    MaterialRequirement,
    QualityHold,
    SerialUnit,
    StockMovement,
)
from production.services import stock
from production.services.free_supply import lock_free_supply
from production.services.locked_job import lock_job
from production.services.moving import Move, Origin, move_stock, place_for
from production.services.origins import turn_orphans_into_push
from production.services.pegging import lock_orders, pegs_of, serve_waiting, write_pegs
from production.services.remaking import remake
from production.services.requiring import settle
from production.services.serials import tell_customer
from production.services.shop_floor import tell_progress

# The errand behind the button: the web process may neither make a job nor say what one needs.
SCRAP_MACHINE = "production.scrap_machine"
Kind = StockMovement.Kind
LONGEST_TOLD = 400


class Outcome(models.TextChoices):
    """What becomes of the pieces of one part that are in the machine."""

    SCRAPPED = "scrapped", _("scrap it")
    HELD = "held", _("take it out, and let quality look at it")
    SHELF = "shelf", _("take it out, back on the shelf")


@dataclass(frozen=True, slots=True)
class Piece:
    """The pieces of one part that are in the machine, and what becomes of them."""

    need: MaterialRequirement
    quantity: int
    outcome: str
    serials: tuple[str, ...]


def default_outcome(need: MaterialRequirement) -> str:
    """What carries a serial number is worth a look; the rest went with the machine."""
    return Outcome.HELD if need.part.is_serial_tracked else Outcome.SCRAPPED


@transaction.atomic
def scrap_machine(
    *, job_id: int, reason: str, actor: str, outcomes: Mapping[int, str] | None = None
) -> AssemblyJob:
    """Write a machine off that is being made; returns the job that is made instead. Idempotent.

    `outcomes`: requirement → what becomes of its pieces (`default_outcome` where nothing is said).
    What was only kept for it, and what comes out good, is free: first for the new job, then for
    whoever waits. What the new one lacks is announced, and the customer's date moves with it.
    Raises `IllegalTransition` unless the job is under way, `MoveRefused` without a reason, for an
    unknown outcome, or one of a part that is not in the machine, `UnknownJob`.
    """
    needs = MaterialRequirement.objects.filter(job=job_id)
    part_ids = set(needs.values_list("part_id", flat=True))
    order_ids = lock_orders(requirement_ids=needs.values_list("pk", flat=True), part_ids=part_ids)
    locked = lock_job(job_id)
    job, told = locked.job, reason.strip()[:200]
    if job.status == AssemblyJob.Status.SCRAPPED:
        return job.replaced_by
    pieces = _pieces(job, outcomes or {})
    _check(job, told)
    lock_free_supply(
        part_ids=part_ids,
        part_numbers=[line["part_number"] for line in job.snapshot.lines],  # for the new one
        is_tied_too=True,
    )
    _end_hold(job, actor)
    kept = {one.part_id: one.allocated_quantity - one.issued_quantity for one in needs.all()}
    _take_apart(job, pieces, told, actor)
    _write_down(job, pieces, actor)
    _let_go(job, kept)
    change_status(job, to=AssemblyJob.Status.SCRAPPED, why=told, actor=actor)
    new, pegs = remake(job, actor=actor)
    served = serve_waiting(part_ids=part_ids, order_ids=order_ids - {job.clearance_id})
    settle(pegs, why=f"instead of {job.number}", actor=actor, others=served)
    turn_orphans_into_push(part_ids=part_ids, reference=job.number, actor=actor)
    tell_progress(locked.order, actor)
    new.refresh_from_db()
    return new


def pieces_in(job: AssemblyJob) -> list[tuple[MaterialRequirement, int, tuple[str, ...]]]:
    """What a job has taken and still has: requirement with its part, pieces, serial numbers."""
    needs = (
        job.requirements.filter(issued_quantity__gt=models.F("scrapped_quantity"))
        .select_related("part")
        .prefetch_related("serial_units")
        .order_by("part__name", "pk")
    )
    return [
        (
            need,
            need.issued_quantity - need.scrapped_quantity,
            tuple(sorted(unit.serial for unit in need.serial_units.all())),
        )
        for need in needs
    ]


def _pieces(job: AssemblyJob, outcomes: Mapping[int, str]) -> list[Piece]:
    inside = pieces_in(job)
    if unknown := outcomes.keys() - {need.pk for need, _, _ in inside}:
        raise MoveRefused(f"{job.number}: requirement {min(unknown)} has nothing in the machine.")
    for told in outcomes.values():
        if told not in Outcome.values:
            raise MoveRefused(f"Expected one of {', '.join(Outcome.values)}, got {told[:40]!r}.")
    return [
        Piece(need, quantity, outcomes.get(need.pk, default_outcome(need)), serials)
        for need, quantity, serials in inside
    ]


def _check(job: AssemblyJob, reason: str) -> None:
    if job.status != AssemblyJob.Status.IN_PROGRESS:
        raise IllegalTransition(
            f"{job.number} is {job.get_status_display().lower()}: only a machine that is being "
            "made can be scrapped."
        )
    if not reason:
        raise MoveRefused("Scrapping a machine needs a reason, got none.")


def _end_hold(job: AssemblyJob, actor: str) -> None:
    JobHold.objects.filter(job=job, lifted_at__isnull=True).update(
        lifted_at=timezone.now(), lifted_by=actor[:120], note="the machine was scrapped"
    )


def _take_apart(job: AssemblyJob, pieces: Sequence[Piece], reason: str, actor: str) -> None:
    """Book what is in the machine out of it: thrown away, set aside, or back on the shelf."""
    QualityHold.objects.bulk_create(
        QualityHold(
            part_id=one.need.part_id,
            quantity=one.quantity,
            reason=f"out of {job.number}: {reason}"[:200],
            opened_by=actor[:120],
            key=f"machine:{one.need.pk}",
        )
        for one in pieces
        if one.outcome == Outcome.HELD
    )
    aside = place_for(Bin.Purpose.QUALITY).pk
    move_stock(
        [move for one in pieces for move in _moves(one, aside, job.number, reason)], actor=actor
    )


def _write_down(job: AssemblyJob, pieces: Sequence[Piece], actor: str) -> None:
    """What became of each part: in its requirement, its serial numbers and the audit trail."""
    for one in pieces:
        need, is_scrapped = one.need, one.outcome == Outcome.SCRAPPED
        if is_scrapped:
            need.scrapped_quantity += one.quantity
        else:
            need.issued_quantity -= one.quantity
        if one.serials:
            SerialUnit.objects.filter(requirement=need).update(
                requirement=None, is_scrapped=is_scrapped
            )
            tell_customer(job, need)
    for why in _told(pieces):
        record_state(job, from_state=str(job.status), why=why, actor=actor)
    MaterialRequirement.objects.bulk_update(
        [one.need for one in pieces], ["issued_quantity", "scrapped_quantity"]
    )


def _told(pieces: Sequence[Piece]) -> Iterator[str]:
    """A sentence for each thing that became of parts, or several where one would be too long."""
    for outcome, words in WORDS.items():
        told = ""
        for one in pieces:
            if one.outcome != outcome:
                continue
            serials = f" ({', '.join(one.serials)})" if one.serials else ""
            named = f"{one.quantity} × {one.need.part.name}{serials}"
            if told and len(told) + len(named) > LONGEST_TOLD:
                yield told
                told = ""
            told = f"{told}, {named}" if told else f"{words}: {named}"
        if told:
            yield told


WORDS: dict[str, str] = {
    Outcome.SCRAPPED: "scrapped with it",
    Outcome.HELD: "taken out, held for quality",
    Outcome.SHELF: "taken out, back on the shelf",
}


def _moves(one: Piece, aside: int, number: str, reason: str) -> list[Move]:
    """Back from the job, as it went there; then out of the house where it is thrown away."""
    is_back = one.outcome == Outcome.SHELF
    back = Move(
        part_id=one.need.part_id,
        kind=Kind.ISSUE,
        quantity=one.quantity,
        key=f"machine:{one.need.pk}:back",
        origin=Origin.PEGGED,
        bin_id=None if is_back else aside,
        reference=number,
        reason=reason,
        on_hold=one.quantity if one.outcome == Outcome.HELD else 0,
    )
    if one.outcome != Outcome.SCRAPPED:
        return [back]
    gone = Move(
        part_id=one.need.part_id,
        kind=Kind.SCRAP,
        quantity=-one.quantity,
        key=f"machine:{one.need.pk}:scrap",
        origin=Origin.PEGGED,
        bin_id=aside,
        reference=number,
        reason=reason,
    )
    return [back, gone]


def _let_go(job: AssemblyJob, kept: Mapping[int, int]) -> None:
    """The job needs what it has used up and nothing else; `kept`: part → pieces on the shelf."""
    pegs = pegs_of(MaterialRequirement.objects.filter(job=job).order_by("pk"))
    for one in pegs:
        one.quantity = one.shelf = one.requirement.issued_quantity
        one.coming = {}
    stock.reserve({part_id: -pieces for part_id, pieces in kept.items()})
    write_pegs(pegs)


def scrap_machine_as_asked(*, job_id: int, reason: str, outcomes: str, actor: str) -> str:
    """An errand of the floor: scrap, and say in a sentence what is made instead.

    `outcomes`: as of `scrap_machine`, as JSON.
    """
    told = {int(requirement): outcome for requirement, outcome in json.loads(outcomes).items()}
    try:
        new = scrap_machine(job_id=job_id, reason=reason, outcomes=told, actor=actor)
    except CartwrightError as error:
        return f"Nothing was scrapped. {error}"
    state = "its parts are here" if new.status == AssemblyJob.Status.READY else "it waits for parts"
    return f"Scrapped. {new.number} is made instead; {state}."
