"""What production writes down about an order: facts come down by call, in its own transaction.

Every function locks the order, only ever moves it forward, and may be repeated. What is written
for many orders or machines takes as many statements as for one.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from config.audit.services import change_status
from config.locks import lock_rows
from config.outbox.bus import publish
from shop import emails
from shop.errors import ShopError
from shop.events import OrderShipped
from shop.models import Order, Shipment
from shop.services import holds, ledger
from shop.services.likely_dates import LikelyDate, set_date, tells
from shop.services.tracked_parts import WRITE_PARTS, Machine, TrackedPartFacts, as_json

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
            said = set_date(order, found)
            late += [(order, found.reason)] if tells(order) else []
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
        "parts": as_json(parts),
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
