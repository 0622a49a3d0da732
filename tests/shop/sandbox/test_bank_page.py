"""The bank's side: one button for each thing that banks, customers and time do."""

import re

import pytest
import stripe
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from shop.stripe.sandbox.server import Server
from tests.shop.sandbox import browser_double as browser_of
from tests.shop.sandbox.browser_double import Page, visit
from tests.shop.sandbox.orders import open_session
from tests.shop.sandbox.test_page_in_browser import browser, open_page
from tests.shop.sandbox.test_refunds import paid_intent

__all__ = ["browser"]


def press(cashier: Server, act: str, **fields: str) -> Page:
    return visit(f"{cashier.url}/c/bank", {"act": act, **fields})


def test_it_offers_what_can_be_done_about_each_payment(
    cashier: Server, stripe_client: stripe.StripeClient
):
    paid_intent(stripe_client, browser_of.REVIEWED)
    text = visit(f"{cashier.url}/c/bank").text
    acts = set(re.findall(r'name="act" value="(\w+)/\w+/(\w+)"', text))
    assert acts == {
        ("charges", "dispute"),
        ("charges", "warn"),
        ("reviews", "approve"),
        ("reviews", "refund"),
    }
    assert "$2,613.00" in text


def test_a_dispute_is_opened_and_won_by_two_buttons(
    cashier: Server, stripe_client: stripe.StripeClient
):
    paid_intent(stripe_client, browser_of.GOOD)
    (charge,) = stripe_client.v1.charges.list().data
    answer = press(cashier, f"charges/{charge.id}/dispute")
    assert (answer.status, answer.location) == (303, "/c/bank")
    (dispute,) = stripe_client.v1.disputes.list().data
    press(cashier, f"disputes/{dispute.id}/win")
    assert stripe_client.v1.disputes.retrieve(dispute.id).status == "won"
    again = press(cashier, f"disputes/{dispute.id}/win")
    assert again.status == 422
    assert "closed already" in again.text


@pytest.mark.parametrize("ending", ["approve", "refund"])
def test_a_review_is_closed_by_a_button(
    cashier: Server, stripe_client: stripe.StripeClient, ending: str
):
    paid_intent(stripe_client, browser_of.REVIEWED)
    (review,) = stripe_client.v1.reviews.list().data
    press(cashier, f"reviews/{review.id}/{ending}")
    assert not stripe_client.v1.reviews.retrieve(review.id).open


def test_time_passes_at_the_press_of_a_button(cashier: Server, stripe_client: stripe.StripeClient):
    session = open_session(stripe_client)
    press(cashier, "clock", advance=str(25 * 3600))
    assert visit(str(session.url), browser_of.GOOD).status == 410


def test_chaos_is_typed_as_it_is_in_the_environment(
    cashier: Server, stripe_client: stripe.StripeClient
):
    press(cashier, "chaos", chaos="silence=1,seed=3")
    paid_intent(stripe_client, browser_of.GOOD)
    assert stripe_client.v1.events.list().data == []
    assert 'value="silence=1,seed=3"' in visit(f"{cashier.url}/c/bank").text
    wrong = press(cashier, "chaos", chaos="luck=1")
    assert wrong.status == 422
    assert "is none of duplicate" in wrong.text
    press(cashier, "chaos", chaos="")
    paid_intent(stripe_client, browser_of.GOOD)
    assert stripe_client.v1.events.list().data != []


def test_a_button_that_does_not_exist_does_nothing(cashier: Server):
    assert press(cashier, "v1/refunds").status == 422
    assert visit(f"{cashier.url}/c/bank", {}).status == 422


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1440])
def test_a_person_fails_a_refund_without_script_and_nothing_overflows(
    cashier: Server, stripe_client: stripe.StripeClient, browser: Browser, width: int
):
    intent = paid_intent(stripe_client, browser_of.GOOD)
    refund = stripe_client.v1.refunds.create({"payment_intent": intent, "amount": 500})
    size = {"width": width, "height": 900}
    page, complaints = open_page(
        browser, f"{cashier.url}/c/bank", viewport=size, java_script_enabled=False
    )
    page.get_by_role("button", name=f"Fail {refund.id}").click()
    page.get_by_text("failed").wait_for()
    assert stripe_client.v1.refunds.retrieve(refund.id).status == "failed"
    assert complaints == []
    judged, _ = open_page(browser, f"{cashier.url}/c/bank", viewport=size)
    assert Axe().run(judged).response["violations"] == []
    assert judged.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.browser
def test_another_site_cannot_press_the_buttons(
    cashier: Server, stripe_client: stripe.StripeClient, browser: Browser
):
    paid_intent(stripe_client, browser_of.GOOD)
    (charge,) = stripe_client.v1.charges.list().data
    page = browser.new_context().new_page()
    page.goto("about:blank")
    page.set_content(
        f'<form method="post" action="{cashier.url}/c/bank">'
        f'<button name="act" value="charges/{charge.id}/dispute">Win a prize</button></form>'
    )
    page.get_by_role("button").click()
    page.get_by_role("heading", name="This came from another site").wait_for()
    assert stripe_client.v1.disputes.list().data == []
