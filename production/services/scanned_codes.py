"""What a scanned code means for the job at hand, and what it does."""

from collections.abc import Callable, Sequence

from django.db import transaction

from config.errors import CartwrightError
from production.models import JobOperation, Part, ScanEvent, SerialUnit
from production.selectors.bins import bin_by_code, part_by_code
from production.selectors.picking import PickLine, pick_lines
from production.services import serials, shop_floor
from production.services.locked_job import LockedJob, refuse_unless_under_way
from production.services.picking import take
from production.services.scan_codes import Action, Code, Label
from production.services.scan_verdicts import Kind, Scan, Verdict, accepted, refused
from production.services.scanned_bins import bin_at_hand
from production.services.scanned_facts import (
    check_told,
    is_of_a_carrier,
    measured,
    record_result,
    tracking,
)
from production.services.scanned_jobs import next_in_words

# What may be followed by the serial number of its part.
NAMES_A_PART = (Kind.PICK, Kind.PART, Kind.SERIAL, Kind.BY_HAND)
MOST_NAMED = 5


def judge(locked: LockedJob, one: Scan) -> Verdict:
    """Decide about a code that can be read, and do what it says. What cannot be is undone."""
    code = one.code
    if code.label == Label.JOB or locked.job.number.upper() == code.text.upper():
        return accepted(f"{locked.job.number}, {locked.job.order_line.name}.", Kind.JOB)
    if code.label == Label.ACTION:
        return _undoing(lambda: _act(locked, code.text, one.actor), Kind.ACTION)
    if code.label == Label.CHECK:
        return _undoing(lambda: check_told(locked, one), Kind.CHECK)
    try:
        refuse_unless_under_way(locked)
    except CartwrightError as error:
        return refused(str(error))
    return _thing(locked, pick_lines(job_ids=[locked.job.pk]), one)


def _thing(locked: LockedJob, lines: Sequence[PickLine], one: Scan) -> Verdict:
    """What a label says it is; without one a part of the job, another part, a bin, or the rest."""
    code = one.code
    labelled: dict[str, Callable[[], Verdict]] = {
        Label.BIN: lambda: _bin(locked, lines, code.text),
        Label.SERIAL: lambda: _serial(locked, lines, one),
        Label.TRACKING: lambda: tracking(locked, code.text),
    }
    if judged := labelled.get(code.label):
        return judged()
    if line := _line_of(lines, code.text):
        return _part(locked, line, one)
    other = part_by_code(code.text)
    if other is not None or code.label == Label.PART:
        return _wrong_part(locked, code, other)
    if bin_by_code(code.text):
        return _bin(locked, lines, code.text)
    return _rest(locked, lines, one)


def _rest(locked: LockedJob, lines: Sequence[PickLine], one: Scan) -> Verdict:
    """The serial number, the value or the carrier's label that was waited for."""
    text = one.code.text
    awaited = _named_before(locked, lines, one)
    if awaited is None or not awaited.serials_missing:
        if told := measured(locked, text):
            return _undoing(lambda: record_result(locked, one, told), Kind.CHECK)
        if is_of_a_carrier(locked, text):
            return tracking(locked, text)
    return _serial(locked, lines, one)


def _undoing(do: Callable[[], Verdict], kind: str) -> Verdict:
    """What a rule refuses leaves nothing behind but the refusal."""
    try:
        with transaction.atomic():
            return do()
    except CartwrightError as error:
        return refused(str(error), kind)


def _line_of(lines: Sequence[PickLine], text: str) -> PickLine | None:
    """The line of the part with this number, ours before the manufacturer's."""
    wanted = text.casefold()
    for line in lines:
        if line.requirement.part.part_number.casefold() == wanted:
            return line
    return next((one for one in lines if one.requirement.part.mpn.casefold() == wanted), None)


def _part(locked: LockedJob, line: PickLine, one: Scan) -> Verdict:
    need = line.requirement
    named = f"{line.name} ({need.part.part_number})"
    if not line.left and line.serials_missing:
        return accepted(f"{named}: scan its serial number.", Kind.PART, requirement=need)
    if not line.left and _is_kitted(locked):
        return accepted(f"{named} belongs to {locked.job.number}.", Kind.PART, requirement=need)
    place = bin_at_hand(one, need.part_id)
    try:
        take(locked, line, one.quantity, actor=one.actor, bin_id=place.pk if place else None)
    except CartwrightError as error:
        return refused(str(error), Kind.PICK, requirement=need)
    then = "; its serial number may follow" if line.serials_missing else ""
    picked = line.picked + one.quantity
    where = f" from {place.code}" if place else ""
    return accepted(
        f"{named}: {picked} of {need.quantity} picked{where}{then}.",
        Kind.PICK,
        requirement=need,
        place=place,
    )


