"""Serial numbers: which piece sits in which machine. One piece is in one machine, ever at most."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.db import transaction

from config.audit.services import record_state
from production.errors import MoveRefused, SerialRefused, UnknownRequirement, UnknownSerial
from production.models import AssemblyJob, MaterialRequirement, SerialUnit
from production.selectors.picking import PickLine, pick_lines
from production.services.locked_job import LockedJob, lock_job, refuse_unless_under_way
from production.services.sources import name_serials
from shop.services.fulfilment import record_serials

LONGEST_SERIAL = 80


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
    """All pieces of one machine at once, by requirement: `capture_serial` for each, or none."""
    locked = lock_job(job_id)
    refuse_unless_under_way(locked)
    lines = {line.requirement.pk: line for line in pick_lines(job_ids=[job_id])}
    for requirement_id, pieces in serials.items():
        line = lines.get(requirement_id)
        if line is None:
            raise UnknownRequirement(f"{locked.job.number} has no requirement {requirement_id}.")
        for serial in pieces:
            unit = capture(locked, line, serial, actor=actor)
            line = replace(line, serials=(*line.serials, unit.serial))


def capture(locked: LockedJob, line: PickLine, serial: str, *, actor: str) -> SerialUnit:
    """`capture_serial` under the locks of the job. The database lets a serial be one piece."""
    part = line.requirement.part
    text = serial.strip()
    if not text or len(text) > LONGEST_SERIAL or not text.isprintable():
        raise SerialRefused(
            f"A serial number has 1 to {LONGEST_SERIAL} characters, got {len(text):,}."
            if text.isprintable()
            else "A serial number has letters and digits, got others."
        )
    if not part.is_serial_tracked:
        raise SerialRefused(f"No serial numbers are kept of {part.name}.")
    unit = SerialUnit.objects.filter(part=part, serial__iexact=text).first()
    if unit is None and line.serials_missing:
        SerialUnit.objects.bulk_create(
            [
                SerialUnit(
                    part=part, serial=text, requirement=line.requirement, captured_by=actor[:120]
                )
            ],
            # Somebody may capture it at this moment: their row then counts, and is read below.
            ignore_conflicts=True,
        )
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
