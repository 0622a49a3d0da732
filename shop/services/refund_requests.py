"""Asking for money back: how much, of what, by whom, and who else agreed."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone

from config.audit.services import change_status, record_state
from config.locks import lock_rows
from config.money import Money, step_minor
from shop.errors import NotRefundable, SecondPersonNeeded
from shop.models import (
    Dispute,
    Order,
    OrderLine,
    Payment,
    PaymentHold,
    Refund,
    RefundCall,
    RefundLine,
)
from shop.services import holds

Status, Way = Refund.Status, Refund.Way

GONE = (Status.FAILED, Status.WITHDRAWN)
SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Transfer:
    """Money that staff sent from our bank because Stripe could not: when it left, and under which
    reference the bank has it.
    """

    paid_on: date
    reference: str


def refundable_minor(payment: Payment) -> int:
    """What of a payment can still be given back, in minor units: not what a bank took of it."""
    return max(0, unreserved_minor(payment) - taken_minor(payment))


def unreserved_minor(payment: Payment) -> int:
    """What of a payment no refund speaks for."""
    return payment.captured_minor - sum_of(
        Refund.objects.filter(payment=payment).exclude(status__in=GONE)
    )


def taken_minor(payment: Payment) -> int:
    """What banks have taken back of a payment, by disputes that are not won."""
    taken = Dispute.objects.filter(payment=payment).aggregate(total=Sum("taken_minor"))
    return int(taken["total"] or 0)


def sum_of(refunds: QuerySet[Refund]) -> int:
    return int(refunds.aggregate(total=Sum("amount_minor"))["total"] or 0)


@transaction.atomic
def request_refund(
    *,
    payment_id: int,
    amount_minor: int,
    reason: str,
    actor: str,
    quantities: Mapping[int, int] | None = None,
    form_key: str = "",
    replaces: Refund | None = None,
    transfer: Transfer | None = None,
) -> Refund:
    """Ask for `amount_minor` of a payment back; within the limit Stripe is asked at once.

    `quantities` maps order lines to the number of machines given back. The same `form_key` gives
    the refund that it made before. Above `REFUND_ALONE_UP_TO_MINOR` of its currency, counted over
    the whole payment, a second person approves first, and a `transfer` always; not where `actor` is
    "system": what was never ours goes back by itself. `replaces` is a refund that failed.
    Raises `NotRefundable`.
    """
    _, payment = locked_payment(payment_id)
    key = f"refund-{payment.pk}-{form_key or secrets.token_hex(8)}"
    if existing := Refund.objects.filter(idempotency_key=key).first():
        existing.payment = payment
        return _same(existing, amount_minor, reason)
    _require_left(payment, amount_minor, actor)
    _require_step(payment, amount_minor)
    given = payment.captured_minor - unreserved_minor(payment)
    limit_minor = settings.REFUND_ALONE_UP_TO_MINOR.get(payment.currency)
    is_large = limit_minor is None or given + amount_minor > limit_minor
    refund = Refund.objects.create(
        payment=payment,
        amount_minor=amount_minor,
        currency=payment.currency,
        reason=reason[:300],
        requested_by=actor,
        needs_second_person=transfer is not None or (is_large and actor != SYSTEM),
        idempotency_key=key,
        replaces=replaces,
        **_fields(transfer),
    )
    _write_lines(refund, quantities or {})
    record_state(refund, why=reason, actor=actor)
    owe(payment, 0 if replaces else -amount_minor)
    if not refund.needs_second_person:
        _approve(refund, actor=actor)
    return refund


def _require_left(payment: Payment, amount_minor: int, actor: str) -> None:
    """A surplus that is disputed is asked for all the same: Stripe refuses, and a person sees."""
    taken = 0 if actor == SYSTEM else taken_minor(payment)
    left = max(0, unreserved_minor(payment) - taken)
    if 0 < amount_minor <= left:
        return
    asked, most = (Money(it, payment.currency).format() for it in (amount_minor, left))
    why = " The rest the bank has taken in a dispute." if taken else ""
    raise NotRefundable(f"{payment}: expected an amount up to {most}, got {asked}.{why}")


def _require_step(payment: Payment, amount_minor: int) -> None:
    step = step_minor(payment.currency)
    if amount_minor % step:
        step_words, asked = (Money(it, payment.currency).format() for it in (step, amount_minor))
        raise NotRefundable(f"{payment}: expected a multiple of {step_words}, got {asked}.")


def _fields(transfer: Transfer | None) -> dict[str, Any]:
    if transfer is None:
        return {}
    return {"way": Way.TRANSFER, "paid_on": transfer.paid_on, "reference": transfer.reference}


def _same(refund: Refund, amount_minor: int, reason: str) -> Refund:
    """A form that was sent twice asks once; one that was changed meanwhile says something else."""
    if (refund.amount_minor, refund.reason) != (amount_minor, reason[:300]):
        had = Money(refund.amount_minor, refund.currency).format()
        raise NotRefundable(f"This form has asked for {had} before; open it anew for more.")
    return refund


def owe(payment: Payment, more_minor: int) -> None:
    """What is owed back and not asked for yet grows by so much: from nothing to all there is."""
    due = payment.refund_due_minor + more_minor
    payment.refund_due_minor = max(0, min(due, refundable_minor(payment)))
    payment.save(update_fields=["refund_due_minor"])


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
    refund = locked_refund(refund_id)
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
    hold_what_is_not_paid_any_more(refund.payment)


def hold_what_is_not_paid_any_more(payment: Payment) -> None:
    """Keep a box here whose money all goes back, until somebody lets it leave all the same.

    Whoever gives money back need not know that a machine is made for it. The caller holds the
    order's lock.
    """
    if takes_all(payment):
        holds.open_hold(payment.order, PaymentHold.Reason.REFUNDED, holds.ALL_BACK)


def takes_all(payment: Payment, more_minor: int = 0) -> bool:
    """Whether what is approved to go back, and so much more, is all that was paid for a machine
    that is still here. A surplus is not what it was paid with.
    """
    order = payment.order
    if order.status in holds.GONE or not hasattr(order, "clearance"):
        return False
    waiting_or_gone = (Status.REQUESTED, *GONE)
    given = sum_of(Refund.objects.filter(payment=payment).exclude(status__in=waiting_or_gone))
    is_its_own = order.clearance.payment_id == payment.pk
    return is_its_own and 0 < order.total_minor <= given + more_minor


@transaction.atomic
def withdraw_refund(*, refund_id: int, actor: str) -> Refund:
    """Take back what nobody has approved yet. Raises `IllegalTransition` after that."""
    refund = locked_refund(refund_id)
    if refund.status != Status.WITHDRAWN:
        release(refund, why="withdrawn", actor=actor)
    return refund


def release(refund: Refund, *, why: str, actor: str) -> None:
    """Withdraw it: what it stood for, a refund that failed or what a cancelled order is owed, is
    open again. The caller holds the locks of order and payment.
    """
    change_status(refund, to=Status.WITHDRAWN, why=why, actor=actor)
    if failed := refund.replaces:
        failed.settled_by = failed.settlement = ""
        failed.save(update_fields=["settled_by", "settlement"])
        record_state(failed, from_state=failed.status, why="not replaced after all", actor=actor)
    elif refund.payment.order.status == Order.Status.CANCELLED:
        owe(refund.payment, refund.amount_minor)


def locked_payment(payment_id: int) -> tuple[Order, Payment]:
    """A payment and its order, both locked until the transaction ends."""
    order_id = Payment.objects.values_list("order_id", flat=True).get(pk=payment_id)
    (order,) = lock_rows(Order, [order_id])
    (payment,) = lock_rows(Payment, [payment_id])
    payment.order = order
    return order, payment


def locked_refund(refund_id: int) -> Refund:
    """The refund with its payment and order, all locked until the transaction ends."""
    payment_id = Refund.objects.values_list("payment_id", flat=True).get(pk=refund_id)
    _, payment = locked_payment(payment_id)
    (refund,) = lock_rows(Refund, [refund_id])
    refund.payment = payment
    return refund
