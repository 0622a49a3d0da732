"""Disputes as the bank has them at the cashier: written down, held for, answered once, booked."""

import pytest

from config.audit.models import StateChange
from shop.errors import NotAnswerable, SecondPersonNeeded
from shop.models import (
    BalanceRecord,
    Dispute,
    DisputeAnswer,
    DisputeCall,
    LedgerEntry,
    Order,
    PaymentHold,
)
from shop.services import disputes, payments
from shop.stripe import disputes as stripe_disputes
from shop.stripe.sandbox.server import Server
from tests.factories.disputes import dispute, dispute_facts
from tests.factories.shop import paid_order
from tests.shop.payments.banks import contested, decided, paid_at_the_cashier

pytestmark = pytest.mark.django_db

Status = Dispute.Status
ANNA, BEN = "staff:anna", "staff:ben"


def synced(order: Order) -> Dispute:
    payments.sync_payment(payment_id=order.payments.get().pk)
    return Dispute.objects.get()


def balance() -> dict[str, int]:
    sums: dict[str, int] = {}
    for entry in LedgerEntry.objects.all():
        sums[entry.account] = sums.get(entry.account, 0) + entry.amount_minor
    return {account: total for account, total in sums.items() if total}


def told(answer: DisputeAnswer) -> DisputeAnswer:
    disputes.send(answer.call)
    answer.refresh_from_db()
    return answer


def test_a_dispute_is_written_down_held_for_and_booked_at_once(cashier: Server):
    order = paid_at_the_cashier()
    contested(cashier, order)
    for _ in range(2):
        found = synced(order)
    assert (found.status, found.reason) == (Status.NEEDS_RESPONSE, "fraudulent")
    assert found.evidence_due_at is not None
    assert (found.taken_minor, found.fee_minor) == (order.total_minor, 1_500)
    assert order.holds.get(closed_at=None).reason == PaymentHold.Reason.DISPUTE
    assert balance()["disputes"] == order.total_minor
    assert balance()["fees"] == 1_500
    assert balance()["stripe_clearing"] == -1_500
    assert BalanceRecord.objects.count() == 1


def test_winning_evidence_frees_the_order_and_brings_the_money_back(cashier: Server):
    order = paid_at_the_cashier()
    contested(cashier, order)
    answer = disputes.submit_evidence(
        dispute_id=synced(order).pk,
        evidence={"customer_name": order.name, "uncategorized_text": "winning_evidence"},
        actor=ANNA,
    )
    assert told(answer).status == DisputeAnswer.Status.SENT
    found = Dispute.objects.get()
    assert (found.status, found.taken_minor) == (Status.WON, 0)
    assert found.ended_at is not None
    assert not order.holds.filter(closed_at=None).exists()
    assert "disputes" not in balance()
    assert balance()["fees"] == 1_500


def test_evidence_goes_out_once_however_often_it_is_asked_for(cashier: Server):
    order = paid_at_the_cashier()
    contested(cashier, order)
    dispute_id = synced(order).pk
    first, second = (
        disputes.submit_evidence(dispute_id=dispute_id, evidence={"customer_name": "A"}, actor=ANNA)
        for _ in range(2)
    )
    assert first == second
    told(first)
    with pytest.raises(NotAnswerable, match="answered, the bank decides"):
        disputes.submit_evidence(dispute_id=dispute_id, evidence={}, actor=ANNA)


def test_sending_it_again_after_the_answer_was_lost_tells_the_bank_once(
    cashier: Server, monkeypatch
):
    order = paid_at_the_cashier()
    contested(cashier, order)
    answer = disputes.submit_evidence(
        dispute_id=synced(order).pk, evidence={"customer_name": "A"}, actor=ANNA
    )
    stripe_disputes.send_answer(answer)  # and the process died
    monkeypatch.setattr(stripe_disputes, "send_answer", None)  # a day later its key is forgotten
    assert told(answer).status == DisputeAnswer.Status.SENT
    assert Dispute.objects.get().status == Status.UNDER_REVIEW


def test_evidence_waits_while_the_cashier_is_away_and_is_sent_when_it_is_back(
    cashier: Server, drain, settings
):
    order = paid_at_the_cashier()
    contested(cashier, order)
    answer = disputes.submit_evidence(
        dispute_id=synced(order).pk, evidence={"customer_name": "A"}, actor=ANNA
    )
    settings.STRIPE_API_BASE, here = "http://127.0.0.1:9", settings.STRIPE_API_BASE
    drain()
    call = DisputeCall.objects.get()
    assert (call.done_at, call.failures) == (None, 1)
    settings.STRIPE_API_BASE = here
    assert told(answer).status == DisputeAnswer.Status.SENT


