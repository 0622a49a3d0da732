"""The manners of Stripe's API: keys, versions, envelopes, idempotency."""

import http.client
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from shop.stripe.sandbox.server import Server
from tests.shop.sandbox.answer_check import answer_problems
from tests.shop.sandbox.conftest import MovableClock, client_of
from tests.shop.sandbox.orders import one_line, open_session, session_params
from tests.shop.sandbox.shop_double import WebhookEndpoint


def raw(
    cashier: Server, method: str, path: str, body: bytes | None = None, **headers: str
) -> tuple[int, dict[str, str], dict[str, object]]:
    """A request that the SDK would not send."""
    host, port = cashier.server_address[:2]
    connection = http.client.HTTPConnection(str(host), int(port), timeout=10)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.request(method, path, body, {"Authorization": "Bearer sk_test_x", **named})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), json.loads(answer.read())
    finally:
        connection.close()


@pytest.mark.parametrize(
    "key", ["sk_live_secret", "rk_test_x", "pk_test_x", "whatever", "sk_test_"]
)
def test_only_test_keys_are_taken(cashier: Server, key: str):
    with pytest.raises(stripe.AuthenticationError) as caught:
        open_session(client_of(cashier.url, key))
    assert caught.value.http_status == 401
    assert "secret" not in str(caught.value)


def test_a_request_without_a_key_is_refused(cashier: Server):
    status, _, body = raw(cashier, "GET", "/v1/events", Authorization="")
    assert status == 401
    assert body["error"]["type"] == "invalid_request_error"


def test_an_answer_names_its_request_and_its_version(stripe_client: stripe.StripeClient):
    headers = open_session(stripe_client).last_response.headers
    assert headers["Request-Id"].startswith("req_")
    assert headers["Stripe-Version"] == stripe.api_version


def test_another_api_version_is_refused(cashier: Server):
    status, _, body = raw(cashier, "GET", "/v1/events", Stripe_Version="2017-08-15")
    assert status == 400
    assert stripe.api_version in body["error"]["message"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/nothing", 404),
        ("DELETE", "/v1/charges", 404),
        ("POST", "/v1/charges", 404),
        ("GET", "/v1/events?limit=0", 400),
        ("GET", "/v1/events?limit=101", 400),
        ("GET", "/v1/events?limit=1&limit=2", 400),
        ("GET", "/v1/events?starting_after=evt_nothing", 404),
        ("GET", "/v1/events?created[about]=1", 400),
        ("GET", "/v1/events?[=1", 400),
        ("GET", "/v1/events?a%FF=1", 400),
    ],
)
def test_a_wrong_request_is_answered_in_stripes_envelope(
    cashier: Server, method: str, path: str, status: int
):
    got, _, body = raw(cashier, method, path)
    assert got == status
    assert body["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b'{"mode": "payment"}', "application/json"),
        (b"mode=\xff", "application/x-www-form-urlencoded"),
        (b"mode=payment&mode[a]=1", "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % n for n in range(3_000)), "application/x-www-form-urlencoded"),
        (b"a" + b"[b]" * 20 + b"=1", "application/x-www-form-urlencoded"),
    ],
    ids=["json", "not UTF-8", "contradiction", "too many", "too deep"],
)
def test_an_unreadable_body_is_refused(cashier: Server, body: bytes, content_type: str):
    status, _, _ = raw(cashier, "POST", "/v1/checkout/sessions", body, Content_Type=content_type)
    assert status == 400


def test_the_same_key_and_request_is_answered_from_memory(stripe_client: stripe.StripeClient):
    options = {"idempotency_key": "order-1-attempt-1"}
    api = stripe_client.v1.checkout.sessions
    first = api.create(session_params(), options)
    again = api.create(session_params(), options)
    assert again.id == first.id
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert again.last_response.headers["Original-Request"] == first.last_response.request_id
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert first.last_response.headers["Original-Request"] == first.last_response.request_id
    assert {one.last_response.headers["Stripe-Should-Retry"] for one in (first, again)} == {"false"}
    assert len(api.list().data) == 1


def test_the_same_key_with_another_request_is_an_error(stripe_client: stripe.StripeClient):
    options = {"idempotency_key": "order-1-attempt-1"}
    stripe_client.v1.checkout.sessions.create(session_params(), options)
    with pytest.raises(stripe.IdempotencyError):
        stripe_client.v1.checkout.sessions.create(
            session_params(client_reference_id="CW-2"), options
        )


def test_a_wrong_parameter_does_not_use_up_the_key(stripe_client: stripe.StripeClient):
    options = {"idempotency_key": "order-1-attempt-1"}
    api = stripe_client.v1.checkout.sessions
    with pytest.raises(stripe.InvalidRequestError):
        api.create(session_params(line_items=one_line(amount=1)), options)
    assert api.create(session_params(), options).status == "open"


def test_one_key_used_by_many_at_once_makes_one_session(stripe_client: stripe.StripeClient):
    def create(_turn: int) -> str:
        options = {"idempotency_key": "order-1-attempt-1"}
        try:
            return stripe_client.v1.checkout.sessions.create(session_params(), options).id
        except stripe.APIError as error:
            return f"HTTP {error.http_status}"

    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(create, range(16)))
    assert len(made - {"HTTP 409"}) == 1
    assert len(stripe_client.v1.checkout.sessions.list().data) == 1


def test_a_key_in_use_turns_others_away_until_it_is_answered(
    stripe_client: stripe.StripeClient, cashier: Server
):
    def create() -> stripe.checkout.Session:
        options = {"idempotency_key": "order-1-attempt-1"}
        return stripe_client.v1.checkout.sessions.create(session_params(), options)

    keys = cashier.cashier.keys
    with keys.hold("order-1-attempt-1") as is_mine:
        assert is_mine
        with pytest.raises(stripe.APIError) as caught:
            create()
        told = caught.value.json_body["error"]
        assert caught.value.http_status == 409
        assert (told["type"], told["code"]) == ("idempotency_error", "idempotency_key_in_use")
    assert create().id == create().id


def test_the_webhook_endpoint_is_told_without_its_secret(
    stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint
):
    (endpoint,) = stripe_client.v1.webhook_endpoints.list().data
    told = stripe_client.v1.webhook_endpoints.retrieve(endpoint.id)
    assert (told.url, told.status, told.api_version) == (
        webhooks.url,
        "enabled",
        stripe.api_version,
    )
    body = json.loads(told.last_response.body)
    assert answer_problems(body, stripe.WebhookEndpoint) == []
    assert "secret" not in body


def test_a_key_is_forgotten_after_a_day(stripe_client: stripe.StripeClient, clock: MovableClock):
    options = {"idempotency_key": "order-1-attempt-1"}
    first = stripe_client.v1.checkout.sessions.create(session_params(), options)
    clock.ahead += 25 * 3600
    again = stripe_client.v1.checkout.sessions.create(session_params(), options)
    assert again.id != first.id
