"""Whoever may close a hold has the word over a suspicion, not over an amount: an order is released
for its whole price or not at all.
"""

import pytest
from django.db.models import Sum

from shop.errors import OrderHeld
from shop.models import LedgerEntry, Order, PaymentHold
from shop.services import holds, payments
from shop.services.orders import cancel_order
from tests.factories.shop import facts_of, paid_order, pay, place_small_order

pytestmark = pytest.mark.django_db

Reason = PaymentHold.Reason
STAFF = "staff:anna"


def look_again(order: Order, **changes) -> Order:
    payment = order.payments.get()
    payments.apply_facts(payment_id=payment.pk, facts=facts_of(payment, **changes))
    order.refresh_from_db()
    return order


def hold_of(order: Order, reason: Reason) -> PaymentHold:
    return order.holds.get(reason=reason, closed_at=None)


def clearing_minor() -> int:
    entries = LedgerEntry.objects.filter(account=LedgerEntry.Account.STRIPE_CLEARING)
    return int(entries.aggregate(total=Sum("amount_minor"))["total"] or 0)


def test_closing_the_hold_of_a_wrong_amount_does_not_release_for_less_than_the_price():
    order = pay(place_small_order(), amount_received_minor=100)
    with pytest.raises(OrderHeld, match="not the price"):
        holds.close_hold(hold_id=hold_of(order, Reason.AMOUNT_MISMATCH).pk, actor=STAFF)
    assert look_again(order, amount_received_minor=100).status == Order.Status.AWAITING_PAYMENT


def test_a_wrong_amount_that_was_let_pass_before_is_held_all_the_same():
    order = pay(place_small_order(), amount_received_minor=100)
    order.holds.update(closed_at="2026-11-22T00:00Z", closed_by=STAFF)
    assert look_again(order, amount_received_minor=100).status == Order.Status.AWAITING_PAYMENT
    assert clearing_minor() == 0


def test_a_wrong_amount_goes_back_when_its_order_is_cancelled():
    order = pay(place_small_order(), amount_received_minor=100)
    cancel_order(order_id=order.pk, actor=STAFF, why="paid too little")
    look_again(order, amount_received_minor=100)
    assert order.payments.get().refunds.get().amount_minor == clearing_minor() == 100


def test_what_was_all_given_back_at_stripe_is_not_released_by_closing_the_hold():
    order = place_small_order()
    gone = {"refunded_minor": order.total_minor}
    pay(order, **gone)
    with pytest.raises(OrderHeld, match="given back"):
        holds.close_hold(hold_id=hold_of(order, Reason.REFUNDED).pk, actor=STAFF)
    order.holds.update(closed_at="2026-11-22T00:00Z", closed_by=STAFF)
    assert look_again(order, **gone).status == Order.Status.AWAITING_PAYMENT


def test_a_person_may_let_pass_that_a_part_was_given_back_but_not_more_than_that():
    order = pay(place_small_order(), refunded_minor=1_000)
    holds.close_hold(hold_id=hold_of(order, Reason.REFUNDED).pk, actor=STAFF)
    look_again(order, refunded_minor=2_000)
    assert order.status == Order.Status.AWAITING_PAYMENT
    assert "$20" in hold_of(order, Reason.REFUNDED).detail
    holds.close_hold(hold_id=hold_of(order, Reason.REFUNDED).pk, actor=STAFF)
    look_again(order, refunded_minor=2_000)
    assert order.status == Order.Status.RELEASED


def test_after_release_a_person_may_close_a_hold_of_a_wrong_amount():
    order = paid_order()
    holds.open_hold(order, Reason.AMOUNT_MISMATCH, "another payment names this order")
    holds.close_hold(hold_id=hold_of(order, Reason.AMOUNT_MISMATCH).pk, actor=STAFF)
    assert not order.holds.filter(closed_at=None).exists()


def test_a_voucher_that_waits_to_be_paid_is_a_payment_on_its_way():
    """The customer has left the cashier with a slip to pay: another payment would charge twice."""
    order = pay(place_small_order(), intent_status="requires_action")
    assert order.payments.get().status == "processing"
