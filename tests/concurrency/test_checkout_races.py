"""A form sent several times at the same instant, and cancelling against kitting."""

from threading import Barrier
from uuid import uuid4

import pytest
from django.db import IntegrityError
from django.utils import timezone

from shop.errors import IllegalTransition, OrderFrozen
from shop.models import Cart, Order
from shop.services import checkout
from shop.services.checkout import place_order
from shop.services.fulfilment import freeze_order, start_pre_production
from shop.services.orders import cancel_order
from tests.concurrency.races import race
from tests.factories.configurator import frozen_configuration
from tests.factories.shop import (
    CONTACT,
    FIXED_PROMISER,
    ShippingMethodFactory,
    cart_with,
    paid_order,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]

RACERS = 6


@pytest.fixture(autouse=True)
def _fixed_promise(settings) -> None:
    settings.SHOP_PROMISER = FIXED_PROMISER


def send_all_at_once(cart: Cart) -> list[object]:
    key, method = uuid4(), ShippingMethodFactory.create().code

    def send() -> Order:
        return place_order(
            cart=Cart.objects.get(pk=cart.pk),
            contact=CONTACT,
            shipping_method=method,
            checkout_key=key,
            today=timezone.localdate(),
        )

    return race(*[send] * RACERS)


def test_a_form_sent_six_times_at_once_makes_one_order_and_six_answers():
    orders = send_all_at_once(cart_with(frozen_configuration()))
    assert {order.number for order in orders} == {Order.objects.get().number}


def test_without_the_carts_lock_only_the_constraint_is_left(monkeypatch):
    """The negative control: the same race, the guard taken away."""
    all_have_looked = Barrier(RACERS)

    def look_together(lines: object, *rest: object) -> Order:
        all_have_looked.wait(timeout=60)
        return write(lines, *rest)

    write = checkout._write
    monkeypatch.setattr(checkout, "lock_rows", lambda model, keys: [])
    monkeypatch.setattr(checkout, "_write", look_together)
    results = send_all_at_once(cart_with(frozen_configuration()))
    assert sum(isinstance(result, IntegrityError) for result in results) == RACERS - 1
    assert Order.objects.count() == 1


def test_cancelling_and_kitting_at_once_leave_one_winner():
    order = paid_order()
    start_pre_production(order_id=order.pk)
    cancelled, frozen = race(
        lambda: cancel_order(order_id=order.pk, actor="staff:mira", why="The customer asked."),
        lambda: freeze_order(order_id=order.pk, actor="staff:floor"),
    )
    order.refresh_from_db()
    if order.status == Order.Status.CANCELLED:
        assert isinstance(frozen, IllegalTransition)
    else:
        assert order.status == Order.Status.KITTING
        assert isinstance(cancelled, OrderFrozen)
