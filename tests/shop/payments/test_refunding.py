"""Money back: asked for, approved, performed under its own key, followed to its end, and booked."""

import pytest
import stripe.params
from django.db import IntegrityError, connection, transaction

from config.mail.models import OutgoingMail
from config.outbox import sources
from shop.errors import CashierAway, IllegalTransition, NotRefundable, SecondPersonNeeded
from shop.models import LedgerEntry, Order, Payment, Refund, RefundCall
from shop.services import failed_refunds, payments, refund_requests, refunds
from shop.services.fulfilment import (
    book_shipment,
    freeze_order,
    record_progress,
    record_shipment,
    start_pre_production,
)
from shop.services.orders import cancel_order
from shop.stripe.refunds import RefundFacts, refund_parameters
from tests.factories.shop import facts_of, paid_order, payment_of, place_small_order
from tests.shop.sandbox.browser_double import DEBIT_OK, GOOD, visit
from tests.shop.sandbox.request_check import request_problems

pytestmark = pytest.mark.django_db

WHY = "The case arrived scratched."


def balances() -> dict[str, int]:
    found: dict[str, int] = {}
    for entry in LedgerEntry.objects.all():
        found[entry.account] = found.get(entry.account, 0) + entry.amount_minor
    return {account: amount for account, amount in found.items() if amount}


def paid_at_the_cashier(form: dict[str, str] = GOOD) -> Payment:
    order = place_small_order()
    visit(payments.open_payment(order_id=order.pk), form)
    return payments.sync_payment(payment_id=order.payments.get().pk)


def ask(payment: Payment, amount_minor: int, **more) -> Refund:
    more = {"reason": WHY, "actor": "staff:mira", **more}
    return refund_requests.request_refund(payment_id=payment.pk, amount_minor=amount_minor, **more)


def say(refund: Refund, status: str, **more) -> Refund:
    """Let Stripe say something of a refund."""
    facts = {
        "stripe_id": f"re_{refund.pk}",
        "key": refund.idempotency_key,
        "amount_minor": refund.amount_minor,
        "currency": refund.currency,
        "status": status,
        **more,
    }
    refunds.apply_refunds(payment_id=refund.payment_id, found=[RefundFacts(**facts)])
    refund.refresh_from_db()
    return refund


def test_what_we_ask_for_is_what_the_sdk_says_stripe_takes():
    refund = ask(paid_order().payments.get(), 1_000)
    assert request_problems(refund_parameters(refund), stripe.params.RefundCreateParams) == []


def test_a_part_goes_back_through_the_cashier_once_and_is_booked_and_told(cashier):
    payment = paid_at_the_cashier()
    refund = ask(payment, 1_000)
    assert refund.status == Refund.Status.APPROVED
    assert sources.run("shop.refundcall", refund.call.pk)
    refund.refresh_from_db()
    assert refund.status == Refund.Status.SUCCEEDED
    order = Order.objects.get()
    assert order.refunded_minor == 1_000
    left = order.total_minor - 1_000
    assert balances() == {"stripe_clearing": left, "customer_prepayments": -left}
    mail = OutgoingMail.objects.get(key=f"order-refunded-{order.pk}-{refund.pk}")
    assert "$10 is on its way back" in mail.subject
    assert WHY in mail.body_text


def test_performing_it_again_after_the_answer_was_lost_gives_the_money_once(cashier):
    refund = ask(paid_at_the_cashier(), 1_000)
    refunds.perform_refund(refund.call)
    Refund.objects.filter(pk=refund.pk).update(status=Refund.Status.APPROVED, stripe_id=None)
    refunds.perform_refund(refund.call)
    assert Refund.objects.get().status == Refund.Status.SUCCEEDED
    assert LedgerEntry.objects.filter(transaction__key=f"refund-{refund.pk}").count() == 2
    assert OutgoingMail.objects.filter(key__contains="refunded").count() == 1


def test_a_refund_to_a_bank_account_is_on_its_way_until_the_bank_says_so(cashier):
    payment = paid_at_the_cashier(DEBIT_OK)
    payments.apply_facts(payment_id=payment.pk, facts=facts_of(payment, method="sepa_debit"))
    refund = ask(payment, 1_000)
    assert say(refund, "pending").status == Refund.Status.PENDING
    assert say(refund, "succeeded").status == Refund.Status.SUCCEEDED
    assert say(refund, "pending").status == Refund.Status.SUCCEEDED


