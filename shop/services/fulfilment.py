"""What production writes down about an order: facts come down by call, in its own transaction.

Every function locks the order, only ever moves it forward, and may be repeated. What is written
for many orders or machines takes as many statements as for one.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Protocol

from django.db import connection, transaction
from django.utils import timezone
from django.utils.formats import date_format

from config.audit.models import StateChange
from config.audit.services import change_status
from config.calendar import working_days_between
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
# A day that we have told of may slip by so many working days before we tell of it again.
SLIPS_UNTOLD = 1
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


class LikelyDate(Protocol):
    """When an order is likely to ship now (None: nobody can say), and what decides it."""

    @property
    def likely_on(self) -> date | None: ...
    @property
    def reason(self) -> str: ...


type Machine = tuple[int, int]  # order line, and which machine of it, from 1


@transaction.atomic
def start_pre_production(*, order_id: int) -> Order:
    """The order is planned: its parts are being reserved and ordered."""
    (order,) = lock_rows(Order, [order_id])
    if not _is_at_least(order, Status.PRE_PRODUCTION):
        change_status(order, to=Status.PRE_PRODUCTION, why="planned", actor="system")
    return order


# Status, date and reason of every order, its audit rows, and all its customers' parts.
START_PLANNED = """
WITH planned AS MATERIALIZED (
    SELECT * FROM json_to_recordset(%(orders)s) AS it (
        order_id bigint, from_state text, to_state text, likely_on date, reason text, said text,
        told_on date
    )
), moved AS (
    UPDATE shop_order AS moving
    SET status = planned.to_state, likely_ships_on = planned.likely_on,
        promise_reason = planned.reason,
        told_ships_on = coalesce(planned.told_on, moving.told_ships_on)
    FROM planned WHERE moving.id = planned.order_id AND moving.id = ANY (%(order_ids)s)
), audited AS (
    INSERT INTO audit_statechange (subject_type, subject_id, from_state, to_state, actor, why)
    SELECT 'shop.order', planned.order_id, step.from_state, planned.to_state, 'system', step.why
    FROM planned, LATERAL (VALUES
        (1, planned.from_state, CASE WHEN from_state <> to_state THEN 'planned' ELSE '' END),
        (2, planned.to_state, planned.said)
    ) AS step (place, from_state, why)
    WHERE step.why <> '' ORDER BY planned.order_id, step.place
)
"""


@transaction.atomic(savepoint=False)
def start_planned(
    *,
    orders: Sequence[Order],
    dates: Mapping[int, LikelyDate],
    parts: Mapping[Machine, Sequence[TrackedPartFacts]],
) -> None:
    """These orders, locked by the caller, are planned: their stage, dates and parts.

    `dates` by order. One statement, beside the mails to those whose promise will not be kept.
    """
    rows = []
    late = []
    for order in orders:
        before, found = str(order.status), dates[order.pk]
        if not _is_at_least(order, Status.PRE_PRODUCTION):
            order.status = Status.PRE_PRODUCTION
        said = ""
        if order.likely_ships_on != found.likely_on:
            said = _revise(order, found)
            late += [(order, found.reason)] if _tell(order) else []
        rows.append(
            {
                "order_id": order.pk,
                "from_state": before,
                "to_state": str(order.status),
                "likely_on": order.likely_ships_on,
                "reason": order.promise_reason,
                "said": said,
                "told_on": order.told_ships_on,
            }
        )
    values: dict[str, Any] = {
        "order_ids": [order.pk for order in orders],  # by them rows are found, however many wait
        "orders": json.dumps(rows, default=str),
        "parts": _as_json(parts),
    }
    with connection.cursor() as cursor:
        cursor.execute(START_PLANNED + WRITE_PARTS, values)
    for order, reason in late:
        emails.queue_date_moved(order=order, reason=reason)


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
    """`record_parts_of` one machine."""
    record_parts_of(machines={(order_line_id, unit): list(parts)})


# A serial that is known stays until another one is said; an empty list of parts is one as well.
WRITE_PARTS = """
INSERT INTO shop_trackedpart AS part
    (order_line_id, unit, part_number, name, quantity, state, due_on, supplier_name, serial,
     position)
SELECT order_line_id, unit, part_number, name, quantity, state, due_on, supplier_name, serial,
       position
FROM json_populate_recordset(NULL::shop_trackedpart, %(parts)s)
ON CONFLICT (order_line_id, unit, part_number) DO UPDATE
SET name = excluded.name, quantity = excluded.quantity, state = excluded.state,
    due_on = excluded.due_on, supplier_name = excluded.supplier_name,
    position = excluded.position,
    serial = CASE excluded.serial WHEN '' THEN part.serial ELSE excluded.serial END
