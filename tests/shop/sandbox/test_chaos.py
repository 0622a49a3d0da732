"""Trouble on purpose: events are doubled, shuffled, dropped, delayed, forged or never made."""

import http.client
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
import stripe

from shop.stripe.sandbox.chaos import Chaos, Fate, draw, parse_chaos
from shop.stripe.sandbox.mischief import FORGERIES, write
from shop.stripe.sandbox.server import Server
from tests.shop.sandbox import browser_double as browser
from tests.shop.sandbox.conftest import MovableClock
from tests.shop.sandbox.orders import open_session
from tests.shop.sandbox.shop_double import SECRET, WebhookEndpoint
from tests.shop.sandbox.test_refunds import paid_intent
from tests.shop.sandbox.test_webhooks import PAID_TYPES

type Control = Callable[..., dict[str, Any]]


@pytest.fixture
def control(cashier: Server) -> Control:
    """The control API: ``control("clock", advance=60)``; without a path, how things stand."""

    def run(path: str = "", *, status: int = 200, **params: Any) -> dict[str, Any]:
        host, port = cashier.server_address[:2]
        connection = http.client.HTTPConnection(str(host), int(port), timeout=10)
        headers = {
            "Authorization": "Bearer sk_test_x",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        try:
            if path:
                connection.request("POST", f"/sandbox/{path}", urlencode(params), headers)
            else:
                connection.request("GET", "/sandbox/state", headers=headers)
            answer = connection.getresponse()
            body = json.loads(answer.read())
        finally:
            connection.close()
        assert answer.status == status, body
        return body

    return run


def test_an_event_that_is_never_generated_is_neither_sent_nor_listed(
    control: Control, stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint
):
    control("chaos", silence=1)
    intent = paid_intent(stripe_client, browser.GOOD)
    assert stripe_client.v1.payment_intents.retrieve(intent).status == "succeeded"
    assert stripe_client.v1.events.list().data == []
    control("chaos", silence=0)
    paid_intent(stripe_client, browser.GOOD)
    webhooks.wait_for(lambda: set(webhooks.types()) == PAID_TYPES)


def test_a_dropped_event_is_not_sent_but_listed_as_undelivered(
    control: Control, stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint
):
    control("chaos", drop=1)
    paid_intent(stripe_client, browser.GOOD)
    undelivered = stripe_client.v1.events.list({"delivery_success": False}).data
    assert {event.type for event in undelivered} == PAID_TYPES
    control("chaos")
    open_session(stripe_client)
    paid_intent(stripe_client, browser.GOOD)
    webhooks.wait_for(lambda: set(webhooks.types()) == PAID_TYPES)
    assert len(webhooks.events) == len(PAID_TYPES)


def test_a_duplicated_event_comes_two_or_three_times_with_good_signatures(
    control: Control, stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint
):
    control("chaos", duplicate=1, seed=4)
    paid_intent(stripe_client, browser.GOOD)
    webhooks.wait_for(lambda: len(webhooks.events) >= 2 * len(PAID_TYPES))
    webhooks.wait_for(lambda: control()["mischief_waiting"] == 0)
    ids = [event["id"] for event in webhooks.events]
    assert {ids.count(one) for one in ids} <= {2, 3}


def test_a_delayed_event_waits_for_its_time(
    control: Control, stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint,
    clock: MovableClock,
):  # fmt: skip
    control("chaos", delay=600, shuffle=60)
    paid_intent(stripe_client, browser.GOOD)
    state = control()
    assert (state["deliveries"], webhooks.events) == ({"pending": len(PAID_TYPES)}, [])
    clock.ahead += 700
    webhooks.wait_for(lambda: set(webhooks.types()) == PAID_TYPES)


def test_shuffled_events_overtake_each_other():
    waits = [draw(Chaos(shuffle=5, seed=1), number).wait for number in range(20)]
    assert waits != sorted(waits)
    assert all(0 <= wait <= 5 for wait in waits)


def test_the_same_seed_brings_the_same_fates():
    chaos = Chaos(0.5, 2.0, 0.2, 0.1, 0.5, 0.1, seed=7)
    fates = [draw(chaos, number) for number in range(200)]
    assert fates == [draw(chaos, number) for number in range(200)]
    other = Chaos(0.5, 2.0, 0.2, 0.1, 0.5, 0.1, seed=8)
    assert fates != [draw(other, number) for number in range(200)]
    assert 10 < sum(fate.is_dropped for fate in fates) < 80
    assert {kind for fate in fates for kind, _ in fate.mischief} > {"copy", "wrong_secret"}


def test_one_knob_does_not_turn_another():
    drops = [draw(Chaos(drop=0.3, seed=5), number).is_dropped for number in range(100)]
    both = Chaos(drop=0.3, duplicate=0.9, seed=5)
    assert drops == [draw(both, number).is_dropped for number in range(100)]
    assert draw(Chaos(seed=5), 1) == Fate()


@pytest.mark.parametrize("kind", FORGERIES)
def test_a_forgery_is_either_unsigned_or_a_lie(kind: str):
    event = {
        "id": "evt_1",
        "type": "charge.succeeded",
        "livemode": False,
        "data": {"object": {"amount": 5, "currency": "usd", "metadata": {"order": "CW-1"}}},
    }
    now = int(time.time())
    letter = write(event, kind, secret=SECRET, now=now)
    if kind == "future":  # the SDK looks at the old side only
        assert f"t={now + 24 * 3600}," in str(letter.signature)
        return
    try:
        stripe.WebhookSignature.verify_header(
            letter.body.decode(), letter.signature, SECRET, tolerance=300
        )
        told = json.loads(letter.body)
    except (stripe.SignatureVerificationError, ValueError, AttributeError):
        return
    assert told.pop("id") != event.pop("id")
    assert told != event


def test_forgeries_are_sent_beside_the_events_and_change_nothing_for_them(
    control: Control, stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint
):
    control("chaos", forge=1, seed=3)
    paid_intent(stripe_client, browser.GOOD)
    webhooks.wait_for(lambda: control()["mischief_waiting"] == 0)
    webhooks.wait_for(lambda: control()["deliveries"] == {"delivered": len(PAID_TYPES)})
    state = control()
    assert sum(state["mischief_sent"].values()) == len(PAID_TYPES)
    assert set(state["mischief_sent"]) <= set(FORGERIES)


def test_one_event_can_be_sent_again_on_demand(
    control: Control, stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint
):
    paid_intent(stripe_client, browser.GOOD)
    webhooks.wait_for(lambda: len(webhooks.events) == len(PAID_TYPES))
    control(f"events/{webhooks.events[0]['id']}/forge", kind="copy")
    webhooks.wait_for(lambda: len(webhooks.events) == len(PAID_TYPES) + 1)
    assert webhooks.events[-1]["id"] == webhooks.events[0]["id"]


@pytest.mark.parametrize("params", [{"drop": 2}, {"delay": -1}, {"colour": 1}, {"seed": "x"}])
def test_a_knob_that_cannot_be_turned_so_is_refused(control: Control, params: dict[str, Any]):
    assert control("chaos", status=400, **params)["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize("text", ["drop", "drop=much", "luck=1", "drop=1.5", "delay=99999"])
def test_a_wrong_setting_says_what_is_wrong(text: str):
    with pytest.raises(ValueError, match="chaos: "):
        parse_chaos(text)


def test_a_setting_is_read():
    assert parse_chaos("duplicate=0.3, seed=7,") == Chaos(duplicate=0.3, seed=7)
    assert parse_chaos("") == Chaos()