def test_a_refund_that_the_bank_sends_back_is_booked_back_and_waits_for_a_person():
    order = paid_order()
    refund = ask(order.payments.get(), 1_000)
    say(refund, "succeeded")
    say(refund, "failed", failure="lost or stolen card")
    assert refund.status == Refund.Status.FAILED
    assert balances() == {
        "stripe_clearing": order.total_minor,
        "customer_prepayments": -order.total_minor,
    }
    order.refresh_from_db()
    assert order.refunded_minor == 0
    again = failed_refunds.retry_refund(refund_id=refund.pk, actor="staff:mira")
    assert again.idempotency_key != refund.idempotency_key
    refund.refresh_from_db()
    assert refund.settled_by == "staff:mira"
    with pytest.raises(NotRefundable):
        failed_refunds.retry_refund(refund_id=refund.pk, actor="staff:mira")


def test_a_refund_that_needs_the_customer_is_not_booked_before_it_moves():
    refund = ask(paid_order().payments.get(), 1_000)
    asked = say(refund, "requires_action", has_moved=False)
    assert asked.status == Refund.Status.REQUIRES_ACTION
    assert not LedgerEntry.objects.filter(transaction__key__startswith="refund").exists()
    assert say(refund, "succeeded").status == Refund.Status.SUCCEEDED


def test_what_the_cashier_refuses_fails_for_good_and_frees_the_amount(cashier):
    payment = paid_order().payments.get()  # the cashier knows nothing of this payment
    refund = ask(payment, payment.captured_minor)
    refunds.perform_refund(refund.call)
    refund.refresh_from_db()
    assert refund.status == Refund.Status.FAILED
    assert "No such payment_intent" in refund.failure
    assert refund_requests.refundable_minor(payment) == payment.captured_minor


def test_a_cashier_that_is_away_changes_nothing(no_cashier):
    refund = ask(paid_order().payments.get(), 1_000)
    with pytest.raises(CashierAway):
        refunds.perform_refund(refund.call)
    refund.refresh_from_db()
    assert refund.status == Refund.Status.APPROVED


def test_a_second_payment_goes_back_by_itself():
    order = place_small_order()
    first = payment_of(order)
    second = Payment.objects.create(
        order=order,
        attempt=2,
        amount_minor=order.total_minor,
        currency=order.currency,
        idempotency_key="second",
    )
    for payment in (first, second):
        payments.apply_facts(payment_id=payment.pk, facts=facts_of(payment))
    refund = Refund.objects.get()
    assert (refund.payment_id, refund.amount_minor) == (second.pk, order.total_minor)
    assert refund.approved_by == "system"
    say(refund, "succeeded")
    assert "surplus_payments" not in balances()
    order.refresh_from_db()
    assert (order.status, order.refunded_minor) == (Order.Status.RELEASED, 0)


def test_money_after_cancellation_goes_back_by_itself_however_much_it_is(settings):
    settings.REFUND_ALONE_UP_TO_MINOR = {}
    order = place_small_order()
    payment = payment_of(order)
    cancel_order(order_id=order.pk, actor="customer", why="changed my mind")
    payments.apply_facts(payment_id=payment.pk, facts=facts_of(payment))
    assert RefundCall.objects.get().refund.amount_minor == order.total_minor


def test_cancelling_a_paid_order_leaves_the_refund_to_staff():
    order = paid_order()
    payment = order.payments.get()
    ask(payment, 1_000)
    cancel_order(order_id=order.pk, actor="staff:mira", why="The customer asked.")
    payment.refresh_from_db()
    assert payment.refund_due_minor == order.total_minor - 1_000
    ask(payment, payment.refund_due_minor)
    payment.refresh_from_db()
    assert payment.refund_due_minor == 0


def test_above_the_limit_nothing_is_asked_for_before_somebody_else_approves(settings):
    settings.REFUND_ALONE_UP_TO_MINOR = {"USD": 1_500}
    payment = paid_order().payments.get()
    assert ask(payment, 1_000).status == Refund.Status.APPROVED
    second = ask(payment, 1_000)  # in two parts it would come to more than the limit
    assert second.status == Refund.Status.REQUESTED
    assert not RefundCall.objects.filter(refund=second).exists()
    with pytest.raises(SecondPersonNeeded):
        refund_requests.approve_refund(refund_id=second.pk, actor="staff:mira")
    refund_requests.approve_refund(refund_id=second.pk, actor="staff:anna")
    refund_requests.approve_refund(refund_id=second.pk, actor="staff:anna")
    assert RefundCall.objects.filter(refund=second).count() == 1
    with pytest.raises(IllegalTransition):
        refund_requests.withdraw_refund(refund_id=second.pk, actor="staff:mira")


