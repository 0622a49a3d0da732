"""Currencies whose smallest unit is finer than what Stripe moves: docs, "Supported currencies"."""

from functools import partial

import pytest

from config.money import Money, exponent, step_minor
from configurator.services.price_lists import create_price_list, read_amount
from shop.errors import NotChargeable, NotRefundable
from shop.models import Order
from shop.services import refund_requests
from tests.factories.configurator import frozen_configuration, publish_small_model, small_prices
from tests.factories.shop import ShippingMethodFactory, pay, place_small_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def order_in(settings):
    return partial(_order_in, settings)


def _order_in(settings, currency: str, base_minor: int) -> Order:
    """An order of the small computer, whose options cost nothing there."""
    version = publish_small_model()
    settings.SHOP_CURRENCY = currency
    free = dict.fromkeys(small_prices(), 0)
    create_price_list(version=version, currency=currency, base_minor=base_minor, option_minor=free)
    ShippingMethodFactory.create(price_minor=0, currency=currency)
    return place_small_order(configuration=frozen_configuration(version=version))


@pytest.mark.parametrize(
    ("currency", "places", "step"),
    [("USD", 2, 1), ("JPY", 0, 1), ("KWD", 3, 10), ("ISK", 2, 100), ("UGX", 2, 100)],
)
def test_what_stripe_counts_and_what_it_moves(currency, places, step):
    assert (exponent(currency), step_minor(currency)) == (places, step)


def test_five_shillings_are_five_hundred_at_stripe():
    assert read_amount("5", "UGX") == 500
    assert Money(500, "UGX").format() == "UGX5"


@pytest.mark.parametrize(("currency", "price"), [("KWD", 5_124), ("ISK", 40_110)])
def test_a_price_that_stripe_would_not_charge_is_refused_before_there_is_an_order(
    order_in, currency, price
):
    with pytest.raises(NotChargeable, match="multiples of"):
        order_in(currency, price)
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("currency", "price", "odd", "even"),
    [("KWD", 5_120, 1_234, 1_230), ("ISK", 40_100, 1_050, 1_000)],
)
def test_a_refund_that_stripe_would_not_make_is_refused_when_it_is_asked_for(
    order_in, currency, price, odd, even
):
    payment = pay(order_in(currency, price)).payments.get()
    with pytest.raises(NotRefundable, match="expected a multiple of"):
        ask(payment.pk, odd)
    assert ask(payment.pk, even).amount_minor == even
    assert ask(payment.pk, price - even).amount_minor == price - even


def ask(payment_id: int, amount_minor: int):
    return refund_requests.request_refund(
        payment_id=payment_id, amount_minor=amount_minor, reason="x", actor="staff:mira"
    )


def test_yen_go_back_to_the_last_one(order_in):
    payment = pay(order_in("JPY", 5_123)).payments.get()
    assert ask(payment.pk, 1).amount_minor == 1
