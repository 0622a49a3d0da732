"""Giving money back: asked for, approved, performed at Stripe under its own key, and followed.

`sync_refunds` is the one function behind the call, the events, the poller and the staff button.
"""

import secrets
from collections.abc import Iterable, Mapping
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from config.audit.services import change_status, record_state
from config.locks import lock_rows
from config.money import Money
from shop import emails
from shop.errors import CashierRefused, NotRefundable, SecondPersonNeeded
from shop.models import Order, OrderLine, Payment, Refund, RefundCall, RefundLine
from shop.services import ledger
from shop.stripe import refunds as stripe_refunds
from shop.stripe.refunds import RefundFacts

Status = Refund.Status

# Three questions to Stripe at `gateway.TIMEOUT_SECONDS`, and three locks at `locks.LOCK_TIMEOUT`.
LEASE = timedelta(seconds=30)

GONE = (Status.FAILED, Status.WITHDRAWN)
UNDER_WAY = (Status.PENDING, Status.REQUIRES_ACTION)
# What Stripe says → what we call it.
STATUS_OF = {
    "pending": Status.PENDING,
    "requires_action": Status.REQUIRES_ACTION,
    "succeeded": Status.SUCCEEDED,
    "failed": Status.FAILED,
    "canceled": Status.FAILED,
}
SYSTEM, STRIPE = "system", "stripe"


def refundable_minor(payment: Payment) -> int:
    """What of a payment can still be given back, in minor units."""
    return payment.captured_minor - _reserved(payment)


def _reserved(payment: Payment) -> int:
    live = Refund.objects.filter(payment=payment).exclude(status__in=GONE)
    return int(live.aggregate(total=Sum("amount_minor"))["total"] or 0)


@transaction.atomic
def request_refund(
    *,
    payment_id: int,
    amount_minor: int,
    reason: str,
    actor: str,
    quantities: Mapping[int, int] | None = None,
) -> Refund:
    """Ask for `amount_minor` of a payment back; within the limit Stripe is asked at once.

    `quantities` maps order lines to the number of machines given back. Above
    `REFUND_ALONE_UP_TO_MINOR`, counted over the whole payment, a second person approves first;
    not where `actor` is "system": what was never ours goes back by itself.
    Raises `NotRefundable`.
    """
    _, payment = _locked(payment_id)
    left = refundable_minor(payment)
    if not 0 < amount_minor <= left:
        asked, most = (Money(it, payment.currency).format() for it in (amount_minor, left))
        raise NotRefundable(f"{payment}: expected an amount up to {most}, got {asked}.")
    is_large = _reserved(payment) + amount_minor > settings.REFUND_ALONE_UP_TO_MINOR
    refund = Refund.objects.create(
        payment=payment,
        amount_minor=amount_minor,
        currency=payment.currency,
        reason=reason[:300],
        requested_by=actor,
        needs_second_person=is_large and actor != SYSTEM,
        idempotency_key=f"refund-{payment.pk}-{secrets.token_hex(8)}",
    )
    _write_lines(refund, quantities or {})
    record_state(refund, why=reason, actor=actor)
    payment.refund_due_minor = max(0, payment.refund_due_minor - amount_minor)
    payment.save(update_fields=["refund_due_minor"])
    if not refund.needs_second_person:
        _approve(refund, actor=actor)
    return refund


def _write_lines(refund: Refund, quantities: Mapping[int, int]) -> None:
    """Note the machines that are given back. The caller holds the order's lock."""
    lines = OrderLine.objects.filter(order=refund.payment.order).in_bulk()
    for line_id, quantity in quantities.items():
        line = lines.get(line_id)
        if line is None:
            raise NotRefundable(f"{refund.payment.order.number} has no line {line_id}.")
        live = line.refund_lines.exclude(refund__status__in=GONE)
        given = int(live.aggregate(total=Sum("quantity"))["total"] or 0)
        if not 0 < quantity <= line.quantity - given:
            raise NotRefundable(
                f"{line.name}: expected 1 to {line.quantity - given} machines, got {quantity}."
            )
        RefundLine.objects.create(
            refund=refund,
            order_line=line,
            quantity=quantity,
            amount_minor=quantity * line.unit_minor,
        )


@transaction.atomic
def approve_refund(*, refund_id: int, actor: str) -> Refund:
    """The second person's word. A repeat is a no-op. Raises `SecondPersonNeeded`."""
    refund = _locked_refund(refund_id)
    if refund.status != Status.REQUESTED:
        return refund
    if actor == refund.requested_by:
        raise SecondPersonNeeded(f"{refund}: somebody else than {actor} has to approve it.")
    _approve(refund, actor=actor)
    return refund


def _approve(refund: Refund, *, actor: str) -> None:
    refund.approved_by = actor
    refund.approved_at = timezone.now()
    refund.save(update_fields=["approved_by", "approved_at"])
    change_status(refund, to=Status.APPROVED, why="approved", actor=actor)
    RefundCall.objects.create(refund=refund)


@transaction.atomic
def withdraw_refund(*, refund_id: int, actor: str) -> Refund:
    """Take back what nobody has approved yet. Raises `IllegalTransition` after that."""
    refund = _locked_refund(refund_id)
    if refund.status != Status.WITHDRAWN:
        change_status(refund, to=Status.WITHDRAWN, why="withdrawn", actor=actor)
    return refund


