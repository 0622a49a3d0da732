"""What the cashier answers has the shape that the SDK expects of Stripe."""

import copy
import json
from typing import Any

import pytest
import stripe

from shop.stripe.sandbox.server import Server
from tests.shop.sandbox import browser_double as browser
from tests.shop.sandbox.answer_check import answer_problems, event_problems
from tests.shop.sandbox.conftest import MovableClock
from tests.shop.sandbox.orders import open_session, session_params
from tests.shop.sandbox.shop_double import WebhookEndpoint

DEEP = ["payment_intent.latest_charge.refunds", "payment_intent.payment_method", "line_items"]


def told(answer: Any) -> dict[str, Any]:
    """The JSON as it came, before the SDK made objects of it."""
    return json.loads(answer.last_response.body)


def test_an_open_session_has_the_shape_of_stripes(stripe_client: stripe.StripeClient):
    created = open_session(stripe_client)
    assert answer_problems(told(created), stripe.checkout.Session) == []
    assert created.status == "open"
    assert created.payment_status == "unpaid"
    assert created.livemode is False


@pytest.mark.parametrize(
    "form",
    [browser.GOOD, browser.DECLINED, browser.SECURE, browser.DEBIT_OK],
    ids=["paid", "declined", "asked", "debited"],
)
def test_a_session_with_its_intent_and_charge_has_the_shape(
    stripe_client: stripe.StripeClient, form: dict[str, str]
):
    session = open_session(stripe_client)
    browser.visit(str(session.url), form)
    answer = stripe_client.v1.checkout.sessions.retrieve(session.id, {"expand": DEEP})
    assert answer.payment_intent is not None
    assert answer_problems(told(answer), stripe.checkout.Session) == []


@pytest.mark.parametrize("form", [browser.GOOD, browser.DEBIT_OK], ids=["card", "account"])
def test_a_refund_has_the_shape(
    stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint, clock: MovableClock,
    cashier: Server, form: dict[str, str],
):  # fmt: skip
    session = open_session(stripe_client)
    browser.visit(str(session.url), form)
    clock.ahead += 4_000
    webhooks.wait_for_type("payment_intent.succeeded")
    paid = stripe_client.v1.checkout.sessions.retrieve(session.id)
    refund = stripe_client.v1.refunds.create(
        {"payment_intent": str(paid.payment_intent), "expand": ["charge", "payment_intent"]}
    )
    assert answer_problems(told(refund), stripe.Refund) == []


def test_every_event_has_the_shape_and_names_a_type_that_exists(
    stripe_client: stripe.StripeClient,
    webhooks: WebhookEndpoint,
    clock: MovableClock,
    cashier: Server,
):
    refused = open_session(stripe_client)
    for form in (browser.DECLINED, browser.GOOD):
        browser.visit(str(refused.url), form)
    asked = open_session(stripe_client)
    browser.visit(str(asked.url), browser.SECURE)
    debits = [open_session(stripe_client), open_session(stripe_client)]
    browser.visit(str(debits[0].url), browser.DEBIT_OK)
    browser.visit(str(debits[1].url), browser.DEBIT_FAILS)
    clock.ahead += 25 * 3600
    webhooks.wait_for_type("checkout.session.async_payment_failed")
    webhooks.wait_for_type("checkout.session.async_payment_succeeded")
    webhooks.wait_for_type("checkout.session.expired")
    paid = stripe_client.v1.checkout.sessions.retrieve(debits[0].id)
    stripe_client.v1.refunds.create({"payment_intent": str(paid.payment_intent)})
    clock.ahead += 4_000
    webhooks.wait_for_type("charge.refund.updated")
    events = told(stripe_client.v1.events.list({"limit": 100}))["data"]
    assert {event["type"] for event in events} == {
        "charge.failed",
        "charge.pending",
        "charge.refund.updated",
        "charge.refunded",
        "charge.succeeded",
        "charge.updated",
        "checkout.session.async_payment_failed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.completed",
        "checkout.session.expired",
        "payment_intent.canceled",
        "payment_intent.created",
        "payment_intent.payment_failed",
        "payment_intent.processing",
        "payment_intent.requires_action",
        "payment_intent.succeeded",
        "refund.created",
        "refund.updated",
    }
    assert [problem for event in events for problem in event_problems(event)] == []
    assert {event["api_version"] for event in events} == {stripe.api_version}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"payment_status": "payed"}, "Session.payment_status: "),
        ({"amount_total": "261300"}, "Session.amount_total: "),
        ({"livemode": None}, "Session.livemode: "),
        ({"colour": "red"}, "Session.colour: no such field"),
        ({"total_details": {"amount_discount": 0}}, "Session.total_details.amount_tax: missing"),
    ],
)
def test_the_judge_of_answers_finds_a_wrong_one(
    stripe_client: stripe.StripeClient, change: dict[str, Any], problem: str
):
    answer = copy.deepcopy(told(open_session(stripe_client))) | change
    (found,) = answer_problems(answer, stripe.checkout.Session)
    assert found.startswith(problem)


def test_the_sessions_own_params_are_legal_for_stripe():
    from stripe.params.checkout import SessionCreateParams

    from tests.shop.sandbox.request_check import request_problems

    assert request_problems(session_params(), SessionCreateParams) == []
