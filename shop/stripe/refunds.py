"""Refunds at Stripe: asking for one under its key, and reading those of a payment."""

from dataclasses import dataclass
from typing import Any

import stripe

from shop.models import Refund
from shop.stripe.gateway import REFERENCE, client, trouble

# What a refund names itself by at Stripe: found again when its id was never noted.
REFUND_REFERENCE = "cartwright_refund"


@dataclass(frozen=True, slots=True)
class RefundFacts:
    """A refund as Stripe has it now. `key` is ours, "" for one that was made at Stripe.

    `status`: pending | requires_action | succeeded | failed | canceled. `has_moved`: our balance
    has paid it; one that waits for a charge to settle, or for our balance to suffice, has not.
    """

    stripe_id: str
    key: str
    amount_minor: int
    currency: str
    status: str
    failure: str = ""
    has_moved: bool = True


def refund_parameters(refund: Refund) -> dict[str, Any]:
    """What we ask for: this amount of this payment, on the way that it came."""
    payment = refund.payment
    return {
        "payment_intent": payment.payment_intent_id,
        "amount": refund.amount_minor,
        "reason": "requested_by_customer",
        "metadata": {
            REFERENCE: payment.idempotency_key,
            REFUND_REFERENCE: refund.idempotency_key,
            "order": payment.order.number,
        },
    }


def create_refund(refund: Refund) -> RefundFacts:
    """Ask for a refund, or get the one that its key made. Raises `CashierAway`, `CashierRefused`.

    Stripe forgets keys after a day or more: whoever repeats looks at `list_refunds` first.
    """
    try:
        made = client().v1.refunds.create(
            refund_parameters(refund),  # type: ignore[arg-type]  # checked by a test instead
            {"idempotency_key": refund.idempotency_key},
        )
    except stripe.StripeError as error:
        raise trouble(f"The cashier could not give {refund}", error) from error
    return _facts(made)


def list_refunds(intent_id: str) -> list[RefundFacts]:
    """All refunds of a payment intent. Raises `CashierAway`, `CashierRefused`."""
    try:
        found = client().v1.refunds.list({"payment_intent": intent_id, "limit": 100})
        return [_facts(one) for one in found.auto_paging_iter()]
    except stripe.StripeError as error:
        raise trouble(f"The cashier could not show the refunds of {intent_id}", error) from error


def _facts(refund: stripe.Refund) -> RefundFacts:
    metadata = refund.metadata.to_dict() if refund.metadata else {}
    return RefundFacts(
        stripe_id=refund.id,
        key=str(metadata.get(REFUND_REFERENCE, "")),
        amount_minor=refund.amount,
        currency=refund.currency.upper(),
        status=refund.status or "pending",
        failure=(getattr(refund, "failure_reason", None) or "").replace("_", " "),
        has_moved=refund.balance_transaction is not None,
    )
