"""What fraud screening makes: a review to be closed by a person, and an early fraud warning."""

from shop.stripe.sandbox.ids import new_id
from shop.stripe.sandbox.store import Document


def build_review(charge: Document, *, reason: str, created: int) -> Document:
    """An open review. ``reason``: ``rule`` or ``manual``; closed, it says why it was closed."""
    return {
        "id": new_id("prv"),
        "object": "review",
        "billing_zip": None,
        "charge": charge["id"],
        "closed_reason": None,
        "created": created,
        "ip_address": None,
        "ip_address_location": None,
        "livemode": False,
        "open": True,
        "opened_reason": reason,
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "session": None,
    }


def build_warning(charge: Document, *, created: int, is_actionable: bool) -> Document:
    return {
        "id": new_id("issfr"),
        "object": "radar.early_fraud_warning",
        "actionable": is_actionable,
        "charge": charge["id"],
        "created": created,
        "fraud_type": "made_with_stolen_card",
        "livemode": False,
        "payment_intent": charge["payment_intent"],
    }
