"""Serial numbers: which piece sits in which machine. One piece is in one machine, ever at most."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.db import transaction
from django.db.models.functions import Upper

from config.audit.services import record_state
from production.errors import MoveRefused, SerialRefused, UnknownRequirement, UnknownSerial
from production.models import AssemblyJob, MaterialRequirement, SerialUnit
from production.selectors.picking import PickLine, pick_lines
from production.services.locked_job import LockedJob, lock_job, refuse_unless_under_way
from production.services.sources import name_serials
from shop.services.tracked_parts import record_serials

LONGEST_SERIAL = 80

type Lines = Mapping[int, PickLine]  # by requirement
type Piece = tuple[int, str]  # requirement, serial


@transaction.atomic
def capture_serial(*, requirement_id: int, serial: str, actor: str) -> SerialUnit:
    """Write down that this piece is built in. Raises `SerialRefused`, `UnknownRequirement`,
    `IllegalTransition` unless the job is under way, `JobOnHold`.
    """
    found = MaterialRequirement.objects.filter(pk=requirement_id).first()
    if found is None:
        raise UnknownRequirement(f"There is no requirement {requirement_id}.")
    locked = lock_job(found.job_id)
    refuse_unless_under_way(locked)
    line = next(
        one for one in pick_lines(job_ids=[locked.job.pk]) if one.requirement.pk == requirement_id
    )
    return capture(locked, line, serial, actor=actor)


@transaction.atomic
def capture_serials(*, job_id: int, serials: Mapping[int, Sequence[str]], actor: str) -> None:
    """All pieces of one machine at once, by requirement: `capture_serial` for each, or none.

    Those that are new, which mostly all are, take as many statements as one.
    """
    locked = lock_job(job_id)
    refuse_unless_under_way(locked)
    lines = {line.requirement.pk: line for line in pick_lines(job_ids=[job_id])}
    if strangers := serials.keys() - lines.keys():
        raise UnknownRequirement(f"{locked.job.number} has no requirement {min(strangers)}.")
    pieces = _in_one_order(lines, serials)
    captured = _capture_new(locked, lines, pieces, actor)
    for requirement_id, serial in pieces:
        line = lines[requirement_id]
        if (line.requirement.part_id, serial) not in captured:
            unit = capture(locked, line, serial, actor=actor)
            lines[requirement_id] = replace(line, serials=(*line.serials, unit.serial))


def _in_one_order(lines: Lines, serials: Mapping[int, Sequence[str]]) -> list[Piece]:
    """By part and number: of two who name each other's pieces one waits for the other, not both."""
    pieces = [(key, serial.strip()) for key, some in serials.items() for serial in some]
    return sorted(pieces, key=lambda piece: (lines[piece[0]].requirement.part_id, piece[1].upper()))


def _capture_new(
    locked: LockedJob, lines: Lines, pieces: Sequence[Piece], actor: str
) -> set[tuple[int, str]]:
    """Capture all pieces at once if nobody has ever seen any; (part id, serial) of those that are.

    What cannot be captured like this is left to be looked at one by one.
    """
    units = [_unit(lines[key], _legible(lines[key], serial), actor) for key, serial in pieces]
    wanted = Counter(key for key, _ in pieces)
    names = {(unit.part_id, unit.serial.upper()) for unit in units}
    seen = SerialUnit.objects.annotate(folded=Upper("serial")).filter(
        folded__in=[name for _, name in names], part__in=[part_id for part_id, _ in names]
    )
    are_too_many = any(count > lines[key].serials_missing for key, count in wanted.items())
    if are_too_many or len(names) < len(units) or not units or seen.exists():
        return set()
    # Somebody may capture one at this moment: theirs then counts.
    SerialUnit.objects.bulk_create(units, ignore_conflicts=True)
    ours = SerialUnit.objects.filter(requirement__in=wanted, serial__in=[it.serial for it in units])
    name_serials(list(wanted))
    for key in wanted:
        tell_customer(locked.job, lines[key].requirement)
    return set(ours.values_list("part_id", "serial"))


def _unit(line: PickLine, text: str, actor: str) -> SerialUnit:
    return SerialUnit(
        part=line.requirement.part,
        serial=text,
        requirement=line.requirement,
        captured_by=actor[:120],
    )


def _legible(line: PickLine, serial: str) -> str:
    """The number as it is written down. Raises `SerialRefused` for one that cannot be one."""
    text = serial.strip()
    if not text or len(text) > LONGEST_SERIAL or not text.isprintable():
        raise SerialRefused(
            f"A serial number has 1 to {LONGEST_SERIAL} characters, got {len(text):,}."
            if text.isprintable()
            else "A serial number has letters and digits, got others."
        )
    if not line.requirement.part.is_serial_tracked:
        raise SerialRefused(f"No serial numbers are kept of {line.requirement.part.name}.")
    return text


