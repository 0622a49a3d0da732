"""Making and reading refunds."""

from typing import Any

import stripe.params as sdk

from shop.stripe.sandbox.cashier import Cashier
from shop.stripe.sandbox.endpoints.route import EXPAND, LISTING, equal, page, retrieve, route
from shop.stripe.sandbox.refunds import refund
from shop.stripe.sandbox.shapes import Choice, Integer, Metadata, Shape, Text
from shop.stripe.sandbox.store import Document

CREATE = Shape(
    sdk.RefundCreateParams,
    {
        "charge": Text(255),
        "payment_intent": Text(255),
        "amount": Integer(1),
        "reason": Choice("duplicate", "fraudulent", "requested_by_customer"),
        "metadata": Metadata(),
        **EXPAND,
    },
)


def create_refund(cashier: Cashier, params: dict[str, Any]) -> Document:
    return refund(cashier, params)


def list_refunds(cashier: Cashier, params: dict[str, Any]) -> Document:
    filters = equal(params, charge="charge", payment_intent="payment_intent")
    return page(cashier, "refund", params, url="/v1/refunds", filters=filters)


ROUTES = (
    route("POST", "/v1/refunds", CREATE, create_refund),
    route(
        "GET",
        "/v1/refunds",
        Shape(sdk.RefundListParams, {"charge": Text(255), "payment_intent": Text(255), **LISTING}),
        list_refunds,
    ),
    route(
        "GET",
        "/v1/refunds/{}",
        Shape(sdk.RefundRetrieveParams, EXPAND),
        retrieve("refund", "refund"),
    ),
)
