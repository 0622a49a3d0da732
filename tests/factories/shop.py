"""Orders of the small computer, made and paid through the shop's own services."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import uuid4

import factory
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from config.calendar import add_working_days
from configurator.models import Configuration, ModelVersion
from shop.models import Cart, Order, Payment, ShippingMethod
from shop.ports import Line, PromiseQuote
from shop.services import fulfilment, payments
from shop.services.carts import add_to_cart, open_cart
from shop.services.checkout import Contact, place_order
from shop.stripe.gateway import CheckoutFacts
from tests.factories.configurator import frozen_configuration

FIXED_PROMISER = "tests.factories.shop.fixed_quote"
LIKELY_DAYS, PROMISED_DAYS = 8, 11


def fixed_quote(*, lines: Sequence[Line], today: date) -> PromiseQuote:
    """A promiser that always says the same: likely in 8 working days, by 11."""
    return PromiseQuote(
        likely_on=add_working_days(today, LIKELY_DAYS),
        ships_by_on=add_working_days(today, PROMISED_DAYS),
        reason="graphics card, 5 working days to us",
    )


class ShippingMethodFactory(factory.django.DjangoModelFactory[ShippingMethod]):
    class Meta:
        model = ShippingMethod
        django_get_or_create = ("code",)

    code = "standard"
    name = "Standard"
    transit_days = 3
    price_minor = 1_800
    currency = "USD"


CONTACT = Contact(
    email="ada@example.com",
    name="Ada Lovelace",
    phone="+1 415 555 0100",
    line1="12 Mill Lane",
    city="San Francisco",
    region="CA",
    postal_code="94107",
    country="US",
)


def cart_with(configuration: Configuration, quantity: int = 1) -> Cart:
    cart = open_cart(token=None)
    add_to_cart(cart=cart, configuration=configuration, quantity=quantity)
    return cart


def place_small_order(
    *,
    quantity: int = 1,
    version: ModelVersion | None = None,
    configuration: Configuration | None = None,
    **choices: str,
) -> Order:
    """An order of the small computer that awaits payment; choices as of `frozen_configuration`."""
    configuration = configuration or frozen_configuration(version=version, **choices)
    with override_settings(SHOP_PROMISER=FIXED_PROMISER):
        return place_order(
            cart=cart_with(configuration, quantity),
            contact=CONTACT,
            shipping_method=ShippingMethodFactory.create().code,
            checkout_key=uuid4(),
            today=timezone.localdate(),
        )


def payment_of(order: Order) -> Payment:
    """The order's open payment attempt, made if need be, without Stripe."""
    payment = payments._current_payment(order.pk)
    assert payment is not None, f"{order} has nothing to pay"
    return payment


def facts_of(payment: Payment, **changes: Any) -> CheckoutFacts:
    """What Stripe says of a payment that succeeded, with differences as keywords."""
    return CheckoutFacts(
        **{
            "session_id": payment.session_id or f"cs_test_{payment.pk}",
            "session_status": "complete",
            "url": "",
            "reference": payment.idempotency_key,
            "is_live": False,
            "intent_id": f"pi_test_{payment.pk}",
            "intent_status": "succeeded",
            "amount_received_minor": payment.amount_minor,
            "currency": payment.currency,
            "method": "card",
            "is_charge_paid": True,
            **changes,
        }
    )


@transaction.atomic
def pay(order: Order, **changes: Any) -> Order:
    """Let the order's payment become what Stripe says (`facts_of`): by default it clears."""
    payment = payment_of(order)
    payments.apply_facts(payment_id=payment.pk, facts=facts_of(payment, **changes))
    order.refresh_from_db()
    return order


def paid_order(**options: Any) -> Order:
    """A released order of the small computer; options as of `place_small_order`."""
    return pay(place_small_order(**options))


def boxed_order(order: Order, actor: str = "staff:mira") -> Order:
    """A paid order whose machines stand in their boxes, ready to leave."""
    fulfilment.start_pre_production(order_id=order.pk)
    fulfilment.freeze_order(order_id=order.pk, actor=actor)
    return fulfilment.record_progress(order_id=order.pk, stage="boxing", actor=actor)
