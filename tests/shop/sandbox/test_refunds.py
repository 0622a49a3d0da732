"""Money on its way back."""

import pytest
import stripe

from tests.shop.sandbox import browser_double as browser
from tests.shop.sandbox.conftest import MovableClock
from tests.shop.sandbox.orders import TOTAL, open_session
from tests.shop.sandbox.shop_double import WebhookEndpoint


def paid_intent(stripe_client: stripe.StripeClient, form: dict[str, str]) -> str:
    session = open_session(stripe_client)
    browser.visit(str(session.url), form)
    return str(stripe_client.v1.checkout.sessions.retrieve(session.id).payment_intent)


def test_parts_add_up_to_the_whole_and_not_beyond(stripe_client: stripe.StripeClient):
    intent = paid_intent(stripe_client, browser.GOOD)
    api = stripe_client.v1.refunds
    api.create({"payment_intent": intent, "amount": 1_000, "reason": "requested_by_customer"})
    (charge,) = stripe_client.v1.charges.list({"payment_intent": intent}).data
    assert (charge.amount_refunded, charge.refunded) == (1_000, False)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.create({"payment_intent": intent, "amount": TOTAL})
    assert caught.value.param == "amount"
    rest = api.create({"payment_intent": intent})
    assert (rest.amount, rest.status) == (TOTAL - 1_000, "succeeded")
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.create({"charge": charge.id})
    assert caught.value.code == "charge_already_refunded"
    assert len(api.list({"payment_intent": intent}).data) == 2
    assert stripe_client.v1.charges.retrieve(charge.id).refunded


def test_a_refused_refund_is_refused_again_under_its_key(stripe_client: stripe.StripeClient):
    intent = paid_intent(stripe_client, browser.GOOD)
    params, options = {"payment_intent": intent, "amount": TOTAL + 1}, {"idempotency_key": "r-1"}
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            stripe_client.v1.refunds.create(params, options)
    assert caught.value.headers["Idempotent-Replayed"] == "true"


def test_a_refund_to_a_bank_account_takes_its_time(
    stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint, clock: MovableClock
):
    intent = paid_intent(stripe_client, browser.DEBIT_OK)
    clock.ahead += 4_000
    webhooks.wait_for_type("payment_intent.succeeded")
    refund = stripe_client.v1.refunds.create({"payment_intent": intent})
    assert refund.status == "pending"
    clock.ahead += 4_000
    updated = webhooks.wait_for_type("refund.updated")
    assert updated["data"]["previous_attributes"]["status"] == "pending"
    assert stripe_client.v1.refunds.retrieve(refund.id).status == "succeeded"


@pytest.mark.parametrize("form", [browser.DECLINED, browser.DEBIT_OK], ids=["failed", "pending"])
def test_what_was_not_received_cannot_be_given_back(
    stripe_client: stripe.StripeClient, form: dict[str, str]
):
    intent = paid_intent(stripe_client, form)
    with pytest.raises(stripe.InvalidRequestError):
        stripe_client.v1.refunds.create({"payment_intent": intent})


@pytest.mark.parametrize("params", [{}, {"charge": "ch_1", "payment_intent": "pi_1"}])
def test_a_refund_names_exactly_one_payment(
    stripe_client: stripe.StripeClient, params: dict[str, str]
):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe_client.v1.refunds.create(params)
    assert caught.value.code == "parameter_missing"
