"""Reasons to stop: before release a hold keeps the order back, afterwards it asks for a person.

Every function works under the order's lock, so a hold and a release come one after the other.
"""

from datetime import date

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from config.audit.services import record_state
from config.calendar import add_working_days
from config.locks import lock_rows
from shop.errors import IllegalTransition
from shop.models import Order, Payment, PaymentHold
from shop.stripe import risk
from shop.stripe.gateway import CheckoutFacts

Reason = PaymentHold.Reason


def open_hold(order: Order, reason: PaymentHold.Reason, detail: str) -> None:
    """Stop the order, unless somebody has looked at exactly this before and let it pass.

    The caller holds the order's lock.
    """
    if order.holds.filter(reason=reason, detail=detail[:300], closed_by__startswith="staff:"):
        return
    PaymentHold.objects.update_or_create(
        order=order, reason=reason, closed_at=None, defaults={"detail": detail[:300]}
    )


def end_hold(order: Order, reason: PaymentHold.Reason) -> None:
    """What the hold stood for has passed. The caller holds the order's lock."""
    order.holds.filter(reason=reason, closed_at=None).update(
        closed_at=timezone.now(), closed_by="stripe"
    )


def watch(order: Order, payment: Payment, facts: CheckoutFacts) -> None:
    """Open and end what the cashier has against a payment. The caller holds the order's lock."""
    _follow(
        order, Reason.REVIEW, "the cashier reviews this payment" if facts.is_under_review else ""
    )
    _follow(
        order,
        Reason.DISPUTE,
        facts.dispute or "the customer's bank disputes this payment" if facts.is_disputed else "",
    )
    if order.status != Order.Status.AWAITING_PAYMENT:
        return
    if facts.is_refunded:
        open_hold(order, Reason.REFUNDED, "this payment was refunded at the cashier")
    _season(order, facts.method or payment.method)


def _follow(order: Order, reason: PaymentHold.Reason, detail: str) -> None:
    if detail:
        open_hold(order, reason, detail)
    else:
        end_hold(order, reason)


def _season(order: Order, method: str) -> None:
    """Let a payment by a method that can be called back rest for some working days."""
    days = settings.SEASONING_DAYS.get(method, 0)
    hold = order.holds.filter(reason=Reason.SEASONING).first()
    if hold is None:
        if days:
            until = add_working_days(timezone.localdate(), days)
            detail = f"{method.replace('_', ' ')}: rests until {until.isoformat()}"
            open_hold(order, Reason.SEASONING, detail)
    elif hold.closed_at is None and timezone.localdate() >= rests_until(hold, days):
        end_hold(order, Reason.SEASONING)


def rests_until(hold: PaymentHold, days: int) -> date:
    """The day on which a payment that rests may go on, by the setting as it is now."""
    return add_working_days(timezone.localdate(hold.opened_at), days)


def heed_warning(*, payment_id: int) -> str:
    """Look at Stripe for early fraud warnings of a payment; stop its order if there is one.

    Returns what was found, in words. Raises `CashierAway`.
    """
    payment = Payment.objects.get(pk=payment_id)
    if not payment.payment_intent_id:
        return ""
    detail = risk.fraud_warning(payment.payment_intent_id)
    with transaction.atomic():
        (order,) = lock_rows(Order, [payment.order_id])
        _follow(order, Reason.EARLY_FRAUD_WARNING, detail)
    return detail


@transaction.atomic
def place_hold(*, order_id: int, actor: str, why: str) -> PaymentHold:
    """Staff stop an order before it is released. Raises `IllegalTransition` after that."""
    (order,) = lock_rows(Order, [order_id])
    if order.status != Order.Status.AWAITING_PAYMENT:
        raise IllegalTransition(f"{order.number} is {order.status}: a hold stops a release only.")
    hold, is_new = PaymentHold.objects.get_or_create(
        order=order, reason=Reason.STAFF, closed_at=None, defaults={"detail": why[:300]}
    )
    if is_new:
        record_state(order, from_state=order.status, why=f"held: {why}", actor=actor)
    return hold


@transaction.atomic
def close_hold(*, hold_id: int, actor: str) -> PaymentHold:
    """End a hold; the next sync of the payment releases the order, if nothing else stops it."""
    order_id = PaymentHold.objects.values_list("order_id", flat=True).get(pk=hold_id)
    lock_rows(Order, [order_id])
    (hold,) = lock_rows(PaymentHold, [hold_id])
    if hold.closed_at is None:
        hold.closed_at = timezone.now()
        hold.closed_by = actor
        hold.save(update_fields=["closed_at", "closed_by"])
    return hold
