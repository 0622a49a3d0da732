"""From "pay" to cleared. `sync_payment` is the one function behind webhook, return page, poller
and staff button; `clear_payment` is the one place where an order is released.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from config.audit.services import change_status, record_state
from config.locks import lock_rows
from config.outbox.bus import publish
from shop import emails
from shop.errors import CashierRefused, IllegalTransition, PaymentUnderWay
from shop.events import OrderReleased
from shop.models import Order, Payment, PaymentClearance, PaymentHold
from shop.services import disputes, holds, ledger, refund_requests, refunds, validity
from shop.stripe import disputes as stripe_disputes
from shop.stripe import gateway
from shop.stripe.disputes import DisputeFacts
from shop.stripe.gateway import CheckoutFacts

# How long a price and its promise are held for the customer at the cashier (Stripe: ≥ 30 min).
CHECKOUT_OPEN_FOR = timedelta(minutes=60)
# A session that was not made within this long cannot be made any more: Stripe wants its expiry
# half an hour ahead.
CREATE_WITHIN = timedelta(minutes=25)

# With a bank debit the money may be under way for days; another payment would charge twice.
UNDER_WAY = "The payment of {order} is on its way; we wait for the bank."
# A bank has it; or the customer has left with a slip that is still to be paid somewhere.
ON_ITS_WAY = frozenset({"processing", "requires_action"})
# Money that no order waits for; the customer reads why it goes back.
SURPLUS = "surplus: "
TWICE = "Your order was paid already, so this second payment goes back."
TOO_LATE = "Your payment came after the order was cancelled, so it goes back."
# Why a payment came to nothing without anybody having refused it.
NOT_IN_TIME, CLOSED_UNPAID = "not paid in time", "the checkout was closed unpaid"
NEVER_OPENED = "its checkout was never opened"


def open_payment(*, order_id: int) -> str:
    """The address of the cashier's page for an order that awaits payment; makes it if need be.

    An order without anything to pay has its own page as address: `asking` has it released. A
    checkout whose time is over is asked about before (`overdue_payments`).
    Raises `PaymentUnderWay`, `IllegalTransition` (paid, cancelled) and `CashierAway`.
    """
    payment = _current_payment(order_id)
    if payment is None:
        return Order.objects.get(pk=order_id).get_absolute_url()
    if payment.checkout_url:
        return payment.checkout_url
    facts = _create_checkout(payment)
    Payment.objects.filter(pk=payment.pk).update(
        session_id=facts.session_id, checkout_url=facts.url
    )
    return facts.url


def overdue_payments(order_id: int) -> list[int]:
    """Checkouts whose time is over and that may have been paid in their last second."""
    overdue = Payment.objects.filter(
        order_id=order_id,
        status=Payment.Status.PENDING,
        session_id__isnull=False,
        expires_at__lte=timezone.now(),
    )
    return list(overdue.values_list("pk", flat=True))


@transaction.atomic
def _current_payment(order_id: int) -> Payment | None:
    """The open payment attempt of an order, made if there is none; None if nothing is to pay."""
    (order,) = lock_rows(Order, [order_id])
    if order.status != Order.Status.AWAITING_PAYMENT:
        raise IllegalTransition(f"{order.number} is {order.get_status_display().lower()}")
    if order.total_minor == 0:
        return None
    earlier = list(order.payments.order_by("-attempt"))
    if any(one.status == Payment.Status.PROCESSING for one in earlier):
        raise PaymentUnderWay(UNDER_WAY.format(order=order.number))
    latest = earlier[0] if earlier else None
    if latest and latest.status == Payment.Status.PENDING:
        if _is_usable(latest):
            return latest
        # What came of one that was opened is for Stripe to say: it is looked at until then.
        if not latest.session_id:
            change_status(latest, to=Payment.Status.FAILED, why=NOT_IN_TIME)
    if validity.is_over(order):
        raise IllegalTransition(f"{order.number} could be paid until {order.pay_until_on}")
    attempt = latest.attempt + 1 if latest else 1
    payment = Payment.objects.create(
        order=order,
        attempt=attempt,
        amount_minor=order.total_minor,
        currency=order.currency,
        idempotency_key=f"order-{order.number}-attempt-{attempt}-{order.token[:6]}",
        expires_at=(timezone.now() + CHECKOUT_OPEN_FOR).replace(microsecond=0),
    )
    record_state(payment, why="checkout", actor="customer")
    return payment


def _is_usable(payment: Payment) -> bool:
    """Whether the checkout of a pending payment is open, or can still be opened under its key."""
    if payment.expires_at is None:
        return False
    left = payment.expires_at - timezone.now()
    return left > (timedelta() if payment.session_id else CHECKOUT_OPEN_FOR - CREATE_WITHIN)


def sync_payment(*, payment_id: int) -> Payment:
    """Ask Stripe what has become of a payment and draw the consequences. Repeats are no-ops.

    Raises `CashierAway` when Stripe does not answer; then nothing has changed.
    """
    payment = Payment.objects.select_related("order__shipping_method").get(pk=payment_id)
    session_id = payment.session_id
    if not session_id:
        if payment.order.status != Order.Status.AWAITING_PAYMENT or not _is_usable(payment):
            return _give_up(payment)
        # The process died between asking for the session and noting it: ask again, same key.
        session_id = _create_checkout(payment).session_id
    facts = gateway.retrieve_checkout(session_id)
    found = stripe_disputes.disputes_of(facts.intent_id) if facts.is_disputed else []
    if payment.status == Payment.Status.PROCESSING and facts.intent_status == "succeeded":
        # It was held, or a debit, so banks have had the time to warn of it.
        holds.heed_warning(payment_id=payment_id)
    payment = apply_facts(payment_id=payment_id, facts=facts, found=found)
    if payment.captured_minor and (facts.is_refunded or payment.refunds.exists()):
        refunds.sync_refunds(payment_id=payment_id)
    return payment


def _create_checkout(payment: Payment) -> CheckoutFacts:
    """A key that Stripe refuses it refuses until it forgets it: the next try has another one."""
    try:
        return gateway.create_checkout(payment)
    except CashierRefused:
        _give_up(payment)
        raise


@transaction.atomic
def _give_up(payment: Payment) -> Payment:
    """A payment whose checkout was never opened, so that nobody can have paid there."""
    lock_rows(Order, [payment.order_id])
    (locked,) = lock_rows(Payment, [payment.pk])
    if locked.status == Payment.Status.PENDING and not locked.session_id:
        change_status(locked, to=Payment.Status.FAILED, why=NEVER_OPENED)
    return locked


@transaction.atomic
def apply_facts(
    *, payment_id: int, facts: CheckoutFacts, found: Iterable[DisputeFacts] = ()
) -> Payment:
    """Bring one payment, and its order, to what Stripe says now. Only ever moves forward.

    `found` are its disputes, where those were asked for.
    """
    order_id = Payment.objects.values_list("order_id", flat=True).get(pk=payment_id)
    (order,) = lock_rows(Order, [order_id])
    (payment,) = lock_rows(Payment, [payment_id])
    payment.order = order
    payment.session_id = facts.session_id
    payment.checkout_url = facts.url or payment.checkout_url
    payment.payment_intent_id = facts.intent_id or payment.payment_intent_id
    payment.method = facts.method or payment.method
    payment.failure = facts.failure[:200]
    payment.last_synced_at = timezone.now()
    fields = "session_id checkout_url payment_intent_id method failure last_synced_at"
    payment.save(update_fields=fields.split())
    disputes.write_down(order, payment, found)
    if payment.status == Payment.Status.CLEARED:
        if PaymentClearance.objects.filter(payment=payment).exists():
            holds.watch(order, payment, facts)
        return payment
    if problem := _foreign(payment, facts):
        holds.open_hold(order, PaymentHold.Reason.AMOUNT_MISMATCH, problem)
    elif facts.intent_status == "succeeded":
        clear_payment(order=order, payment=payment, facts=facts)
    elif facts.session_status == "complete" and facts.intent_status in ON_ITS_WAY:
        if _move(payment, Payment.Status.PROCESSING, "the bank has it"):
            emails.queue_payment_under_way(payment=payment)
    elif facts.session_status == "complete" and facts.intent_status in {
        "requires_payment_method", "canceled",
    }:  # fmt: skip
        is_news = _move(payment, Payment.Status.FAILED, facts.failure or "the bank refused it")
        # Whoever has left the cashier's page thinks of it as paid.
        if is_news and order.status == Order.Status.AWAITING_PAYMENT:
            validity.leave_time(order)
            emails.queue_payment_failed(payment=payment)
    elif facts.session_status == "expired":
        _move(payment, Payment.Status.FAILED, CLOSED_UNPAID)
    return payment


def clear_payment(
    *, order: Order, payment: Payment, facts: CheckoutFacts
) -> PaymentClearance | None:
    """Record that the money has cleared and release the order: one transaction, one fact.

    The caller holds the locks of order and payment. Returns None when the order is not released:
    a hold is open, or the money is a surplus (order paid or cancelled before), which is booked
    as owed back.
    """
    existing = PaymentClearance.objects.filter(order=order).first()
    if existing and existing.payment_id == payment.pk:
        return existing
    if existing or order.status != Order.Status.AWAITING_PAYMENT:
        _take_surplus(payment, facts, TWICE if existing else TOO_LATE)
        return None
    if wrong := _wrong_amount(order, facts):
        holds.open_hold(order, PaymentHold.Reason.AMOUNT_MISMATCH, wrong)
    if not facts.is_charge_paid:
        return None
    holds.watch(order, payment, facts)
    is_held = order.holds.filter(closed_at__isnull=True).exists()
    # A person's word ends a suspicion; it does not make up for money that is not there.
    if is_held or wrong or facts.is_all_refunded:
        _move(payment, Payment.Status.PROCESSING, "paid, and held")
        return None
    _capture(payment, facts, f"{facts.intent_id} succeeded")
    return _release(order, payment=payment, why=f"{facts.intent_id} cleared")


def _wrong_amount(order: Order, facts: CheckoutFacts) -> str:
    """What came instead of the order's price; "" if it is that."""
    got, wanted = facts.amount_received_minor, order.total_minor
    if (got, facts.currency) == (wanted, order.currency):
        return ""
    return f"got {got} {facts.currency}, expected {wanted} {order.currency}"


