"""What "cleared" means, and what everything else that Stripe may say comes to."""

import pytest

from config.audit.models import StateChange
from config.mail.models import OutgoingMail
from config.outbox.models import OutboxEvent
from shop.errors import IllegalTransition, PaymentUnderWay
from shop.models import LedgerEntry, Order, Payment, PaymentClearance, PaymentHold
from shop.services import holds, payments
from shop.services.orders import cancel_order
from tests.factories.shop import facts_of, pay, payment_of, place_small_order

pytestmark = pytest.mark.django_db


def balances() -> dict[str, int]:
    found: dict[str, int] = {}
    for entry in LedgerEntry.objects.all():
        found[entry.account] = found.get(entry.account, 0) + entry.amount_minor
    return found


def test_a_cleared_payment_releases_the_order_with_all_its_facts_at_once():
    order = pay(place_small_order())
    assert order.status == Order.Status.RELEASED
    assert order.clearance.amount_minor == order.total_minor
    assert balances() == {
        "stripe_clearing": order.total_minor,
        "customer_prepayments": -order.total_minor,
    }
    assert OutboxEvent.objects.get(name="shop.order_released").payload == {"order_id": order.pk}
    assert OutgoingMail.objects.filter(key=f"order-paid-{order.pk}").exists()
    states = StateChange.objects.filter(subject_type="shop.order", subject_id=order.pk)
    assert [change.to_state for change in states.order_by("pk")][-1] == "released"


def test_hearing_of_the_same_payment_again_changes_nothing():
    order = pay(place_small_order())
    payment = order.payments.get()
    for _ in range(3):
        payments.apply_facts(payment_id=payment.pk, facts=facts_of(payment))
    assert PaymentClearance.objects.count() == 1
    assert OutboxEvent.objects.filter(name="shop.order_released").count() == 1
    assert LedgerEntry.objects.count() == 2


@pytest.mark.parametrize(
    ("what", "facts"),
    [
        ("a complete session of a bank debit", {"intent_status": "processing"}),
        ("an open session", {"session_status": "open", "intent_status": "requires_payment_method"}),
        ("a hold on the card", {"intent_status": "requires_capture"}),
        ("an unpaid charge", {"is_charge_paid": False}),
        ("a refunded charge", {"refunded_minor": 55_800}),
        ("a disputed charge", {"is_disputed": True}),
        ("a review", {"is_under_review": True}),
    ],
)
def test_nothing_less_than_cleared_money_releases_an_order(what, facts):
    order = pay(place_small_order(), **facts)
    assert order.status == Order.Status.AWAITING_PAYMENT
    assert not PaymentClearance.objects.exists()
    assert not OutboxEvent.objects.filter(name="shop.order_released").exists()


def test_a_bank_debit_is_under_way_until_the_bank_says_so():
    order = pay(place_small_order(), intent_status="processing")
    payment = order.payments.get()
    assert payment.status == Payment.Status.PROCESSING
    with pytest.raises(PaymentUnderWay):
        payments.open_payment(order_id=order.pk)
    payments.apply_facts(payment_id=payment.pk, facts=facts_of(payment))
    order.refresh_from_db()
    assert order.status == Order.Status.RELEASED


def test_a_bank_debit_that_fails_is_told_and_may_be_tried_again():
    order = pay(place_small_order(), intent_status="processing")
    payment = order.payments.get()
    facts = facts_of(
        payment, intent_status="requires_payment_method", failure="The account is empty."
    )
    payments.apply_facts(payment_id=payment.pk, facts=facts)
    payment.refresh_from_db()
    assert payment.status == Payment.Status.FAILED
    assert OutgoingMail.objects.filter(about=order.number, key__contains="failed").exists()
    again = payment_of(order)
    assert again.attempt == 2
    assert again.idempotency_key != payment.idempotency_key


@pytest.mark.parametrize("difference", [-1, 1])
def test_money_of_another_amount_opens_a_hold_and_releases_nothing(difference):
    order = place_small_order()
    pay(order, amount_received_minor=order.total_minor + difference)
    assert not PaymentClearance.objects.exists()
    hold = PaymentHold.objects.get()
    assert hold.reason == PaymentHold.Reason.AMOUNT_MISMATCH
    assert str(order.total_minor) in hold.detail


def test_money_in_another_currency_opens_a_hold():
    order = pay(place_small_order(), currency="EUR")
    assert order.status == Order.Status.AWAITING_PAYMENT
    assert PaymentHold.objects.filter(order=order).exists()


@pytest.mark.parametrize("facts", [{"reference": "order-of-another-shop"}, {"is_live": True}])
def test_money_that_is_not_for_this_payment_opens_a_hold(facts):
    order = pay(place_small_order(), **facts)
    assert order.status == Order.Status.AWAITING_PAYMENT
    assert PaymentHold.objects.filter(order=order).exists()


@pytest.mark.parametrize("facts", [{"is_disputed": True}, {"refunded_minor": 55_800}])
def test_money_that_is_contested_before_release_is_held_for_a_person(facts):
    order = pay(place_small_order(), **facts)
    assert order.payments.get().status == Payment.Status.PROCESSING
    assert PaymentHold.objects.get(order=order).detail


def test_an_open_hold_keeps_paid_money_waiting_until_staff_close_it():
    order = place_small_order()
    hold = PaymentHold.objects.create(order=order, reason=PaymentHold.Reason.STAFF)
    pay(order)
    payment = order.payments.get()
    assert payment.status == Payment.Status.PROCESSING
    assert not PaymentClearance.objects.exists()
    holds.close_hold(hold_id=hold.pk, actor="staff:anna")
    payments.apply_facts(payment_id=payment.pk, facts=facts_of(payment))
    order.refresh_from_db()
    assert order.status == Order.Status.RELEASED


def test_a_second_payment_is_owed_back_and_builds_nothing():
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
    second.refresh_from_db()
    assert second.refunds.get().amount_minor == order.total_minor
    assert PaymentClearance.objects.get().payment_id == first.pk
    assert balances()["surplus_payments"] == -order.total_minor
    assert OutboxEvent.objects.filter(name="shop.order_released").count() == 1


def test_money_after_cancellation_is_owed_back():
    order = place_small_order()
    payment = payment_of(order)
    cancel_order(order_id=order.pk, actor="customer", why="changed my mind")
    payments.apply_facts(payment_id=payment.pk, facts=facts_of(payment))
    payment.refresh_from_db()
    assert payment.refunds.get().amount_minor == order.total_minor
    assert not PaymentClearance.objects.exists()


def test_a_paid_order_cannot_be_paid_again():
    order = pay(place_small_order())
    with pytest.raises(IllegalTransition, match="released"):
        payments.open_payment(order_id=order.pk)


def test_an_expired_checkout_makes_room_for_a_new_attempt():
    order = pay(place_small_order(), session_status="expired", intent_status="")
    assert order.payments.get().status == Payment.Status.FAILED
    assert payment_of(order).attempt == 2


def test_a_declined_card_leaves_the_checkout_open():
    order = pay(
        place_small_order(),
        session_status="open",
        intent_status="requires_payment_method",
        failure="Your card was declined.",
    )
    payment = order.payments.get()
    assert payment.status == Payment.Status.PENDING
    assert payment.failure == "Your card was declined."
    assert payment_of(order) == payment
