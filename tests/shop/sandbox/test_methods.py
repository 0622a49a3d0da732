"""Every way to pay beside cards: debits that take days, redirects to a bank, nothing to pay."""

import json

import pytest
import stripe

from shop.stripe.sandbox.methods import METHODS
from shop.stripe.sandbox.server import Server
from tests.shop.sandbox import browser_double as browser
from tests.shop.sandbox.answer_check import answer_problems, event_problems
from tests.shop.sandbox.conftest import MovableClock
from tests.shop.sandbox.orders import TOTAL, one_line, open_session
from tests.shop.sandbox.shop_double import WebhookEndpoint
from tests.shop.sandbox.test_answers import DEEP, told
from tests.shop.sandbox.test_chaos import Control, control
from tests.shop.sandbox.test_paying import state

__all__ = ["control"]

REDIRECTS = {"ideal": browser.IDEAL, "bancontact": browser.BANCONTACT}
PROMPT = {
    "sepa_debit": browser.DEBIT | {"iban": "AT61 1904 3002 3457 3201"},
    "us_bank_account": browser.ACH | {"account_number": "000123456789"},
    "bacs_debit": browser.BACS | {"bacs_account_number": "00012345"},
}
BOUNCES = {
    "generic_could_not_process": browser.DEBIT_FAILS,
    "insufficient_funds": browser.ACH | {"account_number": "000222222227"},
    "account_closed": browser.ACH | {"account_number": "000111111113"},
    "debit_not_authorized": browser.BACS | {"bacs_account_number": "33333335"},
}
DISPUTED = {
    "sepa_debit": browser.DEBIT_DISPUTED,
    "us_bank_account": browser.ACH | {"account_number": "000555555559"},
    "bacs_debit": browser.BACS | {"bacs_account_number": "55555559"},
}


def at_the_bank(
    stripe_client: stripe.StripeClient, form: dict[str, str]
) -> tuple[stripe.checkout.Session, str]:
    """A session whose customer was sent to a bank, and the address of the bank's page."""
    session = open_session(stripe_client)
    sent = browser.visit(str(session.url), form)
    assert sent.status == 303
    return session, str(session.url).split("/c/pay/")[0] + sent.location


@pytest.mark.parametrize("method", REDIRECTS)
def test_a_payment_authorised_at_the_bank_is_paid(
    stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint, method: str
):
    session, bank = at_the_bank(stripe_client, REDIRECTS[method])
    assert state(stripe_client, session.id) == ("open", "unpaid", "requires_action")
    paid = stripe_client.v1.checkout.sessions.retrieve(session.id, {"expand": DEEP})
    assert paid.payment_intent.next_action.redirect_to_url.url == bank
    assert "your bank’s page" in browser.visit(bank).text
    assert browser.visit(bank, {"answer": "confirm"}).location.endswith(session.id)
    assert state(stripe_client, session.id) == ("complete", "paid", "succeeded")
    webhooks.wait_for_type("checkout.session.completed")
    (charge,) = stripe_client.v1.charges.list().data
    assert charge.payment_method_details.type == method
    assert (charge.paid, charge.amount_captured, charge.id[:3]) == (True, TOTAL, "py_")
    answer = stripe_client.v1.checkout.sessions.retrieve(session.id, {"expand": DEEP})
    assert answer_problems(told(answer), stripe.checkout.Session) == []
    assert "5264" in browser.visit(str(charge.receipt_url)).text


@pytest.mark.parametrize("method", REDIRECTS)
def test_a_payment_failed_at_the_bank_leaves_the_session_open(
    stripe_client: stripe.StripeClient, method: str
):
    session, bank = at_the_bank(stripe_client, REDIRECTS[method])
    assert browser.visit(bank, {"answer": "refuse"}).status == 402
    assert state(stripe_client, session.id) == ("open", "unpaid", "requires_payment_method")
    intent = stripe_client.v1.payment_intents.list().data[0]
    assert intent.last_payment_error.code == "payment_intent_authentication_failure"
    assert browser.visit(str(session.url), browser.GOOD).status == 303
    assert state(stripe_client, session.id) == ("complete", "paid", "succeeded")


