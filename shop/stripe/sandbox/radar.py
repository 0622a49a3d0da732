"""Fraud screening: reviews that a person closes, and warnings from the customer's bank.

Every function runs inside a transaction. Reasons of a closed review: ``stripe.Review``, of which
those for bank debits do not come up here. When a warning is ``actionable``, not disputed and not
refunded as a whole: ``stripe.radar.EarlyFraudWarning``.
"""

from shop.stripe.sandbox.cashier import Cashier
from shop.stripe.sandbox.errors import ApiError
from shop.stripe.sandbox.events import emit
from shop.stripe.sandbox.objects.radar import build_review, build_warning
from shop.stripe.sandbox.store import Document

WARN = "warn_of_fraud"


def open_review(cashier: Cashier, charge: Document, *, reason: str = "rule") -> Document:
    """Put a payment up for review. Raises ApiError if it is under review already."""
    if open_reviews(cashier, charge["id"]):
        raise ApiError(f"Charge {charge['id']} is under review already.")
    review = build_review(charge, reason=reason, created=cashier.now())
    cashier.store.insert(review)
    intent = cashier.store.get("payment_intent", charge["payment_intent"])
    for document in (charge, intent):
        document["review"] = review["id"]
        cashier.store.save(document)
    emit(cashier, "review.opened", review)
    return review


def close_review(cashier: Cashier, review: Document, *, reason: str) -> Document:
    """``reason``: approved, refunded, refunded_as_fraud, disputed. A closed one is an error."""
    if not review["open"]:
        raise ApiError(f"Review {review['id']} is closed already: {review['reason']}.")
    review |= {"open": False, "closed_reason": reason, "reason": reason}
    cashier.store.save(review)
    emit(cashier, "review.closed", review)
    return review


def open_reviews(cashier: Cashier, charge_id: str) -> list[Document]:
    reviews = _of_charge(cashier, "review", charge_id)
    return [review for review in reviews if review["open"]]


def warn_of_fraud(cashier: Cashier, charge_id: str) -> None:
    """The customer's bank suspects fraud. There is at most one warning about a charge."""
    if _of_charge(cashier, "radar.early_fraud_warning", charge_id):
        return
    charge = cashier.store.get("charge", charge_id)
    is_actionable = not (charge["disputed"] or charge["refunded"])
    warning = build_warning(charge, created=cashier.now(), is_actionable=is_actionable)
    cashier.store.insert(warning)
    emit(cashier, "radar.early_fraud_warning.created", warning)


def note_refund(cashier: Cashier, charge: Document, reason: str | None) -> None:
    """A charge that was refunded as a whole needs neither a review nor a warning any more."""
    closed = "refunded_as_fraud" if reason == "fraudulent" else "refunded"
    _settle(cashier, charge["id"], closed)


def note_dispute(cashier: Cashier, charge: Document) -> None:
    """A dispute overtakes them too."""
    _settle(cashier, charge["id"], "disputed")


def _settle(cashier: Cashier, charge_id: str, closed_reason: str) -> None:
    for review in open_reviews(cashier, charge_id):
        close_review(cashier, review, reason=closed_reason)
    for warning in _of_charge(cashier, "radar.early_fraud_warning", charge_id):
        if warning["actionable"]:
            warning["actionable"] = False
            cashier.store.save(warning)
            emit(cashier, "radar.early_fraud_warning.updated", warning, before={"actionable": True})


def _of_charge(cashier: Cashier, kind: str, charge_id: str) -> list[Document]:
    filters = [("json_extract(body, '$.charge') = ?", charge_id)]
    return cashier.store.select(kind, filters, is_newest_first=True, limit=100)
