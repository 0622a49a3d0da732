"""The hosted page: every way a payment can go, without script."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from shop.stripe.sandbox.server import Server
from tests.shop.sandbox import browser_double as browser
from tests.shop.sandbox.conftest import MovableClock
from tests.shop.sandbox.orders import open_session
from tests.shop.sandbox.shop_double import WebhookEndpoint


def state(stripe_client: stripe.StripeClient, session_id: str) -> tuple[str, str, str]:
    """Status of the session, its payment status, status of its intent."""
    session = stripe_client.v1.checkout.sessions.retrieve(
        session_id, {"expand": ["payment_intent"]}
    )
    intent = session.payment_intent
    status = intent.status if isinstance(intent, stripe.PaymentIntent) else ""
    return str(session.status), session.payment_status, status


def test_the_page_says_what_is_paid_and_that_it_is_a_test(stripe_client: stripe.StripeClient):
    page = browser.visit(str(open_session(stripe_client).url))
    assert page.status == 200
    for words in ("$2,613.00", "Compact desktop", "Ryzen 5, 32 GB", "no money moves"):
        assert words in page.text
    for number in ("4242 4242 4242 4242", "AT86 1904 3002 3547 3202"):
        assert number in page.text


def test_the_page_allows_no_script_and_only_the_way_back_to_the_shop(
    stripe_client: stripe.StripeClient,
):
    page = browser.visit(str(open_session(stripe_client).url))
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self' http://127.0.0.1:8000;" in policy
    assert "<script" not in page.text
    assert "style=" not in page.text


def test_what_the_shop_sends_is_shown_as_text(stripe_client: stripe.StripeClient):
    data = {"currency": "usd", "unit_amount": 5_000, "product_data": {"name": "<b>$x</b>"}}
    session = open_session(stripe_client, line_items=[{"quantity": 1, "price_data": data}])
    assert "&lt;b&gt;$x&lt;/b&gt;" in browser.visit(str(session.url)).text


def test_a_good_card_pays_and_leads_back_to_the_shop(stripe_client: stripe.StripeClient):
    session = open_session(stripe_client)
    page = browser.visit(str(session.url), browser.GOOD)
    assert page.status == 303
    assert page.location == f"http://127.0.0.1:8000/paid/?session={session.id}"
    assert state(stripe_client, session.id) == ("complete", "paid", "succeeded")


@pytest.mark.parametrize(
    ("form", "code", "words"),
    [
        (browser.DECLINED, "generic_decline", "Your card was declined."),
        (browser.INSUFFICIENT, "insufficient_funds", "insufficient funds"),
    ],
)
def test_a_declined_card_leaves_the_session_open_for_another(
    stripe_client: stripe.StripeClient, form: dict[str, str], code: str, words: str
):
    session = open_session(stripe_client)
    page = browser.visit(str(session.url), form)
    assert page.status == 402
    assert words in page.text
    assert 'value="Ada Example"' in page.text
    assert state(stripe_client, session.id) == ("open", "unpaid", "requires_payment_method")
    (charge,) = stripe_client.v1.charges.list().data
    assert charge.outcome is not None
    assert (charge.status, charge.failure_code, charge.outcome.reason) == (
        "failed",
        "card_declined",
        code,
    )
    assert browser.visit(str(session.url), browser.GOOD).status == 303
    assert state(stripe_client, session.id) == ("complete", "paid", "succeeded")


def test_the_bank_is_asked_and_confirms(stripe_client: stripe.StripeClient):
    session = open_session(stripe_client)
    step = browser.visit(str(session.url), browser.SECURE)
    assert state(stripe_client, session.id) == ("open", "unpaid", "requires_action")
    question = str(session.url).split("/c/pay/")[0] + step.location
    assert "Your bank asks" in browser.visit(question).text
    assert browser.visit(question, {"answer": "confirm"}).location.endswith(session.id)
    assert state(stripe_client, session.id) == ("complete", "paid", "succeeded")


def test_the_bank_is_asked_and_refuses(stripe_client: stripe.StripeClient):
    session = open_session(stripe_client)
    step = browser.visit(str(session.url), browser.SECURE)
    question = str(session.url).split("/c/pay/")[0] + step.location
    assert browser.visit(question, {"answer": "refuse"}).status == 402
    assert state(stripe_client, session.id) == ("open", "unpaid", "requires_payment_method")
    assert stripe_client.v1.charges.list().data == []
    stale = browser.visit(question, {"answer": "confirm"})
    assert stale.status == 402
    assert state(stripe_client, session.id)[0] == "open"


def test_a_debit_is_accepted_first_and_paid_later(
    stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint, clock: MovableClock
):
    session = open_session(stripe_client)
    assert browser.visit(str(session.url), browser.DEBIT_OK).status == 303
    assert state(stripe_client, session.id) == ("complete", "unpaid", "processing")
    completed = webhooks.wait_for_type("checkout.session.completed")
    assert completed["data"]["object"]["payment_status"] == "unpaid"
    clock.ahead += 4_000
    webhooks.wait_for_type("checkout.session.async_payment_succeeded")
    assert state(stripe_client, session.id) == ("complete", "paid", "succeeded")


def test_a_debit_that_bounces_leaves_the_order_unpaid(
    stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint, clock: MovableClock
):
    session = open_session(stripe_client)
    browser.visit(str(session.url), browser.DEBIT_FAILS)
    clock.ahead += 4_000
    webhooks.wait_for_type("checkout.session.async_payment_failed")
    assert state(stripe_client, session.id) == ("complete", "unpaid", "requires_payment_method")
    (charge,) = stripe_client.v1.charges.list().data
    assert (charge.status, charge.paid, charge.amount_captured) == ("failed", False, 0)


def test_a_form_posted_many_times_at_once_charges_once(stripe_client: stripe.StripeClient):
    session = open_session(stripe_client)
    with ThreadPoolExecutor(8) as pool:
        pages = list(pool.map(lambda _: browser.visit(str(session.url), browser.GOOD), range(8)))
    assert {(page.status, page.location) for page in pages} == {
        (303, f"http://127.0.0.1:8000/paid/?session={session.id}")
    }
    assert len(stripe_client.v1.charges.list().data) == 1
    completed = {"type": "checkout.session.completed"}
    assert len(stripe_client.v1.events.list(completed).data) == 1


def test_closing_the_page_changes_nothing(stripe_client: stripe.StripeClient):
    session = open_session(stripe_client)
    browser.visit(str(session.url))
    assert state(stripe_client, session.id) == ("open", "unpaid", "")
    assert stripe_client.v1.events.list().data == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"number": "4242 4242 4242 4241"}, "This is not a card number"),
        ({"number": "4000 0000 0000 0028"}, "only knows the test cards"),
        ({"number": "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢"}, "This is not a card number"),
        ({"number": ""}, "The card number is missing"),
        ({"expiry": "13/34"}, "The month is a number from 1 to 12"),
        ({"expiry": "12/20"}, "This date is past"),
        ({"expiry": "soon"}, "such as 12/34"),
        ({"cvc": "12"}, "three digits"),
        ({"name": " "}, "The name is missing"),
        ({"email": "ada"}, "An e-mail address looks like"),
    ],
)
def test_a_form_with_a_mistake_says_what_and_keeps_the_rest(
    stripe_client: stripe.StripeClient, changes: dict[str, str], words: str
):
    session = open_session(stripe_client)
    page = browser.visit(str(session.url), browser.GOOD | changes)
    assert page.status == 422
    assert words in page.text
    assert stripe_client.v1.payment_intents.list().data == []


@pytest.mark.parametrize(
    ("iban", "words"),
    [
        ("AT001904300235473204", "This is not an IBAN"),
        ("DE89370400440532013000", "only knows the test accounts"),
        ("", "The IBAN is missing"),
    ],
)
def test_an_unknown_account_is_told_apart_from_a_wrong_one(
    stripe_client: stripe.StripeClient, iban: str, words: str
):
    page = browser.visit(str(open_session(stripe_client).url), browser.DEBIT | {"iban": iban})
    assert page.status == 422
    assert words in page.text


def test_a_test_card_is_filled_in_and_what_was_typed_stays(stripe_client: stripe.StripeClient):
    session = open_session(stripe_client)
    page = browser.visit(str(session.url), {"fill": "card_3ds", "name": "Ada", "email": "a@b.c"})
    assert page.status == 200
    for words in ('value="4000 0025 0000 3155"', 'value="Ada"', "Nothing is charged until"):
        assert words in page.text
    assert state(stripe_client, session.id) == ("open", "unpaid", "")


def test_methods_that_the_shop_excludes_are_not_offered_nor_taken(
    stripe_client: stripe.StripeClient,
):
    session = open_session(stripe_client, excluded_payment_method_types=["sepa_debit"])
    assert "IBAN" not in browser.visit(str(session.url)).text
    assert browser.visit(str(session.url), browser.DEBIT_OK).status == 422


def test_the_email_of_the_shop_is_used_and_not_asked_again(stripe_client: stripe.StripeClient):
    session = open_session(stripe_client, customer_email="grace@example.com")
    assert 'name="email"' not in browser.visit(str(session.url)).text
    browser.visit(str(session.url), browser.GOOD)
    paid = stripe_client.v1.checkout.sessions.retrieve(session.id)
    assert paid.customer_details is not None
    assert paid.customer_details.email == "grace@example.com"


def test_a_receipt_exists_for_what_was_paid(stripe_client: stripe.StripeClient):
    browser.visit(str(open_session(stripe_client).url), browser.GOOD)
    (charge,) = stripe_client.v1.charges.list().data
    receipt = browser.visit(str(charge.receipt_url))
    assert receipt.status == 200
    assert "$2,613.00 received" in receipt.text
    assert "4242" in receipt.text


@pytest.mark.parametrize("path", ["/c/pay/cs_test_nothing", "/c/receipt/ch_x", "/c/assets/x.css"])
def test_a_page_that_does_not_exist_says_so(stripe_client: stripe.StripeClient, path: str):
    base = str(open_session(stripe_client).url).split("/c/pay/")[0]
    assert browser.visit(base + path).status == 404


@pytest.mark.parametrize(
    ("number", "code", "decline_code"),
    [
        ("4000 0000 0000 9987", "card_declined", "lost_card"),
        ("4000 0000 0000 9979", "card_declined", "stolen_card"),
        ("4000 0000 0000 0069", "expired_card", None),
        ("4000 0000 0000 0127", "incorrect_cvc", None),
        ("4000 0000 0000 0119", "processing_error", None),
        ("4000 0000 0000 6975", "card_declined", "card_velocity_exceeded"),
        ("4100 0000 0000 0019", "card_declined", "fraudulent"),
    ],
)
def test_a_declined_card_tells_why(
    stripe_client: stripe.StripeClient, number: str, code: str, decline_code: str | None
):
    session = open_session(stripe_client)
    assert browser.visit(str(session.url), browser.CARD | {"number": number}).status == 402
    told = stripe_client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    error = told.payment_intent.last_payment_error
    assert (error.code, getattr(error, "decline_code", None)) == (code, decline_code)


@pytest.mark.parametrize("number", ["4000 0084 0000 1629", "4000 0082 6000 3178"])
def test_a_card_may_be_declined_after_its_bank_said_yes(
    stripe_client: stripe.StripeClient, cashier: Server, number: str
):
    session = open_session(stripe_client)
    asked = browser.visit(str(session.url), browser.CARD | {"number": number})
    answer = browser.visit(f"{cashier.url}{asked.location}", {"answer": "confirm"})
    assert answer.status == 402
    assert stripe_client.v1.checkout.sessions.retrieve(session.id).payment_status == "unpaid"


@pytest.mark.parametrize(
    ("number", "brand"), [("5555 5555 5555 4444", "mastercard"), ("378282246310005", "amex")]
)
def test_a_charge_names_the_brand_of_its_card(
    stripe_client: stripe.StripeClient, number: str, brand: str
):
    session = open_session(stripe_client)
    browser.visit(str(session.url), browser.CARD | {"number": number})
    (charge,) = stripe_client.v1.charges.list().data
    assert charge.payment_method_details.card.brand == brand


def test_a_quick_debit_is_paid_without_waiting(
    stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint
):
    session = open_session(stripe_client)
    browser.visit(str(session.url), browser.DEBIT | {"iban": "AT61 1904 3002 3457 3201"})
    webhooks.wait_for_type("checkout.session.async_payment_succeeded")
    assert stripe_client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
