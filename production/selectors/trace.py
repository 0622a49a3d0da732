"""Forward and backward: what is in a machine, and which machines something went into."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet

from production.models import (
    AssemblyJob,
    JobHold,
    JobOperation,
    MaterialRequirement,
    Part,
    PieceSource,
    ReceiptOutcome,
    ScanEvent,
    SerialUnit,
)
from production.selectors.checks import CheckState, check_states

MOST_MACHINES = 500
LONGEST_ASKED = 120


@dataclass(frozen=True, slots=True)
class Source:
    """Pieces that came with one delivery, or with "opening" stock or an "adjustment".

    `reference` "": nobody knows.
    """

    reference: str
    quantity: int
    supplier_name: str
    received_at: datetime | None


@dataclass(frozen=True, slots=True)
class BuiltPart:
    """One part of a machine. `quantity` is in it now, `scrapped` broke on the way.

    `replaces`: what the bill had asked for. `picked_by`, `picked_at`: the last scan of it.
    """

    part: Part
    quantity: int
    scrapped: int
    operation: str
    replaces: Part | None
    serials: tuple[SerialUnit, ...]
    sources: tuple[Source, ...]
    picked_by: str
    picked_at: datetime | None
    is_by_hand: bool


@dataclass(frozen=True, slots=True)
class AsBuilt:
    """The record of one machine. `job` comes with its order line, order and configuration."""

    job: AssemblyJob
    operations: tuple[JobOperation, ...]
    parts: tuple[BuiltPart, ...]
    checks: tuple[CheckState, ...]
    holds: tuple[JobHold, ...]


@dataclass(frozen=True, slots=True)
class TracedMachine:
    """A machine that something went into: how many, of which part, with which serials."""

    job: AssemblyJob
    part: Part
    quantity: int
    serials: tuple[str, ...]


def as_built(number: str) -> AsBuilt | None:
    """The record of a machine by its job's number: at most nine statements."""
    job = (
        _jobs()
        .select_related("snapshot")
        .prefetch_related(
            Prefetch("operations", queryset=JobOperation.objects.order_by("sequence")),
            Prefetch("holds", queryset=JobHold.objects.order_by("pk")),
        )
        .filter(number=_asked(number))
        .first()
    )
    if job is None:
        return None
    return AsBuilt(
        job=job,
        operations=tuple(job.operations.all()),
        parts=tuple(_built_parts(job)),
        checks=tuple(check_states(job)),
        holds=tuple(job.holds.all()),
    )


def machines_with_serial(serial: str) -> list[SerialUnit]:
    """The pieces with this serial number, each with the machine and order that it sits in.

    Several where makers of different parts have used the same number; its `requirement` is None
    where the piece is in no machine. One statement.
    """
    return list(
        SerialUnit.objects.filter(serial__iexact=_asked(serial))
        .select_related("part", "requirement__job__order_line__order")
        .order_by("part__part_number")[:MOST_MACHINES]
    )


def machines_with_receipt(reference: str) -> list[TracedMachine]:
    """The machines that pieces of a delivery went into, the first built first: two statements.

    Pieces with a serial number of theirs are named; of others the oldest on the shelf left first.
    """
    rows = (
        PieceSource.objects.filter(reference=_asked(reference))
        .exclude(reference="")
        .select_related("requirement__part", "requirement__job__order_line__order")
        .prefetch_related(
            Prefetch("requirement__serial_units", queryset=SerialUnit.objects.order_by("pk"))
        )
        .order_by("pk")[:MOST_MACHINES]
    )
    return [
        TracedMachine(
            job=row.requirement.job,
            part=row.requirement.part,
            quantity=row.quantity,
            serials=tuple(
                unit.serial
                for unit in row.requirement.serial_units.all()
                if unit.receipt_reference in {"", row.reference}
            ),
        )
        for row in rows
    ]


def _asked(text: str) -> str:
    """What can stand in the database; anything else finds nothing."""
    return text.strip()[:LONGEST_ASKED].replace("\0", "")


def _jobs() -> QuerySet[AssemblyJob, Any]:
    return AssemblyJob.objects.select_related(
        "order_line__order", "order_line__configuration__version__product_model"
    )


def _built_parts(job: AssemblyJob) -> list[BuiltPart]:
    rows = list(
        MaterialRequirement.objects.filter(job=job, quantity__gt=0)
        .select_related("part", "replaces")
        .prefetch_related(
            Prefetch("serial_units", queryset=SerialUnit.objects.order_by("pk")),
            Prefetch("sources", queryset=PieceSource.objects.order_by("pk")),
        )
        .order_by("pk")
    )
    picks = _last_picks(job)
    deliveries = _deliveries({source.reference for row in rows for source in row.sources.all()})
    return [_built_part(row, picks.get(row.pk), deliveries) for row in rows]


def _built_part(
    row: MaterialRequirement, pick: ScanEvent | None, deliveries: dict[str, ReceiptOutcome]
) -> BuiltPart:
    return BuiltPart(
        part=row.part,
        quantity=row.issued_quantity - row.scrapped_quantity,
        scrapped=row.scrapped_quantity,
        operation=row.operation,
        replaces=row.replaces,
        serials=tuple(row.serial_units.all()),
        sources=tuple(_source(source, deliveries) for source in row.sources.all()),
        picked_by=pick.actor if pick else "",
        picked_at=pick.at if pick else None,
        is_by_hand=pick is not None and pick.kind == ScanEvent.Kind.BY_HAND,
    )


def _source(source: PieceSource, deliveries: dict[str, ReceiptOutcome]) -> Source:
    delivery = deliveries.get(source.reference)
    return Source(
        reference=source.reference,
        quantity=source.quantity,
        supplier_name=delivery.supplier_name if delivery else "",
        received_at=delivery.received_at if delivery else None,
    )


def _last_picks(job: AssemblyJob) -> dict[int, ScanEvent]:
    """Requirement → the last scan that counted for it."""
    events = (
        ScanEvent.objects.filter(
            job=job,
            outcome=ScanEvent.Outcome.ACCEPTED,
            kind__in=[ScanEvent.Kind.PICK, ScanEvent.Kind.BY_HAND],
            requirement__isnull=False,
        )
        .order_by("requirement", "-id")
        .distinct("requirement")
    )
    return {event.requirement_id: event for event in events if event.requirement_id}


def _deliveries(references: set[str]) -> dict[str, ReceiptOutcome]:
    """Reference → the last delivery under it."""
    rows = ReceiptOutcome.objects.filter(reference__in=references - {""}).order_by("pk")
    return {row.reference: row for row in rows}
