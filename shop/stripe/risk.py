"""What Stripe and the banks have against a payment: disputes and early fraud warnings."""

from datetime import UTC, datetime

import stripe

from config.money import Money
from shop.stripe.gateway import client, trouble

# A dispute that came to nothing for the customer; all others stand against the payment.
OVER = {"won", "warning_closed", "prevented"}


def standing_dispute(intent_id: str) -> str:
    """The dispute that stands against a payment, in words; "" if there is none (any more).

    Raises `CashierAway`, `CashierRefused`.
    """
    try:
        found = client().v1.disputes.list({"payment_intent": intent_id, "limit": 100}).data
    except stripe.StripeError as error:
        raise trouble(f"The cashier could not show the disputes of {intent_id}", error) from error
    return next((_words(one) for one in found if one.status not in OVER), "")


def _words(dispute: stripe.Dispute) -> str:
    """Short of its deadline, which moves, nothing in here changes while one thing is the case."""
    amount = Money(dispute.amount, dispute.currency.upper()).format()
    reason = dispute.reason.replace("_", " ")
    if dispute.status == "lost":
        return f"{amount} disputed ({reason}) and lost"
    due = dispute.evidence_details.due_by if dispute.evidence_details else None
    if dispute.status.endswith("needs_response") and due:
        day = datetime.fromtimestamp(due, UTC).date().isoformat()
        return f"{amount} disputed ({reason}); answer it at Stripe by {day}"
    return f"{amount} disputed ({reason}); the bank decides"


def fraud_warning(intent_id: str) -> str:
    """The early fraud warning that asks for action on a payment, in words; "" if none does.

    Raises `CashierAway`, `CashierRefused`.
    """
    try:
        found = client().v1.radar.early_fraud_warnings.list({"payment_intent": intent_id})
    except stripe.StripeError as error:
        raise trouble(f"The cashier could not show warnings about {intent_id}", error) from error
    return next(
        (
            f"the card's bank says {one.fraud_type.replace('_', ' ')}; consider a refund"
            for one in found.data
            if one.actionable
        ),
        "",
    )
