"""Working off the inbox of Stripe's events: each is a hint to look at one payment again."""

from datetime import timedelta
from typing import Any

from django.db.models import Q

from shop.models import Payment, RejectedEvent, StripeEvent
from shop.services.holds import heed_warning
from shop.services.payments import sync_payment
from shop.stripe.event_types import WARNING_EVENTS
from shop.stripe.gateway import REFERENCE

# Three questions to Stripe at `gateway.TIMEOUT_SECONDS`, and five locks at `locks.LOCK_TIMEOUT`.
# A customer's order may wait for it when a worker was killed, so it is no longer than that.
LEASE = timedelta(seconds=30)


def work_off(event: StripeEvent) -> None:
    """Find the payment that an event speaks of and sync it. Runs outside any transaction.

    An event that names no payment of ours goes to the rejected list and changes nothing.
    """
    payment = _find_payment(event.payload["data"]["object"])
    if payment is None:
        RejectedEvent.objects.create(
            event_id=event.event_id, type=event.type, reason="names no payment of ours"
        )
        outcome = "rejected"
    else:
        outcome = f"{payment}: {sync_payment(payment_id=payment.pk).status}"
        if event.type.startswith(WARNING_EVENTS):
            heed_warning(payment_id=payment.pk)
    StripeEvent.objects.filter(pk=event.pk).update(outcome=outcome)


def _find_payment(thing: dict[str, Any]) -> Payment | None:
    """By our own reference, which exists before Stripe's ids do; else by those."""
    metadata = thing.get("metadata")
    reference = metadata.get(REFERENCE) if isinstance(metadata, dict) else None
    if isinstance(reference, str) and reference:
        return Payment.objects.filter(idempotency_key=reference).first()
    # Only names that are there: an empty one would find any payment that has none yet.
    candidates = (thing.get("id"), thing.get("payment_intent"))
    names = [name for name in candidates if isinstance(name, str) and name]
    mine = Q(session_id__in=names) | Q(payment_intent_id__in=names)
    return Payment.objects.filter(mine).first()
