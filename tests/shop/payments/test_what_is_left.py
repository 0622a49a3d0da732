"""What is left of an order's money: refunds that nobody has to pay any more, everything given back
at Stripe while the machine is made, and a checkout that Stripe refuses.
"""

from contextlib import suppress

import pytest

from shop.errors import CashierRefused, NotRefundable
from shop.models import Order, Payment, PaymentHold, ShippingMethod
from shop.services import failed_refunds, fulfilment, holds, payments, refunds
from shop.stripe import gateway
from shop.stripe.refunds import RefundFacts
from tests.factories.shop import boxed_order, paid_order, payment_of, place_small_order
from tests.shop.payments.test_refunding import ask, balances, say
from tests.shop.sandbox.browser_double import GOOD, visit

pytestmark = pytest.mark.django_db


def shipped(order: Order) -> Order:
    fulfilment.record_shipment(
        order_id=boxed_order(order).pk, carrier="Post", tracking_number="1", actor="staff:mira"
    )
    fulfilment.book_shipment(order_id=order.pk)
    return order


@pytest.mark.parametrize("ships_first", [True, False])
def test_what_is_not_paid_after_all_is_earned_and_no_longer_owed(ships_first):
    order = paid_order()
    refund = ask(order.payments.get(), 1_000)
    say(refund, "succeeded")
    if ships_first:
        shipped(order)
    say(refund, "failed", failure="account closed")
    for _ in range(2):
        with suppress(NotRefundable):
            failed_refunds.drop_refund(refund_id=refund.pk, actor="staff:mira", why="No answer.")
    if not ships_first:
        shipped(order)
    assert balances() == {"stripe_clearing": order.total_minor, "revenue": -order.total_minor}


def test_a_box_whose_money_was_all_given_back_at_stripe_stays_here_until_somebody_says():
    order = paid_order()
    payment = order.payments.get()
    made = {"key": "", "currency": "USD", "status": "succeeded"}
    part = RefundFacts(stripe_id="re_1", amount_minor=1_000, **made)
    refunds.apply_refunds(payment_id=payment.pk, found=[part])
    assert not order.holds.exists()
    rest = RefundFacts(stripe_id="re_2", amount_minor=order.total_minor - 1_000, **made)
    for _ in range(2):
        refunds.apply_refunds(payment_id=payment.pk, found=[part, rest])
    hold = order.holds.get()
    assert (hold.reason, hold.closed_at) == (PaymentHold.Reason.REFUNDED, None)
    holds.close_hold(hold_id=hold.pk, actor="staff:mira")
    refunds.apply_refunds(payment_id=payment.pk, found=[part, rest])
    assert not order.holds.filter(closed_at=None).exists()


def test_a_checkout_whose_key_is_refused_does_not_keep_its_order_from_being_paid(cashier):
    """Under its key Stripe was asked for something else before: what the shipping was called."""
    order = place_small_order()
    gateway.create_checkout(payment_of(order))  # the process died before the session was noted
    ShippingMethod.objects.update(name="Standard, by bike")
    with pytest.raises(CashierRefused):
        payments.open_payment(order_id=order.pk)
    visit(payments.open_payment(order_id=order.pk), GOOD)
    second = order.payments.get(attempt=2)
    assert payments.sync_payment(payment_id=second.pk).status == Payment.Status.CLEARED
    assert order.payments.get(attempt=1).status == Payment.Status.FAILED


def test_the_poller_gives_a_refused_checkout_up_as_well(cashier):
    order = place_small_order()
    payment = payment_of(order)
    gateway.create_checkout(payment)
    ShippingMethod.objects.update(name="Standard, by bike")
    with pytest.raises(CashierRefused):
        payments.sync_payment(payment_id=payment.pk)
    payment.refresh_from_db()
    assert payment.status == Payment.Status.FAILED
