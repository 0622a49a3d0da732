"""Reading payment intents and payment methods. Sessions make them; the API only reads them."""

from typing import Any

import stripe.params as sdk

from shop.stripe.sandbox.cashier import Cashier
from shop.stripe.sandbox.endpoints.route import EXPAND, LISTING, page, retrieve, route
from shop.stripe.sandbox.shapes import Shape
from shop.stripe.sandbox.store import Document


def list_payment_intents(cashier: Cashier, params: dict[str, Any]) -> Document:
    return page(cashier, "payment_intent", params, url="/v1/payment_intents")


ROUTES = (
    route(
        "GET",
        "/v1/payment_intents",
        Shape(sdk.PaymentIntentListParams, LISTING),
        list_payment_intents,
    ),
    route(
        "GET",
        "/v1/payment_intents/{}",
        Shape(sdk.PaymentIntentRetrieveParams, EXPAND),
        retrieve("payment_intent", "intent"),
    ),
    route(
        "GET",
        "/v1/payment_methods/{}",
        Shape(sdk.PaymentMethodRetrieveParams, EXPAND),
        retrieve("payment_method", "payment_method"),
    ),
)
