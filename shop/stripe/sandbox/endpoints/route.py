"""A route of the API, and what most endpoints share: reading one object, listing many."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from shop.stripe.sandbox.cashier import Cashier
from shop.stripe.sandbox.errors import no_such
from shop.stripe.sandbox.shapes import Field, Integer, ListOf, Moments, Shape, Text
from shop.stripe.sandbox.store import Document, Filter

type Endpoint = Callable[..., Document]  # (cashier, params, *ids from the path)

EXPAND: dict[str, Field] = {"expand": ListOf(Text(200), maximum=20)}
PAGE: dict[str, Field] = {
    "limit": Integer(1, 100),
    "starting_after": Text(255),
    "ending_before": Text(255),
    **EXPAND,
}
LISTING: dict[str, Field] = {"created": Moments(), **PAGE}
DEFAULT_LIMIT = 10


@dataclass(frozen=True, slots=True)
class Route:
    """``path`` is a pattern whose groups are the identifiers in it."""

    method: str
    path: re.Pattern[str]
    shape: Shape
    endpoint: Endpoint


def route(method: str, path: str, shape: Shape, endpoint: Endpoint) -> Route:
    """``route("GET", "/v1/charges/{}", …)``: each ``{}`` takes one identifier."""
    return Route(method, re.compile(path.replace("{}", r"([A-Za-z0-9_]{1,255})")), shape, endpoint)


def retrieve(kind: str, param: str) -> Endpoint:
    """An endpoint that answers one stored object."""

    def endpoint(cashier: Cashier, _params: dict[str, Any], object_id: str) -> Document:
        document = cashier.store.find(kind, object_id)
        if document is None:
            raise no_such(kind, object_id, param)
        return document

    return endpoint


def equal(params: dict[str, Any], **fields: str) -> list[Filter]:
    """Filters for the parameters given, each to equal a field of the object."""
    return [
        (f"json_extract(body, '$.{field}') = ?", params[name])
        for name, field in fields.items()
        if name in params
    ]


def page(
    cashier: Cashier,
    kind: str,
    params: dict[str, Any],
    *,
    url: str,
    filters: Sequence[Filter] = (),
) -> Document:
    """One page of a list, newest first, by Stripe's cursors.

    ``starting_after`` goes on towards older objects; ``ending_before`` gives the page just newer
    than the cursor, still newest first (docs.stripe.com/api/pagination: 1 to 100, 10 by default).
    """
    limit = params.get("limit", DEFAULT_LIMIT)
    conditions = [*filters, *params.get("created", [])]
    is_backwards = "ending_before" in params
    for name, comparison in (("starting_after", "seq < ?"), ("ending_before", "seq > ?")):
        if name in params:
            position = cashier.store.position(kind, params[name])
            if position is None:
                raise no_such(kind, params[name], name)
            conditions.append((comparison, position))
    found = cashier.store.select(
        kind, conditions, is_newest_first=not is_backwards, limit=limit + 1
    )
    data = found[:limit]
    if is_backwards:
        data.reverse()
    return {"object": "list", "data": data, "has_more": len(found) > limit, "url": url}
