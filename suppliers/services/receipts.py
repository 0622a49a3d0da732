"""Goods that come in against a purchase order."""

from django.db import transaction
from django.db.models import F
from production.services.supply import record_goods_receipt

from config.audit.services import change_status
from config.locks import lock_rows
from suppliers.errors import NotFound, ReceiptRefused
from suppliers.models import GoodsReceipt, PurchaseOrder, PurchaseOrderLine
from suppliers.services.purchase_orders import OPEN

Status = PurchaseOrder.Status


@transaction.atomic
def receive_goods(*, line_id: int, quantity: int, key: str, received_by: str) -> GoodsReceipt:
    """Book `quantity` of a line into stock, and with it to the jobs that wait for it.

    `key` makes a form that is sent twice count once. Raises `ReceiptRefused` for more than is
    still open, for nothing, and for an order that is closed.
    """
    if existing := GoodsReceipt.objects.filter(key=key).first():
        return existing
    line = PurchaseOrderLine.objects.select_related("purchase_order").filter(pk=line_id).first()
    if line is None:
        raise NotFound(f"No purchase-order line {line_id}.")
    open_quantity = line.quantity - line.received_quantity
    if not 1 <= quantity <= open_quantity:
        raise ReceiptRefused(
            f"{line.reference}: expected 1 to {open_quantity} more, got {quantity}."
        )
    # Production locks jobs and parts; the purchase order comes after them in the lock order.
    record_goods_receipt(reference=line.reference, quantity=quantity, key=key, actor=received_by)
    (purchase_order,) = lock_rows(PurchaseOrder, [line.purchase_order_id])
    if purchase_order.status not in OPEN:
        raise ReceiptRefused(
            f"{purchase_order.number} is {purchase_order.get_status_display().lower()}."
        )
    receipt = GoodsReceipt.objects.create(
        line=line, quantity=quantity, key=key, received_by=received_by
    )
    # The CHECK refuses what two people receive at the same moment beyond the quantity.
    PurchaseOrderLine.objects.filter(pk=line.pk).update(
        received_quantity=F("received_quantity") + quantity
    )
    _follow(purchase_order, received_by)
    return receipt


def _follow(purchase_order: PurchaseOrder, actor: str) -> None:
    """The order's state is what its lines say."""
    is_open = purchase_order.lines.filter(received_quantity__lt=F("quantity")).exists()
    state = Status.PARTLY_RECEIVED if is_open else Status.RECEIVED
    if purchase_order.status != state:
        change_status(purchase_order, to=state, why="goods received", actor=actor)
