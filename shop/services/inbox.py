"""Working off the inbox of Stripe's events: each is a hint to look at one payment again."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from shop.errors import ShopError
from shop.models import Payment, RejectedEvent, StripeEvent
from shop.services.holds import heed_warning
from shop.services.payments import sync_payment
from shop.stripe.event_types import WARNING_EVENTS
from shop.stripe.gateway import REFERENCE

# Three questions to Stripe at `gateway.TIMEOUT_SECONDS`, and five locks at `locks.LOCK_TIMEOUT`.
# A customer's order may wait for it when a worker was killed, so it is no longer than that.
LEASE = timedelta(seconds=30)


# They name a payment by Stripe's ids alone, which we learn when we first look at the payment.
NAMELESS = ("review", "dispute", "refund", "radar.early_fraud_warning")
EARLY_FOR = timedelta(minutes=5)


class EarlyEvent(ShopError):
    """An event of something that we may hear of in a moment: it waits."""

    code = "early_event"
    is_outage = True


def _late(event: StripeEvent) -> datetime:
    return event.created_at + EARLY_FOR


def work_off(event: StripeEvent) -> None:
    """Find the payment that an event speaks of and sync it. Runs outside any transaction.

    An event that names no payment of ours goes to the rejected list and changes nothing; one
    that may be of a payment whose ids we are about to learn raises `EarlyEvent` for a while.
    """
    thing = event.payload["data"]["object"]
    payment = _find_payment(thing)
    is_nameless = thing.get("object") in NAMELESS and not _reference(thing)
    if payment is None and is_nameless and timezone.now() < _late(event):
        raise EarlyEvent(f"{event.type} names {thing.get('payment_intent')}: not known yet")
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
    if reference := _reference(thing):
        return Payment.objects.filter(idempotency_key=reference).first()
    # Only names that are there: an empty one would find any payment that has none yet.
    candidates = (thing.get("id"), thing.get("payment_intent"))
    names = [name for name in candidates if isinstance(name, str) and name]
    mine = Q(session_id__in=names) | Q(payment_intent_id__in=names)
    return Payment.objects.filter(mine).first()


def _reference(thing: dict[str, Any]) -> str:
    """What a thing of Stripe's says to be in our own words, "" if it says nothing."""
    metadata = thing.get("metadata")
    reference = metadata.get(REFERENCE) if isinstance(metadata, dict) else None
    return reference if isinstance(reference, str) else ""
