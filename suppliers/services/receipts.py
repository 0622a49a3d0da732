"""Goods that come in against a purchase order."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from config.audit.services import change_status
from config.locks import lock_rows
from production.services.arrivals import Arrival
from production.services.supply import record_goods_receipts
from suppliers.errors import NotFound, ReceiptRefused
from suppliers.models import GoodsReceipt, PurchaseOrder, PurchaseOrderLine
from suppliers.services.promised_days import move_rest, put_together
from suppliers.services.purchase_orders import check_open, lock_orders_of

Status = PurchaseOrder.Status


@dataclass(frozen=True, slots=True)
class Delivered:
    """So many pieces of a line are here; `key` makes them count once."""

    line: PurchaseOrderLine
    quantity: int
    key: str


@transaction.atomic
def receive_goods(*, line_id: int, quantity: int, key: str, received_by: str) -> GoodsReceipt:
    """Book `quantity` of a line into stock, and with it to the jobs that wait for it.

    `key` makes a form that is sent twice count once. Raises `NotFound` for a line that is none,
    `ReceiptRefused` for more than is still open, for nothing, and for a key that stands for
    another receipt, `PurchaseOrderClosed` once nothing more is to come.
    """
    # Everybody who books something in for these orders stands in line here.
    order_ids = lock_orders_served_by(_line(line_id).purchase_order_id)
    if existing := GoodsReceipt.objects.filter(key=key).select_related("line").first():
        return _the_same(existing, line_id, quantity)
    (receipt,) = _book([Delivered(_line(line_id), quantity, key)], received_by, order_ids)
    return receipt


@transaction.atomic
def receive_everything(*, purchase_order_id: int, received_by: str) -> int:
    """Book in all that is still to come, every line or none; returns how many pieces.

    As many statements for a delivery of many lines as for one of a single line.
    """
    order_ids = lock_orders_served_by(purchase_order_id)
    lines = _lines().filter(purchase_order=purchase_order_id).order_by("part_id")
    # By what had come before: a second click finds nothing left.
    came = [
        Delivered(line, line.open_quantity, f"rest-{line.pk}-{line.received_quantity}")
        for line in lines
        if line.open_quantity
    ]
    _book(came, received_by, order_ids)
    return sum(one.quantity for one in came)


def _book(
    came: Sequence[Delivered], received_by: str, order_ids: Collection[int] | None
) -> list[GoodsReceipt]:
    """Book in what came of one purchase order, under new keys, for these orders: all are locked."""
    if not came:
        return []
    purchase_order = came[0].line.purchase_order
    check_open(purchase_order)
    for one in came:
        if not 1 <= one.quantity <= one.line.open_quantity:
            raise ReceiptRefused(
                f"{one.line.reference}: expected at most {one.line.open_quantity} more, "
                f"got {one.quantity}."
            )
    # With the last of the nearer pieces there is one day again: the later one.
    moves_on = put_together([one.line for one in came if one.quantity >= one.line.next_quantity])
    record_goods_receipts(arrivals=_arrivals(came), actor=received_by, order_ids=order_ids)
    receipts = GoodsReceipt.objects.bulk_create(
        GoodsReceipt(line=one.line, quantity=one.quantity, key=one.key, received_by=received_by)
        for one in came
    )
    rest = [
        it.line for it in came if it.quantity < it.line.open_quantity and it.line.pk in moves_on
    ]
    _count_as_received(came)
    move_rest(rest, moves_on)
    _follow(purchase_order.pk, received_by)
    return receipts


def _arrivals(came: Sequence[Delivered]) -> list[Arrival]:
    return [
        Arrival(one.line.reference, one.quantity, one.key, unit_cost_minor=_cost(one.line))
        for one in came
    ]


# Added in the database, which refuses more than was ordered.
COUNT = """
UPDATE suppliers_purchaseorderline AS line
SET received_quantity = line.received_quantity + it.pieces
FROM unnest(%s::bigint[], %s::int[]) AS it (id, pieces) WHERE line.id = it.id
"""


def _count_as_received(came: Sequence[Delivered]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [[one.line.pk for one in came], [one.quantity for one in came]])


def lock_orders_served_by(purchase_order_id: int) -> set[int]:
    """Lock every order that a delivery may serve, before the first piece is put on the shelf.

    Those that it was bought for, those that have been given it since, and those that wait for
    free pieces of its parts; then its receipts and the levels of its parts.
    """
    return lock_orders_of(purchase_order_id, are_waiting_too=True)


def _lines() -> QuerySet[PurchaseOrderLine]:
    return PurchaseOrderLine.objects.select_related("purchase_order__supplier")


def _line(line_id: int) -> PurchaseOrderLine:
    line = _lines().filter(pk=line_id).first()
    if line is None:
        raise NotFound(f"There is no purchase-order line {line_id}.")
    return line


def _cost(line: PurchaseOrderLine) -> Decimal | None:
    """What one piece cost us; unknown where it was bought in another currency."""
    if line.purchase_order.currency != settings.SHOP_CURRENCY:
        return None
    return Decimal(line.price_minor)


def _the_same(receipt: GoodsReceipt, line_id: int, quantity: int) -> GoodsReceipt:
    if (receipt.line_id, receipt.quantity) != (line_id, quantity):
        raise ReceiptRefused(
            f"The key {receipt.key} stands for {receipt.quantity} of {receipt.line.reference}."
        )
    return receipt


IS_OPEN = """
SELECT EXISTS (SELECT FROM suppliers_purchaseorderline
               WHERE purchase_order_id = %s AND received_quantity < quantity)
"""


def _follow(purchase_order_id: int, actor: str) -> None:
    """The order's state is what its lines say."""
    (purchase_order,) = lock_rows(PurchaseOrder, [purchase_order_id])
    with connection.cursor() as cursor:
        cursor.execute(IS_OPEN, [purchase_order_id])
        is_open = cursor.fetchone()[0]
    state = Status.PARTLY_RECEIVED if is_open else Status.RECEIVED
    if purchase_order.status != state:
        change_status(purchase_order, to=state, why="goods received", actor=actor)
