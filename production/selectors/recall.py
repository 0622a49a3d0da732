"""Forward: which machines, orders and customers something went into. And: what is this number?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from production.models import (
    AssemblyJob,
    MaterialRequirement,
    Part,
    PieceSource,
    ReceiptOutcome,
    SerialUnit,
)
from production.selectors.bins import part_by_code
from shop.models import Order, Shipment

MOST_MACHINES = 500
MOST_DELIVERIES = 50
LONGEST_ASKED = 120

_MACHINE = "requirement__job__order_line__order__shipment"


@dataclass(frozen=True, slots=True)
class TracedMachine:
    """A machine that something went into: how many, of which part, with which serials.

    `job` comes with its order line, order and shipment.
    """

    job: AssemblyJob
    part: Part
    quantity: int
    serials: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recall:
    """The machines that something went into, the first built first; `total`: of how many."""

    machines: tuple[TracedMachine, ...]
    total: int

    @property
    def is_cut(self) -> bool:
        return self.total > len(self.machines)


@dataclass(frozen=True, slots=True)
class TracedDelivery:
    """What came in under one reference, part by part, and the machines that it went into."""

    receipts: tuple[ReceiptOutcome, ...]
    recall: Recall


@dataclass(frozen=True, slots=True)
class TracedPart:
    """A part: the last deliveries of it, of how many, and the machines that it is in."""

    part: Part
    deliveries: tuple[ReceiptOutcome, ...]
    delivery_count: int
    recall: Recall


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that a number may be; all empty: nobody knows it."""

    job: AssemblyJob | None
    orders: tuple[Order, ...]
    jobs: tuple[AssemblyJob, ...]
    units: tuple[SerialUnit, ...]
    delivery: TracedDelivery | None
    part: TracedPart | None

    @property
    def is_nothing(self) -> bool:
        return not any((self.job, self.orders, self.units, self.delivery, self.part))


def find(text: str) -> Found:
    """What has this number: at most ten statements.

    A job, an order (by its number or the tracking number of its box), pieces with this serial
    number, a delivery, or a part. A serial number may be used by makers of different parts.
    """
    told = asked(text)
    if not told:
        return Found(None, (), (), (), None, None)
    number = told.upper()
    orders = _orders(number, told)
    return Found(
        job=_jobs().filter(number__in=[number, f"CW-{number}"]).first(),
        orders=tuple(orders),
        jobs=tuple(_jobs().filter(clearance__in=[order.pk for order in orders]).order_by("pk"))
        if orders
        else (),
        units=tuple(machines_with_serial(told)),
        delivery=_delivery(told),
        part=_part(told),
    )


def machines_with_serial(serial: str) -> list[SerialUnit]:
    """The pieces with this serial number, each with the machine and order that it sits in.

    Several where makers of different parts have used the same number; its `requirement` is None
    where the piece is in no machine. One statement.
    """
    return list(
        SerialUnit.objects.filter(serial__iexact=asked(serial))
        .select_related("part", _MACHINE)
        .order_by("part__part_number")[:MOST_MACHINES]
    )


def machines_with_receipt(reference: str, *, most: int | None = MOST_MACHINES) -> Recall:
    """The machines that pieces of a delivery went into: two statements, three where it is cut.

    `reference` of one line of a purchase order ("PO-1007/2"), or of all ("PO-1007"). Pieces with a
    serial number of theirs are named; of others the oldest on the shelf left first.
    """
    rows = PieceSource.objects.filter(_under(reference)).exclude(reference="").order_by("pk")
    shown = rows.select_related("requirement__part", _MACHINE).prefetch_related(
        Prefetch("requirement__serial_units", queryset=SerialUnit.objects.order_by("pk"))
    )
    found = list(shown[:most])
    return Recall(
        machines=tuple(
            TracedMachine(
                job=row.requirement.job,
                part=row.requirement.part,
                quantity=row.quantity,
                serials=_serials(row.requirement, {"", row.reference}),
            )
            for row in found
        ),
        total=_total(found, rows, most),
    )


def machines_with_part(part_id: int, *, most: int | None = MOST_MACHINES) -> Recall:
    """The machines that a part is in, of any delivery: two statements, three where it is cut."""
    rows = (
        MaterialRequirement.objects.filter(part=part_id, issued_quantity__gt=0)
        .exclude(job__status=AssemblyJob.Status.CANCELLED)
        .order_by("pk")
    )
    shown = rows.select_related("part", _MACHINE.removeprefix("requirement__")).prefetch_related(
        Prefetch("serial_units", queryset=SerialUnit.objects.order_by("pk"))
    )
    found = list(shown[:most])
    return Recall(
        machines=tuple(
            TracedMachine(
                job=row.job,
                part=row.part,
                quantity=row.issued_quantity - row.scrapped_quantity,
                serials=_serials(row, None),
            )
            for row in found
        ),
        total=_total(found, rows, most),
    )


def asked(text: str) -> str:
    """What can stand in the database; anything else finds nothing."""
    return text.strip()[:LONGEST_ASKED].replace("\0", "")


def _jobs() -> QuerySet[AssemblyJob, Any]:
    return AssemblyJob.objects.select_related("order_line__order__shipment")


def _orders(number: str, tracking: str) -> list[Order]:
    boxed = Shipment.objects.filter(tracking_number=tracking).exclude(tracking_number="")
    return list(
        Order.objects.filter(
            Q(number__in=[number, f"CW-{number}"]) | Q(pk__in=boxed.values("order"))
        )
        .select_related("shipment")
        .order_by("pk")[:MOST_DELIVERIES]
    )


def _under(reference: str) -> Q:
    """One line of a purchase order, or all of it; references are written in capitals."""
    told = asked(reference)
    same = Q(reference__in=[told, told.upper()])
    return same if "/" in told else same | Q(reference__startswith=f"{told.upper()}/")


def _delivery(reference: str) -> TracedDelivery | None:
    receipts = tuple(
        ReceiptOutcome.objects.filter(_under(reference))
        .select_related("part")
        .order_by("-received_at", "-pk")[:MOST_DELIVERIES]
    )
    if not receipts:
        return None
    return TracedDelivery(receipts=receipts, recall=machines_with_receipt(reference))


def _part(text: str) -> TracedPart | None:
    part = part_by_code(text)
    if part is None:
        return None
    receipts = ReceiptOutcome.objects.filter(part=part)
    shown = tuple(receipts.order_by("-received_at", "-pk")[:MOST_DELIVERIES])
    return TracedPart(
        part=part,
        deliveries=shown,
        delivery_count=_total(shown, receipts, MOST_DELIVERIES),
        recall=machines_with_part(part.pk),
    )


def _serials(requirement: MaterialRequirement, references: set[str] | None) -> tuple[str, ...]:
    """Of a requirement's pieces; with `references` only of those that may have come with them."""
    return tuple(
        unit.serial
        for unit in requirement.serial_units.all()
        if references is None or unit.receipt_reference in references
    )


def _total(shown: Sequence[object], rows: QuerySet[Any, Any], most: int | None) -> int:
    """How many there are: counted only where not all of them are shown."""
    return rows.count() if most is not None and len(shown) == most else len(shown)
