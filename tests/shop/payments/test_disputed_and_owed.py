"""What a bank has taken back of a payment cannot be given back a second time."""

import pytest

from config.mail.models import OutgoingMail
from shop.errors import NotRefundable
from shop.models import Payment, Refund
from shop.services import failed_refunds, payments, refund_requests, refunds
from shop.services.orders import cancel_order
from tests.factories.disputes import dispute, movement_of
from tests.factories.shop import facts_of, paid_order, pay, payment_of, place_small_order
from tests.shop.payments.test_crossing_refunds import dashboard
from tests.shop.payments.test_refunding import ask, say

pytestmark = pytest.mark.django_db

STAFF = "staff:mira"


def disputed(status: str = "lost") -> Payment:
    order = paid_order()
    dispute(order, status)
    return order.payments.get()


def cancel(payment: Payment) -> Payment:
    cancel_order(order_id=payment.order_id, actor=STAFF, why="The customer asked.")
    payment.refresh_from_db()
    return payment


@pytest.mark.parametrize("status", ["needs_response", "lost"])
def test_what_the_bank_has_taken_back_is_not_given_back_too(status):
    payment = disputed(status)
    with pytest.raises(NotRefundable, match="the bank has taken"):
        ask(payment, 1_000)
    assert not Refund.objects.exists()


def test_a_cancelled_order_whose_money_the_bank_took_is_owed_nothing():
    payment = cancel(disputed())
    assert payment.refund_due_minor == 0
    mail = OutgoingMail.objects.get(key__startswith=f"order-cancelled-{payment.order_id}")
    assert "$558" not in mail.body_text


def test_an_inquiry_takes_nothing_and_may_be_settled_by_a_refund():
    assert ask(disputed("warning_needs_response"), 1_000).amount_minor == 1_000


def test_what_is_owed_follows_a_dispute_that_comes_after_the_cancelling_and_is_won():
    order = paid_order()
    payment = cancel(order.payments.get())
    dispute(order)
    payment.refresh_from_db()
    assert payment.refund_due_minor == 0
    dispute(order, "won")
    payment.refresh_from_db()
    assert payment.refund_due_minor == payment.captured_minor


def test_a_won_dispute_owes_nothing_anew_of_what_went_back_before():
    order = paid_order()
    payment = cancel(order.payments.get())
    say(ask(payment, payment.captured_minor), "succeeded")
    for status in ("needs_response", "won"):
        dispute(order, status)
        payment.refresh_from_db()
        assert payment.refund_due_minor == 0


def test_a_part_that_is_disputed_leaves_the_rest_to_be_given_back():
    order = paid_order()
    payment = order.payments.get()
    part = movement_of(payment, "dispute", -10_000, 1_500)
    dispute(order, amount_minor=10_000, movements=(part,))
    assert refund_requests.refundable_minor(payment) == payment.captured_minor - 10_000


def test_a_refund_that_was_made_at_stripe_before_the_dispute_is_taken_in_all_the_same():
    payment = disputed()
    refunds.apply_refunds(payment_id=payment.pk, found=[dashboard(payment, 2_000)])
    assert Refund.objects.get().status == Refund.Status.SUCCEEDED


def test_a_surplus_that_is_disputed_before_it_went_back_waits_for_a_person():
    order = place_small_order()
    payment_of(order)
    cancel_order(order_id=order.pk, actor="customer", why="changed my mind")
    payment = order.payments.get()
    refund = _surplus(payment)
    dispute(order)
    refunds._refuse(refund.pk, "The charge is disputed.")
    refund.refresh_from_db()
    assert (refund.status, refund.settled_by) == (Refund.Status.FAILED, "")


def _surplus(payment: Payment) -> Refund:
    payments.apply_facts(payment_id=payment.pk, facts=facts_of(payment))
    return Refund.objects.get(payment=payment)


def test_what_was_disputed_before_release_and_then_cancelled_waits_for_a_person():
    order = pay(place_small_order(), is_disputed=True)
    dispute(order)
    cancel_order(order_id=order.pk, actor=STAFF, why="fraud")
    refund = _surplus(order.payments.get())
    assert refund.status == Refund.Status.APPROVED


def test_a_failed_refund_of_before_the_cancelling_is_not_owed_twice():
    payment = paid_order().payments.get()
    early = ask(payment, 1_000)
    say(early, "failed")
    cancel(payment)
    failed_refunds.retry_refund(refund_id=early.pk, actor=STAFF)
    payment.refresh_from_db()
    assert payment.refund_due_minor == payment.captured_minor - 1_000
    assert refund_requests.refundable_minor(payment) == payment.refund_due_minor
