"""Checkout Sessions through the official SDK."""

import json
import time
from typing import Any

import pytest
import stripe

from shop.stripe.sandbox.server import Server
from tests.shop.sandbox import browser_double as browser
from tests.shop.sandbox.conftest import MovableClock
from tests.shop.sandbox.orders import TOTAL, one_line, open_session, session_params
from tests.shop.sandbox.shop_double import WebhookEndpoint


def test_the_total_is_the_sum_of_lines_and_shipping(stripe_client: stripe.StripeClient):
    rate = {"display_name": "Parcel", "fixed_amount": {"amount": 900, "currency": "usd"}}
    session = open_session(stripe_client, shipping_options=[{"shipping_rate_data": rate}])
    assert (session.amount_subtotal, session.amount_total) == (TOTAL, TOTAL + 900)
    assert session.shipping_cost is not None
    assert session.shipping_cost.amount_total == 900


def test_line_items_are_told_in_the_order_given(stripe_client: stripe.StripeClient):
    session = open_session(stripe_client)
    items = stripe_client.v1.checkout.sessions.line_items.list(session.id).data
    assert [(item.description, item.quantity, item.amount_total) for item in items] == [
        ("Compact desktop", 2, 259_800),
        ("Shipping", 1, 1_500),
    ]


def test_references_of_the_shop_come_back_on_session_and_intent(
    stripe_client: stripe.StripeClient,
):
    session = open_session(stripe_client)
    browser.visit(str(session.url), browser.GOOD)
    paid = stripe_client.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["payment_intent.latest_charge"]}
    )
    intent = paid.payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    assert isinstance(intent.latest_charge, stripe.Charge)
    assert paid.client_reference_id == "CW-1001"
    assert intent.metadata["order"] == intent.latest_charge.metadata["order"] == "CW-1001"
    assert (intent.status, intent.amount_received, intent.currency) == ("succeeded", TOTAL, "usd")
    charge = intent.latest_charge
    assert (charge.paid, charge.refunded, charge.disputed) == (True, False, False)


@pytest.mark.parametrize(
    ("changes", "code", "param"),
    [
        ({"bogus": 1}, "parameter_unknown", "bogus"),
        ({"ui_mode": "hosted"}, None, "ui_mode"),
        ({"ui_mode": "embedded_page"}, None, "ui_mode"),
        ({"mode": "subscription"}, None, "mode"),
        ({"success_url": "/paid/"}, "url_invalid", "success_url"),
        ({"success_url": ""}, "parameter_invalid_empty", "success_url"),
        ({"expires_at": "soon"}, "parameter_invalid_integer", "expires_at"),
        ({"expires_at": int(time.time()) + 60}, None, "expires_at"),
        ({"expires_at": int(time.time()) + 90_000}, None, "expires_at"),
        ({"line_items": one_line(currency="zzz")}, None, "line_items[0][price_data][currency]"),
        (
            {"line_items": one_line(quantity=0)},
            "parameter_invalid_integer",
            "line_items[0][quantity]",
        ),
        ({"line_items": one_line(amount=49)}, "amount_too_small", None),
        ({"line_items": one_line(amount=99_999_999, quantity=2)}, "amount_too_large", None),
        ({"line_items": [*one_line(), *one_line("eur")]}, None, "line_items"),
        ({"metadata": {"k" * 41: "v"}}, None, f"metadata[{'k' * 40}]"),
        ({"discounts": [{"coupon": "x"}]}, None, "discounts"),
        ({"expand": ["payment_intents"]}, None, "expand"),
    ],
)
def test_a_mistake_is_told_with_its_parameter(
    stripe_client: stripe.StripeClient, changes: dict[str, Any], code: str | None, param: str
):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe_client.v1.checkout.sessions.create(session_params(**changes))
    assert (caught.value.http_status, caught.value.code, caught.value.param) == (400, code, param)
    assert stripe_client.v1.checkout.sessions.list().data == []


def test_a_nested_typing_mistake_is_told_with_its_full_name(stripe_client: stripe.StripeClient):
    lines = one_line()
    lines[0]["price_data"]["unit_amout"] = 1
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe_client.v1.checkout.sessions.create(session_params(line_items=lines))
    assert caught.value.param == "line_items[0][price_data][unit_amout]"


