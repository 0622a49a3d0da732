"""The control API: time passes, banks and customers act."""

import pytest
import stripe

from shop.stripe.sandbox.server import Server
from tests.shop.sandbox import browser_double as browser
from tests.shop.sandbox.conftest import client_of
from tests.shop.sandbox.orders import TOTAL, open_session
from tests.shop.sandbox.shop_double import WebhookEndpoint
from tests.shop.sandbox.test_chaos import Control, control
from tests.shop.sandbox.test_refunds import paid_intent

__all__ = ["control"]


def charge_of(stripe_client: stripe.StripeClient, form: dict[str, str]) -> str:
    intent = stripe_client.v1.payment_intents.retrieve(paid_intent(stripe_client, form))
    return str(intent.latest_charge)


def test_a_session_expires_when_a_day_has_passed(
    control: Control, stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint
):
    session = open_session(stripe_client)
    control("clock", advance=23 * 3600)
    assert stripe_client.v1.checkout.sessions.retrieve(session.id).status == "open"
    state = control("clock", advance=2 * 3600)
    assert state["advanced_seconds"] == 25 * 3600
    webhooks.wait_for_type("checkout.session.expired")
    page = browser.visit(str(session.url), browser.GOOD)
    assert page.status == 410
    # The present stayed where it is: a new session lives as long as ever.
    assert open_session(stripe_client).status == "open"


def test_debits_refunds_and_deadlines_come_nearer(
    control: Control, stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint
):
    intent = paid_intent(stripe_client, browser.DEBIT_OK)
    control("clock", advance=3_601)
    webhooks.wait_for_type("payment_intent.succeeded")
    refund = stripe_client.v1.refunds.create({"payment_intent": intent})
    control("clock", advance=3_601)
    webhooks.wait_for(lambda: stripe_client.v1.refunds.retrieve(refund.id).status == "succeeded")
    dispute = control(f"charges/{charge_of(stripe_client, browser.GOOD)}/dispute")
    control("clock", advance=10 * 24 * 3600)
    assert webhooks.wait_for_type("charge.dispute.closed")["data"]["object"]["status"] == "lost"
    assert stripe_client.v1.disputes.retrieve(dispute["id"]).evidence_details.past_due
    records = stripe_client.v1.balance_transactions.list({"type": "charge"}).data
    assert {record.status for record in records} == {"available"}


@pytest.mark.parametrize(("act", "status"), [("win", "won"), ("lose", "lost")])
def test_any_charge_can_be_disputed_and_its_bank_made_to_decide(
    control: Control, stripe_client: stripe.StripeClient, act: str, status: str
):
    charge = charge_of(stripe_client, browser.GOOD)
    dispute = control(f"charges/{charge}/dispute", amount=1_000, reason="product_not_received")
    assert (dispute["amount"], dispute["reason"]) == (1_000, "product_not_received")
    control(f"charges/{charge}/dispute", status=400)
    assert control(f"disputes/{dispute['id']}/{act}")["status"] == status
    control(f"disputes/{dispute['id']}/{act}", status=400)
    control(f"charges/{charge}/dispute", status=400, amount=TOTAL + 1)


def test_an_inquiry_can_be_escalated(control: Control, stripe_client: stripe.StripeClient):
    charge = charge_of(stripe_client, browser.GOOD)
    dispute = control(f"charges/{charge}/dispute", case="inquiry")
    assert dispute["status"] == "warning_needs_response"
    assert control(f"disputes/{dispute['id']}/escalate")["status"] == "needs_response"


def test_any_charge_can_be_warned_of_and_put_up_for_review(
    control: Control, stripe_client: stripe.StripeClient
):
    charge = charge_of(stripe_client, browser.GOOD)
    control(f"charges/{charge}/warn")
    (warning,) = stripe_client.v1.radar.early_fraud_warnings.list({"charge": charge}).data
    assert warning.actionable
    review = control(f"charges/{charge}/review")
    assert (review["open"], review["opened_reason"]) == (True, "manual")
    control(f"charges/{charge}/review", status=400)
    control(f"reviews/{review['id']}/refund")
    assert stripe_client.v1.reviews.retrieve(review["id"]).closed_reason == "refunded_as_fraud"


def test_a_refund_can_be_made_to_fail_to_succeed_or_to_wait(
    control: Control, stripe_client: stripe.StripeClient
):
    def refund(form: dict[str, str]) -> str:
        intent = paid_intent(stripe_client, form)
        return stripe_client.v1.refunds.create({"payment_intent": intent}).id

    assert control(f"refunds/{refund(browser.GOOD)}/fail")["status"] == "failed"
    assert control(f"refunds/{refund(browser.REFUND_LATER)}/succeed")["status"] == "succeeded"
    waiting = refund(browser.REFUND_LATER)
    assert control(f"refunds/{waiting}/ask")["status"] == "requires_action"
    assert control(f"refunds/{waiting}/answer")["status"] == "pending"


def test_what_does_not_exist_cannot_be_controlled(control: Control):
    for path in ("charges/ch_1/dispute", "disputes/du_1/win", "refunds/re_1/fail"):
        assert control(path, status=404)["error"]["code"] == "resource_missing"
    control("clock", status=400, advance=0)
    control("clock", status=400)


def test_the_control_api_too_takes_only_test_keys(cashier: Server):
    with pytest.raises(stripe.AuthenticationError):
        client_of(cashier.url, "sk_live_x").raw_request("get", "/sandbox/state")