def capture(locked: LockedJob, line: PickLine, serial: str, *, actor: str) -> SerialUnit:
    """`capture_serial` under the locks of the job. The database lets a serial be one piece."""
    part, text = line.requirement.part, _legible(line, serial)
    unit = SerialUnit.objects.filter(part=part, serial__iexact=text).first()
    if unit is None and line.serials_missing:
        # Somebody may capture it at this moment: their row then counts, and is read below.
        SerialUnit.objects.bulk_create([_unit(line, text, actor)], ignore_conflicts=True)
        unit = SerialUnit.objects.get(part=part, serial__iexact=text)
        if unit.requirement_id == line.requirement.pk:
            return _written_down(locked, line, unit)
    if unit is not None and (unit.is_scrapped or unit.requirement_id):
        raise SerialRefused(_where(unit, line))
    if unit is None or not line.serials_missing:
        raise SerialRefused(
            f"{locked.job.number} has all serial numbers of {part.name}: {', '.join(line.serials)}."
        )
    return _built_in_again(locked, line, unit, actor)


def _built_in_again(locked: LockedJob, line: PickLine, unit: SerialUnit, actor: str) -> SerialUnit:
    """A piece that was taken out of a machine goes into one."""
    changed = SerialUnit.objects.filter(
        pk=unit.pk, requirement__isnull=True, is_scrapped=False
    ).update(requirement=line.requirement, captured_by=actor[:120])
    unit.refresh_from_db()
    if not changed:
        raise SerialRefused(_where(unit, line))
    return _written_down(locked, line, unit)


def _where(unit: SerialUnit, line: PickLine) -> str:
    what = f"{line.name} {unit.serial}"
    if unit.is_scrapped:
        return f"{what} was scrapped; it cannot be built in."
    if unit.requirement_id == line.requirement.pk:
        return f"{what} sits in this machine already."
    job = unit.requirement.job.number if unit.requirement else ""
    return f"{what} sits in {job} already. Take it out there first, or scan another."


def _written_down(locked: LockedJob, line: PickLine, unit: SerialUnit) -> SerialUnit:
    name_serials([line.requirement.pk])
    tell_customer(locked.job, line.requirement)
    return unit


@transaction.atomic
def take_out_serial(
    *, serial_unit_id: int, reason: str, actor: str, is_scrapped: bool = False
) -> SerialUnit:
    """The piece is out of its machine: to be built in again, or scrapped. Idempotent.

    Raises `UnknownSerial`, `MoveRefused` without a reason, `IllegalTransition` when the machine
    is boxed, `JobOnHold`.
    """
    unit = SerialUnit.objects.select_related("requirement").filter(pk=serial_unit_id).first()
    if unit is None:
        raise UnknownSerial(f"There is no serial number with the id {serial_unit_id}.")
    if unit.requirement is None:
        return unit
    if not reason.strip():
        raise MoveRefused("Taking a piece out needs a reason, got none.")
    requirement = unit.requirement
    locked = lock_job(requirement.job_id)
    refuse_unless_under_way(locked)
    changed = SerialUnit.objects.filter(pk=unit.pk, requirement=requirement).update(
        requirement=None, is_scrapped=is_scrapped
    )
    unit.refresh_from_db()
    if not changed:  # somebody else took it out while we waited
        return unit
    record_state(
        locked.job,
        from_state=str(locked.job.status),
        why=f"took out {unit.serial}: {reason.strip()}",
        actor=actor,
    )
    tell_customer(locked.job, requirement)
    return unit


def scrap_serial(*, requirement: MaterialRequirement, serial: str) -> None:
    """The piece with this serial number broke, of those that a requirement counts as scrapped.

    Under the locks of its order and job. Empty: none of those that are written down, which
    cannot be when more numbers than pieces would be left. Raises `SerialRefused`.
    """
    built_in = SerialUnit.objects.filter(requirement=requirement)
    name = requirement.part.name
    if serial.strip():
        changed = built_in.filter(serial__iexact=serial.strip()).update(
            requirement=None, is_scrapped=True
        )
        if not changed:
            raise SerialRefused(f"{name} {serial.strip()[:80]!r} is not in {requirement.job}.")
        tell_customer(requirement.job, requirement)
    left = list(built_in.order_by("pk").values_list("serial", flat=True))
    if len(left) > requirement.issued_quantity - requirement.scrapped_quantity:
        raise SerialRefused(f"{name}: say which of {', '.join(left)} broke.")


def tell_customer(job: AssemblyJob, requirement: MaterialRequirement) -> None:
    """Write the serials of a part down where the customer sees them."""
    serials = requirement.serial_units.order_by("pk").values_list("serial", flat=True)
    record_serials(
        order_line_id=job.order_line_id,
        unit=job.unit,
        part_number=requirement.part.part_number,
        serials=list(serials),
    )
