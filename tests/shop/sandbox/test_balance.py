"""Every movement of money is on the balance, with its fee."""

import json

import pytest
import stripe

from shop.stripe.sandbox.balance import fee_of
from tests.shop.sandbox import browser_double as browser
from tests.shop.sandbox.answer_check import answer_problems
from tests.shop.sandbox.conftest import MovableClock
from tests.shop.sandbox.orders import TOTAL, open_session
from tests.shop.sandbox.shop_double import WebhookEndpoint
from tests.shop.sandbox.test_refunds import paid_intent


def test_a_paid_charge_is_on_the_balance_less_its_fee(
    stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint
):
    intent = paid_intent(stripe_client, browser.GOOD)
    (charge,) = stripe_client.v1.charges.list(
        {"payment_intent": intent, "expand": ["data.balance_transaction"]}
    ).data
    record = charge.balance_transaction
    assert (record.type, record.reporting_category) == ("charge", "charge")
    assert (record.amount, record.fee) == (TOTAL, 7_608)
    assert record.net == TOTAL - 7_608
    assert sum(detail.amount for detail in record.fee_details) == record.fee
    # The fee is known a moment after the charge: who reads it from the first event finds none.
    succeeded = webhooks.wait_for_type("charge.succeeded")
    assert succeeded["data"]["object"]["balance_transaction"] is None
    updated = webhooks.wait_for_type("charge.updated")
    assert updated["data"]["object"]["balance_transaction"] == record.id


def test_what_came_and_what_went_back_add_up(stripe_client: stripe.StripeClient):
    intent = paid_intent(stripe_client, browser.GOOD)
    stripe_client.v1.refunds.create({"payment_intent": intent, "amount": 1_000})
    stripe_client.v1.refunds.create({"payment_intent": intent})
    records = stripe_client.v1.balance_transactions.list().data
    assert [(record.type, record.amount) for record in records] == [
        ("refund", -(TOTAL - 1_000)),
        ("refund", -1_000),
        ("charge", TOTAL),
    ]
    assert sum(record.net for record in records) == -7_608  # fees are not given back


def test_a_bank_debit_is_on_the_balance_once_it_has_cleared(
    stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint, clock: MovableClock
):
    intent = paid_intent(stripe_client, browser.DEBIT_OK)
    assert stripe_client.v1.balance_transactions.list().data == []
    clock.ahead += 4_000
    webhooks.wait_for_type("payment_intent.succeeded")
    stripe_client.v1.refunds.create({"payment_intent": intent})
    records = stripe_client.v1.balance_transactions.list().data
    assert [record.type for record in records] == ["payment_refund", "payment"]


def test_money_becomes_available_after_days(
    stripe_client: stripe.StripeClient, clock: MovableClock
):
    paid_intent(stripe_client, browser.GOOD)
    paid_intent(stripe_client, browser.AVAILABLE)
    at_once, pending = stripe_client.v1.balance_transactions.list().data
    assert (at_once.status, pending.status) == ("available", "pending")
    clock.ahead += 2 * 24 * 3600 + 1
    assert stripe_client.v1.balance_transactions.retrieve(pending.id).status == "available"


def test_records_are_chosen_by_time_type_source_and_page(
    stripe_client: stripe.StripeClient, clock: MovableClock
):
    intents = [paid_intent(stripe_client, browser.GOOD) for _ in range(3)]
    refund = stripe_client.v1.refunds.create({"payment_intent": intents[0], "amount": 100})
    api = stripe_client.v1.balance_transactions
    assert [record.source for record in api.list({"type": "refund"}).data] == [refund.id]
    (found,) = api.list({"source": str(refund.charge), "expand": ["data.source"]}).data
    assert found.source.id == refund.charge
    since = found.created
    assert len(api.list({"created": {"gte": since}}).data) == 4
    assert api.list({"created": {"lt": since}}).data == []
    first = api.list({"limit": 3})
    assert (len(first.data), first.has_more) == (3, True)
    rest = api.list({"limit": 3, "starting_after": first.data[-1].id})
    assert (len(rest.data), rest.has_more) == (1, False)
    assert len({record.id for record in api.list({"limit": 2}).auto_paging_iter()}) == 4


def test_there_are_no_payouts_to_choose_by(stripe_client: stripe.StripeClient):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe_client.v1.balance_transactions.list({"payout": "po_1"})
    assert (caught.value.code, caught.value.param) == ("resource_missing", "payout")


def test_a_record_has_the_shape_of_stripes(stripe_client: stripe.StripeClient):
    session = open_session(stripe_client)
    browser.visit(str(session.url), browser.GOOD)
    (record,) = stripe_client.v1.balance_transactions.list().data
    told = stripe_client.v1.balance_transactions.retrieve(record.id, {"expand": ["source"]})
    body = json.loads(told.last_response.body)
    assert answer_problems(body, stripe.BalanceTransaction) == []


@pytest.mark.parametrize(
    ("method", "amount", "currency", "fee"),
    [
        ("card", 10_000, "usd", 320),
        ("card", 50, "usd", 31),
        ("card", 10_000, "jpy", 290),
        ("sepa_debit", 10_000, "eur", 110),
        ("sepa_debit", 1_000_000, "eur", 600),
    ],
)
def test_the_fee_follows_a_price_list(method: str, amount: int, currency: str, fee: int):
    assert fee_of(method, amount, currency) == fee


def test_a_record_says_what_it_was_for(stripe_client: stripe.StripeClient):
    described = {"metadata": {"order": "CW-1001"}, "description": "CW-1001"}
    session = open_session(stripe_client, payment_intent_data=described)
    browser.visit(str(session.url), browser.GOOD)
    (charge,) = stripe_client.v1.charges.list().data
    stripe_client.v1.refunds.create({"charge": charge.id, "amount": 1_000})
    records = stripe_client.v1.balance_transactions.list().data
    assert [record.description for record in records] == ["REFUND FOR CHARGE (CW-1001)", "CW-1001"]
