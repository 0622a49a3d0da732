"""An order can be paid for some days; then it is cancelled, if no money is on its way."""

from datetime import timedelta

import pytest
from django.utils import timezone

from config import env
from config.celery import app
from config.mail.models import OutgoingMail
from config.templatetags.cartwright import day
from shop.errors import CashierAway, IllegalTransition
from shop.models import Order, Payment, PaymentClearance, Refund
from shop.services import holds, payments, unpaid_orders
from shop.services.unpaid_orders import cancel_overdue
from shop.tasks import cancel_unpaid_orders
from tests.factories.shop import facts_of, payment_of, place_small_order
from tests.shop.payments.test_ways_of_money import pass_time
from tests.shop.sandbox.browser_double import DEBIT_FAILS, DEBIT_OK, GOOD, visit

pytestmark = pytest.mark.django_db

DAY_S = 86_400


def grow_old(order: Order, days: int = 15) -> Order:
    """As if the order had been placed so many days ago."""
    earlier = timedelta(days=days)
    Order.objects.filter(pk=order.pk).update(
        placed_at=order.placed_at - earlier, pay_until_on=order.pay_until_on - earlier
    )
    order.refresh_from_db()
    return order


def status_of(order: Order) -> str:
    order.refresh_from_db()
    return str(order.status)


def test_an_order_can_be_paid_for_as_many_days_as_the_setting_says(settings):
    assert settings.UNPAID_ORDER_DAYS == 14
    order = place_small_order()
    assert order.pay_until_on == timezone.localdate() + timedelta(days=14)
    settings.UNPAID_ORDER_DAYS = 3
    assert place_small_order().pay_until_on == timezone.localdate() + timedelta(days=3)
    order.refresh_from_db()  # what was told stays
    assert order.pay_until_on == timezone.localdate() + timedelta(days=14)


@pytest.mark.parametrize("wrong", ["0", "-1", "two weeks", "1.5", "99999", ""])
def test_a_number_of_days_that_cannot_be_meant_is_told_at_the_start(monkeypatch, wrong):
    monkeypatch.setenv("UNPAID_ORDER_DAYS", wrong)
    with pytest.raises(ValueError, match="UNPAID_ORDER_DAYS: expected a number of days from 1"):
        env.days("UNPAID_ORDER_DAYS", default=14)


def test_an_order_that_nobody_paid_in_time_is_cancelled_with_one_mail(cashier):
    order, still_good = place_small_order(), place_small_order()
    payments.open_payment(order_id=order.pk)
    pass_time(cashier, 15 * DAY_S)
    grow_old(order)
    for _ in range(2):
        cancel_unpaid_orders()
    assert status_of(order) == Order.Status.CANCELLED
    assert status_of(still_good) == Order.Status.AWAITING_PAYMENT
    mail = OutgoingMail.objects.get(about=order.number)
    assert f"It was not paid by {day(order.pay_until_on)}" in mail.body_text
    assert "Nothing was charged, and nothing is built." in mail.body_text


def test_on_its_last_day_it_stands_and_can_be_paid():
    order = grow_old(place_small_order(), days=14)
    assert order.pay_until_on == timezone.localdate()
    assert cancel_overdue() == 0
    assert payment_of(order).status == Payment.Status.PENDING


def test_after_its_last_day_it_cannot_be_paid_any_more_and_says_so(client):
    order = place_small_order()
    told = f"You can pay until {day(order.pay_until_on)}, at this price."
    assert told in client.get(order.get_absolute_url()).text
    grow_old(order)
    page = client.get(order.get_absolute_url()).text
    assert "Not paid in time" in page
    assert "it is being cancelled" in page
    assert "You can pay" not in page
    with pytest.raises(IllegalTransition, match="could be paid until"):
        payment_of(order)
    assert client.post(f"/orders/{order.token}/pay/")["Location"] == order.get_absolute_url()


def test_what_was_paid_and_nobody_told_us_of_is_made(cashier):
    order = place_small_order()
    visit(payments.open_payment(order_id=order.pk), GOOD)
    pass_time(cashier, 15 * DAY_S)
    grow_old(order)
    assert cancel_overdue() == 0
    assert status_of(order) == Order.Status.RELEASED


