"""Events reach the shop signed, at least once, and can be listed when they did not."""

import stripe

from shop.stripe.sandbox.deliveries import (
    GIVE_UP_AFTER_SECONDS,
    LONGEST_RETRY_SECONDS,
    retry_delay,
)
from shop.stripe.sandbox.server import Server
from tests.shop.sandbox import browser_double as browser
from tests.shop.sandbox.conftest import MovableClock
from tests.shop.sandbox.orders import open_session
from tests.shop.sandbox.shop_double import WebhookEndpoint

PAID_TYPES = {
    "payment_intent.created",
    "charge.succeeded",
    "charge.updated",
    "payment_intent.succeeded",
    "checkout.session.completed",
}


def noted(cashier: Server) -> int:
    """Attempts that the cashier has written down; the clock may be set forward after."""
    with cashier.cashier.store.transaction():
        statement = "SELECT coalesce(sum(attempts), 0) AS attempts FROM deliveries"
        return int(cashier.cashier.store.execute(statement).fetchone()["attempts"])


def test_a_payment_is_told_by_signed_events(
    stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint
):
    session = open_session(stripe_client)
    browser.visit(str(session.url), browser.GOOD)
    webhooks.wait_for(lambda: set(webhooks.types()) == PAID_TYPES)  # signatures are verified there
    completed = webhooks.wait_for_type("checkout.session.completed")
    assert completed["api_version"] == stripe.api_version
    assert completed["livemode"] is False
    assert completed["request"] == {"id": None, "idempotency_key": None}
    told = completed["data"]["object"]
    assert (told["id"], told["payment_status"]) == (session.id, "paid")


def test_an_event_caused_by_the_api_names_the_request(
    stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint
):
    session = open_session(stripe_client)
    options = {"idempotency_key": "expire-1"}
    answer = stripe_client.v1.checkout.sessions.expire(session.id, {}, options)
    event = webhooks.wait_for_type("checkout.session.expired")
    assert event["request"] == {
        "id": answer.last_response.request_id,
        "idempotency_key": "expire-1",
    }


def test_a_refused_event_is_sent_again_with_a_new_signature(
    stripe_client: stripe.StripeClient,
    webhooks: WebhookEndpoint,
    clock: MovableClock,
    cashier: Server,
):
    webhooks.refusals = 1
    session = open_session(stripe_client)
    stripe_client.v1.checkout.sessions.expire(session.id)
    webhooks.wait_for(lambda: noted(cashier) == 1)
    clock.ahead += 2
    webhooks.wait_for_type("checkout.session.expired")
    first, second = webhooks.signatures
    assert first != second


def test_an_event_counts_as_pending_until_it_is_accepted(
    stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint, clock: MovableClock,
    cashier: Server,
):  # fmt: skip
    webhooks.refusals = 1
    session = open_session(stripe_client)
    stripe_client.v1.checkout.sessions.expire(session.id)
    webhooks.wait_for(lambda: noted(cashier) == 1)
    api = stripe_client.v1.events
    (pending,) = api.list({"delivery_success": False}).data
    assert pending.pending_webhooks == 1
    assert api.list({"delivery_success": True}).data == []
    clock.ahead += 2
    webhooks.wait_for_type("checkout.session.expired")
    webhooks.wait_for(lambda: api.retrieve(pending.id).pending_webhooks == 0)
    assert api.list({"delivery_success": False}).data == []


def test_retries_grow_and_end():
    delays = [retry_delay(attempt) for attempt in range(1, 40)]
    assert delays[:4] == [1.0, 2.0, 4.0, 8.0]
    assert max(delays) == LONGEST_RETRY_SECONDS
    assert sum(delays) > GIVE_UP_AFTER_SECONDS


def test_an_event_is_given_up_after_hours_but_still_listed(
    stripe_client: stripe.StripeClient,
    webhooks: WebhookEndpoint,
    clock: MovableClock,
    cashier: Server,
):
    webhooks.refusals = 1_000
    session = open_session(stripe_client)
    stripe_client.v1.checkout.sessions.expire(session.id)
    webhooks.wait_for(lambda: noted(cashier) == 1)
    clock.ahead += GIVE_UP_AFTER_SECONDS
    webhooks.wait_for(lambda: noted(cashier) == 2)
    clock.ahead += GIVE_UP_AFTER_SECONDS
    another = open_session(stripe_client)
    stripe_client.v1.checkout.sessions.expire(another.id)
    webhooks.wait_for(lambda: noted(cashier) == 3)
    undelivered = stripe_client.v1.events.list({"delivery_success": False}).data
    assert [event.data.object["id"] for event in undelivered] == [another.id, session.id]


def test_events_can_be_chosen_by_type_and_time(stripe_client: stripe.StripeClient):
    session = open_session(stripe_client)
    browser.visit(str(session.url), browser.GOOD)
    api = stripe_client.v1.events

    def types(params: dict[str, object]) -> set[str]:
        return {event.type for event in api.list({**params, "limit": 100}).data}

    chosen = ["charge.succeeded", "checkout.session.completed"]
    assert types({"types": chosen}) == set(chosen)
    assert types({"type": "payment_intent.*"}) == {
        "payment_intent.created",
        "payment_intent.succeeded",
    }
    assert types({"created": {"gte": session.created}}) == PAID_TYPES
    assert types({"created": {"gt": session.created + 60}}) == set()


def test_missed_events_are_read_in_the_order_they_happened(stripe_client: stripe.StripeClient):
    first = open_session(stripe_client)
    stripe_client.v1.checkout.sessions.expire(first.id)
    (known,) = stripe_client.v1.events.list().data
    later = [open_session(stripe_client).id for _ in range(5)]
    for session_id in later:
        stripe_client.v1.checkout.sessions.expire(session_id)
    page = stripe_client.v1.events.list({"ending_before": known.id, "limit": 2})
    assert [event.data.object["id"] for event in page.auto_paging_iter()] == later
