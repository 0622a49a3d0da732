"""Making, reading, listing and expiring Checkout Sessions.

That a session lives from half an hour to a day, and a day by default: ``SessionCreateParams`` of
the SDK, at ``expires_at``.
"""

from typing import Any

import stripe.params.checkout as sdk

from shop.stripe.sandbox.amounts import GREATEST, LEAST, shown
from shop.stripe.sandbox.calendar_book import appoint
from shop.stripe.sandbox.cashier import Cashier
from shop.stripe.sandbox.endpoints.route import EXPAND, LISTING, PAGE, equal, page, retrieve, route
from shop.stripe.sandbox.endpoints.session_params import CREATE
from shop.stripe.sandbox.errors import ApiError, ParameterError, no_such
from shop.stripe.sandbox.methods import METHODS
from shop.stripe.sandbox.objects.session import build_line_item, build_session
from shop.stripe.sandbox.payments import EXPIRE_SESSION, expire_session
from shop.stripe.sandbox.shapes import Choice, Shape, Text, not_supported
from shop.stripe.sandbox.store import Document

LEAST_LIFE_SECONDS, GREATEST_LIFE_SECONDS = 30 * 60, 24 * 3600


def create_session(cashier: Cashier, params: dict[str, Any]) -> Document:
    """An open session with its line items, and the appointment to expire it."""
    params = {"ui_mode": "hosted_page", "payment_intent_data": {}, **params}
    created = cashier.now()
    _check_life(params, created)
    _check_currencies(params)
    session = build_session(
        params,
        created=created,
        methods=_offered_methods(params),
        merchant=cashier.settings.merchant,
    )
    _check_total(session)
    options = params.get("shipping_options") or []
    private = {
        "payment_intent_data": params["payment_intent_data"],
        "shipping_name": options[0]["shipping_rate_data"]["display_name"] if options else "",
    }
    cashier.store.insert(session, private=private)
    # Lists are told newest first; stored backwards, the items are told in the order given.
    for item in reversed(params["line_items"]):
        about = item["price_data"]["product_data"].get("description", "")
        line = build_line_item(item, created=created)
        cashier.store.insert(line, parent=session["id"], private={"about": about})
    appoint(cashier, EXPIRE_SESSION, session["id"], due_at=session["expires_at"])
    return session


def list_sessions(cashier: Cashier, params: dict[str, Any]) -> Document:
    filters = equal(params, payment_intent="payment_intent", status="status")
    if "customer_details" in params:
        field = "json_extract(body, '$.customer_details.email') = ?"
        filters.append((field, params["customer_details"]["email"]))
    return page(cashier, "checkout.session", params, url="/v1/checkout/sessions", filters=filters)


def list_line_items(cashier: Cashier, params: dict[str, Any], session_id: str) -> Document:
    if cashier.store.find("checkout.session", session_id) is None:
        raise no_such("checkout.session", session_id, "session")
    url = f"/v1/checkout/sessions/{session_id}/line_items"
    return page(cashier, "item", params, url=url, filters=[("parent = ?", session_id)])


def expire(cashier: Cashier, _params: dict[str, Any], session_id: str) -> Document:
    session = cashier.store.find("checkout.session", session_id)
    if session is None:
        raise no_such("checkout.session", session_id, "session")
    if session["status"] != "open":
        raise ApiError(
            'Only Checkout Sessions with a status in ["open"] can be expired.'
            f" This Checkout Session has a status of {session['status']}."
        )
    expire_session(cashier, session_id)
    return cashier.store.get("checkout.session", session_id)


def _check_life(params: dict[str, Any], created: int) -> None:
    life = params.get("expires_at", created + GREATEST_LIFE_SECONDS) - created
    if life < LEAST_LIFE_SECONDS:
        raise ParameterError(
            "The expires_at timestamp must be at least 30 minutes from now.", param="expires_at"
        )
    if life > GREATEST_LIFE_SECONDS:
        raise ParameterError(
            "The expires_at timestamp must be less than 24 hours from now.", param="expires_at"
        )


def _check_currencies(params: dict[str, Any]) -> None:
    options = params.get("shipping_options") or []
    if len(options) > 1:
        raise not_supported("a choice of shipping options", "shipping_options[1]")
    rates = [option["shipping_rate_data"]["fixed_amount"] for option in options]
    priced = [*(item["price_data"] for item in params["line_items"]), *rates]
    if len({price["currency"] for price in priced}) > 1:
        raise ParameterError(
            "All line items and shipping options must have the same currency.",
            param="line_items",
        )


def _check_total(session: Document) -> None:
    total, currency = session["amount_total"], session["currency"]
    least = LEAST.get(currency, 1)
    if 0 < total < least:
        raise ParameterError(
            f"The Checkout Session's total amount due must add up to at least"
            f" {shown(least, currency)} {currency}",
            code="amount_too_small",
        )
    if total > GREATEST:
        raise ParameterError(
            f"The Checkout Session's total amount must be no more than"
            f" {shown(GREATEST, currency)} {currency}",
            code="amount_too_large",
        )


def _offered_methods(params: dict[str, Any]) -> list[str]:
    allowed = params.get("allowed_payment_method_types", METHODS)
    excluded = params.get("excluded_payment_method_types", ())
    methods = [method for method in METHODS if method in allowed and method not in excluded]
    if not methods:
        raise not_supported(
            f"a session without any of {', '.join(METHODS)}", "allowed_payment_method_types"
        )
    return methods


ROUTES = (
    route("POST", "/v1/checkout/sessions", CREATE, create_session),
    route(
        "GET",
        "/v1/checkout/sessions",
        Shape(
            sdk.SessionListParams,
            {
                "payment_intent": Text(255),
                "status": Choice("complete", "expired", "open"),
                "customer_details": Shape(
                    sdk.SessionListParamsCustomerDetails,
                    {"email": Text(800)},
                    required=("email",),
                ),
                **LISTING,
            },
        ),
        list_sessions,
    ),
    route(
        "GET",
        "/v1/checkout/sessions/{}",
        Shape(sdk.SessionRetrieveParams, EXPAND),
        retrieve("checkout.session", "session"),
    ),
    route(
        "GET",
        "/v1/checkout/sessions/{}/line_items",
        Shape(sdk.SessionLineItemListParams, PAGE),
        list_line_items,
    ),
    route(
        "POST",
        "/v1/checkout/sessions/{}/expire",
        Shape(sdk.SessionExpireParams, EXPAND),
        expire,
    ),
)
