"""Giving money back: performed at Stripe under its own key, followed to its end, and booked.

`sync_refunds` is the one function behind the call, the events, the poller and the staff button.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from config.audit.services import change_status, record_state
from shop import emails
from shop.errors import CashierRefused
from shop.models import Order, Payment, Refund, RefundCall
from shop.services import ledger
from shop.services.refund_requests import (
    SYSTEM,
    hold_what_is_not_paid_any_more,
    locked_payment,
    locked_refund,
    owe,
    release,
    request_refund,
    sum_of,
    unreserved_minor,
)
from shop.stripe import refunds as stripe_refunds
from shop.stripe.refunds import RefundFacts

Status, Way = Refund.Status, Refund.Way

# Three questions to Stripe at `gateway.TIMEOUT_SECONDS`, and three locks at `locks.LOCK_TIMEOUT`.
LEASE = timedelta(seconds=30)

UNDER_WAY = (Status.PENDING, Status.REQUIRES_ACTION)
# What Stripe says → what we call it.
STATUS_OF = {
    "pending": Status.PENDING,
    "requires_action": Status.REQUIRES_ACTION,
    "succeeded": Status.SUCCEEDED,
    "failed": Status.FAILED,
    "canceled": Status.FAILED,
}
STRIPE = "stripe"


def perform_refund(call: RefundCall) -> None:
    """Ask Stripe for an approved refund. Under a lease, outside any transaction, repeatable.

    What Stripe refuses fails for good, and a person decides. A transfer was made already, and is
    only booked. Raises `CashierAway`.
    """
    refund = Refund.objects.select_related("payment__order").get(pk=call.refund_id)
    if refund.status != Status.APPROVED:
        return
    if refund.way == Way.TRANSFER:
        _book_transfer(refund.pk)
        return
    known: list[RefundFacts] = []
    try:
        # A process may have died after Stripe's answer, longer ago than Stripe keeps keys.
        known = stripe_refunds.list_refunds(str(refund.payment.payment_intent_id))
        if not any(facts.key == refund.idempotency_key for facts in known):
            known.append(stripe_refunds.create_refund(refund))
    except CashierRefused as refusal:
        _refuse(refund.pk, str(refusal), known)
        return
    apply_refunds(payment_id=refund.payment_id, found=known)


@transaction.atomic
def _book_transfer(refund_id: int) -> None:
    refund = locked_refund(refund_id)
    if refund.status == Status.APPROVED:
        why = f"left our bank on {refund.paid_on}, {refund.reference}"
        change_status(refund, to=Status.SUCCEEDED, why=why, actor=refund.approved_by)
        ledger.post_refund(refund=refund)
        emails.queue_refunded(refund=refund)
        _count_given(refund.payment.order, refund.payment)


@transaction.atomic
def _refuse(refund_id: int, why: str, known: Iterable[RefundFacts] = ()) -> None:
    """Stripe will not. What stood in its way, a refund made at Stripe, is taken in instead."""
    refund = locked_refund(refund_id)
    if refund.status != Status.APPROVED:
        return
    refund.failure = why[:300]
    refund.save(update_fields=["failure"])
    change_status(refund, to=Status.FAILED, why=why, actor=STRIPE)
    apply_refunds(payment_id=refund.payment_id, found=known)
    left = unreserved_minor(refund.payment)
    if refund.requested_by == SYSTEM and left < refund.amount_minor:
        settle(refund, how="given back at Stripe before", actor=SYSTEM)
        if left:
            request_refund(
                payment_id=refund.payment_id, amount_minor=left, reason=refund.reason, actor=SYSTEM
            )


def settle(refund: Refund, *, how: str, actor: str) -> None:
    """Nobody has to look after a failed refund any more. The caller holds its lock."""
    refund.settled_by, refund.settlement = actor, how[:300]
    refund.save(update_fields=["settled_by", "settlement"])
    record_state(refund, from_state=refund.status, why=how, actor=actor)


def sync_refunds(*, payment_id: int) -> None:
    """Ask Stripe what has become of the refunds of a payment. Repeats are no-ops.

    Raises `CashierAway`; then nothing has changed.
    """
    intent_id = Payment.objects.values_list("payment_intent_id", flat=True).get(pk=payment_id)
    if intent_id:
        apply_refunds(payment_id=payment_id, found=stripe_refunds.list_refunds(intent_id))


@transaction.atomic
def apply_refunds(*, payment_id: int, found: Iterable[RefundFacts]) -> None:
    """Bring the refunds of one payment to what Stripe says now. Only ever moves forward."""
    order, payment = locked_payment(payment_id)
    for facts in found:
        refund = Refund.objects.filter(payment=payment, stripe_id=facts.stripe_id).first()
        if refund is None and facts.key:
            refund = Refund.objects.filter(payment=payment, idempotency_key=facts.key).first()
        if refund is None and payment.status == Payment.Status.CLEARED:
            refund = _made_at_stripe(payment, facts)
        if refund is not None:
            refund.payment = payment
            _follow(refund, facts)
    _count_given(order, payment)
    hold_what_is_not_paid_any_more(payment)


def _count_given(order: Order, payment: Payment) -> None:
    """Note at the order how much of its price is given back or on its way back."""
    if hasattr(order, "clearance") and order.clearance.payment_id == payment.pk:
        given = Refund.objects.filter(payment=payment, status__in=[*UNDER_WAY, Status.SUCCEEDED])
        order.refunded_minor = sum_of(given)
        order.save(update_fields=["refunded_minor"])


def _made_at_stripe(payment: Payment, facts: RefundFacts) -> Refund | None:
    """A refund that somebody made in Stripe's dashboard: a fact like any other.

    None while one of ours that Stripe is being asked for leaves it no room: Stripe will refuse
    that one, and then this one is looked at again.
    """
    has_failed = STATUS_OF.get(facts.status) == Status.FAILED
    if not has_failed and not _make_room(payment, facts.amount_minor):
        return None
    refund = Refund.objects.create(
        payment=payment,
        amount_minor=facts.amount_minor,
        currency=facts.currency,
        reason="Refunded at the cashier.",
        idempotency_key=f"stripe-{facts.stripe_id}",
        stripe_id=facts.stripe_id,
        requested_by=STRIPE,
        approved_by=STRIPE,
        approved_at=timezone.now(),
        status=Status.FAILED if has_failed else Status.APPROVED,
    )
    record_state(refund, why="made at Stripe", actor=STRIPE)
    if not has_failed:
        owe(payment, -facts.amount_minor)
    return refund


def _make_room(payment: Payment, amount_minor: int) -> bool:
    """Withdraw what nobody has approved yet, the newest first, until so much is left."""
    waiting = Refund.objects.filter(payment=payment, status=Status.REQUESTED).order_by("-pk")
    for refund in waiting:
        if unreserved_minor(payment) >= amount_minor:
            break
        refund.payment = payment
        release(refund, why="given back at Stripe meanwhile", actor=STRIPE)
    return unreserved_minor(payment) >= amount_minor


def _follow(refund: Refund, facts: RefundFacts) -> None:
    """Books follow the money, the status what Stripe says; either may come first."""
    refund.stripe_id = facts.stripe_id
    refund.failure = facts.failure[:300]
    refund.last_synced_at = timezone.now()
    refund.save(update_fields=["stripe_id", "failure", "last_synced_at"])
    to = STATUS_OF.get(facts.status, Status.PENDING)
    if to in Refund.TRANSITIONS.get(refund.status, frozenset()):
        why = facts.failure or f"Stripe says {facts.status}"
        change_status(refund, to=to, why=why, actor=STRIPE)
    if refund.status != to:
        return  # told late: something newer is known
    if facts.has_moved:
        ledger.post_refund(refund=refund)
    if to == Status.FAILED:
        emails.queue_refund_failed(refund=refund)
        ledger.post_refund_failed(refund=refund)
    elif to != Status.REQUIRES_ACTION:
        emails.queue_refunded(refund=refund)
