"""Reading events, also those that no webhook endpoint has accepted yet."""

import json
from typing import Any

import stripe.params as sdk

from shop.stripe.sandbox.cashier import Cashier
from shop.stripe.sandbox.endpoints.route import EXPAND, LISTING, page, retrieve, route
from shop.stripe.sandbox.errors import ParameterError
from shop.stripe.sandbox.shapes import Boolean, ListOf, Shape, Text
from shop.stripe.sandbox.store import Document, Filter

UNDELIVERED = "id IN (SELECT event_id FROM deliveries WHERE state != ?)"
DELIVERED = "id NOT IN (SELECT event_id FROM deliveries WHERE state != ?)"


def list_events(cashier: Cashier, params: dict[str, Any]) -> Document:
    filters: list[Filter] = []
    if "type" in params and "types" in params:
        raise ParameterError("You may only specify one of these: type, types.", param="types")
    if "type" in params:  # "charge.*" names a group
        condition = "json_extract(body, '$.type') GLOB ?"
        filters.append((condition, params["type"].replace("[", "").replace("?", "")))
    if "types" in params:
        # One parameter holds them all: a JSON array, unpacked by SQLite.
        condition = "json_extract(body, '$.type') IN (SELECT value FROM json_each(?))"
        filters.append((condition, json.dumps(params["types"])))
    if "delivery_success" in params:
        filters.append((DELIVERED if params["delivery_success"] else UNDELIVERED, "delivered"))
    return page(cashier, "event", params, url="/v1/events", filters=filters)


ROUTES = (
    route(
        "GET",
        "/v1/events",
        Shape(
            sdk.EventListParams,
            {
                "type": Text(100),
                "types": ListOf(Text(100), maximum=20, minimum=1),
                "delivery_success": Boolean(),
                **LISTING,
            },
        ),
        list_events,
    ),
    route(
        "GET",
        "/v1/events/{}",
        Shape(sdk.EventRetrieveParams, EXPAND),
        retrieve("event", "id"),
    ),
)
