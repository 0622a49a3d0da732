"""Disputes: written down as Stripe tells them, and answered once, under a key of our own.

`write_down` is the one function behind events, poller, staff button and our own answers. An
answer is asked for here and sent by `send`, outside any transaction.
"""

import secrets
from collections.abc import Iterable, Mapping
from datetime import timedelta

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from config.audit.services import change_status, record_state
from config.locks import lock_rows
from shop.errors import CashierRefused, NotAnswerable, SecondPersonNeeded
from shop.models import BalanceRecord, Dispute, DisputeAnswer, DisputeCall, Order, Payment
from shop.services import balance_records, holds
from shop.services.refund_requests import locked_payment, owe
from shop.stripe import disputes as stripe_disputes
from shop.stripe.disputes import DisputeFacts

Kind, Status = DisputeAnswer.Kind, DisputeAnswer.Status
LIVE = (Status.REQUESTED, Status.APPROVED)
STRIPE = "stripe"

# Two questions to Stripe at `gateway.TIMEOUT_SECONDS`, and four locks at `locks.LOCK_TIMEOUT`.
LEASE = timedelta(seconds=30)


def sync_disputes(*, payment_id: int) -> None:
    """Ask Stripe about the disputes of a payment. Repeats are no-ops. Raises `CashierAway`."""
    intent_id = Payment.objects.values_list("payment_intent_id", flat=True).get(pk=payment_id)
    if intent_id:
        apply_disputes(payment_id=payment_id, found=stripe_disputes.disputes_of(intent_id))


@transaction.atomic
def apply_disputes(*, payment_id: int, found: Iterable[DisputeFacts]) -> None:
    """Bring the disputes of one payment to what Stripe says. Only ever moves forward."""
    order, payment = locked_payment(payment_id)
    write_down(order, payment, found)


def write_down(order: Order, payment: Payment, found: Iterable[DisputeFacts]) -> None:
    """As `apply_disputes`, and hold or free the order. The caller holds both locks."""
    is_any = False
    for facts in found:
        is_any = True
        balance_records.take_in(facts.movements)
        dispute = Dispute.objects.filter(stripe_id=facts.stripe_id).first()
        if dispute is None:
            dispute = _open(payment, facts)
        else:
            _follow(dispute, facts)
        _count_money(order, payment, dispute)
    if is_any:
        holds.follow_disputes(order)


def is_news(dispute: Dispute | None, facts: DisputeFacts) -> bool:
    """Whether Stripe says anything of a dispute that we have not written down."""
    if dispute is None:
        return True
    due_at = facts.evidence_due_at or dispute.evidence_due_at
    known = (dispute.status, dispute.reason, dispute.amount_minor, dispute.evidence_due_at)
    moved = (
        -sum(movement.amount_minor for movement in facts.movements),
        sum(movement.fee_minor for movement in facts.movements),
    )
    is_same = known == (facts.status, facts.reason, facts.amount_minor, due_at)
    return not is_same or moved != (dispute.taken_minor, dispute.fee_minor)


def _open(payment: Payment, facts: DisputeFacts) -> Dispute:
    dispute = Dispute.objects.create(
        payment=payment,
        status=facts.status,
        stripe_id=facts.stripe_id,
        charge_id=facts.charge_id,
        amount_minor=facts.amount_minor,
        currency=facts.currency,
        reason=facts.reason,
        opened_at=facts.opened_at,
        evidence_due_at=facts.evidence_due_at,
        last_synced_at=timezone.now(),
        ended_at=timezone.now() if facts.status in Dispute.ENDED else None,
    )
    record_state(dispute, why=facts.reason.replace("_", " "), actor=STRIPE)
    return dispute


def _follow(dispute: Dispute, facts: DisputeFacts) -> None:
    """Move forward. What was read before the state that we know tells nothing new."""
    if facts.status != dispute.status:
        if facts.status not in Dispute.TRANSITIONS.get(dispute.status, frozenset()):
            return
        change_status(dispute, to=facts.status, why=f"Stripe says {facts.status}", actor=STRIPE)
        dispute.ended_at = timezone.now() if dispute.has_ended else None
        if dispute.has_ended:
            _withdraw_what_waits(dispute)
    dispute.reason = facts.reason
    dispute.amount_minor = facts.amount_minor
    dispute.evidence_due_at = facts.evidence_due_at or dispute.evidence_due_at
    dispute.last_synced_at = timezone.now()
    dispute.save(
        update_fields=["reason", "amount_minor", "evidence_due_at", "last_synced_at", "ended_at"]
    )


def _withdraw_what_waits(dispute: Dispute) -> None:
    """What nobody approved in time has nothing left to answer."""
    for answer in dispute.answers.filter(status=Status.REQUESTED):
        change_status(answer, to=Status.WITHDRAWN, why=f"it is {dispute.status}", actor="system")


def _count_money(order: Order, payment: Payment, dispute: Dispute) -> None:
    """What has moved by now, from the movements that were read: they are facts.

    Of a cancelled order the bank may give the customer what we owed, and give it back to us.
    """
    before = dispute.taken_minor
    moved = BalanceRecord.objects.filter(source_id=dispute.stripe_id).aggregate(
        amount=Sum("amount_minor"), fee=Sum("fee_minor")
    )
    dispute.taken_minor = -int(moved["amount"] or 0)
    dispute.fee_minor = int(moved["fee"] or 0)
    dispute.save(update_fields=["taken_minor", "fee_minor"])
    is_owed = order.status == Order.Status.CANCELLED and hasattr(payment, "paymentclearance")
    if is_owed and dispute.taken_minor != before:
        owe(payment, before - dispute.taken_minor)


