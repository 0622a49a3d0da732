"""What Stripe may never tell us of: disputes, warnings and reviews, looked for by ourselves.

An event may be lost, or never be made. Each look asks for the whole account at once, so it costs
three questions however many payments there are, and touches only what is new.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from config.outbox import errands
from shop.errors import CashierAway, CashierRefused
from shop.models import Dispute, Payment, PaymentHold
from shop.services.asking import SYNC_PAYMENT
from shop.services.disputes import apply_disputes, is_news, sync_disputes
from shop.services.holds import end_rest, follow_warning
from shop.services.payments import sync_payment
from shop.stripe import disputes as stripe_disputes
from shop.stripe import risk

logger = logging.getLogger(__name__)

Reason = PaymentHold.Reason
# How far back new ones are looked for: as long as events are kept, so a month's outage is made up.
LOOK_BACK = timedelta(days=30)
# What came up before that and is still open is asked about one by one, and seldom.
OLD_EVERY = timedelta(hours=6)
BATCH = 50


def look_for_disputes() -> int:
    """Write down the disputes that are new or have moved; returns how many. Raises `CashierAway`.

    Those of the last `LOOK_BACK` all at once; older ones that are open, each by itself.
    """
    found = stripe_disputes.disputes_since(timezone.now() - LOOK_BACK)
    known = Dispute.objects.in_bulk([facts.stripe_id for facts in found], field_name="stripe_id")
    news = [facts for facts in found if is_news(known.get(facts.stripe_id), facts)]
    payments = _payments_of(facts.intent_id for facts in news)
    ours = [facts for facts in news if facts.intent_id in payments]
    for facts in ours:
        _one(apply_disputes, payment_id=payments[facts.intent_id].pk, found=[facts])
    now = timezone.now()
    old = Dispute.objects.exclude(status__in=Dispute.ENDED).filter(
        opened_at__lt=now - LOOK_BACK, last_synced_at__lt=now - OLD_EVERY
    )
    for dispute in old.order_by("last_synced_at")[:BATCH]:
        _one(sync_disputes, payment_id=dispute.payment_id)
        Dispute.objects.filter(pk=dispute.pk).update(last_synced_at=now)
    return len(ours)


def look_for_warnings() -> int:
    """Hold the orders whose payments have an early fraud warning, and free those whose warning is
    settled; returns how many were looked at. Raises `CashierAway`.
    """
    read_at = timezone.now()
    found = risk.warnings_since(read_at - LOOK_BACK)
    holds_of_warnings = PaymentHold.objects.filter(reason=Reason.EARLY_FRAUD_WARNING)
    held = dict(holds_of_warnings.filter(closed_at=None).values_list("order_id", "detail"))
    overruled = set(
        holds_of_warnings.filter(closed_by__startswith="staff:").values_list("order_id", "detail")
    )
    looked_at = 0
    for intent_id, payment in _payments_of(found).items():
        order_id, detail = payment.order_id, found[intent_id]
        if held.get(order_id, "") != detail and (order_id, detail) not in overruled:
            looked_at += 1
            _one(follow_warning, order_id=order_id, detail=detail, read_at=read_at)
    return looked_at


def look_for_reviews() -> int:
    """Sync the payments whose review has begun or ended; returns how many. Raises `CashierAway`."""
    under_review = risk.intents_under_review()
    reviews = PaymentHold.objects.filter(reason=Reason.REVIEW)
    held = _intents(reviews.filter(closed_at=None))
    overruled = _intents(reviews.filter(closed_by__startswith="staff:"))
    changed = _payments_of((under_review - held - overruled) | (held - under_review))
    for payment in changed.values():
        _one(sync_payment, payment_id=payment.pk)
    return len(changed)


def end_rests() -> int:
    """End the holds whose time is over, and have their payments looked at; returns how many.

    Asks Stripe nothing itself: the errand that it leaves does, again and again until it answers.
    """
    due = PaymentHold.objects.filter(closed_at=None, ends_at__lte=timezone.now())
    ended = 0
    for hold_id in due.order_by("ends_at").values_list("pk", flat=True)[:BATCH]:
        _one(_end_rest, hold_id=hold_id)
        ended += 1
    return ended


@transaction.atomic
def _end_rest(*, hold_id: int) -> None:
    for payment_id in end_rest(hold_id=hold_id):
        errands.ask(SYNC_PAYMENT, asked_by="system", payment_id=payment_id)


def _payments_of(intent_ids: Iterable[str]) -> dict[str, Payment]:
    found = Payment.objects.filter(payment_intent_id__in=list(intent_ids)).order_by("pk")
    return {str(payment.payment_intent_id): payment for payment in found}


def _intents(of_holds: QuerySet[PaymentHold]) -> set[str]:
    payments = Payment.objects.filter(order__in=of_holds.values("order"))
    known = payments.exclude(payment_intent_id=None)
    return {str(one) for one in known.values_list("payment_intent_id", flat=True)}


def _one(look: Callable[..., object], **about: Any) -> None:
    """Whatever is wrong with one, the others must not wait for it; an outage stops all."""
    try:
        look(**about)
    except CashierRefused:
        logger.exception("the cashier will not tell of %s", about)
    except CashierAway:
        raise
    except Exception:
        logger.exception("%s %s", look.__name__, about)
