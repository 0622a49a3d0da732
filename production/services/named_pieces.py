"""The serial numbers of a whole machine as a station posts them: each once by an id of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from production.errors import ClientIdReused, UnknownRequirement
from production.models import AssemblyJob, MaterialRequirement, ScanEvent, Station
from production.services.client_ids import each_id_once
from production.services.locked_job import lock_job
from production.services.scanned_jobs import next_in_words
from production.services.serials import capture_serials


@dataclass(frozen=True, slots=True)
class NamedPiece:
    """One piece that was built in: the number of its part, ours, and its own."""

    client_id: UUID
    part_number: str
    serial: str


@transaction.atomic
def capture_named_pieces(
    *, job_id: int, pieces: Sequence[NamedPiece], actor: str, station: Station | None = None
) -> list[ScanEvent]:
    """Write down all of these pieces or none, once a `client_id`; each is kept like a scan.

    Returns what is kept of each, in the order of `pieces`. Raises `UnknownJob`,
    `UnknownRequirement`, `ClientIdReused`, and what `capture_serials` raises.
    """
    locked = lock_job(job_id)
    said = _said(locked.job, pieces)
    new = [piece for piece in pieces if piece.client_id not in said]
    if new:
        lines = _lines(locked.job, new)
        serials: dict[int, list[str]] = {}
        for piece in new:
            serials.setdefault(lines[piece.client_id].pk, []).append(piece.serial)
        capture_serials(job_id=job_id, serials=serials, actor=actor)
        expected = next_in_words(locked)
        with each_id_once():
            events = ScanEvent.objects.bulk_create(
                ScanEvent(
                    client_id=piece.client_id,
                    job=locked.job,
                    kind=ScanEvent.Kind.SERIAL,
                    requirement=(line := lines[piece.client_id]),
                    code=piece.serial,
                    serial=piece.serial.strip(),
                    outcome=ScanEvent.Outcome.ACCEPTED,
                    message=f"{line.part.name}: serial number {piece.serial.strip()}.",
                    expected=expected,
                    actor=actor[:120],
                    station=station,
                )
                for piece in new
            )
        said |= {event.client_id: event for event in events}
    return [said[piece.client_id] for piece in pieces]


def _said(job: AssemblyJob, pieces: Sequence[NamedPiece]) -> dict[UUID, ScanEvent]:
    """What was written down of these pieces before. Raises `ClientIdReused`."""
    known = ScanEvent.objects.select_related("requirement__part").filter(
        client_id__in=[piece.client_id for piece in pieces]
    )
    said = {event.client_id: event for event in known}
    for piece in pieces:
        event = said.get(piece.client_id)
        if event is None:
            continue
        part = event.requirement.part.part_number if event.requirement else ""
        was = (event.job_id, event.kind, part.casefold(), event.code)
        now = (job.pk, ScanEvent.Kind.SERIAL, piece.part_number.casefold(), piece.serial)
        if was != now:
            raise ClientIdReused(f"The client id {piece.client_id} was used for something else.")
    return said


def _lines(job: AssemblyJob, pieces: Sequence[NamedPiece]) -> dict[UUID, MaterialRequirement]:
    """What of the job each piece is for, by its client id. Raises `UnknownRequirement`."""
    needs = job.requirements.select_related("part").filter(quantity__gt=0)
    by_number = {need.part.part_number.casefold(): need for need in needs}
    found = {}
    for piece in pieces:
        need = by_number.get(piece.part_number.casefold())
        if need is None:
            tracked = [
                it.part.part_number for it in by_number.values() if it.part.is_serial_tracked
            ]
            raise UnknownRequirement(
                f"{job.number} needs no {piece.part_number[:40]!r}; serial numbers are kept of "
                f"{', '.join(sorted(tracked)) or 'nothing in it'}."
            )
        found[piece.client_id] = need
    return found
