"""What the pages want to know about money, and what a worker answers."""

import pytest
from django.db import connection

from config.outbox.models import Errand
from shop.models import Order, Payment, PaymentClearance
from shop.services import asking
from shop.stripe.sandbox.server import Server
from tests.as_the_web import the_web
from tests.factories.shop import payment_of, place_small_order
from tests.shop.sandbox.browser_double import GOOD, visit

pytestmark = pytest.mark.django_db


def test_the_web_asks_and_a_worker_clears(cashier: Server, drain):
    order = place_small_order()
    with the_web():
        visit(asking.open_payment(order_id=order.pk), GOOD)
        payment_id = order.payments.values_list("pk", flat=True).get()
        answer = asking.ask_about_payment(payment_id=payment_id, asked_by="customer")
    assert not answer.is_done
    drain()
    order.refresh_from_db()
    assert order.status == Order.Status.RELEASED
    assert Errand.objects.get().answer == "cleared"


def test_an_errand_slipped_in_by_the_web_learns_nothing_but_the_truth(cashier: Server, drain):
    order = place_small_order()
    payment = payment_of(order)
    with the_web(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO outbox_errand "
            "(name, arguments, asked_by, answer, sends, failures, last_error) "
            "VALUES (%s, jsonb_build_object('payment_id', %s::bigint), "
            "'stripe', 'cleared', 0, 0, '')",
            [asking.SYNC_PAYMENT, payment.pk],
        )
    drain()
    order.refresh_from_db()
    payment.refresh_from_db()
    assert order.status == Order.Status.AWAITING_PAYMENT
    assert payment.status == Payment.Status.PENDING
    assert not PaymentClearance.objects.exists()


def test_an_order_that_costs_something_is_never_cleared_as_free(drain):
    order = place_small_order()
    asking.ask_to_clear_free_order(order_id=order.pk, asked_by="customer")
    drain()
    assert Errand.objects.get().answer == "awaiting payment"
    assert not PaymentClearance.objects.exists()
