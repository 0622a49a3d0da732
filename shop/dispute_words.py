"""A dispute in plain words: what the bank wants, where money and machine are, what is left."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format

from config.money import Money
from shop.models import Dispute, Order

Status = Dispute.Status
REASONS = {
    "fraudulent": "the cardholder says it was not them",
    "product_not_received": "the customer says that nothing came",
    "product_unacceptable": "the customer says that it is not what was ordered",
    "credit_not_processed": "the customer waits for a refund",
    "duplicate": "the customer says that it was charged twice",
    "subscription_canceled": "the customer says that it was cancelled",
    "unrecognized": "the cardholder does not know the payment",
    "debit_not_authorized": "the account holder did not allow the debit",
    "general": "no reason was given",
}
DECIDES = "The bank has our answer about {amount} and decides; that takes weeks."
STATES: dict[str, str] = {
    Status.WARNING_NEEDS_RESPONSE: "The customer's bank asks about {amount}: {why}. "
    "Answer{by_then}, or refund it.",
    Status.WARNING_UNDER_REVIEW: DECIDES,
    Status.WARNING_CLOSED: "The bank asked about {amount} and let it be.",
    Status.NEEDS_RESPONSE: "The customer's bank disputes {amount}: {why}. "
    "Answer{by_then}, or it is lost.",
    Status.UNDER_REVIEW: DECIDES,
    Status.APPEAL_NEEDS_RESPONSE: "The loss of {amount} can be appealed. Answer{by_then}.",
    Status.APPEAL_UNDER_REVIEW: DECIDES,
    Status.PREVENTED: "The dispute of {amount} was settled before it began.",
    Status.WON: "Won{then}: the bank decided for us about {amount}.",
    Status.LOST: "Lost{then}: the bank decided for its customer about {amount}.",
}
TONES: dict[str, str] = {
    Status.WARNING_NEEDS_RESPONSE: "now",
    Status.NEEDS_RESPONSE: "now",
    Status.APPEAL_NEEDS_RESPONSE: "now",
    Status.WARNING_UNDER_REVIEW: "wait",
    Status.UNDER_REVIEW: "wait",
    Status.APPEAL_UNDER_REVIEW: "wait",
    Status.LOST: "stop",
}


@dataclass(frozen=True, slots=True)
class DisputeWords:
    """`state`: what stands at the bank; `money` and `box`: where both are; `todo`: what is left."""

    state: str
    money: str
    box: str
    todo: str = ""


def words_of(dispute: Dispute) -> DisputeWords:
    """The dispute in sentences, for staff."""
    return DisputeWords(_state(dispute), _money(dispute), _box(dispute), _todo(dispute))


def tone_of(dispute: Dispute) -> str:
    return TONES.get(dispute.status, "go")


def reason_words(dispute: Dispute) -> str:
    return REASONS.get(dispute.reason, dispute.reason.replace("_", " "))


def _state(dispute: Dispute) -> str:
    due_at, ended_at = dispute.evidence_due_at, dispute.ended_at
    return STATES[Status(dispute.status)].format(
        amount=_amount(dispute.amount_minor, dispute),
        why=reason_words(dispute),
        by_then=f" by {_day(due_at)}" if due_at else "",
        then=f" on {_day(ended_at)}" if ended_at else "",
    )


def _money(dispute: Dispute) -> str:
    fee = _amount(dispute.fee_minor, dispute)
    fee_words = f" The fee of {fee} stays with Stripe." if dispute.fee_minor > 0 else ""
    if dispute.taken_minor > 0:
        taken = _amount(dispute.taken_minor, dispute)
        kept = "is gone" if dispute.status == Status.LOST else "was taken back until it is decided"
        return f"{taken} {kept}.{fee_words}"
    if dispute.status == Status.WON:
        return f"The money came back to us.{fee_words}"
    return f"No money has moved.{fee_words}"


def _box(dispute: Dispute) -> str:
    order = dispute.payment.order
    shipment = getattr(order, "shipment", None)
    if shipment is not None:
        number = f" {shipment.tracking_number}" if shipment.tracking_number else ""
        proof = "" if dispute.has_ended else " That is our best evidence."
        return f"It left on {_day(shipment.shipped_at)} with {shipment.carrier}{number}.{proof}"
    if order.status == Order.Status.CANCELLED:
        return "The order is cancelled; nothing is built."
    if order.status == Order.Status.AWAITING_PAYMENT:
        return "The order was not released; nothing is built."
    if order.holds.filter(closed_at=None).exists():
        return "The machine is here and does not ship while the order is held; making goes on."
    return "The machine is here and ships when it is ready."


def _todo(dispute: Dispute) -> str:
    order = dispute.payment.order
    if dispute.status != Status.LOST:
        return ""
    if getattr(order, "shipment", None) is not None:
        return "Machine and money are with the customer. Write to them, or write it off."
    if order.status in {Order.Status.AWAITING_PAYMENT, Order.Status.CANCELLED}:
        return ""
    if order.is_frozen:
        return "Do not ship it: ask the customer to pay again, or keep the machine for sale."
    return "Cancel the order, or ask the customer to pay again."


def _amount(minor: int, dispute: Dispute) -> str:
    return Money(minor, dispute.currency).format()


def _day(moment: datetime | date | None) -> str:
    if moment is None:
        return ""
    if isinstance(moment, datetime):
        moment = timezone.localtime(moment)
    return date_format(moment, "j F")
