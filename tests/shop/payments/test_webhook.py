"""What comes in at the webhook: genuine events are stored once, everything else changes nothing."""

import json
import time

import pytest
import stripe
from django.test import Client

from shop.models import RejectedEvent, StripeEvent
from tests.factories.shop import payment_of, place_small_order

SECRET = "whsec_tests"
URL = "/stripe/webhook/"

pytestmark = pytest.mark.django_db


def event(**changes) -> dict:
    return {
        "id": "evt_1",
        "object": "event",
        "type": "checkout.session.completed",
        "api_version": stripe.api_version,
        "created": int(time.time()),
        "livemode": False,
        "data": {"object": {"id": "cs_1", "object": "checkout.session"}},
        **changes,
    }


def signed(body: str, *, secret: str = SECRET, at: int | None = None) -> str:
    return stripe.WebhookSignature.generate_signature_header(body, secret, at)


def send(body: str | bytes, signature: str | None):
    headers = {} if signature is None else {"Stripe-Signature": signature}
    return Client().post(URL, body, content_type="application/json", headers=headers)


def test_a_genuine_event_is_stored_by_one_statement(django_assert_num_queries):
    body = json.dumps(event())
    with django_assert_num_queries(1):
        assert send(body, signed(body)).status_code == 200
    assert StripeEvent.objects.get().object_id == "cs_1"


def test_the_same_event_twice_is_one_row_and_two_thanks():
    body = json.dumps(event())
    assert [send(body, signed(body)).status_code for _ in range(2)] == [200, 200]
    assert StripeEvent.objects.count() == 1


def test_either_secret_counts_while_one_is_being_replaced(settings):
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_new", SECRET]
    for number, secret in enumerate(settings.STRIPE_WEBHOOK_SECRETS):
        body = json.dumps(event(id=f"evt_{number}"))
        assert send(body, signed(body, secret=secret)).status_code == 200
    assert StripeEvent.objects.count() == 2


def test_a_type_that_we_do_not_know_is_thanked_for_and_forgotten():
    body = json.dumps(event(type="customer.tax_id.created"))
    assert send(body, signed(body)).status_code == 200
    assert not StripeEvent.objects.exists()


GOOD = json.dumps(event())
NUMBERED = json.dumps(event(id=1))
WITH_NUL = json.dumps(event(data={"object": {"id": "cs_1", "note": "a\0b"}}))
FORGED = {
    "another secret": (GOOD, signed(GOOD, secret="whsec_other")),
    "a tampered body": (GOOD.replace("cs_1", "cs_2"), signed(GOOD)),
    "a stale signature": (GOOD, signed(GOOD, at=int(time.time()) - 3600)),
    "a signature from the future": (GOOD, signed(GOOD, at=int(time.time()) + 3600)),
    "no signature": (GOOD, None),
    "an empty signature": (GOOD, ""),
    "only the old scheme": (GOOD, signed(GOOD).replace("v1=", "v0=")),
    "a signature that is no signature": (GOOD, "t=abc,v1=xyz"),
    "bytes that are no text": (b"\xff\xfe{}", signed("{}")),
    "text that is no JSON": ("hello", signed("hello")),
    "JSON that is no event": ("[1]", signed("[1]")),
    "an event without its parts": ('{"object": "event"}', signed('{"object": "event"}')),
    "an event whose id is a number": (NUMBERED, signed(NUMBERED)),
    "a character that no database takes": (WITH_NUL, signed(WITH_NUL)),
    "a megabyte": (" " * 1_000_001, signed(" " * 1_000_001)),
}


@pytest.mark.parametrize("what", FORGED)
def test_a_forged_event_is_refused_with_a_reason_and_writes_nothing(
    what, django_assert_num_queries
):
    body, signature = FORGED[what]
    with django_assert_num_queries(0):
        response = send(body, signature)
    assert response.status_code == 400
    assert response.content.strip()
    assert not StripeEvent.objects.exists()


def test_a_live_event_at_a_test_shop_goes_to_the_rejected_list_and_nowhere_else():
    body = json.dumps(event(livemode=True))
    assert send(body, signed(body)).status_code == 400
    assert RejectedEvent.objects.get().reason == "of the other mode"
    assert not StripeEvent.objects.exists()


@pytest.mark.parametrize("thing", [{"object": "charge"}, {"id": "ch_1", "metadata": ["odd"]}])
def test_an_event_that_names_nothing_finds_no_payment_that_has_no_name_yet(thing, drain):
    payment = payment_of(place_small_order())
    assert payment.session_id is None
    body = json.dumps(event(data={"object": thing}))
    send(body, signed(body))
    drain()
    assert StripeEvent.objects.get().outcome == "rejected"


def test_an_event_that_names_no_payment_of_ours_is_rejected_and_changes_nothing(drain):
    body = json.dumps(event())
    send(body, signed(body))
    assert drain() == 1
    assert RejectedEvent.objects.get().reason == "names no payment of ours"
    assert StripeEvent.objects.get().outcome == "rejected"
