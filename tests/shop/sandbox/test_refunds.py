"""Money on its way back."""

import json

import pytest
import stripe

from shop.stripe.sandbox import refunds
from shop.stripe.sandbox.server import Server
from tests.shop.sandbox import browser_double as browser
from tests.shop.sandbox.answer_check import answer_problems
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


def test_a_slow_refund_to_a_card_is_pending_first(
    stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint, clock: MovableClock
):
    refund = stripe_client.v1.refunds.create(
        {"payment_intent": paid_intent(stripe_client, browser.REFUND_LATER), "amount": 700}
    )
    assert (refund.status, refund.pending_reason) == ("pending", "processing")
    clock.ahead += 4_000
    webhooks.wait_for_type("refund.updated")
    assert stripe_client.v1.refunds.retrieve(refund.id).status == "succeeded"


def test_a_refund_that_fails_gives_the_amount_back_to_the_charge_and_the_balance(
    stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint, clock: MovableClock
):
    intent = paid_intent(stripe_client, browser.REFUND_FAILS)
    refund = stripe_client.v1.refunds.create({"payment_intent": intent, "amount": 700})
    assert refund.status == "succeeded"
    clock.ahead += 4_000
    failed = webhooks.wait_for_type("refund.failed")
    assert failed["data"]["object"]["failure_reason"] == "expired_or_canceled_card"
    told = stripe_client.v1.refunds.retrieve(
        refund.id, {"expand": ["charge", "failure_balance_transaction", "balance_transaction"]}
    )
    assert told.status == "failed"
    assert told.charge.amount_refunded == 0
    assert told.balance_transaction.amount == -700
    assert (told.failure_balance_transaction.type, told.failure_balance_transaction.net) == (
        "refund_failure",
        700,
    )
    again = stripe_client.v1.refunds.create({"payment_intent": intent, "amount": TOTAL})
    assert again.amount == TOTAL


@pytest.mark.parametrize(
    "ending", [("answer", "succeeded"), ("cancel", "canceled"), ("expire", "failed")]
)
def test_a_refund_may_wait_for_the_customer_to_name_an_account(
    stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint, clock: MovableClock,
    cashier: Server, ending: tuple[str, str],
):  # fmt: skip
    answer, status = ending
    intent = paid_intent(stripe_client, browser.REFUND_LATER)
    api = stripe_client.v1.refunds
    refund = api.create({"payment_intent": intent})
    with cashier.cashier.store.transaction():
        refunds.ask_customer(cashier.cashier, refund.id)
    asked = api.retrieve(refund.id)
    assert (asked.status, asked.next_action.type) == ("requires_action", "display_details")
    assert answer_problems(json.loads(asked.last_response.body), stripe.Refund) == []
    if answer == "answer":
        with cashier.cashier.store.transaction():
            refunds.answer_customer(cashier.cashier, refund.id)
        clock.ahead += 4_000
    elif answer == "cancel":
        api.cancel(refund.id)
    else:
        stripe_client.v1.test_helpers.refunds.expire(refund.id)
    webhooks.wait_for(lambda: api.retrieve(refund.id).status == status)
    assert stripe_client.v1.charges.retrieve(str(refund.charge)).refunded is (status == "succeeded")


def test_only_a_refund_that_waits_can_be_canceled(stripe_client: stripe.StripeClient):
    intent = paid_intent(stripe_client, browser.GOOD)
    refund = stripe_client.v1.refunds.create({"payment_intent": intent})
    with pytest.raises(stripe.InvalidRequestError, match="succeeded"):
        stripe_client.v1.refunds.cancel(refund.id)


def test_the_metadata_of_a_refund_is_merged(stripe_client: stripe.StripeClient):
    intent = paid_intent(stripe_client, browser.GOOD)
    api = stripe_client.v1.refunds
    refund = api.create({"payment_intent": intent, "metadata": {"line": "1", "why": "late"}})
    changed = api.update(refund.id, {"metadata": {"why": "", "by": "Ada"}})
    assert changed.metadata.to_dict() == {"line": "1", "by": "Ada"}
    assert api.update(refund.id, {"metadata": ""}).metadata.to_dict() == {}


def test_one_key_refunds_once(stripe_client: stripe.StripeClient):
    intent = paid_intent(stripe_client, browser.GOOD)
    params, options = {"payment_intent": intent, "amount": 500}, {"idempotency_key": "refund-1"}
    made = {stripe_client.v1.refunds.create(params, options).id for _ in range(3)}
    assert len(made) == 1
    (charge,) = stripe_client.v1.charges.list({"payment_intent": intent}).data
    assert charge.amount_refunded == 500


@pytest.mark.parametrize("form", [browser.DECLINED, browser.DEBIT_OK], ids=["failed", "pending"])
def test_what_was_not_received_cannot_be_given_back(
    stripe_client: stripe.StripeClient, form: dict[str, str]
):
    intent = paid_intent(stripe_client, form)
    with pytest.raises(stripe.InvalidRequestError):
        stripe_client.v1.refunds.create({"payment_intent": intent})


@pytest.mark.parametrize(
    ("params", "code"),
    [({}, None), ({"charge": "ch_1", "payment_intent": "pi_1"}, "parameters_exclusive")],
)
def test_a_refund_names_exactly_one_payment(
    stripe_client: stripe.StripeClient, params: dict[str, str], code: str | None
):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe_client.v1.refunds.create(params)
    assert caught.value.code == code
