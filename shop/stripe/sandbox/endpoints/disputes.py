"""Reading, answering and giving up disputes."""

from typing import Any

import stripe.params as sdk

from shop.stripe.sandbox.cashier import Cashier
from shop.stripe.sandbox.disputes import ANSWERABLE, answer, end
from shop.stripe.sandbox.endpoints.route import EXPAND, LISTING, equal, page, retrieve, route
from shop.stripe.sandbox.errors import ApiError
from shop.stripe.sandbox.events import emit
from shop.stripe.sandbox.objects.dispute import WORDS
from shop.stripe.sandbox.shapes import Boolean, MetadataChange, Shape, Text, merged_metadata
from shop.stripe.sandbox.store import Document

MAX_EVIDENCE = 20_000  # characters of one answer
UPDATE = Shape(
    sdk.DisputeUpdateParams,
    {
        "evidence": Shape(
            sdk.DisputeUpdateParamsEvidence, {name: Text(MAX_EVIDENCE) for name in WORDS}
        ),
        "metadata": MetadataChange(),
        "submit": Boolean(),
        **EXPAND,
    },
)
find = retrieve("dispute", "dispute")


def list_disputes(cashier: Cashier, params: dict[str, Any]) -> Document:
    filters = equal(params, charge="charge", payment_intent="payment_intent")
    return page(cashier, "dispute", params, url="/v1/disputes", filters=filters)


def update_dispute(cashier: Cashier, params: dict[str, Any], dispute_id: str) -> Document:
    """Evidence is submitted unless ``submit`` is false; metadata is merged by key."""
    dispute = find(cashier, {}, dispute_id)
    if "metadata" in params:
        before = {"metadata": dispute["metadata"]}
        dispute["metadata"] = merged_metadata(dispute["metadata"], params["metadata"])
        cashier.store.save(dispute)
        emit(cashier, "charge.dispute.updated", dispute, before=before)
    is_submitted = params.get("submit", "evidence" in params)
    if "evidence" in params or is_submitted:
        return answer(cashier, dispute, params.get("evidence", {}), is_submitted=is_submitted)
    return dispute


def close_dispute(cashier: Cashier, _params: dict[str, Any], dispute_id: str) -> Document:
    dispute = find(cashier, {}, dispute_id)
    if dispute["status"] not in ANSWERABLE:
        raise ApiError(f"This dispute is {dispute['status']} and cannot be closed.")
    return end(cashier, dispute, "lost")


ROUTES = (
    route(
        "GET",
        "/v1/disputes",
        Shape(sdk.DisputeListParams, {"charge": Text(255), "payment_intent": Text(255), **LISTING}),
        list_disputes,
    ),
    route("GET", "/v1/disputes/{}", Shape(sdk.DisputeRetrieveParams, EXPAND), find),
    route("POST", "/v1/disputes/{}", UPDATE, update_dispute),
    route("POST", "/v1/disputes/{}/close", Shape(sdk.DisputeCloseParams, EXPAND), close_dispute),
)
