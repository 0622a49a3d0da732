"""The Refund: money on its way back, all of a charge or part of it."""

from typing import Any

from shop.stripe.sandbox.ids import new_id
from shop.stripe.sandbox.store import Document


def build_refund(
    charge: Document, params: dict[str, Any], *, amount: int, created: int, is_pending: bool
) -> Document:
    """A refund without its balance transaction. Of a bank account it is always pending first."""
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
        "customer_account": None,
        "destination_details": {"card": reference, "type": "card"} if is_card else {"type": kind},
        "metadata": params.get("metadata", {}),
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        **({"pending_reason": "processing"} if is_pending else {}),
        "reason": params.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "pending" if is_pending else "succeeded",
        "transfer_reversal": None,
    }
