"""Reading reviews and early fraud warnings, and approving a payment under review."""

from typing import Any

import stripe.params as sdk
import stripe.params.radar as sdk_radar

from shop.stripe.sandbox.cashier import Cashier
from shop.stripe.sandbox.endpoints.route import EXPAND, LISTING, equal, page, retrieve, route
from shop.stripe.sandbox.radar import close_review
from shop.stripe.sandbox.shapes import Shape, Text
from shop.stripe.sandbox.store import Document

find_review = retrieve("review", "review")


def list_open_reviews(cashier: Cashier, params: dict[str, Any]) -> Document:
    filters = [("json_extract(body, '$.open') = ?", 1)]
    return page(cashier, "review", params, url="/v1/reviews", filters=filters)


def approve(cashier: Cashier, _params: dict[str, Any], review_id: str) -> Document:
    return close_review(cashier, find_review(cashier, {}, review_id), reason="approved")


def list_warnings(cashier: Cashier, params: dict[str, Any]) -> Document:
    return page(
        cashier,
        "radar.early_fraud_warning",
        params,
        url="/v1/radar/early_fraud_warnings",
        filters=equal(params, charge="charge", payment_intent="payment_intent"),
    )


ROUTES = (
    route("GET", "/v1/reviews", Shape(sdk.ReviewListParams, LISTING), list_open_reviews),
    route("GET", "/v1/reviews/{}", Shape(sdk.ReviewRetrieveParams, EXPAND), find_review),
    route("POST", "/v1/reviews/{}/approve", Shape(sdk.ReviewApproveParams, EXPAND), approve),
    route(
        "GET",
        "/v1/radar/early_fraud_warnings",
        Shape(
            sdk_radar.EarlyFraudWarningListParams,
            {"charge": Text(255), "payment_intent": Text(255), **LISTING},
        ),
        list_warnings,
    ),
    route(
        "GET",
        "/v1/radar/early_fraud_warnings/{}",
        Shape(sdk_radar.EarlyFraudWarningRetrieveParams, EXPAND),
        retrieve("radar.early_fraud_warning", "early_fraud_warning"),
    ),
)