def perform_refund(call: RefundCall) -> None:
    """Ask Stripe for an approved refund. Under a lease, outside any transaction, repeatable.

    What Stripe refuses fails for good, and a person decides. Raises `CashierAway`.
    """
    refund = Refund.objects.select_related("payment__order").get(pk=call.refund_id)
    if refund.status == Status.APPROVED:
        try:
            # A process may have died after Stripe's answer, longer ago than Stripe keeps keys.
            known = stripe_refunds.list_refunds(str(refund.payment.payment_intent_id))
            if not any(facts.key == refund.idempotency_key for facts in known):
                known.append(stripe_refunds.create_refund(refund))
        except CashierRefused as refusal:
            _refuse(refund.pk, str(refusal))
            return
        apply_refunds(payment_id=refund.payment_id, found=known)


@transaction.atomic
def _refuse(refund_id: int, why: str) -> None:
    refund = _locked_refund(refund_id)
    if refund.status == Status.APPROVED:
        refund.failure = why[:300]
        refund.save(update_fields=["failure"])
        change_status(refund, to=Status.FAILED, why=why, actor=STRIPE)


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
    order, payment = _locked(payment_id)
    for facts in found:
        refund = Refund.objects.filter(payment=payment, stripe_id=facts.stripe_id).first()
        if refund is None and facts.key:
            refund = Refund.objects.filter(payment=payment, idempotency_key=facts.key).first()
        if refund is None and payment.status == Payment.Status.CLEARED:
            refund = _made_at_stripe(payment, facts)
        if refund is not None:
            refund.payment = payment
            _follow(refund, facts)
    given = Refund.objects.filter(
        payment=payment, status__in=[Status.PENDING, Status.SUCCEEDED]
    ).aggregate(total=Sum("amount_minor"))
    if hasattr(order, "clearance") and order.clearance.payment_id == payment.pk:
        order.refunded_minor = int(given["total"] or 0)
        order.save(update_fields=["refunded_minor"])


def _made_at_stripe(payment: Payment, facts: RefundFacts) -> Refund:
    """A refund that somebody made in Stripe's dashboard: a fact like any other."""
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
        status=Status.APPROVED,
    )
    record_state(refund, why="made at Stripe", actor=STRIPE)
    payment.refund_due_minor = max(0, payment.refund_due_minor - facts.amount_minor)
    payment.save(update_fields=["refund_due_minor"])
    return refund


def _follow(refund: Refund, facts: RefundFacts) -> None:
    refund.stripe_id = facts.stripe_id
    refund.failure = facts.failure[:300]
    refund.last_synced_at = timezone.now()
    refund.save(update_fields=["stripe_id", "failure", "last_synced_at"])
    to = STATUS_OF.get(facts.status, Status.PENDING)
    if to not in Refund.TRANSITIONS.get(refund.status, frozenset()):
        return
    change_status(refund, to=to, why=facts.failure or f"Stripe says {facts.status}", actor=STRIPE)
    if to in {Status.PENDING, Status.SUCCEEDED} and ledger.post_refund(refund=refund):
        emails.queue_refunded(refund=refund)
    elif to == Status.FAILED:
        ledger.post_refund_failed(refund=refund)


@transaction.atomic
def settle_failed_refund(*, refund_id: int, actor: str, how: str) -> Refund:
    """A person has dealt with a refund that failed, and says how."""
    refund = _locked_refund(refund_id)
    if refund.status != Status.FAILED:
        raise NotRefundable(f"{refund} is {refund.get_status_display()}, not failed.")
    if not refund.settled_by:
        refund.settled_by, refund.settlement = actor, how[:300]
        refund.save(update_fields=["settled_by", "settlement"])
        record_state(refund, from_state=refund.status, why=how, actor=actor)
    return refund


@transaction.atomic
def retry_refund(*, refund_id: int, actor: str) -> Refund:
    """Ask again for what failed: a new refund of the same amount under a new key."""
    failed = _locked_refund(refund_id)
    if failed.settled_by:
        raise NotRefundable(f"{failed} was dealt with already: {failed.settlement}")
    again = request_refund(
        payment_id=failed.payment_id,
        amount_minor=failed.amount_minor,
        reason=failed.reason,
        actor=actor,
        quantities={line.order_line_id: line.quantity for line in failed.lines.all()},
    )
    settle_failed_refund(refund_id=failed.pk, actor=actor, how=f"asked for again as {again}")
    return again


def _locked(payment_id: int) -> tuple[Order, Payment]:
    order_id = Payment.objects.values_list("order_id", flat=True).get(pk=payment_id)
    (order,) = lock_rows(Order, [order_id])
    (payment,) = lock_rows(Payment, [payment_id])
    payment.order = order
    return order, payment


def _locked_refund(refund_id: int) -> Refund:
    payment_id = Refund.objects.values_list("payment_id", flat=True).get(pk=refund_id)
    _, payment = _locked(payment_id)
    (refund,) = lock_rows(Refund, [refund_id])
    refund.payment = payment
    return refund
