"""From a cart to an order: once, at our prices, with a frozen promise."""

from dataclasses import replace
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from config.audit.models import StateChange
from config.calendar import add_working_days
from configurator.services.configurations import freeze_configuration
from shop.errors import CartMoved, EmptyCart, NotChargeable, UnknownShippingMethod
from shop.models import Cart, Order
from shop.services import checkout
from shop.services.carts import add_to_cart
from shop.services.checkout import place_order
from tests.factories.configurator import (
    DEFAULT_TOTAL_MINOR,
    DEFAULTS,
    frozen_configuration,
    price_small_model,
    publish_small_model,
)
from tests.factories.shop import (
    CONTACT,
    LIKELY_DAYS,
    PROMISED_DAYS,
    ShippingMethodFactory,
    cart_with,
    place_small_order,
)

pytestmark = pytest.mark.django_db


def place(cart, **changes) -> Order:
    ShippingMethodFactory.create()
    today = timezone.localdate()
    return place_order(
        **{
            "cart": cart,
            "contact": CONTACT,
            "shipping_method": "standard",
            "checkout_key": uuid4(),
            "today": today,
            **changes,
        }
    )


def test_an_order_freezes_lines_total_and_promise():
    order = place_small_order(quantity=2)
    today = timezone.localdate()
    assert order.number.startswith("CW-")
    assert order.items_minor == 2 * DEFAULT_TOTAL_MINOR
    assert order.total_minor == order.items_minor + 1_800
    assert order.likely_ships_on == add_working_days(today, LIKELY_DAYS)
    assert order.promised_ships_on == add_working_days(today, PROMISED_DAYS)
    (line,) = order.lines.all()
    assert (line.quantity, line.unit_minor) == (2, DEFAULT_TOTAL_MINOR)


def test_the_first_audit_row_says_that_the_customer_placed_it():
    order = place_small_order()
    change = StateChange.objects.get(subject_type="shop.order", subject_id=order.pk)
    assert (change.from_state, change.to_state, change.actor) == (
        "",
        "awaiting_payment",
        "customer",
    )


def test_placing_empties_the_cart():
    cart = cart_with(frozen_configuration())
    place(cart)
    assert not cart.lines.exists()


def test_the_same_form_sent_twice_makes_one_order():
    cart, key = cart_with(frozen_configuration()), uuid4()
    first = place(cart, checkout_key=key)
    again = place(cart, checkout_key=key)
    assert again == first
    assert Order.objects.count() == 1


def test_an_empty_cart_orders_nothing():
    with pytest.raises(EmptyCart):
        place(Cart.objects.create())
    assert not Order.objects.exists()


def test_an_unknown_shipping_method_says_which_are_known():
    cart = cart_with(frozen_configuration())
    with pytest.raises(UnknownShippingMethod, match="expected one of standard, got 'rocket'"):
        place(cart, shipping_method="rocket")
    assert cart.lines.exists()


def test_a_method_that_is_no_longer_offered_is_refused():
    cart = cart_with(frozen_configuration())
    ShippingMethodFactory.create(code="slow", is_offered=False)
    with pytest.raises(UnknownShippingMethod):
        place(cart, shipping_method="slow")


def test_a_price_that_fell_is_passed_on():
    version = publish_small_model()
    cart = cart_with(frozen_configuration(version=version))
    price_small_model(version=version, changes={("cpu", "six"): 20_000})
    order = place(cart)
    assert order.items_minor == DEFAULT_TOTAL_MINOR - 5_000


def test_a_price_that_rose_is_not_charged_without_consent():
    version = publish_small_model()
    cart = cart_with(frozen_configuration(version=version))
    price_small_model(version=version, changes={("cpu", "six"): 30_000})
    with pytest.raises(CartMoved, match="has risen"):
        place(cart)
    assert not Order.objects.exists()
    assert cart.lines.exists()


def test_more_than_one_payment_can_carry_is_refused_with_the_limit():
    version = publish_small_model()
    dear = price_small_model(version=version, changes={("cpu", "six"): 1_010_000})
    configuration = freeze_configuration(version=version, choices=DEFAULTS, price_list=dear)
    with pytest.raises(NotChargeable, match=r"may be \$999,999.99 at most.*in parts"):
        place(cart_with(configuration, quantity=99))
    assert not Order.objects.exists()


def test_more_lines_than_the_cashier_takes_are_refused(monkeypatch):
    monkeypatch.setattr(checkout, "MOST_LINES", 1)
    version = publish_small_model()
    cart = cart_with(frozen_configuration(version=version))
    add_to_cart(
        cart=cart, configuration=frozen_configuration(version=version, memory_quantity="two")
    )
    with pytest.raises(NotChargeable, match="may have 1 lines, your cart has 2"):
        place(cart)


def test_prices_in_two_currencies_are_never_added_up():
    version = publish_small_model()
    euro = price_small_model(version=version, currency="EUR")
    cart = cart_with(frozen_configuration(version=version))
    foreign = freeze_configuration(version=version, choices=DEFAULTS, price_list=euro)
    add_to_cart(cart=cart, configuration=foreign)
    with pytest.raises(NotChargeable, match="EUR and USD"):
        place(cart)
    assert cart.lines.count() == 2


def test_the_database_refuses_an_order_whose_lines_do_not_sum_to_its_items():
    order = place_small_order()

    def cheat() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE shop_order SET items_minor = 1, total_minor = 1 + shipping_minor "
                "WHERE id = %s",
                [order.pk],
            )
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError, match="do not sum to its items"):
        cheat()


def test_an_order_takes_few_queries_whatever_its_quantity(django_assert_max_num_queries):
    cart = cart_with(frozen_configuration(), quantity=9)
    ShippingMethodFactory.create()
    with django_assert_max_num_queries(17):
        place_order(
            cart=cart,
            contact=replace(CONTACT, name="Grace Hopper"),
            shipping_method="standard",
            checkout_key=uuid4(),
            today=timezone.localdate(),
        )