@transaction.atomic
def submit_evidence(*, dispute_id: int, evidence: Mapping[str, str], actor: str) -> DisputeAnswer:
    """Have the bank told our side; `evidence` by Stripe's fields. It cannot be changed after.

    A repeat while one is on its way returns that one. Raises `NotAnswerable`.
    """
    dispute = _locked_dispute(dispute_id)
    if waiting := _waiting(dispute, Kind.EVIDENCE):
        return waiting
    answer = _ask(dispute, Kind.EVIDENCE, actor, evidence=dict(evidence), reason="our evidence")
    _approve(answer, actor=actor)
    return answer


@transaction.atomic
def accept_loss(*, dispute_id: int, reason: str, actor: str) -> DisputeAnswer:
    """Ask to give a dispute up; Stripe is told once a second person agrees.

    A repeat while one waits returns that one. Raises `NotAnswerable`.
    """
    dispute = _locked_dispute(dispute_id)
    if waiting := _waiting(dispute, Kind.ACCEPT):
        return waiting
    return _ask(dispute, Kind.ACCEPT, actor, evidence={}, reason=reason)


def _waiting(dispute: Dispute, kind: str) -> DisputeAnswer | None:
    """An answer of this kind that is under way; one of another kind stands in the way."""
    live = dispute.answers.filter(status__in=LIVE).first()
    if live is not None:
        live.dispute = dispute
        if live.kind != kind:
            raise NotAnswerable(f"{dispute}: its {live.get_kind_display()} is under way already.")
    elif not dispute.is_to_answer:
        state = dispute.get_status_display()
        raise NotAnswerable(f"{dispute}: expected one that waits for our answer, it is {state}.")
    return live


def _ask(
    dispute: Dispute, kind: str, actor: str, *, evidence: dict[str, str], reason: str
) -> DisputeAnswer:
    answer = DisputeAnswer.objects.create(
        dispute=dispute,
        kind=kind,
        evidence=evidence,
        reason=reason[:300],
        asked_by=actor,
        idempotency_key=f"dispute-{dispute.pk}-{kind}-{secrets.token_hex(8)}",
    )
    record_state(answer, why=reason, actor=actor)
    return answer


@transaction.atomic
def approve_answer(*, answer_id: int, actor: str) -> DisputeAnswer:
    """The second person's word. A repeat is a no-op. Raises `SecondPersonNeeded`."""
    answer = _locked_answer(answer_id)
    if answer.status == Status.REQUESTED:
        if actor == answer.asked_by:
            raise SecondPersonNeeded(f"{answer}: somebody else than {actor} has to approve it.")
        _approve(answer, actor=actor)
    return answer


def _approve(answer: DisputeAnswer, *, actor: str) -> None:
    answer.approved_by = actor
    answer.approved_at = timezone.now()
    answer.save(update_fields=["approved_by", "approved_at"])
    change_status(answer, to=Status.APPROVED, why="approved", actor=actor)
    DisputeCall.objects.create(answer=answer)


@transaction.atomic
def withdraw_answer(*, answer_id: int, actor: str) -> DisputeAnswer:
    """Take back what nobody has approved yet. Raises `IllegalTransition` after that."""
    answer = _locked_answer(answer_id)
    if answer.status != Status.WITHDRAWN:
        change_status(answer, to=Status.WITHDRAWN, why="withdrawn", actor=actor)
    return answer


def send(call: DisputeCall) -> None:
    """Tell Stripe an approved answer. Under a lease, outside any transaction, repeatable.

    What Stripe refuses is refused for good, and a person decides. Raises `CashierAway`.
    """
    answer = DisputeAnswer.objects.select_related("dispute__payment__order").get(pk=call.answer_id)
    if answer.status != Status.APPROVED:
        return
    try:
        # A process may have died after Stripe's answer, longer ago than Stripe keeps keys.
        facts = stripe_disputes.retrieve_dispute(answer.dispute.stripe_id)
        if not _has_arrived(answer, facts):
            facts = stripe_disputes.send_answer(answer)
    except CashierRefused as refusal:
        _refuse(answer.pk, str(refusal))
        return
    _note_sent(answer.pk, facts)


def _has_arrived(answer: DisputeAnswer, facts: DisputeFacts) -> bool:
    if answer.kind == Kind.ACCEPT:
        return facts.status == Dispute.Status.LOST
    return facts.answer_key == answer.idempotency_key


@transaction.atomic
def _note_sent(answer_id: int, facts: DisputeFacts) -> None:
    answer = _locked_answer(answer_id)
    if answer.status == Status.APPROVED:
        change_status(answer, to=Status.SENT, why="Stripe has it", actor=STRIPE)
    payment = answer.dispute.payment
    write_down(payment.order, payment, [facts])


@transaction.atomic
def _refuse(answer_id: int, why: str) -> None:
    answer = _locked_answer(answer_id)
    if answer.status == Status.APPROVED:
        answer.failure = why[:300]
        answer.save(update_fields=["failure"])
        change_status(answer, to=Status.REFUSED, why=why, actor=STRIPE)


def _locked_dispute(dispute_id: int) -> Dispute:
    payment_id = Dispute.objects.values_list("payment_id", flat=True).get(pk=dispute_id)
    _, payment = locked_payment(payment_id)
    (dispute,) = lock_rows(Dispute, [dispute_id])
    dispute.payment = payment
    return dispute


def _locked_answer(answer_id: int) -> DisputeAnswer:
    dispute_id = DisputeAnswer.objects.values_list("dispute_id", flat=True).get(pk=answer_id)
    dispute = _locked_dispute(dispute_id)
    (answer,) = lock_rows(DisputeAnswer, [answer_id])
    answer.dispute = dispute
    return answer