def _is_kitted(locked: LockedJob) -> bool:
    kitting = locked.operation(JobOperation.Kind.KITTING)
    return kitting.status == JobOperation.Status.DONE


def _wrong_part(locked: LockedJob, code: Code, other: Part | None) -> Verdict:
    what = f"{other.name} ({other.part_number})" if other else code.text[:60]
    why = f"is not for {locked.job.number}" if other else "is no part of ours"
    return refused(f"{what} {why}. Expected: {next_in_words(locked)}", Kind.PART, part=other)


def _serial(locked: LockedJob, lines: Sequence[PickLine], one: Scan) -> Verdict:
    text = one.code.text
    line = _named_before(locked, lines, one)
    if line is None:
        return refused(_unknown(locked, text), Kind.UNKNOWN)
    try:
        with transaction.atomic():
            unit = serials.capture(locked, line, text, actor=one.actor)
    except CartwrightError as error:
        return refused(str(error), Kind.SERIAL, requirement=line.requirement, serial=text[:80])
    return accepted(
        f"{line.name}: serial number {unit.serial}.",
        Kind.SERIAL,
        requirement=line.requirement,
        serial=unit.serial,
    )


def _named_before(locked: LockedJob, lines: Sequence[PickLine], one: Scan) -> PickLine | None:
    """The line whose part this person scanned last for the job, if serials are kept of it."""
    last = (
        ScanEvent.objects.filter(
            job=locked.job,
            actor=one.actor,
            station=one.station,
            outcome=ScanEvent.Outcome.ACCEPTED,
            kind__in=NAMES_A_PART,
        )
        .order_by("-id")
        .values_list("requirement", flat=True)
        .first()
    )
    line = next((line for line in lines if line.requirement.pk == last), None)
    return line if line and line.requirement.part.is_serial_tracked else None


def _unknown(locked: LockedJob, text: str) -> str:
    """A serial number without its part, or a code that nobody knows."""
    unit = (
        SerialUnit.objects.select_related("part", "requirement__job")
        .filter(serial__iexact=text)
        .first()
    )
    if unit is not None:
        where = f"sits in {unit.requirement.job.number}" if unit.requirement else "is in no machine"
        return f"{unit.part.name} {unit.serial} {where}. Scan the part before its serial number."
    return f"Nothing has the code {text[:60]}. Expected: {next_in_words(locked)}"


def _bin(locked: LockedJob, lines: Sequence[PickLine], text: str) -> Verdict:
    found = bin_by_code(text)
    if found is None:
        return refused(f"There is no bin {text[:40]}.", Kind.BIN)
    here = set(found.contents.filter(quantity__gt=0).values_list("part", flat=True))
    wanted = [line for line in lines if line.left and line.requirement.part_id in here]
    if not wanted:
        return refused(
            f"Nothing for {locked.job.number} is to be taken from {found.code}. "
            f"Expected: {next_in_words(locked)}",
            Kind.BIN,
        )
    told = ", ".join(f"{line.left} × {line.name}" for line in wanted[:MOST_NAMED])
    told += f", and {len(wanted) - MOST_NAMED} more" if len(wanted) > MOST_NAMED else ""
    return accepted(f"{found.code}: take {told}.", Kind.BIN, place=found)


def _act(locked: LockedJob, text: str, actor: str) -> Verdict:
    """Start the next operation, or finish the one that is under way."""
    action = text.casefold()
    if action not in list(Action):
        return refused(f"Expected one of {', '.join(Action)}, got {text[:40]}.", Kind.ACTION)
    is_start = action == Action.START
    operation = locked.next_up
    if operation is None:
        return refused(f"{locked.job.number} is done.", Kind.ACTION)
    move = shop_floor.start_operation if is_start else shop_floor.finish_operation
    move(job_id=locked.job.pk, kind=operation.kind, actor=actor)
    _read_again(locked)
    done = "started" if is_start else "finished"
    return accepted(f"{locked.job.number}: {operation.get_kind_display()} {done}.", Kind.ACTION)


def _read_again(locked: LockedJob) -> None:
    """What the service has changed, under the same locks."""
    locked.job.refresh_from_db()
    locked.operations[:] = list(locked.job.operations.order_by("sequence"))
