"""Goods that come in against a purchase order."""

from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import F

from config.audit.services import change_status
from config.locks import lock_rows
from production.services.pegging import lock_orders
from production.services.supply import record_goods_receipt
from suppliers.errors import NotFound, ReceiptRefused
from suppliers.models import GoodsReceipt, Pegging, PurchaseOrder, PurchaseOrderLine
from suppliers.services.purchase_orders import check_open

Status = PurchaseOrder.Status


@transaction.atomic
def receive_goods(*, line_id: int, quantity: int, key: str, received_by: str) -> GoodsReceipt:
    """Book `quantity` of a line into stock, and with it to the jobs that wait for it.

    `key` makes a form that is sent twice count once. Raises `NotFound` for a line that is none,
    `ReceiptRefused` for more than is still open, for nothing, and for a key that stands for
    another receipt, `PurchaseOrderClosed` once nothing more is to come.
    """
    # Everybody who books something in for these orders stands in line here.
    lock_orders_served_by(_line(line_id).purchase_order_id)
    if existing := GoodsReceipt.objects.filter(key=key).select_related("line").first():
        return _the_same(existing, line_id, quantity)
    line = _line(line_id)
    check_open(line.purchase_order)
    if not 1 <= quantity <= line.open_quantity:
        raise ReceiptRefused(
            f"{line.reference}: expected at most {line.open_quantity} more, got {quantity}."
        )
    record_goods_receipt(
        reference=line.reference,
        quantity=quantity,
        key=key,
        actor=received_by,
        unit_cost_minor=_cost(line),
    )
    receipt = GoodsReceipt.objects.create(
        line=line, quantity=quantity, key=key, received_by=received_by
    )
    PurchaseOrderLine.objects.filter(pk=line.pk).update(
        received_quantity=F("received_quantity") + quantity
    )
    _follow(line.purchase_order_id, received_by)
    return receipt


@transaction.atomic
def receive_everything(*, purchase_order_id: int, received_by: str) -> int:
    """Book in all that is still to come, every line or none; returns how many pieces."""
    lock_orders_served_by(purchase_order_id)
    # By part: the order in which everybody takes the rows of the shelf.
    lines = PurchaseOrderLine.objects.filter(purchase_order=purchase_order_id).order_by("part_id")
    pieces = 0
    for line in lines:
        if line.open_quantity:
            receive_goods(
                line_id=line.pk,
                quantity=line.open_quantity,
                # By what had come before: a second click finds nothing left.
                key=f"rest-{line.pk}-{line.received_quantity}",
                received_by=received_by,
            )
            pieces += line.open_quantity
    return pieces


def lock_orders_served_by(purchase_order_id: int) -> None:
    """Lock every order that a delivery may serve, before the first piece is put on the shelf.

    Those that it was bought for, and those that wait for free pieces of its parts. Orders come
    before stock in the order of locks, and the lines of a delivery are booked in one by one.
    """
    lines = PurchaseOrderLine.objects.filter(purchase_order=purchase_order_id)
    pegged = Pegging.objects.filter(line__in=lines)
    lock_orders(
        requirement_ids=pegged.values_list("requirement_id", flat=True),
        part_ids=lines.order_by().values_list("part_id", flat=True),
    )


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
