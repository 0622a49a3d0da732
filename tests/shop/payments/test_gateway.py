"""What we say to Stripe, and how the sandbox, Stripe's double, answers it."""

import pytest
import stripe.params.checkout
from django.core.exceptions import ImproperlyConfigured

from config.embedded.ports import any_free
from shop.errors import CashierAway
from shop.models import Order, Payment
from shop.services import payments
from shop.stripe import gateway
from tests.factories.shop import payment_of, place_small_order
from tests.shop.sandbox.browser_double import DEBIT_OK, DECLINED, GOOD, visit
from tests.shop.sandbox.request_check import request_problems

pytestmark = pytest.mark.django_db


def test_what_we_ask_for_is_what_the_sdk_says_stripe_takes():
    payment = payment_of(place_small_order(quantity=2))
    asked = gateway.session_parameters(payment)
    assert request_problems(asked, stripe.params.checkout.SessionCreateParams) == []
    assert asked["ui_mode"] == "hosted_page"


def test_the_lines_at_the_cashier_sum_to_the_order():
    payment = payment_of(place_small_order(quantity=3))
    lines = gateway.session_parameters(payment)["line_items"]
    total = sum(line["quantity"] * line["price_data"]["unit_amount"] for line in lines)
    assert total == payment.order.total_minor


def test_opening_a_payment_twice_leads_to_the_same_page(cashier):
    order = place_small_order()
    assert payments.open_payment(order_id=order.pk) == payments.open_payment(order_id=order.pk)
    assert order.payments.count() == 1


def test_a_process_that_died_before_noting_the_session_finds_it_again(cashier):
    payment = payment_of(place_small_order())
    first = gateway.create_checkout(payment)
    synced = payments.sync_payment(payment_id=payment.pk)
    assert synced.session_id == first.session_id


def test_a_declined_card_is_told_and_another_may_be_tried(cashier):
    order = place_small_order()
    url = payments.open_payment(order_id=order.pk)
    visit(url, DECLINED)
    payment = payments.sync_payment(payment_id=order.payments.get().pk)
    assert payment.status == Payment.Status.PENDING
    assert "declined" in payment.failure
    visit(url, GOOD)
    payments.sync_payment(payment_id=payment.pk)
    order.refresh_from_db()
    assert order.status == Order.Status.RELEASED


def test_a_bank_debit_at_the_cashier_is_not_cleared_money(cashier):
    order = place_small_order()
    visit(payments.open_payment(order_id=order.pk), DEBIT_OK)
    payment = payments.sync_payment(payment_id=order.payments.get().pk)
    assert payment.status == Payment.Status.PROCESSING
    order.refresh_from_db()
    assert order.status == Order.Status.AWAITING_PAYMENT


def test_a_cashier_that_is_away_changes_nothing(settings):
    settings.STRIPE_API_BASE = f"http://127.0.0.1:{any_free()}"
    order = place_small_order()
    with pytest.raises(CashierAway):
        payments.open_payment(order_id=order.pk)
    assert order.payments.get().status == Payment.Status.PENDING


def test_a_live_key_and_the_sandbox_do_not_go_together(settings):
    settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = "sk_live_x", "http://127.0.0.1:1"
    with pytest.raises(ImproperlyConfigured, match="live"):
        gateway.client()


def test_without_a_key_the_error_names_the_setting(settings):
    settings.STRIPE_SECRET_KEY = ""
    with pytest.raises(ImproperlyConfigured, match="STRIPE_SECRET_KEY"):
        gateway.client()
