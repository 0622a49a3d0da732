"""The Checkout Session and its line items."""

from collections.abc import Sequence
from typing import Any

from shop.stripe.sandbox.ids import new_id
from shop.stripe.sandbox.store import Document

DAY_SECONDS = 24 * 3600


def build_session(
    params: dict[str, Any], *, created: int, methods: Sequence[str], merchant: str
) -> Document:
    """An open session. ``params`` are checked; amounts come from the line items and shipping."""
    items = params["line_items"]
    subtotal = sum(item["price_data"]["unit_amount"] * item.get("quantity", 1) for item in items)
    shipping = _shipping_rate(params)
    shipping_amount = shipping["shipping_amount"] if shipping else 0
    total = subtotal + shipping_amount
    return {
        **_ABSENT,
        "id": new_id("cs_test", 58),
        "object": "checkout.session",
        "adaptive_pricing": {"enabled": False},
        "allow_promotion_codes": params.get("allow_promotion_codes"),
        "allowed_payment_method_types": params.get("allowed_payment_method_types"),
        "amount_subtotal": subtotal,
        "amount_total": total,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": params.get("billing_address_collection"),
        "branding_settings": _branding(params, merchant),
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": params.get("client_reference_id"),
        "created": created,
        "currency": items[0]["price_data"]["currency"],
        "custom_fields": [],
        "custom_text": {**_NO_TEXT, **params.get("custom_text", {})},
        "customer_creation": "if_required",
        "customer_email": params.get("customer_email"),
        "discounts": [],
        "excluded_payment_method_types": params.get("excluded_payment_method_types"),
        "expires_at": params.get("expires_at", created + DAY_SECONDS),
        "integration_identifier": params.get("integration_identifier"),
        "invoice_creation": None,
        "livemode": False,
        "locale": params.get("locale"),
        "metadata": params.get("metadata", {}),
        "mode": params["mode"],
        "origin_context": params.get("origin_context"),
        "payment_intent": None,  # made by the first attempt to pay
        "payment_method_collection": "if_required",
        "payment_method_options": {},
        "payment_method_types": list(methods),
        "payment_status": "unpaid" if total else "no_payment_required",
        "permissions": None,
        "phone_number_collection": {"enabled": False},
        "shipping_cost": _shipping_cost(shipping),
        "shipping_options": [shipping] if shipping else [],
        "status": "open",
        "submit_type": params.get("submit_type"),
        "success_url": params["success_url"],
        "total_details": {
            "amount_discount": 0,
            "amount_shipping": shipping_amount,
            "amount_tax": 0,
        },
        "ui_mode": params["ui_mode"],
    }


def _shipping_cost(shipping: Document | None) -> Document | None:
    if shipping is None:
        return None
    return {
        "amount_subtotal": shipping["shipping_amount"],
        "amount_tax": 0,
        "amount_total": shipping["shipping_amount"],
        "shipping_rate": shipping["shipping_rate"],
    }


def build_line_item(item: dict[str, Any], *, created: int) -> Document:
    price = item["price_data"]
    product = price["product_data"]
    quantity = item.get("quantity", 1)
    amount = price["unit_amount"] * quantity
    return {
        "id": new_id("li"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": price["currency"],
        "description": product["name"],
        "metadata": item.get("metadata", {}),
        "price": {
            "id": new_id("price"),
            "object": "price",
            "active": False,  # made for this line only
            "billing_scheme": "per_unit",
            "created": created,
            "currency": price["currency"],
            "custom_unit_amount": None,
            "livemode": False,
            "lookup_key": None,
            "metadata": {},
            "nickname": None,
            "product": new_id("prod", 14),
            "recurring": None,
            "tax_behavior": price.get("tax_behavior", "unspecified"),
            "tiers_mode": None,
            "transform_quantity": None,
            "type": "one_time",
            "unit_amount": price["unit_amount"],
            "unit_amount_decimal": str(price["unit_amount"]),
        },
        "quantity": quantity,
    }


def _shipping_rate(params: dict[str, Any]) -> dict[str, Any] | None:
    options = params.get("shipping_options") or []
    if not options:
        return None
    amount = options[0]["shipping_rate_data"]["fixed_amount"]["amount"]
    return {"shipping_amount": amount, "shipping_rate": new_id("shr")}


def _branding(params: dict[str, Any], merchant: str) -> dict[str, Any]:
    return {
        "background_color": "#f7f4ee",
        "border_style": "rounded",
        "button_color": "#c8371b",
        "display_name": params.get("branding_settings", {}).get("display_name", merchant),
        "font_family": "default",
        "icon": None,
        "logo": None,
    }


_NO_TEXT: Document = {
    "after_submit": None,
    "shipping_address": None,
    "submit": None,
    "terms_of_service_acceptance": None,
}
# Fields of features that this cashier does not have: always null.
_ABSENT: Document = dict.fromkeys(
    (
        "after_expiration",
        "client_secret",
        "collected_information",
        "consent",
        "consent_collection",
        "currency_conversion",
        "customer",
        "customer_account",
        "customer_details",
        "invoice",
        "payment_link",
        "payment_method_configuration_details",
        "presentment_details",
        "recovered_from",
        "saved_payment_method_options",
        "setup_intent",
        "shipping_address_collection",
        "subscription",
        "url",
        "wallet_options",
    )
)
