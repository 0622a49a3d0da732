"""Disputes: the bank takes a payment back, the merchant answers, the bank decides."""

import json
from collections.abc import Callable

import pytest
import stripe

from tests.shop.sandbox import browser_double as browser
from tests.shop.sandbox.answer_check import answer_problems, event_problems
from tests.shop.sandbox.conftest import MovableClock
from tests.shop.sandbox.orders import TOTAL
from tests.shop.sandbox.shop_double import WebhookEndpoint
from tests.shop.sandbox.test_refunds import paid_intent

type Disputed = Callable[[dict[str, str]], stripe.Dispute]


@pytest.fixture
def disputed(
    stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint, clock: MovableClock
) -> Disputed:
    """Pays with an instrument and waits until its bank has spoken up."""

    def run(form: dict[str, str]) -> stripe.Dispute:
        intent = paid_intent(stripe_client, form)
        clock.ahead += 4_000
        webhooks.wait_for_type("payment_intent.succeeded")
        clock.ahead += 4_000
        created = webhooks.wait_for_type("charge.dispute.created")
        assert created["data"]["object"]["payment_intent"] == intent
        return stripe_client.v1.disputes.retrieve(created["data"]["object"]["id"])

    return run


def nets(stripe_client: stripe.StripeClient) -> list[tuple[str, int]]:
    records = stripe_client.v1.balance_transactions.list().data
    return [(record.reporting_category, record.net) for record in records]


def answered(
    stripe_client: stripe.StripeClient, dispute: stripe.Dispute, text: str
) -> stripe.Dispute:
    evidence = {"uncategorized_text": text}
    return stripe_client.v1.disputes.update(dispute.id, {"evidence": evidence})


def test_a_chargeback_takes_the_money_and_a_fee_at_once(
    stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint, disputed: Disputed
):
    dispute = disputed(browser.DISPUTED)
    assert (dispute.status, dispute.reason) == ("needs_response", "fraudulent")
    assert (dispute.amount, dispute.is_charge_refundable) == (TOTAL, False)
    assert nets(stripe_client)[0] == ("dispute", -TOTAL - 1_500)
    assert stripe_client.v1.charges.retrieve(str(dispute.charge)).disputed
    webhooks.wait_for_type("charge.dispute.funds_withdrawn")
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe_client.v1.refunds.create({"charge": str(dispute.charge)})
    assert caught.value.code == "charge_disputed"


def test_winning_evidence_brings_the_money_back(
    stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint, disputed: Disputed
):
    dispute = answered(stripe_client, disputed(browser.DISPUTED), "winning_evidence")
    assert (dispute.status, dispute.evidence_details.submission_count) == ("won", 1)
    assert nets(stripe_client)[0] == ("dispute_reversal", TOTAL)
    webhooks.wait_for_type("charge.dispute.funds_reinstated")
    assert webhooks.wait_for_type("charge.dispute.closed")["data"]["object"]["status"] == "won"
    stripe_client.v1.refunds.create({"charge": str(dispute.charge), "amount": 100})


@pytest.mark.parametrize("way", ["evidence", "close", "deadline"])
def test_a_dispute_is_lost_by_bad_evidence_giving_up_or_silence(
    stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint, clock: MovableClock,
    disputed: Disputed, way: str,
):  # fmt: skip
    dispute = disputed(browser.DISPUTED)
    if way == "evidence":
        answered(stripe_client, dispute, "losing_evidence")
    elif way == "close":
        stripe_client.v1.disputes.close(dispute.id)
    else:
        clock.ahead += 10 * 24 * 3600
    assert webhooks.wait_for_type("charge.dispute.closed")["data"]["object"]["status"] == "lost"
    assert nets(stripe_client)[0] == ("dispute", -TOTAL - 1_500)
    assert stripe_client.v1.disputes.retrieve(dispute.id).evidence_details.past_due is (
        way == "deadline"
    )


def test_evidence_can_be_gathered_before_it_is_submitted(
    stripe_client: stripe.StripeClient, disputed: Disputed
):
    dispute = disputed(browser.DISPUTED)
    api = stripe_client.v1.disputes
    staged = api.update(
        dispute.id, {"evidence": {"shipping_tracking_number": "1Z"}, "submit": False}
    )
    assert (staged.status, staged.evidence_details.has_evidence) == ("needs_response", True)
    sent = api.update(dispute.id, {"submit": True, "metadata": {"by": "Ada"}})
    assert (sent.status, sent.evidence.shipping_tracking_number) == ("under_review", "1Z")
    with pytest.raises(stripe.InvalidRequestError):
        answered(stripe_client, dispute, "too late")


def test_an_inquiry_moves_no_money_until_it_is_escalated(
    stripe_client: stripe.StripeClient, disputed: Disputed
):
    dispute = disputed(browser.INQUIRED)
    assert (dispute.status, dispute.is_charge_refundable) == ("warning_needs_response", True)
    assert [category for category, _ in nets(stripe_client)] == ["charge"]
    dispute = answered(stripe_client, dispute, "escalate_inquiry_evidence")
    assert (dispute.status, dispute.is_charge_refundable) == ("needs_response", False)
    assert nets(stripe_client)[0] == ("dispute", -TOTAL - 1_500)


def test_a_whole_refund_answers_an_inquiry(stripe_client: stripe.StripeClient, disputed: Disputed):
    dispute = disputed(browser.INQUIRED)
    stripe_client.v1.refunds.create({"charge": str(dispute.charge)})
    assert stripe_client.v1.disputes.retrieve(dispute.id).status == "warning_closed"


def test_a_debit_taken_back_by_its_bank_is_lost_at_once(
    stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint, disputed: Disputed
):
    dispute = disputed(browser.DEBIT_DISPUTED)
    assert (dispute.status, dispute.reason) == ("lost", "debit_not_authorized")
    webhooks.wait_for_type("charge.dispute.closed")
    assert nets(stripe_client)[0] == ("dispute", -TOTAL - 750)


def test_a_charge_refunded_in_time_is_not_disputed(
    stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint, clock: MovableClock
):
    stripe_client.v1.refunds.create(
        {"payment_intent": paid_intent(stripe_client, browser.DISPUTED)}
    )
    clock.ahead += 4_000
    second = paid_intent(stripe_client, browser.DISPUTED)
    clock.ahead += 4_000
    webhooks.wait_for_type("charge.dispute.created")
    assert [one.payment_intent for one in stripe_client.v1.disputes.list().data] == [second]


def test_disputes_are_listed_by_charge_and_have_the_shape_of_stripes(
    stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint, disputed: Disputed
):
    dispute = disputed(browser.DISPUTED)
    answered(stripe_client, dispute, "winning_evidence")
    api = stripe_client.v1.disputes
    assert [one.id for one in api.list({"charge": str(dispute.charge)}).data] == [dispute.id]
    assert api.list({"charge": "ch_other"}).data == []
    told = api.retrieve(dispute.id, {"expand": ["charge", "payment_intent"]})
    assert answer_problems(json.loads(told.last_response.body), stripe.Dispute) == []
    webhooks.wait_for_type("charge.dispute.funds_reinstated")
    assert [problem for event in webhooks.events for problem in event_problems(event)] == []
