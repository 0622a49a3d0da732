"""The Refund: money on its way back, all of a charge or part of it."""

from typing import Any

from shop.stripe.sandbox.ids import new_id
from shop.stripe.sandbox.store import Document


def build_refund(
    charge: Document, params: dict[str, Any], *, amount: int, created: int
) -> Document:
    """A card is refunded at once here; a bank account after a delay."""
    kind = charge["payment_method_details"]["type"]
    is_card = kind == "card"
    reference: Document = {
        "reference_status": "pending",
        "reference_type": "acquirer_reference_number",
        "type": "refund",
    }
    return {
        "id": new_id("re" if is_card else "pyr"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": created,
        "currency": charge["currency"],
        "customer": None,
        "destination_details": {"card": reference, "type": "card"} if is_card else {"type": kind},
        "metadata": params.get("metadata", {}),
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "pending_reason": None if is_card else "processing",
        "reason": params.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded" if is_card else "pending",
        "transfer_reversal": None,
    }
