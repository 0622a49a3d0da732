"""Making and reading refunds."""

from typing import Any

import stripe.params as sdk
import stripe.params.test_helpers as sdk_test_helpers

from shop.stripe.sandbox.cashier import Cashier
from shop.stripe.sandbox.endpoints.route import EXPAND, LISTING, equal, page, retrieve, route
from shop.stripe.sandbox.errors import no_such
from shop.stripe.sandbox.events import emit
from shop.stripe.sandbox.refunds import cancel_refund, expire_refund, refund
from shop.stripe.sandbox.shapes import (
    Choice,
    Integer,
    Metadata,
    MetadataChange,
    Shape,
    Text,
    merged_metadata,
)
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


def update_refund(cashier: Cashier, params: dict[str, Any], refund_id: str) -> Document:
    """Metadata is merged by key; an empty value takes its key out."""
    document = cashier.store.find("refund", refund_id)
    if document is None:
        raise no_such("refund", refund_id, "refund")
    before = {"metadata": document["metadata"]}
    document["metadata"] = merged_metadata(document["metadata"], params.get("metadata", {}))
    cashier.store.save(document)
    emit(cashier, "refund.updated", document, before=before)
    return document


def cancel(cashier: Cashier, _params: dict[str, Any], refund_id: str) -> Document:
    return cancel_refund(cashier, refund_id)


def expire(cashier: Cashier, _params: dict[str, Any], refund_id: str) -> Document:
    return expire_refund(cashier, refund_id)


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
    route(
        "POST",
        "/v1/refunds/{}",
        Shape(sdk.RefundUpdateParams, {"metadata": MetadataChange(), **EXPAND}),
        update_refund,
    ),
    route("POST", "/v1/refunds/{}/cancel", Shape(sdk.RefundCancelParams, EXPAND), cancel),
    route(
        "POST",
        "/v1/test_helpers/refunds/{}/expire",
        Shape(sdk_test_helpers.RefundExpireParams, EXPAND),
        expire,
    ),
)
