"""Orders that nobody pays: cancelled when their last day is over, and Stripe knows of no money."""

import logging

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format

from config.locks import lock_rows
from shop.errors import CashierAway, CashierRefused
from shop.models import Order, Payment, PaymentHold
from shop.services import validity
from shop.services.orders import cancel_order
from shop.services.payments import sync_payment

logger = logging.getLogger(__name__)

BATCH = 50
Status = Payment.Status


def cancel_overdue() -> int:
    """Cancel what was not paid in time; returns how many orders. Raises `CashierAway`.

    What Stripe will not tell of stays, and goes to the end of the queue.
    """
    cancelled = 0
    for order_id in overdue().values_list("pk", flat=True)[:BATCH]:
        try:
            cancelled += cancel_if_overdue(order_id=order_id)
        except CashierRefused:
            logger.exception("the cashier will not tell of order %s", order_id)
        except CashierAway:
            raise
        except Exception:
            logger.exception("order %s could not be cancelled", order_id)
        else:
            continue
        Payment.objects.filter(order=order_id).update(last_synced_at=timezone.now())
    return cancelled


def overdue() -> QuerySet[Order]:
    """Orders whose last day to pay is over, without money under way, a checkout that is open, or
    a hold for somebody to decide on; who was asked about longest ago first.
    """
    payments = Payment.objects.filter(order=OuterRef("pk"))
    may_pay_now = Q(status=Status.PENDING, expires_at__gt=timezone.now())
    under_way = payments.filter(may_pay_now | Q(status=Status.PROCESSING))
    held = PaymentHold.objects.filter(order=OuterRef("pk"), closed_at=None)
    unpaid = Order.objects.filter(
        status=Order.Status.AWAITING_PAYMENT, pay_until_on__lt=timezone.localdate()
    )
    return (
        unpaid.exclude(Exists(under_way))
        .exclude(Exists(held))
        .annotate(asked_at=Max("payments__last_synced_at"))
        .order_by(F("asked_at").asc(nulls_first=True), "pk")
    )


def cancel_if_overdue(*, order_id: int) -> bool:
    """Ask Stripe about every try to pay; cancel the order if none of them can become money.

    What is paid all the same later goes back by itself. Raises `CashierAway`, `CashierRefused`.
    """
    tried = Q(session_id__isnull=False) | Q(status=Status.PENDING)
    payments = Payment.objects.filter(tried, order=order_id).order_by("pk")
    for payment_id in payments.values_list("pk", flat=True):
        sync_payment(payment_id=payment_id)
    return _cancel(order_id)


@transaction.atomic
def _cancel(order_id: int) -> bool:
    """A payment is written down under the same lock, so one of the two comes first."""
    (order,) = lock_rows(Order, [order_id])
    is_open = Q(status__in=[Status.PENDING, Status.PROCESSING])
    if (
        order.status != Order.Status.AWAITING_PAYMENT
        or not validity.is_over(order)
        or order.payments.filter(is_open).exists()
        or order.holds.filter(closed_at=None).exists()
    ):
        return False
    last = date_format(order.pay_until_on, "D j M Y")
    cancel_order(
        order_id=order_id, actor="system", why=f"It was not paid by {last}.", only_if_unpaid=True
    )
    return True
