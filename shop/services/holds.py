"""Reasons to stop: before release a hold keeps the order back, afterwards it keeps the box here.

Making goes on under a hold after release: its parts are reserved or ordered already, and the
machine is ready to go the moment the hold ends. What cannot be undone is the box leaving the
house, so that is what stops. Every function works under the order's lock, so a hold, a release
and a shipment come one after the other.
"""

from datetime import datetime, time
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from config.audit.services import record_state
from config.calendar import add_working_days
from config.locks import lock_rows
from config.money import Money
from shop.errors import IllegalTransition, OrderHeld
from shop.models import Dispute, Order, Payment, PaymentHold
from shop.stripe import risk
from shop.stripe.gateway import CheckoutFacts

Reason = PaymentHold.Reason
GONE = (Order.Status.SHIPPED, Order.Status.DELIVERED, Order.Status.CANCELLED)

# Not a suspicion but a fact: nothing of the payment is here any more.
ALL_BACK = "all of this payment is given back"

# What ends a hold by itself. Staff who may close holds can end each of them before.
ENDS_BY_ITSELF: dict[str, str] = {
    Reason.REVIEW: "It ends when the review is approved at Stripe.",
    Reason.EARLY_FRAUD_WARNING: "It ends when the payment is refunded or disputed.",
    Reason.DISPUTE: "It ends when the bank decides for us.",
    Reason.SEASONING: "It ends by itself on its day.",
}
NEVER_BY_ITSELF = "It does not end by itself."


def open_hold(
    order: Order,
    reason: PaymentHold.Reason,
    detail: str,
    *,
    ends_at: datetime | None = None,
    read_at: datetime | None = None,
) -> None:
    """Stop the order, unless somebody has looked at exactly this before and let it pass.

    `read_at`: when it was read at Stripe, where it was. The caller holds the order's lock.
    """
    detail = detail[:300]
    if order.holds.filter(reason=reason, detail=detail, closed_by__startswith="staff:"):
        return
    fields: dict[str, Any] = {"detail": detail, "ends_at": ends_at}
    if read_at is not None:
        fields["opened_at"] = read_at
    hold, is_new = PaymentHold.objects.get_or_create(
        order=order, reason=reason, closed_at=None, defaults=fields
    )
    if is_new:
        _record(hold, f"held: {reason.label}: {detail}", "system")
    elif hold.detail != detail:
        hold.detail = detail
        hold.save(update_fields=["detail"])


def end_hold(
    order: Order,
    reason: PaymentHold.Reason,
    *,
    by: str = "stripe",
    read_at: datetime | None = None,
) -> None:
    """What the hold stood for has passed. The caller holds the order's lock.

    Not if that was read at Stripe, at `read_at`, before the hold was opened: it is older news.
    """
    found = order.holds.filter(reason=reason, closed_at=None)
    for hold in found.filter(opened_at__lte=read_at) if read_at else found:
        _close(hold, by)


def _close(hold: PaymentHold, by: str) -> None:
    hold.closed_at = timezone.now()
    hold.closed_by = by
    hold.save(update_fields=["closed_at", "closed_by"])
    _record(hold, f"hold ended ({hold.get_reason_display().lower()}): {hold.detail}", by)


def _record(hold: PaymentHold, why: str, actor: str) -> None:
    record_state(hold.order, from_state=hold.order.status, why=why, actor=actor)


def require_no_hold(order: Order) -> None:
    """Raise `OrderHeld` with what stops the order, why, and who can end it.

    The caller holds the order's lock.
    """
    open_ones = list(order.holds.filter(closed_at=None).order_by("opened_at"))
    if open_ones:
        told = " ".join(hold_words(hold) for hold in open_ones)
        raise OrderHeld(
            f"{order.number} stays in the house. {told} Who may close holds can end it on the "
            f"order's page."
        )


def hold_words(hold: PaymentHold) -> str:
    """One hold in a sentence or two: what, why, since when, and what ends it."""
    since = date_format(timezone.localtime(hold.opened_at), "j M")
    reason = hold.get_reason_display().lower()
    ends = ENDS_BY_ITSELF.get(hold.reason, NEVER_BY_ITSELF)
    return f"Held since {since}: {reason}{f' ({hold.detail})' if hold.detail else ''}. {ends}"


def watch(order: Order, payment: Payment, facts: CheckoutFacts) -> None:
    """Open and end what the cashier has against a payment. The caller holds the order's lock."""
    under_review = "the cashier reviews this payment" if facts.is_under_review else ""
    _follow(order, Reason.REVIEW, under_review, facts.read_at)
    if facts.is_disputed and not payment.disputes.exists():
        contested = "the customer's bank disputes this payment"
        open_hold(order, Reason.DISPUTE, contested, read_at=facts.read_at)
    else:
        follow_disputes(order, read_at=facts.read_at)
    if order.status != Order.Status.AWAITING_PAYMENT:
        return
    if facts.is_refunded:
        back = Money(facts.refunded_minor, facts.currency).format()
        part = f"{back} of this payment was given back at the cashier"
        open_hold(order, Reason.REFUNDED, ALL_BACK if facts.is_all_refunded else part)
    _season(order, facts.method or payment.method)


