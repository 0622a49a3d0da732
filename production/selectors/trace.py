"""Backward: what is in a machine, where it came from, and who made it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, OuterRef, Prefetch, Q, QuerySet, Subquery

from config.audit.models import StateChange
from production.models import (
    AssemblyJob,
    BillOfMaterial,
    JobOperation,
    MaterialRequirement,
    Part,
    PieceSource,
    ReceiptOutcome,
    ScanEvent,
    SerialUnit,
)
from production.selectors.checks import CheckState, check_states
from production.selectors.recall import asked


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
    """The record of one machine. `job` comes with its order line, order and configuration.

    `bill_revision`: of the machine's bill when it was planned; None: it has none by now.
    `on_the_way`: what was not as planned, oldest first: sent back, held, swapped, scrapped.
    """

    job: AssemblyJob
    operations: tuple[JobOperation, ...]
    parts: tuple[BuiltPart, ...]
    checks: tuple[CheckState, ...]
    bill_revision: int | None
    on_the_way: tuple[StateChange, ...]


# The revision of the machine's own bill that its snapshot was exploded from.
_BILL_THEN = Subquery(
    BillOfMaterial.objects.filter(
        product_slug=OuterRef("order_line__configuration__version__product_model__slug"),
        released_at__lte=OuterRef("snapshot__created_at"),
    )
    .order_by("-released_at")
    .values("revision")[:1]
)


def as_built(number: str) -> AsBuilt | None:
    """The record of a machine by its job's number: at most nine statements."""
    job = (
        _jobs()
        .select_related("snapshot", "replaces", "replaced_by", "order_line__order__shipment")
        .prefetch_related(
            Prefetch("operations", queryset=JobOperation.objects.order_by("sequence"))
        )
        .annotate(bill_revision=_BILL_THEN)
        .filter(number=asked(number))
        .first()
    )
    if job is None:
        return None
    return AsBuilt(
        job=job,
        operations=tuple(job.operations.all()),
        parts=tuple(_built_parts(job)),
        checks=tuple(check_states(job)),
        bill_revision=job.bill_revision,
        on_the_way=tuple(_on_the_way(job)),
    )


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


def _on_the_way(job: AssemblyJob) -> QuerySet[StateChange, Any]:
    """What the audit trail says beside the plain way: back to an operation, and all remarks."""
    of_job = Q(subject_type=AssemblyJob._meta.label_lower, subject_id=job.pk)
    operations = [one.pk for one in job.operations.all()]
    of_operations = Q(
        subject_type=JobOperation._meta.label_lower,
        subject_id__in=operations,
        to_state=JobOperation.Status.PENDING,
    )
    is_remark = Q(from_state=F("to_state")) | Q(
        to_state__in=[AssemblyJob.Status.SCRAPPED, AssemblyJob.Status.CANCELLED]
    )
    return StateChange.objects.filter(of_job & is_remark | of_operations).order_by("pk")
