"""Disputes in the console: what is to answer until when, with what, and how each ended."""

import pytest
from django.test import Client

from config.mail.models import OutgoingMail
from config.outbox.models import Errand
from config.templatetags.cartwright import day
from shop import concerns, selectors
from shop.models import Dispute, DisputeAnswer, DisputeCall, Order
from shop.services import disputes
from shop.services.fulfilment import record_shipment
from tests.factories.disputes import NOON, dispute, dispute_facts
from tests.factories.shop import boxed_order, paid_order, pay, place_small_order
from tests.shop.test_ops_orders import staff, url_of

pytestmark = pytest.mark.django_db

SEES = ("view_order", "view_payment", "view_dispute")
ACTS = (*SEES, "add_disputeanswer", "approve_disputeanswer", "change_payment")


@pytest.fixture
def finance() -> Client:
    return staff(*ACTS)


def page_of(found: Dispute) -> str:
    return f"/ops/disputes/{found.pk}/"


def shipped_order() -> Order:
    order = boxed_order(paid_order())
    record_shipment(
        order_id=order.pk, carrier="Parcel Post", tracking_number="PP-77", actor="staff:a"
    )
    order.refresh_from_db()
    return order


def told(found: Dispute, status: str) -> None:
    """What became of our answer, as Stripe says it."""
    answer = found.answers.get()
    disputes._note_sent(answer.pk, dispute_facts(found.payment, status))


def test_a_dispute_waits_for_a_person_until_it_is_answered(finance):
    order = paid_order()
    found = dispute(order)
    (concern,) = concerns.concerns()
    due = day(found.evidence_due_at)
    assert concern.title == f"Answer the dispute of $558 of {order.number} by {due}"
    assert concern.url == page_of(found)
    assert selectors.trouble().total == 1
    finance.post(f"{page_of(found)}submit/", {"words": "It was delivered."})
    assert list(concerns.concerns()) == []
    told(found, "under_review")
    assert list(concerns.concerns()) == []


def test_an_answer_that_was_refused_waits_for_a_person_again(finance):
    found = dispute(paid_order())
    finance.post(f"{page_of(found)}submit/", {"words": "It was delivered."})
    disputes._refuse(DisputeAnswer.objects.get().pk, "The file is too large.")
    (concern,) = concerns.concerns()
    assert concern.detail == "Our answer was refused: The file is too large."
    assert "The file is too large." in finance.get(page_of(found)).text


def test_the_page_shows_our_records_and_sends_them_with_our_words(finance):
    order = shipped_order()
    OutgoingMail.objects.filter(about=order.number).update(done_at=NOON)
    found = dispute(order, reason="product_not_received")
    page = finance.get(page_of(found)).text
    for record in (order.name, order.email, "PP-77", "Parcel Post", "12 Mill Lane", "ships by",
                   "the customer says that nothing came", "That is our best evidence",
                   "on its way to you", order.lines.get().configuration.share_code):  # fmt: skip
        assert record in page
    finance.post(f"{page_of(found)}submit/", {"words": "It was delivered."})
    answer = DisputeAnswer.objects.get()
    assert answer.evidence["uncategorized_text"] == "It was delivered."
    assert answer.evidence["shipping_tracking_number"] == "PP-77"
    assert answer.evidence["customer_name"] == order.name
    assert answer.evidence["shipping_date"]
    assert DisputeCall.objects.get().answer == answer


def test_the_suggested_words_tell_what_happened_and_not_what_staff_noted(finance):
    order = paid_order()
    found = dispute(order)
    page = finance.get(page_of(found)).text
    assert "paid; the build was released" in page
    assert "held:" not in page


@pytest.mark.parametrize("words", ["", "   ", "x\x00", "x" * 20_001])
def test_words_that_cannot_be_sent_are_told_and_change_nothing(finance, words):
    found = dispute(paid_order())
    response = finance.post(f"{page_of(found)}submit/", {"words": words})
    assert response.status_code == 400
    assert not DisputeAnswer.objects.exists()


def test_a_loss_is_accepted_by_somebody_else(finance):
    found = dispute(paid_order())
    url = f"{page_of(found)}accept/"
    assert "Why: expected" in finance.post(url, {"why": " "}, follow=True).text
    assert (
        "somebody else approves" in finance.post(url, {"why": "They are right."}, follow=True).text
    )
    answer = DisputeAnswer.objects.get()
    (concern,) = concerns.concerns()
    assert concern.detail == "Accepting the loss waits for a second person."
    refused = finance.post(f"/ops/disputes/answers/{answer.pk}/approve/", follow=True)
    assert "somebody else than staff:" in refused.text
    staff(*SEES, "approve_disputeanswer").post(f"/ops/disputes/answers/{answer.pk}/approve/")
    answer.refresh_from_db()
    assert answer.status == DisputeAnswer.Status.APPROVED


