"""What a bank says against a payment, without Stripe."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shop.models import Dispute, Order, Payment
from shop.services.disputes import apply_disputes
from shop.stripe.balance import Movement
from shop.stripe.disputes import DisputeFacts

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def movement_of(payment: Payment, category: str, amount_minor: int, fee_minor: int = 0) -> Movement:
    """One movement of a dispute on our balance."""
    return Movement(
        stripe_id=f"txn_{category}_{payment.pk}",
        category=category,
        source_id=f"du_{payment.pk}",
        intent_id=str(payment.payment_intent_id),
        amount_minor=amount_minor,
        fee_minor=fee_minor,
        currency=payment.currency,
        happened_at=NOON,
    )


def dispute_facts(payment: Payment, status: str = "needs_response", **changes: Any) -> DisputeFacts:
    """A chargeback of the whole payment as Stripe tells it; differences as keywords."""
    taken = movement_of(payment, "dispute", -payment.amount_minor, 1_500)
    back = movement_of(payment, "dispute_reversal", payment.amount_minor)
    if status.startswith("warning_"):
        moved: tuple[Movement, ...] = ()
    else:
        moved = (taken, back) if status == "won" else (taken,)
    return DisputeFacts(
        **{
            "stripe_id": f"du_{payment.pk}",
            "intent_id": str(payment.payment_intent_id),
            "charge_id": f"ch_{payment.pk}",
            "status": status,
            "reason": "fraudulent",
            "amount_minor": payment.amount_minor,
            "currency": payment.currency,
            "opened_at": NOON,
            "evidence_due_at": NOON + timedelta(days=9) if "needs" in status else None,
            "movements": moved,
            **changes,
        }
    )


def dispute(order: Order, status: str = "needs_response", **changes: Any) -> Dispute:
    """Let the bank say something of the order's payment, and have it written down."""
    payment = order.payments.latest("attempt")
    apply_disputes(payment_id=payment.pk, found=[dispute_facts(payment, status, **changes)])
    order.refresh_from_db()
    return Dispute.objects.get(payment=payment)
