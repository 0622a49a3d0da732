"""Goods that come in against a purchase order."""

from collections.abc import Collection
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import F

from config.audit.services import change_status
from config.locks import lock_rows
from production.services.supply import record_goods_receipt
from suppliers.errors import NotFound, ReceiptRefused
from suppliers.models import GoodsReceipt, PurchaseOrder, PurchaseOrderLine
from suppliers.services.promised_days import move_rest, put_together
from suppliers.services.purchase_orders import check_open, lock_orders_of

Status = PurchaseOrder.Status


@transaction.atomic
def receive_goods(*, line_id: int, quantity: int, key: str, received_by: str) -> GoodsReceipt:
    """Book `quantity` of a line into stock, and with it to the jobs that wait for it.

    `key` makes a form that is sent twice count once. Raises `NotFound` for a line that is none,
    `ReceiptRefused` for more than is still open, for nothing, and for a key that stands for
    another receipt, `PurchaseOrderClosed` once nothing more is to come.
    """
    # Everybody who books something in for these orders stands in line here.
    order_ids = lock_orders_served_by(_line(line_id).purchase_order_id)
    return _receive(line_id, quantity, key, received_by, order_ids)


def _receive(
    line_id: int, quantity: int, key: str, received_by: str, order_ids: Collection[int] | None
) -> GoodsReceipt:
    """As `receive_goods`, for these orders, which are locked."""
    if existing := GoodsReceipt.objects.filter(key=key).select_related("line").first():
        return _the_same(existing, line_id, quantity)
    line = _line(line_id)
    check_open(line.purchase_order)
    if not 1 <= quantity <= line.open_quantity:
        raise ReceiptRefused(
            f"{line.reference}: expected at most {line.open_quantity} more, got {quantity}."
        )
    # With the last of the nearer pieces there is one day again: the later one.
    moves_on = put_together(line) if quantity >= line.next_quantity else None
    record_goods_receipt(
        reference=line.reference,
        quantity=quantity,
        key=key,
        actor=received_by,
        unit_cost_minor=_cost(line),
        order_ids=order_ids,
    )
    receipt = GoodsReceipt.objects.create(
        line=line, quantity=quantity, key=key, received_by=received_by
    )
    PurchaseOrderLine.objects.filter(pk=line.pk).update(
        received_quantity=F("received_quantity") + quantity
    )
    if moves_on and quantity < line.open_quantity:
        move_rest(line, moves_on)
    _follow(line.purchase_order_id, received_by)
    return receipt


@transaction.atomic
def receive_everything(*, purchase_order_id: int, received_by: str) -> int:
    """Book in all that is still to come, every line or none; returns how many pieces."""
    order_ids = lock_orders_served_by(purchase_order_id)
    lines = PurchaseOrderLine.objects.filter(purchase_order=purchase_order_id).order_by("part_id")
    pieces = 0
    for line in lines:
        if line.open_quantity:
            # By what had come before: a second click finds nothing left.
            key = f"rest-{line.pk}-{line.received_quantity}"
            _receive(line.pk, line.open_quantity, key, received_by, order_ids)
            pieces += line.open_quantity
    return pieces


def lock_orders_served_by(purchase_order_id: int) -> set[int]:
    """Lock every order that a delivery may serve, before the first piece is put on the shelf.

    Those that it was bought for, those that have been given it since, and those that wait for
    free pieces of its parts; then its receipts and the levels of its parts.
    """
    return lock_orders_of(purchase_order_id, are_waiting_too=True)


def _line(line_id: int) -> PurchaseOrderLine:
    line = PurchaseOrderLine.objects.select_related("purchase_order").filter(pk=line_id).first()
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


def _follow(purchase_order_id: int, actor: str) -> None:
    """The order's state is what its lines say."""
    (purchase_order,) = lock_rows(PurchaseOrder, [purchase_order_id])
    is_open = purchase_order.lines.filter(received_quantity__lt=F("quantity")).exists()
    state = Status.PARTLY_RECEIVED if is_open else Status.RECEIVED
    if purchase_order.status != state:
        change_status(purchase_order, to=state, why="goods received", actor=actor)
