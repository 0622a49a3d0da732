"""Scanning for several jobs on one walk: each piece goes to the first slot that still wants it."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from production.models import ScanEvent, Station
from production.selectors.bins import part_by_code
from production.selectors.pick_lists import PickList, Take, WalkLine, pick_list
from production.services.scan_codes import Code, Label, read_code
from production.services.scanning import ScanResult, scan


def scan_into_cart(
    *,
    client_id: UUID,
    job_numbers: Sequence[str],
    code: str,
    actor: str,
    station: Station | None = None,
    quantity: int = 1,
) -> ScanResult:
    """Take one scan for whichever of these jobs it belongs to; the answer names the job.

    A part goes to the first slot that wants it and has it on the shelf, a serial number to the
    job whose part was scanned before it. What none of the jobs wants is refused for the one that
    the walk has come to. Raises as `scan` does.
    """
    number = _for_whom(read_code(code), pick_list(job_numbers), actor, station)
    return scan(
        client_id=client_id,
        job_number=number or (job_numbers[0] if job_numbers else None),
        code=code,
        actor=actor,
        station=station,
        quantity=quantity,
    )


def _for_whom(code: Code, cart: PickList, actor: str, station: Station | None) -> str:
    """The number of the job that a scan is for; "" where the code itself says it, or nothing."""
    if code.label in {Label.PART, Label.PLAIN}:
        if line := _line_of(cart.lines, code.text):
            return _slot_for(line.takes)
        if code.label == Label.PART or part_by_code(code.text):
            return _where_the_walk_is(cart)
    if code.label in {Label.BIN, Label.PLAIN} and (at := _at_bin(cart, code.text)):
        return at
    return _last_of(cart, actor, station) or _where_the_walk_is(cart)


def _line_of(lines: Iterable[WalkLine], text: str) -> WalkLine | None:
    """The line of the part with this number, ours before the manufacturer's."""
    wanted = text.casefold()
    by_number = {line.part.part_number.casefold(): line for line in lines}
    return by_number.get(wanted) or next(
        (line for line in lines if wanted and line.part.mpn.casefold() == wanted), None
    )


def _slot_for(takes: Sequence[Take]) -> str:
    """Who takes the next piece: first who can, then who would, then whose serial is missing."""
    best = min(
        takes,
        key=lambda take: (
            not (take.slot.is_open and take.here),
            not take.left,
            not (take.slot.is_open and take.serials_missing),
            take.slot.place,
        ),
    )
    return best.slot.number


def _at_bin(cart: PickList, text: str) -> str:
    """The first slot that wants something out of this bin, its first one or another."""
    for line in cart.lines:
        if line.now and text.casefold() in (code.casefold() for code in line.part.bins):
            return _slot_for(line.takes)
    return ""


def _where_the_walk_is(cart: PickList) -> str:
    line = cart.next_line
    return _slot_for(line.takes) if line else ""


def _last_of(cart: PickList, actor: str, station: Station | None) -> str:
    """The job of this cart that this person scanned for last."""
    jobs = [slot.job_id for slot in cart.slots]
    last = (
        ScanEvent.objects.filter(actor=actor[:120], station=station, job__in=jobs)
        .order_by("-id")
        .values_list("job__number", flat=True)
        .first()
    )
    return last or ""