"""
FORGET_PARTS = """
WITH gone AS (
    DELETE FROM shop_trackedpart AS part
    USING unnest(%(lines)s::bigint[], %(units)s::int[]) AS machine (order_line_id, unit)
    WHERE part.order_line_id = machine.order_line_id AND part.unit = machine.unit
      AND NOT EXISTS (
          SELECT FROM json_populate_recordset(NULL::shop_trackedpart, %(parts)s) AS kept
          WHERE kept.order_line_id = part.order_line_id AND kept.unit = part.unit
            AND kept.part_number = part.part_number
      )
)
"""


@transaction.atomic(savepoint=False)
def record_parts_of(*, machines: Mapping[Machine, Sequence[TrackedPartFacts]]) -> None:
    """Write down where all parts of these machines are: one statement. Others are forgotten."""
    if not machines:
        return
    lines, units = zip(*machines, strict=True)
    values: dict[str, Any] = {"lines": list(lines), "units": list(units)}
    values["parts"] = _as_json(machines)
    with connection.cursor() as cursor:
        cursor.execute(FORGET_PARTS + WRITE_PARTS, values)


def _as_json(machines: Mapping[Machine, Sequence[TrackedPartFacts]]) -> str:
    names = [field.name for field in fields(TrackedPartFacts)]
    rows = [
        {"order_line_id": line, "unit": unit, **{name: getattr(part, name) for name in names}}
        for (line, unit), parts in sorted(machines.items())
        for part in parts
    ]
    return json.dumps(rows, default=str)


def record_serials(
    *, order_line_id: int, unit: int, part_number: str, serials: Sequence[str]
) -> None:
    """The serial numbers of one part of machine `unit`; as many of them as fit are shown."""
    longest = TrackedPart._meta.get_field("serial").max_length or 0
    told = ", ".join(serials)
    if len(told) > longest:
        told = f"{told[: longest - 1]}…"
    TrackedPart.objects.filter(order_line=order_line_id, unit=unit, part_number=part_number).update(
        serial=told
    )


@transaction.atomic
def revise_likely_date(*, order_id: int, likely_on: date | None, reason: str) -> Order:
    """`revise_likely_dates` of one order."""
    (order,) = lock_rows(Order, [order_id])
    _revise_all([order], {order_id: _Likely(likely_on, reason)})
    return order


@transaction.atomic(savepoint=False)
def revise_likely_dates(*, dates: Mapping[int, LikelyDate]) -> None:
    """Say when orders are likely to ship now, and why. The first promise stays as it was.

    The customer is told at once when the promise will not be kept, and again when that day will
    not be kept either: not of every day that a plan moves to and fro.
    """
    _revise_all(lock_rows(Order, dates), dates)


@dataclass(frozen=True, slots=True)
class _Likely:
    likely_on: date | None
    reason: str


def _revise_all(orders: Iterable[Order], dates: Mapping[int, LikelyDate]) -> None:
    moved = [it for it in orders if it.likely_ships_on != dates[it.pk].likely_on]
    if not moved:
        return
    said = {order.pk: _revise(order, dates[order.pk]) for order in moved}
    late = [order for order in moved if _tell(order)]
    Order.objects.bulk_update(moved, ["likely_ships_on", "promise_reason", "told_ships_on"])
    StateChange.objects.bulk_create(
        StateChange(
            subject_type=Order._meta.label_lower,
            subject_id=order.pk,
            from_state=str(order.status),
            to_state=str(order.status),
            actor="system",
            why=said[order.pk][:500],
        )
        for order in moved
    )
    for order in late:
        emails.queue_date_moved(order=order, reason=dates[order.pk].reason)


def _revise(order: Order, found: LikelyDate) -> str:
    """Set the new date on the order, unsaved; what is said about it."""
    order.likely_ships_on = found.likely_on
    order.promise_reason = found.reason[:200]
    day = date_format(found.likely_on, "D j M") if found.likely_on else "not known"
    return f"likely to ship: {day}; {found.reason}"


def _tell(order: Order) -> bool:
    """Whether the customer has to hear of the new day; if so, it is what they were told last."""
    likely_on, promised_on, told_on = (
        order.likely_ships_on,
        order.promised_ships_on,
        order.told_ships_on,
    )
    if likely_on is None or promised_on is None or likely_on <= promised_on:
        return False
    if told_on is not None:
        slipped = working_days_between(told_on, likely_on)
        if slipped <= SLIPS_UNTOLD and (slipped == 0 or told_on >= timezone.localdate()):
            return False
    order.told_ships_on = likely_on
    return True


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
