"""The PaymentIntent of a Checkout Session."""

from typing import Any

from shop.stripe.sandbox.ids import new_id
from shop.stripe.sandbox.store import Document


def build_payment_intent(session: Document, details: dict[str, Any], *, created: int) -> Document:
    """A fresh intent to pay a session. ``details`` is the session's ``payment_intent_data``."""
    intent_id = new_id("pi")
    return {
        **_ABSENT,
        "id": intent_id,
        "object": "payment_intent",
        "amount": session["amount_total"],
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "automatic_payment_methods": {"allow_redirects": "always", "enabled": True},
        "capture_method": details.get("capture_method", "automatic_async"),
        "client_secret": new_id(f"{intent_id}_secret"),
        "confirmation_method": "automatic",
        "created": created,
        "currency": session["currency"],
        "description": details.get("description"),
        "livemode": False,
        "metadata": details.get("metadata", {}),
        "payment_method_options": {},
        "payment_method_types": session["payment_method_types"],
        "receipt_email": details.get("receipt_email"),
        "shipping": details.get("shipping"),
        "statement_descriptor": details.get("statement_descriptor"),
        "statement_descriptor_suffix": details.get("statement_descriptor_suffix"),
        "status": "requires_payment_method",
    }


def payment_error(
    message: str, *, code: str, charge: Document | None, decline_code: str = "",
    payment_method: Document,
) -> Document:  # fmt: skip
    """What ``last_payment_error`` holds after a failed attempt."""
    error: Document = {
        "code": code,
        "doc_url": f"https://docs.stripe.com/error-codes/{code.replace('_', '-')}",
        "message": message,
        "payment_method": payment_method,
        "type": "card_error" if payment_method["type"] == "card" else "invalid_request_error",
    }
    if charge is not None:
        error["charge"] = charge["id"]
    if decline_code:
        error["decline_code"] = decline_code
    return error


_ABSENT: Document = dict.fromkeys(
    (
        "application",
        "application_fee_amount",
        "canceled_at",
        "cancellation_reason",
        "customer",
        "customer_account",
        "excluded_payment_method_types",
        "last_payment_error",
        "latest_charge",
        "next_action",
        "on_behalf_of",
        "payment_method",
        "payment_method_configuration_details",
        "processing",
        "review",
        "setup_future_usage",
        "source",
        "transfer_data",
        "transfer_group",
    )
)
