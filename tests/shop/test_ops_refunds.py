"""Giving money back from the console: asked for, approved by somebody else, dealt with."""

from uuid import uuid4

import pytest
from django.test import Client

from config.mail.models import OutgoingMail
from shop import concerns, selectors
from shop.models import LedgerEntry, Order, PaymentHold, Refund
from shop.services import refund_requests, refunds
from shop.services.orders import cancel_order
from tests.factories.shop import paid_order, place_small_order
from tests.shop.payments.test_refunding import balances
from tests.shop.test_ops_orders import staff, url_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def finance() -> Client:
    return staff(
        "view_order", "view_payment", "view_refund", "add_refund", "approve_refund",
        "change_order", "add_paymenthold",
    )  # fmt: skip


def page_of(order: Order) -> str:
    return f"/ops/payments/{order.payments.get().pk}/refund/"


def form_of(**fields) -> dict[str, object]:
    return {"form_key": str(uuid4()), **fields}


def test_everything_is_given_back(finance):
    order = paid_order()
    response = finance.post(
        page_of(order), form_of(kind="all", reason="It came late."), follow=True
    )
    assert Refund.objects.get().amount_minor == order.total_minor
    assert "Stripe is asked to give $558" in response.text
    assert "It came late." in response.text
    assert "Nothing is left to give back" in finance.get(page_of(order)).text


def test_machines_and_shipping_are_summed_by_us(finance):
    order = paid_order(quantity=2)
    line = order.lines.get()
    form = {
        "kind": "parts",
        f"line_{line.pk}": 1,
        "with_shipping": "on",
        "reason": "One is enough.",
    }
    finance.post(page_of(order), form_of(**form))
    refund = Refund.objects.get()
    assert refund.amount_minor == line.unit_minor + order.shipping_minor
    assert refund.lines.get().quantity == 1


@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        ("12.50", 1_250),
        ("$12", 1_200),
        ("0012.5", 1_250),
        ("558", 55_800),
        ("1,2", None),  # 1.20 to some, and 12 to nobody
        ("€12", None),
    ],
)
def test_an_amount_is_read_as_people_type_it_or_not_at_all(finance, typed, minor):
    order = paid_order()
    finance.post(page_of(order), form_of(kind="sum", amount=typed, reason="A scratch."))
    assert [one.amount_minor for one in Refund.objects.all()] == ([minor] if minor else [])


@pytest.mark.parametrize(
    "form",
    [
        {"kind": "sum", "amount": "a lot", "reason": "x"},
        {"kind": "sum", "amount": "1.005", "reason": "x"},
        {"kind": "sum", "amount": "-1", "reason": "x"},
        {"kind": "sum", "amount": "0", "reason": "x"},
        {"kind": "sum", "amount": "99999999", "reason": "x"},
        {"kind": "sum", "reason": "x"},
        {"kind": "parts", "reason": "x"},
        {"kind": "all", "reason": " "},
        {"kind": "all", "reason": "x\x00"},
        {"kind": "some", "reason": "x"},
    ],
)
def test_what_cannot_be_given_back_is_told_and_changes_nothing(finance, form):
    response = finance.post(page_of(paid_order()), form_of(**form))
    assert response.status_code == 400
    assert "xpected" in response.text or "Select a valid choice" in response.text
    assert not Refund.objects.exists()


def test_above_the_limit_somebody_else_approves_on_the_orders_page(finance, settings):
    settings.REFUND_ALONE_UP_TO_MINOR = {}
    order = paid_order()
    finance.post(page_of(order), form_of(kind="all", reason="It came late."))
    refund = Refund.objects.get()
    (concern,) = concerns.concerns()
    assert concern.title == f"A refund of $558 of {order.number} waits for a second person"
    response = finance.post(f"/ops/refunds/{refund.pk}/approve/", follow=True)
    assert "somebody else" in response.text
    second = staff("view_order", "view_refund", "approve_refund")
    assert "Approve" in second.get(url_of(order)).text
    second.post(f"/ops/refunds/{refund.pk}/approve/")
    refund.refresh_from_db()
    assert refund.status == Refund.Status.APPROVED
    assert selectors.trouble().refunds == 0


def test_a_request_can_be_withdrawn(finance, settings):
    settings.REFUND_ALONE_UP_TO_MINOR = {}
    order = paid_order()
    finance.post(page_of(order), form_of(kind="all", reason="It came late."))
    finance.post(f"/ops/refunds/{Refund.objects.get().pk}/withdraw/")
    assert Refund.objects.get().status == Refund.Status.WITHDRAWN


def failed(order: Order) -> Refund:
    refund = refund_requests.request_refund(
        payment_id=order.payments.get().pk, amount_minor=1_000, reason="x", actor="staff:a"
    )
    refunds._refuse(refund.pk, "The card was closed.")
    return refund


def test_a_refund_that_failed_says_what_to_do_and_is_asked_for_again(finance):
    order = paid_order()
    refund = failed(order)
    (concern,) = concerns.concerns()
    assert concern.title == f"A refund of $10 of {order.number} failed"
    assert "pay it another way" in concern.detail
    finance.post(f"/ops/refunds/{refund.pk}/retry/")
    assert Refund.objects.filter(status=Refund.Status.APPROVED).count() == 1
    assert list(concerns.concerns()) == []