def test_a_payment_abandoned_at_the_bank_is_canceled_when_the_session_expires(
    control: Control, stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint
):
    session, bank = at_the_bank(stripe_client, browser.IDEAL)
    control("clock", advance=25 * 3600)
    webhooks.wait_for_type("checkout.session.expired")
    assert state(stripe_client, session.id) == ("expired", "unpaid", "canceled")
    assert browser.visit(bank, {"answer": "confirm"}).status == 410
    assert stripe_client.v1.charges.list().data == []


def test_an_answer_of_a_bank_that_was_left_for_another_way_comes_too_late(
    stripe_client: stripe.StripeClient,
):
    session, bank = at_the_bank(stripe_client, browser.IDEAL)
    browser.visit(str(session.url), browser.DEBIT_OK)
    assert "already with us" in browser.visit(bank, {"answer": "confirm"}).text
    assert state(stripe_client, session.id) == ("complete", "unpaid", "processing")
    (charge,) = stripe_client.v1.charges.list().data
    assert charge.payment_method_details.type == "sepa_debit"


def test_a_bank_authorises_many_times_at_once_and_is_charged_once(
    stripe_client: stripe.StripeClient,
):
    _, bank = at_the_bank(stripe_client, browser.BANCONTACT)
    for _ in range(3):
        assert browser.visit(bank, {"answer": "confirm"}).status in {200, 303}
    assert len(stripe_client.v1.charges.list().data) == 1


@pytest.mark.parametrize("method", PROMPT)
def test_a_debit_is_processing_first_and_then_paid(
    stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint, method: str
):
    session = open_session(stripe_client)
    assert browser.visit(str(session.url), PROMPT[method]).status == 303
    webhooks.wait_for_type("payment_intent.processing")
    completed = webhooks.wait_for_type("checkout.session.completed")["data"]["object"]
    assert (completed["status"], completed["payment_status"]) == ("complete", "unpaid")
    webhooks.wait_for_type("checkout.session.async_payment_succeeded")
    answer = stripe_client.v1.checkout.sessions.retrieve(session.id, {"expand": DEEP})
    assert answer.payment_status == "paid"
    assert answer_problems(told(answer), stripe.checkout.Session) == []
    assert [problem for event in webhooks.events for problem in event_problems(event)] == []


def test_a_bacs_debit_can_take_its_time(
    control: Control, stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint
):
    session = open_session(stripe_client)
    browser.visit(str(session.url), browser.BACS | {"bacs_account_number": "90012345"})
    assert state(stripe_client, session.id) == ("complete", "unpaid", "processing")
    control("clock", advance=3_601)
    webhooks.wait_for_type("checkout.session.async_payment_succeeded")


@pytest.mark.parametrize("code", BOUNCES)
def test_a_debit_that_bounces_says_why(
    stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint, code: str
):
    session = open_session(stripe_client)
    browser.visit(str(session.url), BOUNCES[code])
    webhooks.wait_for_type("checkout.session.async_payment_failed")
    assert state(stripe_client, session.id) == ("complete", "unpaid", "requires_payment_method")
    (charge,) = stripe_client.v1.charges.list().data
    assert (charge.status, charge.paid, charge.failure_code) == ("failed", False, code)


