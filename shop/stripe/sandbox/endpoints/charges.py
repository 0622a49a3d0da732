"""Reading charges."""

from typing import Any

import stripe.params as sdk

from shop.stripe.sandbox.cashier import Cashier
from shop.stripe.sandbox.endpoints.route import EXPAND, LISTING, equal, page, retrieve, route
from shop.stripe.sandbox.shapes import Shape, Text
from shop.stripe.sandbox.store import Document


def list_charges(cashier: Cashier, params: dict[str, Any]) -> Document:
    return page(
        cashier,
        "charge",
        params,
        url="/v1/charges",
        filters=equal(params, payment_intent="payment_intent"),
    )


ROUTES = (
    route(
        "GET",
        "/v1/charges",
        Shape(sdk.ChargeListParams, {"payment_intent": Text(255), **LISTING}),
        list_charges,
    ),
    route(
        "GET",
        "/v1/charges/{}",
        Shape(sdk.ChargeRetrieveParams, EXPAND),
        retrieve("charge", "id"),
    ),
)