def follow_disputes(order: Order, *, read_at: datetime | None = None) -> None:
    """Hold the order while a dispute of its payments stands. The caller holds the order's lock."""
    disputes = Dispute.objects.filter(payment__order=order)
    standing = disputes.exclude(status__in=Dispute.OVER).order_by("pk").first()
    _follow(order, Reason.DISPUTE, _dispute_words(standing) if standing else "", read_at)


def _dispute_words(dispute: Dispute) -> str:
    """Stays the same from the first letter to the outcome: a person's word on it stays good."""
    amount = Money(dispute.amount_minor, dispute.currency).format()
    is_lost = dispute.status == Dispute.Status.LOST
    reason = dispute.reason.replace("_", " ")
    return f"{amount} disputed ({reason}){' and lost' if is_lost else ''}"


def _follow(
    order: Order, reason: PaymentHold.Reason, detail: str, read_at: datetime | None
) -> None:
    if detail:
        open_hold(order, reason, detail, read_at=read_at)
    else:
        end_hold(order, reason, read_at=read_at)


def _season(order: Order, method: str) -> None:
    """Let a payment by a method that can be called back rest for some working days, once."""
    days = settings.SEASONING_DAYS.get(method, 0)
    hold = order.holds.filter(reason=Reason.SEASONING).first()
    if hold is None and days:
        until = add_working_days(timezone.localdate(), days)
        detail = f"{method.replace('_', ' ')}: rests until {until.isoformat()}"
        ends_at = timezone.make_aware(datetime.combine(until, time.min))
        open_hold(order, Reason.SEASONING, detail, ends_at=ends_at)
    elif hold is not None and hold.closed_at is None and is_over(hold):
        end_hold(order, Reason.SEASONING, by="system")


def is_over(hold: PaymentHold) -> bool:
    """Whether a hold that time alone ends has had its time."""
    return hold.ends_at is not None and hold.ends_at <= timezone.now()


@transaction.atomic
def end_rest(*, hold_id: int) -> list[int]:
    """End a hold whose time is over; returns the payments to look at again. A repeat finds none."""
    order_id = PaymentHold.objects.values_list("order_id", flat=True).get(pk=hold_id)
    (order,) = lock_rows(Order, [order_id])
    (hold,) = lock_rows(PaymentHold, [hold_id])
    if hold.closed_at is not None or not is_over(hold):
        return []
    hold.order = order
    _close(hold, "system")
    held = order.payments.filter(status=Payment.Status.PROCESSING)
    return list(held.values_list("pk", flat=True))


def heed_warning(*, payment_id: int) -> str:
    """Look at Stripe for early fraud warnings of a payment; stop its order if there is one.

    Returns what was found, in words. Raises `CashierAway`.
    """
    payment = Payment.objects.get(pk=payment_id)
    if not payment.payment_intent_id:
        return ""
    read_at = timezone.now()
    detail = risk.fraud_warning(payment.payment_intent_id)
    follow_warning(order_id=payment.order_id, detail=detail, read_at=read_at)
    return detail


@transaction.atomic
def follow_warning(*, order_id: int, detail: str, read_at: datetime) -> None:
    """Hold an order while its payment has an early fraud warning; "" for none (any more)."""
    (order,) = lock_rows(Order, [order_id])
    _follow(order, Reason.EARLY_FRAUD_WARNING, detail, read_at)


@transaction.atomic
def place_hold(*, order_id: int, actor: str, why: str) -> PaymentHold:
    """Staff stop an order: before release from being made, afterwards from leaving.

    Raises `IllegalTransition` where nothing is left to stop.
    """
    (order,) = lock_rows(Order, [order_id])
    if order.status in GONE:
        raise IllegalTransition(
            f"{order.number} is {order.get_status_display().lower()}: there is nothing to hold."
        )
    hold, is_new = PaymentHold.objects.get_or_create(
        order=order, reason=Reason.STAFF, closed_at=None, defaults={"detail": why[:300]}
    )
    if is_new:
        _record(hold, f"held: {why}", actor)
    return hold


@transaction.atomic
def close_hold(*, hold_id: int, actor: str) -> PaymentHold:
    """End a hold; the next sync of the payment releases the order, if nothing else stops it.

    A repeat is a no-op. Raises `OrderHeld` where the money itself is gone.
    """
    order_id = PaymentHold.objects.values_list("order_id", flat=True).get(pk=hold_id)
    (order,) = lock_rows(Order, [order_id])
    (hold,) = lock_rows(PaymentHold, [hold_id])
    hold.order = order
    if hold.closed_at is None:
        _require_money(order, hold)
        _close(hold, actor)
    return hold


def _require_money(order: Order, hold: PaymentHold) -> None:
    """An order whose money is not here, all of it, is not paid, whatever anybody says."""
    if order.status != Order.Status.AWAITING_PAYMENT:
        return
    disputes = Dispute.objects.filter(payment__order=order, taken_minor__gt=0)
    held = order.payments.filter(status=Payment.Status.PROCESSING)
    if hold.reason == Reason.DISPUTE and disputes.exists():
        gone = "the bank has taken the money back, so it cannot be released. Answer the dispute, or"
    elif hold.reason == Reason.AMOUNT_MISMATCH and held.exists():
        gone = f"what came is not the price ({hold.detail}), so it cannot be released. Please"
    elif hold.reason == Reason.REFUNDED and hold.detail == ALL_BACK:
        gone = "the payment was given back, so it cannot be released. Please"
    else:
        return
    raise OrderHeld(f"{order.number}: {gone} cancel the order.")