def test_what_is_withdrawn_can_be_asked_for_again(settings):
    settings.REFUND_ALONE_UP_TO_MINOR = {}
    payment = paid_order().payments.get()
    refund = ask(payment, payment.captured_minor)
    with pytest.raises(NotRefundable):
        ask(payment, 1)
    refund_requests.withdraw_refund(refund_id=refund.pk, actor="staff:mira")
    assert ask(payment, payment.captured_minor).status == Refund.Status.REQUESTED


@pytest.mark.parametrize("amount", [0, -1, 10_000_000])
def test_nothing_and_more_than_was_paid_are_refused(amount):
    with pytest.raises(NotRefundable):
        ask(paid_order().payments.get(), amount)
    assert not Refund.objects.exists()


def test_machines_are_given_back_once_each():
    order = paid_order(quantity=2)
    line = order.lines.get()
    payment = order.payments.get()
    ask(payment, line.unit_minor, quantities={line.pk: 1})
    with pytest.raises(NotRefundable, match="1 to 1 machines, got 2"), transaction.atomic():
        ask(payment, line.unit_minor, quantities={line.pk: 2})
    other = paid_order().lines.get()
    with pytest.raises(NotRefundable, match="has no line"), transaction.atomic():
        ask(payment, line.unit_minor, quantities={other.pk: 1})
    assert ask(payment, line.unit_minor, quantities={line.pk: 1}).lines.get().quantity == 1


def test_a_refund_made_at_stripe_is_taken_into_the_books():
    order = paid_order()
    payment = order.payments.get()
    facts = RefundFacts("re_dashboard", "", 2_000, payment.currency, "succeeded")
    for _ in range(2):
        refunds.apply_refunds(payment_id=payment.pk, found=[facts])
    refund = Refund.objects.get()
    assert (refund.requested_by, refund.status) == ("stripe", Refund.Status.SUCCEEDED)
    assert balances()["stripe_clearing"] == order.total_minor - 2_000


def test_before_shipping_a_refund_lessens_what_is_owed_and_after_it_what_was_earned():
    order = paid_order()
    payment = order.payments.get()
    say(ask(payment, 1_000), "succeeded")
    start_pre_production(order_id=order.pk)
    freeze_order(order_id=order.pk, actor="staff:floor")
    record_progress(order_id=order.pk, stage="boxing", actor="staff:floor")
    record_shipment(order_id=order.pk, carrier="UPS", tracking_number="", actor="staff:floor")
    book_shipment(order_id=order.pk)
    earned = order.total_minor - 1_000
    assert balances() == {"stripe_clearing": earned, "revenue": -earned}
    say(ask(payment, 500), "succeeded")
    assert balances() == {"stripe_clearing": earned - 500, "revenue": -earned, "refunds": 500}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE shop_refund SET amount_minor = 1",
        "UPDATE shop_refund SET idempotency_key = 'mine'",
        "DELETE FROM shop_refund",
        "UPDATE shop_refund SET approved_by = ''",
        "UPDATE shop_refund SET needs_second_person = true",
        "UPDATE shop_refund SET way = 'transfer'",
        "UPDATE shop_payment SET captured_minor = 999",
        """INSERT INTO shop_refund (payment_id, status, amount_minor, currency, reason, failure,
               idempotency_key, requested_by, needs_second_person, approved_by, settled_by,
               settlement)
           SELECT id, 'requested', captured_minor, currency, 'x', '', 'x', 'x', false, '', '', ''
             FROM shop_payment""",
    ],
)
def test_the_database_itself_refuses_to_give_back_more_and_to_rewrite(statement):
    ask(paid_order().payments.get(), 1_000)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_database_refuses_the_same_person_twice(settings):
    settings.REFUND_ALONE_UP_TO_MINOR = {}
    refund = ask(paid_order().payments.get(), 1_000)
    with pytest.raises(IntegrityError), transaction.atomic():
        Refund.objects.filter(pk=refund.pk).update(status="approved", approved_by="staff:mira")