def test_evidence_that_the_cashier_refuses_waits_for_a_person(cashier: Server):
    order = paid_at_the_cashier()
    contested(cashier, order)
    found = synced(order)
    answer = disputes.submit_evidence(
        dispute_id=found.pk, evidence={"customer_name": "A"}, actor=ANNA
    )
    decided(cashier, found.stripe_id, "lost")
    assert told(answer).status == DisputeAnswer.Status.REFUSED
    assert "evidence is no longer taken" in answer.failure
    assert synced(order).status == Status.LOST


def test_a_loss_is_accepted_by_two(cashier: Server, drain):
    order = paid_at_the_cashier()
    contested(cashier, order)
    answer = disputes.accept_loss(dispute_id=synced(order).pk, reason="They are right.", actor=ANNA)
    drain()
    assert not DisputeCall.objects.exists()
    with pytest.raises(SecondPersonNeeded):
        disputes.approve_answer(answer_id=answer.pk, actor=ANNA)
    for _ in range(2):
        disputes.approve_answer(answer_id=answer.pk, actor=BEN)
    assert told(answer).status == DisputeAnswer.Status.SENT
    assert Dispute.objects.get().status == Status.LOST
    assert order.holds.get(closed_at=None).detail.endswith("and lost")


def test_of_evidence_and_acceptance_one_is_under_way_at_a_time():
    found = dispute(paid_order())
    disputes.accept_loss(dispute_id=found.pk, reason="They are right.", actor=ANNA)
    with pytest.raises(NotAnswerable, match="acceptance of the loss is under way"):
        disputes.submit_evidence(dispute_id=found.pk, evidence={}, actor=BEN)


def test_an_acceptance_that_nobody_approved_ends_with_its_dispute():
    order = paid_order()
    found = dispute(order)
    answer = disputes.accept_loss(dispute_id=found.pk, reason="They are right.", actor=ANNA)
    dispute(order, "lost")
    answer.refresh_from_db()
    assert answer.status == DisputeAnswer.Status.WITHDRAWN


def test_an_inquiry_moves_no_money_and_holds_the_order_all_the_same(cashier: Server):
    order = paid_at_the_cashier()
    contested(cashier, order, "inquiry")
    found = synced(order)
    assert (found.status, found.taken_minor) == (Status.WARNING_NEEDS_RESPONSE, 0)
    assert found.is_inquiry
    assert order.holds.filter(closed_at=None).exists()


def test_an_inquiry_that_is_escalated_can_be_answered_again(cashier: Server):
    order = paid_at_the_cashier()
    contested(cashier, order, "inquiry")
    dispute_id = synced(order).pk
    told(
        disputes.submit_evidence(
            dispute_id=dispute_id,
            evidence={"uncategorized_text": "escalate_inquiry_evidence"},
            actor=ANNA,
        )
    )
    assert Dispute.objects.get().status == Status.NEEDS_RESPONSE
    again = disputes.submit_evidence(
        dispute_id=dispute_id, evidence={"uncategorized_text": "losing_evidence"}, actor=ANNA
    )
    assert told(again).status == DisputeAnswer.Status.SENT
    assert Dispute.objects.get().status == Status.LOST


def test_what_was_read_earlier_never_takes_a_dispute_back():
    order = paid_order()
    dispute(order, "won")
    found = dispute(order, "needs_response")
    assert (found.status, found.taken_minor) == (Status.WON, 0)
    assert not order.holds.filter(closed_at=None).exists()


def test_a_loss_that_is_appealed_can_still_be_won():
    order = paid_order()
    for status in ("lost", "appeal_needs_response", "appeal_under_review", "won"):
        found = dispute(order, status)
    assert found.status == Status.WON
    changes = StateChange.objects.filter(subject_type="shop.dispute").order_by("pk")
    assert [change.to_state for change in changes] == [
        "lost", "appeal_needs_response", "appeal_under_review", "won",
    ]  # fmt: skip


def test_a_dispute_that_is_told_twice_is_one():
    order = paid_order()
    facts = dispute_facts(order.payments.get())
    disputes.apply_disputes(payment_id=order.payments.get().pk, found=[facts, facts])
    assert Dispute.objects.count() == 1