def test_a_missing_parameter_is_named(stripe_client: stripe.StripeClient):
    params = session_params()
    del params["line_items"]
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe_client.v1.checkout.sessions.create(params)
    assert (caught.value.code, caught.value.param) == ("parameter_missing", "line_items")


def test_an_unknown_session_is_missing(stripe_client: stripe.StripeClient):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe_client.v1.checkout.sessions.retrieve("cs_test_nothing")
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")


def test_an_expired_session_takes_no_money_and_cannot_expire_twice(
    stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint
):
    session = open_session(stripe_client)
    expired = stripe_client.v1.checkout.sessions.expire(session.id)
    assert (expired.status, expired.url) == ("expired", None)
    assert browser.visit(str(session.url), browser.GOOD).status == 410
    assert webhooks.wait_for_type("checkout.session.expired")["data"]["object"]["id"] == session.id
    with pytest.raises(stripe.InvalidRequestError):
        stripe_client.v1.checkout.sessions.expire(session.id)


def test_a_session_left_alone_expires_by_itself_and_cancels_its_intent(
    stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint, clock: MovableClock
):
    session = open_session(stripe_client, expires_at=int(time.time()) + 1_860)
    browser.visit(str(session.url), browser.DECLINED)
    clock.ahead += 1_900
    webhooks.wait_for_type("checkout.session.expired")
    left = stripe_client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (left.status, left.payment_status) == ("expired", "unpaid")
    assert isinstance(left.payment_intent, stripe.PaymentIntent)
    assert left.payment_intent.status == "canceled"


def test_a_page_opened_before_and_posted_after_expiry_charges_nothing(
    stripe_client: stripe.StripeClient, cashier: Server, clock: MovableClock
):
    session = open_session(stripe_client)
    cashier.background.stop()  # the clock's own round has not come by yet
    clock.ahead += 25 * 3600
    assert browser.visit(str(session.url), browser.GOOD).status == 410
    assert stripe_client.v1.charges.list().data == []


def test_a_list_goes_newest_first_by_cursor_in_both_directions(
    stripe_client: stripe.StripeClient,
):
    made = [open_session(stripe_client).id for _ in range(5)]
    newest_first = made[::-1]
    api = stripe_client.v1.checkout.sessions
    first = api.list({"limit": 2})
    assert [session.id for session in first.data] == newest_first[:2]
    assert first.has_more
    after = api.list({"limit": 2, "starting_after": newest_first[1]})
    assert [session.id for session in after.data] == newest_first[2:4]
    before = api.list({"limit": 2, "ending_before": newest_first[4]})
    assert [session.id for session in before.data] == newest_first[2:4]
    assert [session.id for session in api.list({"limit": 2}).auto_paging_iter()] == newest_first


def test_sessions_can_be_found_by_status_and_intent(stripe_client: stripe.StripeClient):
    session, _other = open_session(stripe_client), open_session(stripe_client)
    browser.visit(str(session.url), browser.GOOD)
    api = stripe_client.v1.checkout.sessions
    (complete,) = api.list({"status": "complete"}).data
    (found,) = api.list({"payment_intent": str(complete.payment_intent)}).data
    assert found.id == complete.id == session.id


def test_a_free_order_completes_without_an_intent(
    stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint
):
    session = open_session(stripe_client, line_items=one_line(amount=0))
    page = browser.visit(str(session.url), {"name": "Ada", "email": "ada@example.com"})
    assert page.status == 303
    done = webhooks.wait_for_type("checkout.session.completed")["data"]["object"]
    assert (done["payment_status"], done["payment_intent"]) == ("no_payment_required", None)


def test_amounts_of_a_currency_without_cents_are_shown_whole(
    stripe_client: stripe.StripeClient,
):
    session = open_session(stripe_client, line_items=one_line("jpy", 129_900))
    assert "¥129,900<" in browser.visit(str(session.url)).text.replace(" ", "")
    assert json.loads(session.last_response.body)["amount_total"] == 129_900