@pytest.mark.parametrize("method", DISPUTED)
def test_a_paid_debit_is_taken_back_later_and_for_good(
    control: Control, stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint, method: str
):
    session = open_session(stripe_client)
    browser.visit(str(session.url), DISPUTED[method])
    webhooks.wait_for_type("checkout.session.async_payment_succeeded")
    assert stripe_client.v1.disputes.list().data == []
    control("clock", advance=3_601)
    webhooks.wait_for_type("charge.dispute.closed")
    (dispute,) = stripe_client.v1.disputes.list().data
    assert (dispute.status, dispute.reason) == ("lost", "debit_not_authorized")
    (record,) = dispute.balance_transactions
    assert (record.amount, record.fee) == (-TOTAL, METHODS[method].dispute_fee)
    assert answer_problems(json.loads(str(dispute)), stripe.Dispute) == []


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (browser.ACH | {"account_number": "12"}, "This is not an account number"),
        (browser.ACH | {"account_number": ""}, "The account number is missing"),
        (browser.ACH | {"account_number": "000999999991"}, "only knows the test accounts"),
        (browser.ACH | {"routing_number": "1"}, "only knows 110000000"),
        (browser.BACS | {"bacs_account_number": "0001234"}, "This is not an account number"),
        (browser.BACS | {"sort_code": ""}, "only knows 108800"),
    ],
)
def test_a_mistake_in_an_account_is_told_and_nothing_is_debited(
    stripe_client: stripe.StripeClient, form: dict[str, str], words: str
):
    page = browser.visit(str(open_session(stripe_client).url), form)
    assert page.status == 422
    assert words in page.text
    assert stripe_client.v1.payment_intents.list().data == []


def test_only_the_methods_that_the_shop_allows_are_offered(stripe_client: stripe.StripeClient):
    session = open_session(stripe_client, allowed_payment_method_types=["ideal", "card"])
    assert session.payment_method_types == ["card", "ideal"]
    page = browser.visit(str(session.url))
    assert "Bancontact" not in page.text
    assert "iDEAL in EUR only" not in page.text.replace(" | Wero", "x")
    assert "iDEAL | Wero in EUR only" in page.text
    assert browser.visit(str(session.url), browser.BANCONTACT).status == 422
    with pytest.raises(stripe.InvalidRequestError, match="does not support a session without"):
        open_session(stripe_client, allowed_payment_method_types=["klarna"])


@pytest.mark.parametrize("key", ["debit_ok", "ideal", "nothing"])
def test_only_a_number_on_the_page_can_be_filled_in(stripe_client: stripe.StripeClient, key: str):
    session = open_session(stripe_client, excluded_payment_method_types=["sepa_debit"])
    page = browser.visit(str(session.url), browser.PAYER | {"fill": key, "method": "sepa_debit"})
    assert page.status == 422
    assert "Choose how to pay first" in page.text
    assert 'value="card" checked' in page.text


def test_a_session_in_euro_says_nothing_of_currencies(stripe_client: stripe.StripeClient):
    session = open_session(
        stripe_client, line_items=one_line("eur"), allowed_payment_method_types=["ideal"]
    )
    page = browser.visit(str(session.url))
    assert "only. The test cashier" not in page.text
    assert "4242" not in page.text
    assert browser.visit(str(session.url), browser.IDEAL).status == 303


def test_nothing_to_pay_asks_for_no_method_and_needs_no_intent(
    stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint, cashier: Server,
    clock: MovableClock,
):  # fmt: skip
    session = open_session(stripe_client, line_items=one_line(amount=0))
    assert (session.payment_status, session.amount_total) == ("no_payment_required", 0)
    page = browser.visit(str(session.url))
    assert "Pay with" not in page.text
    assert "4242" not in page.text
    assert browser.visit(str(session.url), browser.PAYER).status == 303
    done = stripe_client.v1.checkout.sessions.retrieve(session.id)
    assert (done.status, done.payment_status, done.payment_intent) == (
        "complete",
        "no_payment_required",
        None,
    )
    assert answer_problems(told(done), stripe.checkout.Session) == []
    webhooks.wait_for_type("checkout.session.completed")
    assert stripe_client.v1.charges.list().data == []
    assert stripe_client.v1.payment_intents.list().data == []


def test_a_refund_to_a_bank_is_pending_first(
    control: Control, stripe_client: stripe.StripeClient, webhooks: WebhookEndpoint
):
    _, bank = at_the_bank(stripe_client, browser.IDEAL)
    browser.visit(bank, {"answer": "confirm"})
    (charge,) = stripe_client.v1.charges.list().data
    refund = stripe_client.v1.refunds.create({"charge": charge.id})
    assert refund.status == "pending"
    assert answer_problems(told(refund), stripe.Refund) == []
    control("clock", advance=3_601)
    webhooks.wait_for(lambda: stripe_client.v1.refunds.retrieve(refund.id).status == "succeeded")
