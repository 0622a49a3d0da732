"""An order's last day to pay is over at the moment at which its money comes: one comes first."""

from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError

import pytest

from config.audit.models import StateChange
from shop.models import Order, Payment, PaymentClearance, Refund
from shop.services import orders, payments, unpaid_orders
from tests.concurrency.races import race
from tests.factories.shop import FIXED_PROMISER, facts_of, payment_of, place_small_order

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]

ROUNDS = 5


@pytest.fixture(autouse=True)
def _fixed_promise(settings) -> None:
    settings.SHOP_PROMISER = FIXED_PROMISER


@pytest.fixture
def payment() -> Payment:
    """Of an order whose last day is over: the checkout has closed, and the money comes after."""
    order = place_small_order()
    found = payment_of(order)
    Payment.objects.filter(pk=found.pk).update(status=Payment.Status.FAILED)
    last = order.pay_until_on - timedelta(days=15)
    Order.objects.filter(pk=order.pk).update(pay_until_on=last)
    return found


def end_together(payment: Payment) -> list[object]:
    return race(
        lambda: unpaid_orders._cancel(payment.order_id),
        lambda: payments.apply_facts(payment_id=payment.pk, facts=facts_of(payment)),
    )


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_the_last_day_and_the_money_come_one_after_the_other(payment, round_number):
    is_cancelled, applied = end_together(payment)
    assert isinstance(applied, Payment)
    order = Order.objects.get()
    if is_cancelled:
        assert order.status == Order.Status.CANCELLED
        assert not PaymentClearance.objects.exists()
        assert Refund.objects.get().amount_minor == order.total_minor
    else:
        assert is_cancelled is False
        assert order.status == Order.Status.RELEASED
        assert not Refund.objects.exists()


def test_control_without_the_lock_an_order_is_cancelled_that_has_been_paid(payment, monkeypatch):
    both_have_looked = Barrier(2)

    def look_together(model, keys):
        rows = list(model.objects.filter(pk__in=list(keys)))
        if model is Order:
            with suppress(BrokenBarrierError):
                both_have_looked.wait(timeout=5)
        return rows

    for module in (unpaid_orders, orders, payments):
        monkeypatch.setattr(module, "lock_rows", look_together)
    end_together(payment)
    said = StateChange.objects.filter(subject_type="shop.order", subject_id=payment.order_id)
    assert {"cancelled", "released"} <= set(said.values_list("to_state", flat=True))
    assert PaymentClearance.objects.exists()