def test_an_acceptance_can_be_withdrawn_and_the_dispute_answered(finance):
    found = dispute(paid_order())
    finance.post(f"{page_of(found)}accept/", {"why": "They are right."})
    finance.post(f"/ops/disputes/answers/{DisputeAnswer.objects.get().pk}/withdraw/")
    assert "Give the bank our evidence" in finance.get(page_of(found)).text


def test_a_dispute_that_was_answered_offers_no_other_answer(finance):
    found = dispute(paid_order(), "under_review")
    page = finance.get(page_of(found)).text
    assert "Give the bank our evidence" not in page
    late = finance.post(f"{page_of(found)}submit/", {"words": "More."}, follow=True)
    assert "expected one that waits for our answer" in late.text


@pytest.mark.parametrize(
    ("status", "is_shipped", "sentence"),
    [
        ("needs_response", False, "does not ship while the order is held; making goes on"),
        ("needs_response", True, "That is our best evidence"),
        ("warning_needs_response", False, "No money has moved."),
        ("under_review", False, "The bank has our answer about $558 and decides"),
        ("won", False, "The money came back to us. The fee of $15 stays with Stripe."),
        ("won", True, "the bank decided for us"),
        ("lost", False, "Cancel the order, or ask the customer to pay again."),
        ("lost", True, "Machine and money are with the customer."),
    ],
)
def test_the_orders_page_says_in_plain_words_how_it_stands(finance, status, is_shipped, sentence):
    order = shipped_order() if is_shipped else paid_order()
    found = dispute(order, status)
    assert sentence in finance.get(url_of(order)).text
    assert sentence in finance.get(page_of(found)).text


def test_a_machine_that_is_built_and_lost_to_a_dispute_is_kept_here(finance):
    order = boxed_order(paid_order())
    dispute(order, "lost")
    page = finance.get(url_of(order)).text
    assert "Does not ship: dispute" in page
    assert "Do not ship it: ask the customer to pay again" in page
    (concern,) = concerns.concerns()
    assert concern.title == f"{order.number} is boxing and held: dispute"


def test_the_list_has_the_most_urgent_first_and_those_that_ended_apart(finance):
    first, second, third = (dispute(paid_order(), status) for status in
                            ("under_review", "needs_response", "won"))  # fmt: skip
    assert list(selectors.disputes(is_open=True)) == [second, first]
    page = finance.get("/ops/disputes/").text
    assert third.payment.order.number not in page
    assert third.payment.order.number in finance.get("/ops/disputes/?show=ended").text


def test_with_no_dispute_the_list_says_so(finance):
    assert "No bank disputes a payment" in finance.get("/ops/disputes/").text
    assert "No dispute has ended yet" in finance.get("/ops/disputes/?show=ended").text


def test_asking_stripe_now_leaves_an_errand(finance):
    found = dispute(paid_order())
    response = finance.post(f"{page_of(found)}sync/", follow=True)
    assert "Stripe is being asked." in response.text
    assert Errand.objects.get().arguments == {"payment_id": found.payment_id}


def test_closing_a_hold_of_money_that_is_gone_is_refused_on_the_page():
    order = pay(place_small_order(), is_disputed=True)
    dispute(order)
    client = staff(*SEES, "change_paymenthold")
    hold = order.holds.get()
    response = client.post(f"/ops/holds/{hold.pk}/close/", follow=True)
    assert "the bank has taken the money back, so it cannot be released" in response.text
    hold.refresh_from_db()
    assert hold.closed_at is None


@pytest.mark.parametrize("action", ["submit", "accept", "sync"])
def test_each_step_needs_its_permission(action):
    found = dispute(paid_order())
    client = staff(*SEES)
    assert client.post(f"{page_of(found)}{action}/").status_code == 403
    assert staff("view_order").get(page_of(found)).status_code == 403
    assert "Give the bank our evidence" not in client.get(page_of(found)).text


def test_what_is_not_there_is_not_found(finance):
    assert finance.get("/ops/disputes/0/").status_code == 404
    assert finance.post("/ops/disputes/answers/0/approve/").status_code == 404


def test_the_list_asks_the_same_few_queries_however_long_it_is(
    finance, django_assert_max_num_queries
):
    for _ in range(3):
        dispute(paid_order())
    finance.get("/ops/disputes/")
    with django_assert_max_num_queries(20):
        finance.get("/ops/disputes/")
