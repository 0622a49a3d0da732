"""Reading the webhook endpoint. It is set when the cashier is started, not by the API."""

from typing import Any

import stripe
import stripe.params as sdk

from shop.stripe.sandbox.cashier import Cashier
from shop.stripe.sandbox.endpoints.route import EXPAND, PAGE, page, retrieve, route
from shop.stripe.sandbox.ids import new_id
from shop.stripe.sandbox.shapes import Shape
from shop.stripe.sandbox.store import Document


def register(cashier: Cashier) -> None:
    """Keep the one endpoint as it is set now, under the id it always had; in a transaction."""
    known = cashier.store.select("webhook_endpoint", [], is_newest_first=True, limit=1)
    endpoint = known[0] if known else _build(cashier)
    url = cashier.settings.webhook_url
    # Without an address nothing is sent: an old endpoint rests, and a new one is not made.
    endpoint["status"] = "enabled" if url else "disabled"
    endpoint["url"] = url or endpoint["url"]
    if known:
        cashier.store.save(endpoint)
    elif url:
        cashier.store.insert(endpoint)


def _build(cashier: Cashier) -> Document:
    return {
        "id": new_id("we"),
        "object": "webhook_endpoint",
        "api_version": stripe.api_version,
        "application": None,
        "created": cashier.now(),
        "description": None,
        "enabled_events": ["*"],
        "livemode": False,
        "metadata": {},
        "status": "enabled",
        "url": "",
    }


def list_endpoints(cashier: Cashier, params: dict[str, Any]) -> Document:
    return page(cashier, "webhook_endpoint", params, url="/v1/webhook_endpoints")


ROUTES = (
    route(
        "GET", "/v1/webhook_endpoints", Shape(sdk.WebhookEndpointListParams, PAGE), list_endpoints
    ),
    route(
        "GET",
        "/v1/webhook_endpoints/{}",
        Shape(sdk.WebhookEndpointRetrieveParams, EXPAND),
        retrieve("webhook_endpoint", "webhook_endpoint"),
    ),
)
