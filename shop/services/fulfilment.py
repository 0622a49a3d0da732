"""What production writes down about an order: facts come down by call, in its own transaction.

Every function locks the order, only ever moves it forward, and may be repeated.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from config.audit.services import change_status, record_state
from config.locks import lock_rows
from config.outbox.bus import publish
from shop import emails
from shop.errors import ShopError
from shop.events import OrderShipped
from shop.models import Order, Shipment, TrackedPart
from shop.services import holds, ledger

Status = Order.Status

# The way of an order from its release on; cancelled and delivered lie beside it.
WAY = (
    Status.RELEASED,
    Status.PRE_PRODUCTION,
    Status.KITTING,
    Status.BUILD,
    Status.TEST,
    Status.BOXING,
    Status.SHIPPED,
)
STAGES = (Status.BUILD, Status.TEST, Status.BOXING)
WHY = {
    Status.BUILD: "assembly began",
    Status.TEST: "assembled; testing began",
    Status.BOXING: "tested; boxing began",
}


@dataclass(frozen=True, slots=True)
class TrackedPartFacts:
    """One part of one machine, as the customer may know it. `state`: see `TrackedPart.State`."""

    part_number: str
    name: str
    quantity: int
    state: str
    due_on: date | None = None
    supplier_name: str = ""
    serial: str = ""
    position: int = 0


@transaction.atomic
def start_pre_production(*, order_id: int) -> Order:
    """The order is planned: its parts are being reserved and ordered."""
    (order,) = lock_rows(Order, [order_id])
    if not _is_at_least(order, Status.PRE_PRODUCTION):
        change_status(order, to=Status.PRE_PRODUCTION, why="planned", actor="system")
    return order


@transaction.atomic
def freeze_order(*, order_id: int, actor: str) -> Order:
    """Kitting starts: nothing can be changed or cancelled from here on.

    Raises `IllegalTransition` when the order was cancelled first.
    """
    (order,) = lock_rows(Order, [order_id])
    if not _is_at_least(order, Status.KITTING):
        change_status(order, to=Status.KITTING, why="kitting began", actor=actor)
        emails.queue_kitting_started(order=order)
    return order


@transaction.atomic
def record_progress(*, order_id: int, stage: str, actor: str) -> Order:
    """The least advanced machine of the order has come to `stage`: build, test or boxing.

    A stage that is reached already is a no-op; stages in between are written down too.
    """
    if stage not in STAGES:
        raise ShopError(f"stage: expected one of {', '.join(STAGES)}, got {stage!r}")
    (order,) = lock_rows(Order, [order_id])
    if _is_at_least(order, Status(stage)):
        return order
    for step in STAGES[: STAGES.index(Status(stage)) + 1]:
        if not _is_at_least(order, step):
            change_status(order, to=step, why=WHY[step], actor=actor)
    return order


@transaction.atomic
def record_tracked_parts(
    *, order_line_id: int, unit: int, parts: Iterable[TrackedPartFacts]
) -> None:
    """Write down where the parts of machine `unit` (from 1) of an order line are: one statement."""
    names = [field.name for field in fields(TrackedPartFacts)]
    TrackedPart.objects.bulk_create(
        [
            TrackedPart(
                order_line_id=order_line_id,
                unit=unit,
                **{name: getattr(part, name) for name in names},
            )
            for part in parts
        ],
        update_conflicts=True,
        unique_fields=["order_line", "unit", "part_number"],
        update_fields=[name for name in names if name != "part_number"],
    )


@transaction.atomic
def revise_likely_date(*, order_id: int, likely_on: date | None, reason: str) -> Order:
    """Say when the order is likely to ship now, and why. The first promise stays as it was.

    The customer is told at once when the promise will not be kept.
    """
    (order,) = lock_rows(Order, [order_id])
    if order.likely_ships_on == likely_on:
        return order
    order.likely_ships_on = likely_on
    order.promise_reason = reason[:200]
    order.save(update_fields=["likely_ships_on", "promise_reason"])
    day = date_format(likely_on, "D j M") if likely_on else "not known"
    record_state(order, from_state=str(order.status), why=f"likely to ship: {day}; {reason}")
    if likely_on and order.promised_ships_on and likely_on > order.promised_ships_on:
        emails.queue_date_moved(order=order, reason=reason)
    return order


@transaction.atomic
def record_shipment(*, order_id: int, carrier: str, tracking_number: str, actor: str) -> Shipment:
    """The last box has left. The books follow (`book_shipment`): the shop floor writes none.

    Raises `OrderHeld` while a hold is open: then nothing is changed, and the box stays.
    """
    (order,) = lock_rows(Order, [order_id])
    if existing := Shipment.objects.filter(order=order).first():
        return existing
    holds.require_no_hold(order)
    change_status(order, to=Status.SHIPPED, why=f"left with {carrier}", actor=actor)
    shipment = Shipment.objects.create(
        order=order, carrier=carrier, tracking_number=tracking_number, shipped_at=timezone.now()
    )
    publish(OrderShipped(order_id=order.pk))
    emails.queue_order_shipped(order=order)
    return shipment


@transaction.atomic
def book_shipment(*, order_id: int) -> None:
    """What was owed to the customer of a shipped order is earned. Idempotent."""
    (order,) = lock_rows(Order, [order_id])
    ledger.post_shipment(order=order)


def _is_at_least(order: Order, status: str) -> bool:
    """Whether the order has come as far as `status` on its way; a cancelled one never has."""
    if order.status == Status.DELIVERED:
        return True
    return order.status in WAY and WAY.index(Status(order.status)) >= WAY.index(Status(status))