@transaction.atomic
def clear_free_order(*, order_id: int) -> Order:
    """Release an order that costs nothing: the explicit rule for a total of zero."""
    (order,) = lock_rows(Order, [order_id])
    if order.status == Order.Status.AWAITING_PAYMENT and order.total_minor == 0:
        _release(order, payment=None, why="nothing to pay")
    return order


def _release(order: Order, *, payment: Payment | None, why: str) -> PaymentClearance:
    clearance = PaymentClearance.objects.create(
        order=order,
        payment=payment,
        amount_minor=order.total_minor,
        currency=order.currency,
        cleared_at=timezone.now(),
    )
    if payment is not None:
        ledger.post_capture(clearance=clearance)
    change_status(order, to=Order.Status.RELEASED, why=why, actor="stripe" if payment else "system")
    publish(OrderReleased(order_id=order.pk))
    emails.queue_order_paid(order=order)
    return clearance


def _capture(payment: Payment, facts: CheckoutFacts, why: str) -> None:
    payment.captured_minor = facts.amount_received_minor
    payment.save(update_fields=["captured_minor"])
    change_status(payment, to=Payment.Status.CLEARED, why=why, actor="stripe")


def _take_surplus(payment: Payment, facts: CheckoutFacts, why: str) -> None:
    """Money that no order waits for goes back by itself."""
    amount = facts.amount_received_minor
    ledger.post_surplus(payment=payment, amount_minor=amount, currency=facts.currency)
    _capture(payment, facts, f"{SURPLUS}{why}")
    refund_requests.request_refund(
        payment_id=payment.pk,
        amount_minor=amount,
        reason=why,
        actor=refund_requests.SYSTEM,
    )


def _foreign(payment: Payment, facts: CheckoutFacts) -> str:
    """Why these facts cannot be about this payment; "" if they can."""
    if facts.is_live is not gateway.is_live_mode():
        return "the payment is of the other mode"
    if facts.reference != payment.idempotency_key:
        return f"the payment names {facts.reference!r}, expected {payment.idempotency_key!r}"
    return ""


def _move(payment: Payment, to: Payment.Status, why: str) -> bool:
    """Change the state unless it is that already; True when this call did."""
    if payment.status == to:
        return False
    change_status(payment, to=to, why=why, actor="stripe")
    return True
