"""Events that are signed, and still not to be believed; events that come too early."""

import json
import time
from datetime import timedelta

import pytest
import stripe
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from config.audit.models import StateChange
from shop.models import LedgerEntry, Order, PaymentClearance, RejectedEvent, StripeEvent
from shop.services import payments
from shop.services.inbox import EARLY_FOR
from shop.stripe import gateway
from shop.stripe.sandbox.server import Server
from tests.factories.shop import facts_of, payment_of, place_small_order

SECRET = "whsec_tests"

pytestmark = pytest.mark.django_db


def signed_event(thing: dict, **changes) -> tuple[str, str]:
    """A body and the header that our own secret signs."""
    event = {
        "id": "evt_forged",
        "object": "event",
        "type": "checkout.session.completed",
        "created": int(time.time()),
        "livemode": False,
        "data": {"object": thing},
        **changes,
    }
    return sign(json.dumps(event))


def sign(body: str) -> tuple[str, str]:
    return body, stripe.WebhookSignature.generate_signature_header(body, SECRET, None)


def send(body: str, signature: str):
    headers = {"Stripe-Signature": signature}
    return Client().post("/stripe/webhook/", body, content_type="application/json", headers=headers)


def session_of(payment, **claims) -> dict:
    """A session that claims to be paid, as its payment has it, or otherwise."""
    return {
        "id": f"cs_claimed_{payment.pk}",
        "object": "checkout.session",
        "status": "complete",
        "payment_status": "paid",
        "amount_total": payment.amount_minor,
        "currency": payment.currency.lower(),
        "metadata": {gateway.REFERENCE: payment.idempotency_key},
        **claims,
    }


def facts_in_the_books() -> tuple[int, ...]:
    return (
        PaymentClearance.objects.count(),
        LedgerEntry.objects.count(),
        StateChange.objects.filter(to_state="released").count(),
    )


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"amount_total": 1},
        {"amount_total": -55_800},
        {"amount_total": "free"},
        {"currency": "eur"},
        {"client_reference_id": "CW-1"},
        {"metadata": {gateway.REFERENCE: "order-of-nobody"}},
        {"metadata": {gateway.REFERENCE: ["a", "list"]}},
        {"metadata": "a string"},
        {"id": None, "payment_intent": {"id": "pi_1"}},
    ],
    ids=str,
)
def test_what_a_signed_event_claims_of_money_is_not_believed(claims, cashier: Server, drain):
    """Stripe is asked, and knows of no payment, whoever has our secret."""
    order = place_small_order()
    payment = payment_of(order)
    before = facts_in_the_books()
    assert send(*signed_event(session_of(payment, **claims))).status_code == 200
    drain()
    order.refresh_from_db()
    assert order.status == Order.Status.AWAITING_PAYMENT
    assert facts_in_the_books() == before == (0, 0, 0)


def test_an_event_of_another_account_goes_to_the_rejected_list(django_assert_num_queries, drain):
    body, signature = signed_event({"id": "cs_1"}, account="acct_of_somebody")
    with django_assert_num_queries(1):
        assert send(body, signature).status_code == 400
    assert RejectedEvent.objects.get().reason == "of another account"
    assert drain() == 0


@pytest.mark.parametrize("kind", ["customer.subscription.created", "nonsense", "x" * 5_000])
def test_a_type_that_we_do_not_handle_costs_no_statement(kind, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert send(*signed_event({"id": "cs_1"}, type=kind)).status_code == 200


UNSTORABLE = {
    "half a pair of surrogates": signed_event({"id": "cs_\ud800"}),
    "no number": signed_event({"id": "cs_1", "amount": float("nan")}),
    "an endless number": signed_event({"id": "cs_1", "amount": float("inf")}),
    "too many digits": sign('{"object": "event", "id": ' + "9" * 5_000 + "}"),
    "too deep": sign("[" * 200_000),
    "a list as type": signed_event({"id": "cs_1"}, type=["checkout.session.completed"]),
    "no livemode": sign('{"object": "event", "id": "e", "type": "t", "data": {"object": {}}}'),
}


@pytest.mark.parametrize("what", UNSTORABLE)
def test_what_no_database_takes_is_refused_before_it_is_asked(what, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = send(*UNSTORABLE[what])
    assert response.status_code == 400
    assert response.content.strip()


def test_what_is_stored_is_what_was_signed():
    body, signature = signed_event({"id": "cs_1", "note": "Žofie \U0001f600", "rate": 0.1})
    assert send(body, signature).status_code == 200
    assert StripeEvent.objects.get().payload == json.loads(body)


def test_a_megabyte_that_is_signed_is_stored_by_one_statement(django_assert_num_queries):
    body, signature = signed_event({"id": "cs_1", "note": "x" * 990_000})
    with django_assert_num_queries(1):
        assert send(body, signature).status_code == 200


def review_of(intent: str) -> dict:
    return {"id": "prv_1", "object": "review", "payment_intent": intent}


def test_an_event_of_a_payment_that_we_have_not_looked_at_yet_waits_for_it(drain, cashier):
    payment = payment_of(place_small_order())
    send(*signed_event(review_of("pi_early"), type="review.opened"))
    drain()
    event = StripeEvent.objects.get()
    assert (event.done_at, event.outcome) == (None, "")
    assert "not known yet" in event.last_error
    assert not RejectedEvent.objects.exists()
    facts = facts_of(payment, intent_id="pi_early", intent_status="requires_payment_method",
                     session_status="open")  # fmt: skip
    payments.apply_facts(payment_id=payment.pk, facts=facts)
    StripeEvent.objects.update(due_at=event.created_at)
    drain()
    event.refresh_from_db()
    assert event.outcome != "rejected"
    assert not RejectedEvent.objects.exists()


def test_an_event_that_names_itself_by_a_reference_of_nobody_does_not_wait(drain):
    refund = {
        "id": "re_1",
        "object": "refund",
        "payment_intent": "pi_1",
        "metadata": {"cartwright_payment": "x_nobody"},
    }
    send(*signed_event(refund, type="refund.created"))
    drain()
    assert RejectedEvent.objects.get().reason == "names no payment of ours"


def test_an_event_that_nobody_ever_owns_is_rejected_in_the_end(drain):
    send(*signed_event(review_of("pi_of_nobody"), type="review.opened"))
    event = StripeEvent.objects.get()
    StripeEvent.objects.update(created_at=event.created_at - EARLY_FOR - timedelta(seconds=1))
    drain()
    assert RejectedEvent.objects.get().reason == "names no payment of ours"


@pytest.mark.parametrize("key", ["pk_test_1", "whsec_1", "sk_1", "nonsense"])
def test_a_key_that_cannot_charge_is_refused_before_anybody_is_asked(key, settings):
    settings.STRIPE_SECRET_KEY = key
    with pytest.raises(ImproperlyConfigured, match="expected sk_test_"):
        gateway.client()


def test_a_live_key_never_speaks_with_a_sandbox(settings):
    settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = "rk_live_x", "http://127.0.0.1:1"
    with pytest.raises(ImproperlyConfigured, match="live one"):
        gateway.client()


def test_a_payment_of_the_other_mode_opens_a_hold_and_releases_nothing():
    order = place_small_order()
    payment = payment_of(order)
    payments.apply_facts(payment_id=payment.pk, facts=facts_of(payment, is_live=True))
    assert "other mode" in order.holds.get().detail
    assert facts_in_the_books()[0] == 0
