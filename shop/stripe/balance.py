"""The movements of our balance at Stripe, and the events that did not reach us."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import stripe
from django.utils import timezone

from shop.models import StripeEvent
from shop.stripe.event_types import HANDLED
from shop.stripe.gateway import client, is_live_mode, trouble

PAGE = 100
# Stripe forgets events after thirty days.
EVENTS_KEPT = timedelta(days=29)


@dataclass(frozen=True, slots=True)
class Movement:
    """A balance transaction. Amounts in minor units; `amount_minor` is before the fee, signed.

    `intent_id`: the payment that it is about, "" for a payout or a fee of the account.
    """

    stripe_id: str
    category: str
    source_id: str
    intent_id: str
    amount_minor: int
    fee_minor: int
    currency: str
    happened_at: datetime


def movements_between(begins: datetime, ends: datetime) -> Iterator[Movement]:
    """Balance transactions of [begins, ends), whole seconds, the newest first.

    Raises `CashierAway`, `CashierRefused`.
    """
    asked: Any = {
        "created": {"gte": int(begins.timestamp()), "lt": int(ends.timestamp())},
        "limit": PAGE,
        "expand": ["data.source"],
    }
    try:
        for one in client().v1.balance_transactions.list(asked).auto_paging_iter():
            yield _movement(one)
    except stripe.StripeError as error:
        raise trouble("The cashier could not show the balance", error) from error


def _movement(one: stripe.BalanceTransaction) -> Movement:
    source: Any = one.source
    is_object = source is not None and not isinstance(source, str)
    intent = getattr(source, "payment_intent", None) if is_object else None
    return Movement(
        stripe_id=one.id,
        category=one.reporting_category,
        source_id=(source.id if is_object else source) or "",
        intent_id=(intent if isinstance(intent, str) else getattr(intent, "id", "")) or "",
        amount_minor=one.amount,
        fee_minor=one.fee,
        currency=one.currency.upper(),
        happened_at=datetime.fromtimestamp(one.created, UTC),
    )


def fetch_undelivered() -> int:
    """Put events that Stripe could not deliver into the inbox; returns how many were new."""
    asked: Any = {
        "delivery_success": False,
        "created": {"gte": int((timezone.now() - EVENTS_KEPT).timestamp())},
        "limit": PAGE,
    }
    try:
        found = [
            StripeEvent(
                event_id=event.id[:120],
                type=event.type[:80],
                object_id=str(getattr(event.data.object, "id", ""))[:120],
                payload=event.to_dict(for_json=True),
            )
            for event in client().v1.events.list(asked).auto_paging_iter()
            if event.type in HANDLED and event.livemode is is_live_mode()
        ]
    except stripe.StripeError as error:
        raise trouble("The cashier could not show its events", error) from error
    known = set(
        StripeEvent.objects.filter(event_id__in=[one.event_id for one in found]).values_list(
            "event_id", flat=True
        )
    )
    new = [one for one in found if one.event_id not in known]
    StripeEvent.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)
