"""Refunds that cross: made at Stripe meanwhile, failed and asked for anew, withdrawn again."""

import pytest

from config.mail.models import OutgoingMail
from shop.models import LedgerEntry, Payment, Refund
from shop.services import failed_refunds, payments, refund_requests, refunds
from shop.services.orders import cancel_order
from shop.stripe.refunds import RefundFacts
from tests.factories.shop import facts_of, paid_order, payment_of, place_small_order
from tests.shop.payments.test_refunding import ask, balances, say

pytestmark = pytest.mark.django_db


def dashboard(payment: Payment, amount_minor: int, **more) -> RefundFacts:
    """A refund that somebody made at Stripe."""
    facts = {"status": "succeeded", "currency": payment.currency, **more}
    return RefundFacts(stripe_id="re_dashboard", key="", amount_minor=amount_minor, **facts)


def test_a_refund_made_at_stripe_takes_the_place_of_one_that_waits_for_approval(settings):
    settings.REFUND_ALONE_UP_TO_MINOR = {}
    payment = paid_order().payments.get()
    small, large = ask(payment, 1_000), ask(payment, payment.captured_minor - 1_000)
    refunds.apply_refunds(payment_id=payment.pk, found=[dashboard(payment, 2_000)])
    small.refresh_from_db()
    large.refresh_from_db()
    assert (small.status, large.status) == (Refund.Status.REQUESTED, Refund.Status.WITHDRAWN)
    assert balances()["stripe_clearing"] == payment.captured_minor - 2_000


def test_a_refund_made_at_stripe_waits_for_the_answer_to_one_that_is_being_asked_for():
    payment = paid_order().payments.get()
    ours = ask(payment, payment.captured_minor)
    made = dashboard(payment, 2_000)
    refunds.apply_refunds(payment_id=payment.pk, found=[made])
    assert Refund.objects.count() == 1
    refunds._refuse(ours.pk, "The charge has been refunded in part.", [made])
    assert sorted(Refund.objects.values_list("status", flat=True)) == ["failed", "succeeded"]
    assert balances()["stripe_clearing"] == payment.captured_minor - 2_000


def test_of_a_surplus_that_was_given_back_at_stripe_in_part_the_rest_goes_back_by_itself():
    order = place_small_order()
    payment = payment_of(order)
    cancel_order(order_id=order.pk, actor="customer", why="changed my mind")
    payments.apply_facts(payment_id=payment.pk, facts=facts_of(payment))
    refunds._refuse(Refund.objects.get().pk, "Too much.", [dashboard(payment, 2_000)])
    rest = Refund.objects.get(status=Refund.Status.APPROVED)
    assert (rest.amount_minor, rest.requested_by) == (order.total_minor - 2_000, "system")
    assert Refund.objects.get(status=Refund.Status.FAILED).settled_by == "system"


def test_a_refund_that_had_failed_before_we_heard_of_it_is_booked_there_and_back():
    payment = paid_order().payments.get()
    failed = dashboard(payment, 2_000, status="failed", failure="lost or stolen card")
    for _ in range(2):
        refunds.apply_refunds(payment_id=payment.pk, found=[failed])
    assert Refund.objects.get().status == Refund.Status.FAILED
    assert LedgerEntry.objects.filter(transaction__key__startswith="refund").count() == 4
    assert balances()["stripe_clearing"] == payment.captured_minor


def test_a_customer_who_was_told_of_a_refund_is_told_when_it_comes_back():
    payment = paid_order().payments.get()
    told, untold = ask(payment, 1_000), ask(payment, 2_000)
    say(told, "pending")
    for refund in (told, untold):
        say(refund, "failed", failure="lost or stolen card")
    mail = OutgoingMail.objects.get(key__contains="refund_failed")
    assert mail.key.endswith(str(told.pk))
    assert "your $10 came back to us" in mail.subject
    assert "lost or stolen card" in mail.body_text


def test_what_a_cancelled_order_is_owed_is_owed_again_when_its_refund_is_withdrawn(settings):
    settings.REFUND_ALONE_UP_TO_MINOR = {}
    payment = paid_order().payments.get()
    early = ask(payment, 1_000)
    cancel_order(order_id=payment.order_id, actor="staff:mira", why="The customer asked.")
    late = ask(payment, payment.captured_minor - 1_000)
    for refund in (early, late):
        refund_requests.withdraw_refund(refund_id=refund.pk, actor="staff:mira")
    payment.refresh_from_db()
    assert payment.refund_due_minor == payment.captured_minor


def test_a_refund_that_is_asked_for_again_is_not_taken_off_twice_from_what_is_owed():
    payment = paid_order().payments.get()
    cancel_order(order_id=payment.order_id, actor="staff:mira", why="The customer asked.")
    refund = ask(payment, 1_000)
    say(refund, "failed")
    failed_refunds.retry_refund(refund_id=refund.pk, actor="staff:mira")
    payment.refresh_from_db()
    assert payment.refund_due_minor == payment.captured_minor - 1_000


def test_a_refund_stands_failed_again_when_the_one_in_its_place_is_withdrawn(settings):
    payment = paid_order().payments.get()
    refund = ask(payment, 1_000)
    say(refund, "failed")
    settings.REFUND_ALONE_UP_TO_MINOR = {}
    again = failed_refunds.retry_refund(refund_id=refund.pk, actor="staff:mira")
    refund_requests.withdraw_refund(refund_id=again.pk, actor="staff:mira")
    refund.refresh_from_db()
    assert (refund.status, refund.settled_by) == (Refund.Status.FAILED, "")