def test_what_was_sent_from_our_bank_is_booked_once_somebody_else_approves_it(finance, drain):
    order = paid_order()
    url = f"/ops/refunds/{failed(order).pk}/transfer/"
    told = {"paid_on": "2026-11-20", "reference": "NTRF 4711"}
    for missing in told:
        fields = {name: it for name, it in told.items() if name != missing}
        assert "got nothing" in finance.post(url, fields, follow=True).text
    far = {**told, "paid_on": "2999-01-01"}
    assert "expected today or earlier" in finance.post(url, far, follow=True).text
    assert "once somebody else approves" in finance.post(url, told, follow=True).text
    transfer = Refund.objects.get(way="transfer")
    assert "was dealt with already" in finance.post(url, told, follow=True).text
    assert "somebody else" in finance.post(f"/ops/refunds/{transfer.pk}/approve/", follow=True).text
    drain()
    assert not LedgerEntry.objects.filter(account="bank").exists()
    staff("view_order", "view_refund", "approve_refund").post(
        f"/ops/refunds/{transfer.pk}/approve/"
    )
    drain()
    transfer.refresh_from_db()
    assert transfer.status == Refund.Status.SUCCEEDED
    booked = LedgerEntry.objects.get(account="bank")
    assert (booked.amount_minor, booked.currency) == (-1_000, "USD")
    assert "transferred on 2026-11-20, NTRF 4711" in booked.transaction.memo
    assert balances() == {
        "stripe_clearing": order.total_minor,
        "customer_prepayments": 1_000 - order.total_minor,
        "bank": -1_000,
    }
    order.refresh_from_db()
    assert order.refunded_minor == 1_000
    mail = OutgoingMail.objects.get(key=f"order-refunded-{order.pk}-{transfer.pk}")
    assert "$10 was transferred to you" in mail.subject
    assert "NTRF 4711" in mail.body_text
    assert selectors.trouble().total == 0


def test_a_transfer_that_was_withdrawn_leaves_the_failed_refund_to_be_dealt_with(finance):
    refund = failed(paid_order())
    told = {"paid_on": "2026-11-20", "reference": "NTRF 4711"}
    finance.post(f"/ops/refunds/{refund.pk}/transfer/", told)
    finance.post(f"/ops/refunds/{Refund.objects.get(way='transfer').pk}/withdraw/")
    (concern,) = concerns.concerns()
    assert concern.title == f"A refund of $10 of {refund.payment.order.number} failed"
    finance.post(f"/ops/refunds/{refund.pk}/transfer/", told)
    assert Refund.objects.filter(way="transfer", status="requested").count() == 1


def test_a_refund_that_is_not_to_be_paid_any_more_says_why(finance):
    refund = failed(paid_order())
    response = finance.post(f"/ops/refunds/{refund.pk}/drop/", {"why": " "}, follow=True)
    assert "expected why nothing is to be paid" in response.text
    finance.post(f"/ops/refunds/{refund.pk}/drop/", {"why": "The bank gave it back itself."})
    refund.refresh_from_db()
    assert refund.settlement == "The bank gave it back itself."
    assert selectors.trouble().total == 0
    assert not LedgerEntry.objects.filter(account="bank").exists()


def test_a_form_that_is_sent_twice_asks_once(finance):
    order = paid_order()
    form = form_of(kind="sum", amount="10", reason="A scratch.")
    for _ in range(2):
        assert finance.post(page_of(order), form).status_code == 303
    assert Refund.objects.get().amount_minor == 1_000
    changed = finance.post(page_of(order), {**form, "amount": "20"})
    assert "has asked for $10 before" in changed.text
    assert Refund.objects.count() == 1


def test_cancelling_a_paid_order_leads_on_to_its_refund(finance):
    order = paid_order()
    response = finance.post(f"{url_of(order)}cancel/", {"why": "Asked for."}, follow=True)
    assert response.redirect_chain[-1][0] == page_of(order)
    assert "Your order was cancelled." in response.text


def test_the_customer_sees_what_goes_back(client):
    order = paid_order()
    assert "Refund" not in client.get(order.get_absolute_url()).text
    cancel_order(order_id=order.pk, actor="staff:a", why="Asked for.")
    assert "due, being prepared" in client.get(order.get_absolute_url()).text
    refund_requests.request_refund(
        payment_id=order.payments.get().pk, amount_minor=55_800, reason="x", actor="staff:a"
    )
    page = client.get(order.get_absolute_url()).text
    assert "Refund of $558" in page
    assert "being sent" in page


def test_an_order_is_held_from_its_page(finance):
    order = place_small_order()
    assert "Why: expected" in finance.post(f"{url_of(order)}hold/", {"why": ""}, follow=True).text
    page = finance.post(f"{url_of(order)}hold/", {"why": "Odd."}, follow=True).text
    assert "Held: asked for by staff" in page
    assert PaymentHold.objects.get().detail == "Odd."
    paid = paid_order()
    page = finance.post(f"{url_of(paid)}hold/", {"why": "Odd."}, follow=True).text
    assert "Does not ship: asked for by staff" in page


@pytest.mark.parametrize("action", ["approve", "withdraw", "retry", "transfer", "drop"])
def test_each_step_needs_its_permission(action):
    refund = failed(paid_order())
    client = staff("view_order", "view_refund")
    assert client.post(f"/ops/refunds/{refund.pk}/{action}/").status_code == 403
    assert client.get(page_of(refund.payment.order)).status_code == 403


def test_what_is_not_there_is_not_found(finance):
    assert finance.get("/ops/payments/0/refund/").status_code == 404
    assert finance.post("/ops/refunds/0/retry/").status_code == 404
