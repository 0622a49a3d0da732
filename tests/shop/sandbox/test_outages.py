"""Trouble with the API on purpose, met by the official SDK."""

import time
from collections.abc import Callable

import pytest
import stripe

from shop.stripe.sandbox.chaos import Chaos
from shop.stripe.sandbox.outages import CALM, KINDS, draw_outage
from shop.stripe.sandbox.server import Server
from tests.shop.sandbox.browser_double import GOOD, visit
from tests.shop.sandbox.orders import open_session, session_params
from tests.shop.sandbox.test_chaos import Control, control

__all__ = ["control"]

KEY = {"idempotency_key": "order-1-attempt-1"}


@pytest.fixture
def plain(cashier: Server) -> stripe.StripeClient:
    """The SDK as it comes, but for its patience: half a second for an answer."""
    return _client(cashier, retries=0)


def _client(cashier: Server, *, retries: int) -> stripe.StripeClient:
    return stripe.StripeClient(
        "sk_test_x",
        base_addresses={"api": cashier.url},
        max_network_retries=retries,
        http_client=stripe.RequestsClient(timeout=0.5),
    )


def create(client: stripe.StripeClient) -> stripe.checkout.Session:
    return client.v1.checkout.sessions.create(session_params(), KEY)


def sessions(client: stripe.StripeClient) -> int:
    return len(client.v1.checkout.sessions.list().data)


def refused(client: stripe.StripeClient, kind: type[stripe.StripeError]) -> stripe.StripeError:
    with pytest.raises(kind) as caught:
        create(client)
    return caught.value


TURNED_AWAY = {
    # knob: what the SDK raises, the status, the code in the envelope, a header that comes with it
    "limit": (stripe.RateLimitError, 429, "rate_limit", "Stripe-Rate-Limited-Reason"),
    "lock": (stripe.RateLimitError, 429, "lock_timeout", "Stripe-Should-Retry"),
    "busy": (stripe.APIError, 409, "idempotency_key_in_use", "Stripe-Should-Retry"),
    "fault": (stripe.APIError, 500, None, "Request-Id"),
}


@pytest.mark.parametrize("knob", TURNED_AWAY)
def test_a_call_that_was_turned_away_did_nothing_and_its_key_may_try_again(
    control: Control, plain: stripe.StripeClient, knob: str
):
    kind, status, code, header = TURNED_AWAY[knob]
    control("chaos", **{knob: 1})
    error = refused(plain, kind)
    # The SDK keeps the code of these errors in the envelope only.
    assert (error.http_status, error.json_body["error"].get("code")) == (status, code)
    assert header in error.headers
    control("chaos")
    assert sessions(plain) == 0
    assert create(plain).id == create(plain).id
    assert sessions(plain) == 1


def test_work_that_broke_is_told_the_same_again_under_its_key(
    control: Control, plain: stripe.StripeClient
):
    control("chaos", stuck=1)
    refused(plain, stripe.APIError)
    control("chaos")
    error = refused(plain, stripe.APIError)
    assert error.http_status == 500
    assert error.headers["Idempotent-Replayed"] == "true"
    assert error.headers["Stripe-Should-Retry"] == "false"
    assert sessions(plain) == 0
    assert plain.v1.checkout.sessions.create(session_params(), {"idempotency_key": "k2"}).id


def test_a_cut_connection_hides_work_that_the_same_key_finds_again(
    control: Control, plain: stripe.StripeClient
):
    control("chaos", cut=1)
    refused(plain, stripe.APIConnectionError)
    control("chaos")
    assert sessions(plain) == 1
    found = create(plain)
    assert found.last_response.headers["Idempotent-Replayed"] == "true"
    assert sessions(plain) == 1


def test_a_refund_whose_answer_was_cut_off_is_not_paid_twice(
    control: Control, plain: stripe.StripeClient
):
    session = open_session(plain)
    visit(str(session.url), GOOD)
    intent = str(plain.v1.checkout.sessions.retrieve(session.id).payment_intent)
    control("chaos", cut=1)
    for _ in range(3):
        with pytest.raises(stripe.APIConnectionError):
            plain.v1.refunds.create({"payment_intent": intent, "amount": 700}, KEY)
    control("chaos")
    refund = plain.v1.refunds.create({"payment_intent": intent, "amount": 700}, KEY)
    assert [one.id for one in plain.v1.refunds.list().data] == [refund.id]


def test_the_sdks_own_retries_come_through_and_make_one_session(
    control: Control, cashier: Server, plain: stripe.StripeClient
):
    control("chaos", cut=0.5, lock=0.3, seed=seed_that(lambda kinds: kinds == ["cut", "lock", ""]))
    patient = _client(cashier, retries=4)
    made = create(patient)
    control("chaos")
    assert [one.id for one in plain.v1.checkout.sessions.list().data] == [made.id]


def test_a_call_without_an_answer_did_nothing(control: Control, plain: stripe.StripeClient):
    control("chaos", hang=1)
    began = time.monotonic()
    refused(plain, stripe.APIConnectionError)
    assert time.monotonic() - began < 3
    state = control("chaos")
    assert state["outages"]["hang"] == 1
    assert sessions(plain) == 0


def test_a_slow_answer_is_a_good_answer(control: Control, plain: stripe.StripeClient):
    control("chaos", slow=0.2)
    began = time.monotonic()
    assert create(plain).status == "open"
    assert time.monotonic() - began >= 0.2
    control("chaos", slow=2)
    refused(plain, stripe.APIConnectionError)


def test_pages_and_control_are_not_disturbed(
    control: Control, cashier: Server, plain: stripe.StripeClient
):
    session = open_session(plain)
    control("chaos", hang=1, fault=1)
    assert visit(str(session.url)).status == 200
    assert control()["chaos"]["hang"] == 1


def test_the_same_seed_brings_the_same_outages_and_one_knob_does_not_turn_another():
    chaos = Chaos(hang=0.1, lock=0.1, cut=0.2, seed=3)
    drawn = [draw_outage(chaos, number) for number in range(200)]
    assert drawn == [draw_outage(chaos, number) for number in range(200)]
    assert drawn != [draw_outage(Chaos(cut=0.2, seed=4), number) for number in range(200)]
    assert {outage.kind for outage in drawn} == {"", "hang", "lock", "cut"}
    alone = [draw_outage(Chaos(hang=0.1, seed=3), number).kind for number in range(200)]
    assert alone == [outage.kind if outage.kind == "hang" else "" for outage in drawn]
    assert draw_outage(Chaos(seed=3), 1) == CALM
    assert all(hasattr(chaos, kind) for kind in KINDS)


def seed_that(suits: Callable[[list[str]], bool]) -> int:
    """The first seed whose first three calls meet what is wanted."""
    return next(
        seed
        for seed in range(10_000)
        if suits(
            [draw_outage(Chaos(cut=0.5, lock=0.3, seed=seed), number).kind for number in (1, 2, 3)]
        )
    )
