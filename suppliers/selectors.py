"""What pages read about suppliers, their offers and purchase orders."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import (
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Sum,
)
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.formats import date_format

from config.audit.models import StateChange
from config.mail.models import OutgoingMail
from production.models import AssemblyJob, MaterialRequirement, Part
from shop.models import Order
from suppliers.errors import NotFound
from suppliers.models import GoodsReceipt, Offer, PromiseEvent, PurchaseOrder

Status = PurchaseOrder.Status

# Sourcing follows planning within seconds; what is short for longer needs a person.
SOURCING_TAKES = timedelta(minutes=5)

TOKEN = re.compile(r"[\w-]{1,40}", re.ASCII)
UNKNOWN_LINK = "This link names no purchase order. Please use the one in our mail."

TONES = {
    Status.SENT: "wait",
    Status.ACKNOWLEDGED: "held",
    Status.PARTLY_RECEIVED: "now",
    Status.RECEIVED: "go",
    Status.CANCELLED: "stop",
}


def tone_of(purchase_order: PurchaseOrder) -> str:
    """How its state looks: see components/state.html."""
    return TONES.get(Status(purchase_order.status), "")


def purchase_orders() -> QuerySet[PurchaseOrder]:
    """Newest first, with supplier, number of lines, and what is still to come and by when."""
    to_come = Q(lines__received_quantity__lt=F("lines__quantity"), status__in=PurchaseOrder.OPEN)
    found = PurchaseOrder.objects.select_related("supplier").annotate(
        line_count=Count("lines"),
        to_come=Coalesce(
            Sum(F("lines__quantity") - F("lines__received_quantity"), filter=to_come), 0
        ),
        next_due_on=Min(Coalesce("lines__promised_on", "lines__requested_on"), filter=to_come),
    )
    return found.order_by("-created_at", "-pk")  # a sum drops the model's own order


def by_token(token: str) -> PurchaseOrder:
    """The purchase order behind a supplier's link. Raises `NotFound`."""
    found = None
    if TOKEN.fullmatch(token):
        found = PurchaseOrder.objects.filter(token=token).select_related("supplier").first()
    if found is None:
        raise NotFound(UNKNOWN_LINK)
    return found


def id_by_token(token: str) -> int:
    """As `by_token`, for whoever locks before he reads. Raises `NotFound`."""
    if TOKEN.fullmatch(token):
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM suppliers_purchaseorder WHERE token = %s", [token])
            if found := cursor.fetchone():
                return int(found[0])
    raise NotFound(UNKNOWN_LINK)


def counts_by_status() -> dict[str, int]:
    rows = PurchaseOrder.objects.order_by().values_list("status").annotate(Count("pk"))
    return dict(rows)


def to_be_chased() -> QuerySet[PurchaseOrder]:
    """Purchase orders to ring up about: a day has passed, or nobody confirmed in time.

    A supplier has `acknowledgement_hours` to answer.
    """
    today = timezone.localdate()
    hours = ExpressionWrapper(
        F("supplier__acknowledgement_hours") * timedelta(hours=1), output_field=DurationField()
    )
    return (
        purchase_orders()
        .annotate(answer_by=F("created_at") + hours)
        .filter(
            Q(next_due_on__lt=today) | Q(status=Status.SENT, answer_by__lt=timezone.now()),
            status__in=PurchaseOrder.OPEN,
        )
        .order_by("pk")
    )


def undelivered_mails() -> QuerySet[OutgoingMail]:
    """Mails to suppliers that no mail server would take."""
    return OutgoingMail.objects.filter(
        dead_at__isnull=False, about__in=PurchaseOrder.objects.values("number")
    ).order_by("pk")


@dataclass(frozen=True, slots=True)
class ShortPart:
    """A part that paid machines lack and that is not on its way."""

    part: Part
    quantity: int
    orders: tuple[str, ...]  # numbers, for which it is missing
    has_offer: bool


def _short_requirements() -> QuerySet[MaterialRequirement]:
    """What paid machines lack: nobody sells it, or it has an offer and was not bought."""
    offered = Offer.objects.filter(
        part=OuterRef("part_id"), is_active=True, supplier__is_active=True
    )
    return (
        MaterialRequirement.objects.filter(job__status=AssemblyJob.Status.WAITING_FOR_PARTS)
        .exclude(clearance__order__status=Order.Status.CANCELLED)
        .annotate(tied=Coalesce(Sum("allocations__quantity"), 0), has_offer=Exists(offered))
        .filter(
            Q(has_offer=False) | Q(job__created_at__lt=timezone.now() - SOURCING_TAKES),
            quantity__gt=F("tied"),
        )
    )


def short_parts() -> list[ShortPart]:
    """Every such part once, by part number."""
    short = _short_requirements().select_related("part", "clearance__order")
    by_part: defaultdict[int, list[Any]] = defaultdict(list)
    for requirement in short.order_by("part__part_number", "pk"):
        by_part[requirement.part_id].append(requirement)
    return [
        ShortPart(
            part=rows[0].part,
            quantity=sum(row.quantity - row.tied for row in rows),
            orders=tuple(sorted({row.clearance.order.number for row in rows})),
            has_offer=rows[0].has_offer,
        )
        for rows in by_part.values()
    ]


def count_short_parts() -> int:
    return _short_requirements().order_by().values("part").distinct().count()


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened to a purchase order."""

    at: datetime
    text: str
    why: str


def history_of(purchase_order: PurchaseOrder, *, is_for_staff: bool) -> list[Happening]:
    """States, days said and goods in, newest first; the supplier is not told our people's names."""
    found = [*_days_said(purchase_order)]
    for receipt in GoodsReceipt.objects.filter(line__purchase_order=purchase_order).select_related(
        "line"
    ):
        text = f"Line {receipt.line.line_number}: {receipt.quantity} came in"
        found.append(
            Happening(receipt.received_at, text, _name(receipt.received_by) if is_for_staff else "")
        )
    found += _states(purchase_order, is_for_staff=is_for_staff)
    # Of what happened at one moment, a state follows from the rest, and the last comes first.
    return sorted(found, key=lambda it: it.at)[::-1]


def _name(actor: str) -> str:
    return actor.removeprefix("staff:")


def _states(purchase_order: PurchaseOrder, *, is_for_staff: bool) -> Iterable[Happening]:
    changes = StateChange.objects.filter(
        subject_type=purchase_order._meta.label_lower, subject_id=purchase_order.pk
    ).order_by("pk")
    for change in changes:
        if change.to_state == Status.DRAFT and not is_for_staff:
            continue
        why = f"{change.why} · {_name(change.actor)}" if is_for_staff else ""
        yield Happening(change.at, Status(change.to_state).label, why)


def _days_said(purchase_order: PurchaseOrder) -> Iterable[Happening]:
    """What was said at one time of parts of a line stands for all of it until the next word."""
    said = PromiseEvent.objects.filter(line__purchase_order=purchase_order).select_related("line")
    before: dict[int, PromiseEvent] = {}
    for event in said.order_by("pk"):
        day = date_format(event.promised_on, "D j M Y")
        known = before.get(event.line_id)
        is_of_the_same = known is not None and known.said_at == event.said_at
        why = ""
        if known and not is_of_the_same:
            why = f"before: {date_format(known.promised_on, 'D j M Y')}"
        before[event.line_id] = event
        pieces = f"{event.quantity} " if event.quantity < event.line.quantity else ""
        text = f"Line {event.line.line_number}: {pieces}promised for {day}"
        yield Happening(event.said_at, text, why)
