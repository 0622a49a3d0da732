"""What Stripe and the banks warn us of: early fraud warnings and open reviews."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import stripe

from shop.stripe.gateway import client, trouble

PAGE = 100


def fraud_warning(intent_id: str) -> str:
    """The early fraud warning that asks for action on a payment, in words; "" if none does.

    Raises `CashierAway`, `CashierRefused`.
    """
    return dict(_warnings({"payment_intent": intent_id})).get(intent_id, "")


def warnings_since(moment: datetime) -> dict[str, str]:
    """Payment intent → its early fraud warning in words, "" for one that is settled by now.

    Of all that the account was sent since `moment`. Raises `CashierAway`, `CashierRefused`.
    """
    return dict(_warnings({"created": {"gte": int(moment.timestamp())}}))


def intents_under_review() -> set[str]:
    """The payment intents of all open reviews. Raises `CashierAway`, `CashierRefused`."""
    try:
        found = client().v1.reviews.list({"limit": PAGE}).auto_paging_iter()
        return {_id_of(one.payment_intent) for one in found if one.open} - {""}
    except stripe.StripeError as error:
        raise trouble("The cashier could not show its reviews", error) from error


def _warnings(asked: dict[str, Any]) -> Iterator[tuple[str, str]]:
    try:
        api = client().v1.radar.early_fraud_warnings
        asked = {**asked, "limit": PAGE}
        found = list(api.list(asked).auto_paging_iter())  # type: ignore[arg-type]  # by a test
    except stripe.StripeError as error:
        raise trouble("The cashier could not show its warnings", error) from error
    for one in sorted(found, key=lambda one: one.actionable):  # what asks for action comes last
        words = f"the card's bank says {one.fraud_type.replace('_', ' ')}; consider a refund"
        yield _id_of(one.payment_intent), words if one.actionable else ""


def _id_of(thing: Any) -> str:
    return (thing if isinstance(thing, str) else getattr(thing, "id", "")) or ""
