"""Ending an order before it is built."""

import logging

from django.db import transaction

from config.audit.services import change_status
from config.locks import lock_rows
from config.money import Money
from config.outbox.bus import publish
from shop import emails
from shop.errors import CashierAway, IllegalTransition, OrderFrozen
from shop.events import OrderCancelled
from shop.models import Order, Payment, PaymentClearance, PaymentHold
from shop.services import holds
from shop.services.refund_requests import refundable_minor
from shop.stripe import gateway

logger = logging.getLogger(__name__)


@transaction.atomic
def cancel_order(*, order_id: int, actor: str, why: str, only_if_unpaid: bool = False) -> Order:
    """Cancel an order that is not frozen yet. A repeat is a no-op.

    Kitting takes the same lock (`freeze_order`), so one of the two comes first. Money that has
    cleared becomes due for refund; money still under way does when it arrives. Raises
    `OrderFrozen`, and `IllegalTransition` for a paid order with `only_if_unpaid`.
    """
    (order,) = lock_rows(Order, [order_id])
    if order.status == Order.Status.CANCELLED:
        return order
    if order.is_frozen:
        raise OrderFrozen(f"{order.number}: kitting has begun, so it cannot be cancelled any more.")
    was_released = order.status != Order.Status.AWAITING_PAYMENT
    if was_released and only_if_unpaid:
        raise IllegalTransition(f"{order.number} has just been paid")
    change_status(order, to=Order.Status.CANCELLED, why=why, actor=actor)
    refund_due = ""
    if was_released:
        refund_due = _owe_back(order)
        publish(OrderCancelled(order_id=order.pk))
    # Nothing is left to keep here.
    holds.end_hold(order, PaymentHold.Reason.REFUNDED, by=actor)
    is_under_way = order.payments.filter(status=Payment.Status.PROCESSING).exists()
    emails.queue_order_cancelled(
        order=order, why=why, refund_due=refund_due, is_under_way=is_under_way
    )
    return order


def _owe_back(order: Order) -> str:
    """Mark what was paid as due for refund; returns it in words, "" for an order without price."""
    clearance = PaymentClearance.objects.get(order=order)
    if clearance.payment_id is None:
        return ""
    (payment,) = lock_rows(Payment, [clearance.payment_id])
    payment.refund_due_minor = refundable_minor(payment)
    payment.save(update_fields=["refund_due_minor"])
    if not payment.refund_due_minor:
        return ""
    return Money(payment.refund_due_minor, payment.currency).format()


def close_checkouts(*, order_id: int) -> None:
    """Close what is still open at the cashier, outside any transaction.

    Only a courtesy: money that comes all the same is booked as owed back.
    """
    open_ones = Payment.objects.filter(
        order_id=order_id, status=Payment.Status.PENDING, session_id__isnull=False
    )
    for session_id in open_ones.values_list("session_id", flat=True):
        try:
            gateway.expire_checkout(str(session_id))
        except CashierAway as error:
            logger.warning("left open: %s", error)
