"""The Dispute: a customer's bank takes a payment back, or asks about it first (an inquiry)."""

from typing import Literal

from shop.stripe.sandbox.ids import new_id
from shop.stripe.sandbox.store import Document

type Case = Literal["chargeback", "inquiry"]

# What a merchant can say in words. Files are not taken here, so their fields stay null.
WORDS = (
    "access_activity_log",
    "billing_address",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_tracking_number",
    "uncategorized_text",
)
FILES = (
    "cancellation_policy",
    "customer_communication",
    "customer_signature",
    "duplicate_charge_documentation",
    "receipt",
    "refund_policy",
    "service_documentation",
    "shipping_documentation",
    "uncategorized_file",
)
NETWORK_CODES = {"fraudulent": "10.4", "product_not_received": "13.1"}  # as Visa numbers them


def build_dispute(
    charge: Document, *, case: Case, reason: str, amount: int, created: int, due_by: int
) -> Document:
    """An open dispute about ``amount`` of a charge; no money has moved yet."""
    method = charge["payment_method_details"]
    code = NETWORK_CODES.get(reason, "10.4")
    dispute: Document = {
        "id": new_id("du"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": created,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {**dict.fromkeys((*WORDS, *FILES)), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": due_by,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "is_charge_refundable": case == "inquiry",
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "status": "warning_needs_response" if case == "inquiry" else "needs_response",
    }
    if method["type"] == "card":
        card = method["card"]
        dispute["network_reason_code"] = code
        dispute["payment_method_details"] = {
            "card": {
                "brand": card["brand"],
                "case_type": case,
                "network": card["network"],
                "network_reason_code": code,
            },
            "type": "card",
        }
    return dispute
