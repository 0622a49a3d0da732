"""What a Checkout Session can be made of, beside the SDK's own types of the request."""

import importlib
from collections.abc import Collection, Mapping

import stripe.params.checkout as sdk

from shop.stripe.sandbox.amounts import CURRENCIES, GREATEST
from shop.stripe.sandbox.endpoints.route import EXPAND
from shop.stripe.sandbox.errors import ParameterError
from shop.stripe.sandbox.shapes import (
    Boolean,
    Choice,
    Field,
    Integer,
    ListOf,
    Metadata,
    Shape,
    Text,
    Url,
)
from shop.stripe.sandbox.wire import Raw

MAX_LINE_ITEMS = 100
TAX_BEHAVIOR = Choice("exclusive", "inclusive", "unspecified")
# The nested TypedDicts are public only through their module.
_nested = importlib.import_module("stripe.params.checkout._session_create_params")


def _part(name: str, fields: Mapping[str, Field], *, required: Collection[str] = ()) -> Shape:
    """The shape of a nested parameter, beside the SDK's type of it."""
    return Shape(getattr(_nested, f"SessionCreateParams{name}"), fields, required=required)


def _off(name: str) -> Shape:
    """A feature that may be switched off in so many words, but not on."""
    return _part(name, {"enabled": Boolean(only=False)}, required=("enabled",))


class Currency(Text):
    """A currency code in either case; stored in lower case."""

    def read(self, raw: Raw, name: str) -> str:
        code = super().read(raw, name).lower()
        if code not in CURRENCIES:
            raise ParameterError(f"Invalid currency: {code[:10]}", param=name)
        return code


PRODUCT_DATA = _part(
    "LineItemPriceDataProductData",
    {
        "name": Text(250),
        "description": Text(500),
        "images": ListOf(Url(2_048), maximum=8),
        "metadata": Metadata(),
        "tax_code": Text(100),
        "unit_label": Text(12),
    },
    required=("name",),
)
PRICE_DATA = _part(
    "LineItemPriceData",
    {
        "currency": Currency(),
        "unit_amount": Integer(0, GREATEST),
        "tax_behavior": TAX_BEHAVIOR,
        "product_data": PRODUCT_DATA,
    },
    required=("currency", "product_data", "unit_amount"),
)
LINE_ITEM = _part(
    "LineItem",
    {"price_data": PRICE_DATA, "quantity": Integer(1, 999_999), "metadata": Metadata()},
    required=("price_data", "quantity"),
)
FIXED_AMOUNT = _part(
    "ShippingOptionShippingRateDataFixedAmount",
    {"amount": Integer(0, GREATEST), "currency": Currency()},
    required=("amount", "currency"),
)
SHIPPING_RATE_DATA = _part(
    "ShippingOptionShippingRateData",
    {
        "display_name": Text(100),
        "type": Choice("fixed_amount"),
        "tax_behavior": TAX_BEHAVIOR,
        "metadata": Metadata(),
        "fixed_amount": FIXED_AMOUNT,
    },
    required=("display_name", "fixed_amount"),
)
SHIPPING_OPTION = _part(
    "ShippingOption", {"shipping_rate_data": SHIPPING_RATE_DATA}, required=("shipping_rate_data",)
)
ADDRESS = _part(
    "PaymentIntentDataShippingAddress",
    {
        "line1": Text(500),
        "line2": Text(500),
        "city": Text(500),
        "state": Text(500),
        "postal_code": Text(500),
        "country": Text(500),
    },
)
SHIPPING = _part(
    "PaymentIntentDataShipping",
    {
        "address": ADDRESS,
        "name": Text(500),
        "phone": Text(100),
        "carrier": Text(100),
        "tracking_number": Text(500),
    },
    required=("address", "name"),
)
PAYMENT_INTENT_DATA = _part(
    "PaymentIntentData",
    {
        "capture_method": Choice("automatic", "automatic_async", refused=("manual",)),
        "description": Text(1_000),
        "metadata": Metadata(),
        "receipt_email": Text(512),
        "shipping": SHIPPING,
        "statement_descriptor": Text(22),
        "statement_descriptor_suffix": Text(22),
    },
)
SUBMIT_TEXT = _part("CustomTextSubmit", {"message": Text(1_200)}, required=("message",))
CREATE = Shape(
    sdk.SessionCreateParams,
    {
        "adaptive_pricing": _off("AdaptivePricing"),
        "allow_promotion_codes": Boolean(only=False),
        "allowed_payment_method_types": ListOf(Text(50), minimum=1, maximum=50),
        "automatic_tax": _off("AutomaticTax"),
        "billing_address_collection": Choice("auto", refused=("required",)),
        "branding_settings": _part("BrandingSettings", {"display_name": Text(100)}),
        "cancel_url": Url(),
        "client_reference_id": Text(200),
        "customer_creation": Choice("if_required", refused=("always",)),
        "customer_email": Text(800),
        "custom_text": _part("CustomText", {"submit": SUBMIT_TEXT}),
        "excluded_payment_method_types": ListOf(Text(50), maximum=50),
        "expires_at": Integer(0),
        "integration_identifier": Text(200),
        "invoice_creation": _off("InvoiceCreation"),
        "line_items": ListOf(LINE_ITEM, minimum=1, maximum=MAX_LINE_ITEMS),
        "locale": Text(10),
        "metadata": Metadata(),
        "mode": Choice("payment", refused=("setup", "subscription")),
        "origin_context": Choice("mobile_app", "web"),
        "payment_intent_data": PAYMENT_INTENT_DATA,
        "payment_method_collection": Choice("if_required", "always"),
        "phone_number_collection": _off("PhoneNumberCollection"),
        "shipping_options": ListOf(SHIPPING_OPTION, maximum=5),
        "submit_type": Choice("auto", "book", "donate", "pay", "subscribe"),
        "success_url": Url(),
        "ui_mode": Choice("hosted_page", refused=("embedded_page", "elements", "form")),
        **EXPAND,
    },
    required=("line_items", "mode", "success_url"),
)