def test_a_payment_on_its_way_keeps_the_order(cashier):
    order = place_small_order()
    visit(payments.open_payment(order_id=order.pk), DEBIT_OK)
    Payment.objects.update(expires_at=timezone.now() - timedelta(days=14))
    grow_old(order)
    for _ in range(2):
        assert cancel_overdue() == 0
    assert status_of(order) == Order.Status.AWAITING_PAYMENT
    assert order.payments.get().status == Payment.Status.PROCESSING
    pass_time(cashier)
    payments.sync_payment(payment_id=order.payments.get().pk)
    assert status_of(order) == Order.Status.RELEASED


def test_a_checkout_that_is_open_keeps_the_order_until_it_closes(cashier):
    order = place_small_order()
    payments.open_payment(order_id=order.pk)
    grow_old(order)
    assert unpaid_orders.cancel_if_overdue(order_id=order.pk) is False
    assert cancel_overdue() == 0
    pass_time(cashier)
    assert cancel_overdue() == 1


def test_whom_a_bank_refuses_late_has_some_days_to_pay_another_way(cashier):
    order = place_small_order()
    visit(payments.open_payment(order_id=order.pk), DEBIT_FAILS)
    grow_old(order)
    payments.sync_payment(payment_id=order.payments.get().pk)
    assert cancel_overdue() == 0
    order.refresh_from_db()
    assert order.pay_until_on == timezone.localdate() + timedelta(days=3)
    mail = OutgoingMail.objects.get(key__startswith="order-payment_failed-")
    until = f"you can pay it another way until {day(order.pay_until_on)}"
    assert until in mail.body_text
    assert until in mail.body_html
    grow_old(order, days=4)
    assert cancel_overdue() == 1


def test_a_held_order_waits_for_a_person():
    order = grow_old(place_small_order())
    hold = holds.place_hold(order_id=order.pk, actor="staff:mira", why="The customer rang.")
    assert cancel_overdue() == 0
    assert unpaid_orders.cancel_if_overdue(order_id=order.pk) is False
    holds.close_hold(hold_id=hold.pk, actor="staff:mira")
    assert cancel_overdue() == 1


def test_money_that_comes_after_that_goes_back_by_itself():
    order = place_small_order()
    payment = payment_of(order)
    Payment.objects.filter(pk=payment.pk).update(status=Payment.Status.FAILED)
    grow_old(order)
    assert unpaid_orders._cancel(order.pk)
    payments.apply_facts(payment_id=payment.pk, facts=facts_of(payment))
    assert status_of(order) == Order.Status.CANCELLED
    assert not PaymentClearance.objects.exists()
    assert Refund.objects.get().amount_minor == order.total_minor


def test_while_the_cashier_is_away_nothing_is_cancelled(no_cashier):
    order = grow_old(place_small_order())
    Payment.objects.create(
        order=order,
        attempt=1,
        amount_minor=order.total_minor,
        currency=order.currency,
        idempotency_key="first",
        session_id="cs_test_1",
        expires_at=timezone.now() - timedelta(days=14),
    )
    with pytest.raises(CashierAway):
        cancel_overdue()
    cancel_unpaid_orders()
    assert status_of(order) == Order.Status.AWAITING_PAYMENT


def test_an_order_that_the_cashier_will_not_tell_of_does_not_stop_the_others(cashier, monkeypatch):
    monkeypatch.setattr(unpaid_orders, "BATCH", 1)
    odd, order = place_small_order(), place_small_order()
    Payment.objects.filter(pk=payment_of(odd).pk).update(
        session_id="cs_test_of_another_account", expires_at=timezone.now() - timedelta(days=14)
    )
    grow_old(odd)
    assert cancel_overdue() == 0
    grow_old(order)
    assert cancel_overdue() == 1
    assert status_of(odd) == Order.Status.AWAITING_PAYMENT
    assert status_of(order) == Order.Status.CANCELLED


def test_beat_rings_for_it():
    assert "shop.cancel_unpaid_orders" in {it["task"] for it in app.conf.beat_schedule.values()}
