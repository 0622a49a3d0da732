"""Disputes at Stripe: reading them, and telling the bank our side, each under its own key."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import stripe

from shop.models import DisputeAnswer
from shop.stripe.balance import Movement
from shop.stripe.gateway import client, is_live_mode, trouble

PAGE = 100
# What evidence names itself by at Stripe: found again when its answer was lost.
ANSWER_REFERENCE = "cartwright_answer"


@dataclass(frozen=True, slots=True)
class DisputeFacts:
    """A dispute as Stripe has it at this moment. Amounts in minor units, moments in UTC.

    `status`: see `Dispute.Status`. `answer_key`: ours, of the evidence that Stripe has, "" for
    none. `movements`: what it has moved of our balance so far.
    """

    stripe_id: str
    intent_id: str
    charge_id: str
    status: str
    reason: str
    amount_minor: int
    currency: str
    opened_at: datetime
    evidence_due_at: datetime | None = None
    answer_key: str = ""
    movements: tuple[Movement, ...] = ()


def disputes_of(intent_id: str) -> list[DisputeFacts]:
    """All disputes of a payment intent. Raises `CashierAway`, `CashierRefused`."""
    return _listed({"payment_intent": intent_id}, f"the disputes of {intent_id}")


def disputes_since(moment: datetime) -> list[DisputeFacts]:
    """Disputes of the account that came up since `moment`. Raises `CashierAway`."""
    return _listed({"created": {"gte": int(moment.timestamp())}}, "its disputes")


def retrieve_dispute(stripe_id: str) -> DisputeFacts:
    """Raises `CashierAway`, `CashierRefused`."""
    try:
        return _facts(client().v1.disputes.retrieve(stripe_id))
    except stripe.StripeError as error:
        raise trouble(f"The cashier could not show {stripe_id}", error) from error


def answer_parameters(answer: DisputeAnswer) -> dict[str, Any]:
    """What the bank is to read. Evidence is submitted as a whole, and cannot be changed after."""
    return {
        "evidence": dict(answer.evidence),
        "submit": True,
        "metadata": {ANSWER_REFERENCE: answer.idempotency_key},
    }


def send_answer(answer: DisputeAnswer) -> DisputeFacts:
    """Submit evidence, or give the dispute up; returns what Stripe makes of it.

    Stripe forgets keys after a day or more: whoever repeats looks at the dispute first.
    Raises `CashierAway`, `CashierRefused`.
    """
    api, stripe_id = client().v1.disputes, answer.dispute.stripe_id
    options: Any = {"idempotency_key": answer.idempotency_key}
    try:
        if answer.kind == DisputeAnswer.Kind.ACCEPT:
            return _facts(api.close(stripe_id, None, options))
        asked: Any = answer_parameters(answer)
        return _facts(api.update(stripe_id, asked, options))
    except stripe.StripeError as error:
        raise trouble(f"The cashier would not take the {answer}", error) from error


def _listed(asked: dict[str, Any], what: str) -> list[DisputeFacts]:
    try:
        found: Iterable[stripe.Dispute] = (
            client().v1.disputes.list({**asked, "limit": PAGE}).auto_paging_iter()  # type: ignore[arg-type]  # checked by a test instead
        )
        return [_facts(one) for one in found if one.livemode is is_live_mode()]
    except stripe.StripeError as error:
        raise trouble(f"The cashier could not show {what}", error) from error


def _facts(dispute: stripe.Dispute) -> DisputeFacts:
    intent_id = _id_of(dispute.payment_intent)
    details = dispute.evidence_details
    due = details.due_by if details else None
    metadata = dispute.metadata.to_dict() if dispute.metadata else {}
    return DisputeFacts(
        stripe_id=dispute.id,
        intent_id=intent_id,
        charge_id=_id_of(dispute.charge),
        status=dispute.status,
        reason=dispute.reason,
        amount_minor=dispute.amount,
        currency=dispute.currency.upper(),
        opened_at=datetime.fromtimestamp(dispute.created, UTC),
        evidence_due_at=datetime.fromtimestamp(due, UTC) if due else None,
        answer_key=str(metadata.get(ANSWER_REFERENCE, "")),
        movements=tuple(
            Movement(
                stripe_id=one.id,
                category=one.reporting_category,
                source_id=dispute.id,
                intent_id=intent_id,
                amount_minor=one.amount,
                fee_minor=one.fee,
                currency=one.currency.upper(),
                happened_at=datetime.fromtimestamp(one.created, UTC),
            )
            for one in dispute.balance_transactions
        ),
    )


def _id_of(thing: Any) -> str:
    return (thing if isinstance(thing, str) else getattr(thing, "id", "")) or ""
