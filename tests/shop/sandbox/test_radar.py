"""Reviews and early fraud warnings."""

import json

import pytest
import stripe

from tests.shop.sandbox import browser_double as browser
from tests.shop.sandbox.answer_check import answer_problems, event_problems
from tests.shop.sandbox.conftest import MovableClock
from tests.shop.sandbox.shop_double import WebhookEndpoint
from tests.shop.sandbox.test_refunds import paid_intent


def test_an_elevated_card_pays_but_is_put_up_for_review(
    stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint
):
    intent_id = paid_intent(stripe_client, browser.REVIEWED)
    (review,) = stripe_client.v1.reviews.list({"expand": ["data.charge"]}).data
    assert (review.open, review.reason, review.payment_intent) == (True, "rule", intent_id)
    assert (review.charge.outcome.type, review.charge.outcome.risk_level) == (
        "manual_review",
        "elevated",
    )
    intent = stripe_client.v1.payment_intents.retrieve(intent_id, {"expand": ["review"]})
    assert (intent.status, intent.review.id) == ("succeeded", review.id)
    webhooks.wait_for_type("payment_intent.succeeded")
    told = webhooks.types()
    assert told.index("charge.succeeded") < told.index("payment_intent.succeeded")
    assert "review.opened" in told


def test_an_approved_review_is_closed_and_no_longer_listed(
    stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint
):
    intent_id = paid_intent(stripe_client, browser.REVIEWED)
    (review,) = stripe_client.v1.reviews.list().data
    closed = stripe_client.v1.reviews.approve(review.id)
    assert (closed.open, closed.closed_reason, closed.reason) == (False, "approved", "approved")
    assert stripe_client.v1.reviews.list().data == []
    webhooks.wait_for_type("review.closed")
    # The payment goes on naming its review: only the review says whether it is open.
    intent = stripe_client.v1.payment_intents.retrieve(intent_id, {"expand": ["review"]})
    assert intent.review.open is False
    with pytest.raises(stripe.InvalidRequestError):
        stripe_client.v1.reviews.approve(review.id)


@pytest.mark.parametrize(
    ("reason", "closed"),
    [("requested_by_customer", "refunded"), ("fraudulent", "refunded_as_fraud")],
)
def test_a_whole_refund_closes_a_review(
    stripe_client: stripe.StripeClient, reason: str, closed: str
):
    intent = paid_intent(stripe_client, browser.REVIEWED)
    (review,) = stripe_client.v1.reviews.list().data
    stripe_client.v1.refunds.create({"payment_intent": intent, "amount": 100})
    assert stripe_client.v1.reviews.retrieve(review.id).open
    stripe_client.v1.refunds.create({"payment_intent": intent, "reason": reason})
    assert stripe_client.v1.reviews.retrieve(review.id).closed_reason == closed


def test_a_bank_warns_of_fraud_until_the_money_is_given_back(
    stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint, clock: MovableClock
):
    intent = paid_intent(stripe_client, browser.WARNED)
    clock.ahead += 4_000
    webhooks.wait_for_type("radar.early_fraud_warning.created")
    api = stripe_client.v1.radar.early_fraud_warnings
    (warning,) = api.list({"payment_intent": intent}).data
    assert (warning.actionable, warning.fraud_type) == (True, "made_with_stolen_card")
    stripe_client.v1.refunds.create({"payment_intent": intent, "reason": "fraudulent"})
    updated = webhooks.wait_for_type("radar.early_fraud_warning.updated")
    assert updated["data"]["previous_attributes"] == {"actionable": True}
    assert not api.retrieve(warning.id).actionable


def test_a_blocked_card_never_reaches_its_bank(stripe_client: stripe.StripeClient):
    paid_intent(stripe_client, browser.CARD | {"number": "4100 0000 0000 0019"})
    (charge,) = stripe_client.v1.charges.list().data
    outcome = charge.outcome
    assert (charge.status, outcome.type, outcome.risk_level) == ("failed", "blocked", "highest")
    assert outcome.network_status == "not_sent_to_network"


def test_reviews_and_warnings_have_the_shape_of_stripes(
    stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint, clock: MovableClock
):
    paid_intent(stripe_client, browser.REVIEWED)
    paid_intent(stripe_client, browser.WARNED)
    clock.ahead += 4_000
    created = webhooks.wait_for_type("radar.early_fraud_warning.created")
    warning = stripe_client.v1.radar.early_fraud_warnings.retrieve(
        created["data"]["object"]["id"], {"expand": ["charge", "payment_intent.review"]}
    )
    body = json.loads(warning.last_response.body)
    assert answer_problems(body, stripe.radar.EarlyFraudWarning) == []
    (review,) = stripe_client.v1.reviews.list({"expand": ["data.payment_intent"]}).data
    told = stripe_client.v1.reviews.retrieve(review.id, {"expand": ["charge.review"]})
    assert answer_problems(json.loads(told.last_response.body), stripe.Review) == []
    assert [problem for event in webhooks.events for problem in event_problems(event)] == []
