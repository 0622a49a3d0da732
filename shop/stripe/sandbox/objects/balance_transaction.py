"""The BalanceTransaction: one movement of the merchant's balance, with what it cost."""

from shop.stripe.sandbox.ids import new_id
from shop.stripe.sandbox.store import Document


def build_balance_transaction(
    source: Document,
    *,
    kind: str,
    category: str,
    description: str | None,
    amount: int,
    fee: int,
    created: int,
    available_on: int,
) -> Document:
    """``amount`` is signed: what a refund or a dispute takes away is negative.

    ``status`` is told as of the moment of the answer: see ``presentation``.
    """
    detail: Document = {
        "amount": fee,
        "application": None,
        "currency": source["currency"],
        "description": "Stripe processing fees" if kind in {"charge", "payment"} else "Dispute fee",
        "type": "stripe_fee",
    }
    return {
        "id": new_id("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": available_on,
        "balance_type": "payments",
        "created": created,
        "currency": source["currency"],
        "description": description,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [detail] if fee else [],
        "net": amount - fee,
        "reporting_category": category,
        "source": source["id"],
        "status": "available" if available_on <= created else "pending",
        "type": kind,
    }
