"""Giving money back: checks, the charge's counters, and refunds that take or lose their way.

What is refused in which words, and that ``refund.created`` comes before ``charge.refunded``, was
recorded from Stripe's test mode by other projects. A refund fails later with ``refund.failed`` and
its amount comes back (docs.stripe.com/refunds, "Failed refunds"); 45 days for a customer to name an
account: the same page. Assumed: a pending refund already counts on the charge and on the balance.
"""

from typing import Any

from shop.stripe.sandbox import disputes, radar
from shop.stripe.sandbox.amounts import shown
from shop.stripe.sandbox.balance import move
from shop.stripe.sandbox.calendar_book import appoint, cancel
from shop.stripe.sandbox.cashier import Cashier
from shop.stripe.sandbox.errors import ApiError, ParameterError, no_such
from shop.stripe.sandbox.events import emit
from shop.stripe.sandbox.lookup import instrument_of
from shop.stripe.sandbox.objects.refund import build_refund
from shop.stripe.sandbox.store import Document

SETTLE_REFUND = "settle_refund"
FAIL_REFUND = "fail_refund"
GONE_CARD = "expired_or_canceled_card"
LINK_LIFE_SECONDS = 45 * 24 * 3600  # how long a customer has to name an account


def refund(cashier: Cashier, params: dict[str, Any]) -> Document:
    """Refund a charge, named directly or by its intent. Inside a transaction."""
    charge = _charge_to_refund(cashier, params)
    amount = _amount_to_refund(charge, params)
    instrument = instrument_of(cashier, charge)
    document = build_refund(
        charge,
        params,
        amount=amount,
        created=cashier.now(),
        is_pending=instrument.refunds == "succeed_later",
    )
    is_card = charge["payment_method_details"]["type"] == "card"
    kind = "refund" if is_card else "payment_refund"
    record = move(cashier, document, kind=kind, category="refund", amount=-amount)
    document["balance_transaction"] = record["id"]
    cashier.store.insert(document)
    _count(cashier, charge, amount)
    emit(cashier, "refund.created", document)
    emit(cashier, "charge.refunded", charge)
    if charge["refunded"]:
        radar.note_refund(cashier, charge, document["reason"])
        disputes.note_refund(cashier, charge)
    if instrument.refunds != "succeed":
        action = FAIL_REFUND if instrument.refunds == "fail_later" else SETTLE_REFUND
        due_at = cashier.clock() + cashier.settings.debit_delay_seconds
        appoint(cashier, action, document["id"], due_at=due_at)
    return document


def settle_refund(cashier: Cashier, refund_id: str) -> None:
    """The money has reached the customer's account. Inside a transaction."""
    document = cashier.store.get("refund", refund_id)
    if document["status"] == "pending":
        _change(cashier, document, status="succeeded")


def fail_refund(cashier: Cashier, refund_id: str, *, reason: str = GONE_CARD) -> None:
    """The bank sent the money back, even of a refund that had succeeded. Inside a transaction."""
    document = cashier.store.get("refund", refund_id)
    if document["status"] not in {"failed", "canceled"}:
        _give_up(cashier, document, status="failed", failure_reason=reason)
        emit(cashier, "refund.failed", document)


def ask_customer(cashier: Cashier, refund_id: str) -> Document:
    """Hold a pending refund until the customer names an account for it. Inside a transaction."""
    document = cashier.store.get("refund", refund_id)
    if document["status"] != "pending":
        raise ApiError(f"Refund {refund_id} is {document['status']}, not pending.")
    cancel(cashier, SETTLE_REFUND, refund_id)
    method = cashier.store.get("payment_method", document["payment_method"])
    expires_at = cashier.now() + LINK_LIFE_SECONDS
    details = {
        "email_sent": {
            "email_sent_at": cashier.now(),
            "email_sent_to": method["billing_details"]["email"],
        },
        "expires_at": expires_at,
    }
    document["next_action"] = {"display_details": details, "type": "display_details"}
    _change(cashier, document, status="requires_action")
    appoint(cashier, FAIL_REFUND, refund_id, due_at=expires_at)
    return document


def answer_customer(cashier: Cashier, refund_id: str) -> Document:
    """The customer named an account: the money goes there. Inside a transaction."""
    document = _waiting(cashier, refund_id, "continued")
    _change(cashier, document, status="pending", pending_reason="processing")
    due_at = cashier.clock() + cashier.settings.debit_delay_seconds
    appoint(cashier, SETTLE_REFUND, refund_id, due_at=due_at)
    return document


def cancel_refund(cashier: Cashier, refund_id: str) -> Document:
    """Take back a refund that waits for the customer. Inside a transaction."""
    document = _waiting(cashier, refund_id, "canceled")
    _give_up(cashier, document, status="canceled")
    return document


def expire_refund(cashier: Cashier, refund_id: str) -> Document:
    """End the wait for the customer now: the refund fails. Inside a transaction."""
    document = _waiting(cashier, refund_id, "expired")
    fail_refund(cashier, refund_id, reason="unknown")
    return cashier.store.get("refund", document["id"])


def _waiting(cashier: Cashier, refund_id: str, what: str) -> Document:
    document = cashier.store.find("refund", refund_id)
    if document is None:
        raise no_such("refund", refund_id, "refund")
    if document["status"] != "requires_action":
        raise ApiError(
            f"Refund {refund_id} is {document['status']}; only one that requires_action"
            f" can be {what}."
        )
    cancel(cashier, FAIL_REFUND, refund_id)
    document.pop("next_action", None)
    return document


def _give_up(cashier: Cashier, document: Document, **changes: str) -> None:
    """The amount goes back onto the balance, and may be refunded again."""
    for action in (SETTLE_REFUND, FAIL_REFUND):
        cancel(cashier, action, document["id"])
    record = move(
        cashier, document, kind="refund_failure", category="refund_failure",
        amount=document["amount"],
    )  # fmt: skip
    document["failure_balance_transaction"] = record["id"]
    charge = cashier.store.get("charge", document["charge"])
    _count(cashier, charge, -document["amount"])
    _change(cashier, document, **changes)


def _count(cashier: Cashier, charge: Document, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    cashier.store.save(charge)


def _change(cashier: Cashier, document: Document, **changes: str) -> None:
    before = {name: document.get(name) for name in changes if document.get(name) != changes[name]}
    document.pop("pending_reason", None)  # only a pending refund has one
    document |= changes
    cashier.store.save(document)
    emit(cashier, "refund.updated", document, before=before)
    emit(cashier, "charge.refund.updated", document, before=before)


def _amount_to_refund(charge: Document, params: dict[str, Any]) -> int:
    left = charge["amount_captured"] - charge["amount_refunded"]
    if left == 0:
        raise ApiError(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
        )
    amount: int = params.get("amount", left)
    if amount > left:
        currency = charge["currency"]
        raise ApiError(
            f"Refund amount ({shown(amount, currency)}) is greater than unrefunded amount"
            f" on charge ({shown(left, currency)})",
            param="amount",
        )
    return amount


def _charge_to_refund(cashier: Cashier, params: dict[str, Any]) -> Document:
    if "charge" in params and "payment_intent" in params:
        raise ParameterError(
            "You may only specify one of these parameters: charge, payment_intent.",
            code="parameters_exclusive",
        )
    if "charge" not in params and "payment_intent" not in params:
        raise ParameterError(
            "One of the following params should be provided for this request:"
            " payment_intent or charge."
        )
    if "charge" in params:
        charge = cashier.store.find("charge", params["charge"])
        if charge is None:
            raise no_such("charge", params["charge"], "id")
    else:
        intent = cashier.store.find("payment_intent", params["payment_intent"])
        if intent is None:
            raise no_such("payment_intent", params["payment_intent"], "payment_intent")
        charge = cashier.store.find("charge", intent["latest_charge"] or "")
    if charge is None or charge["status"] != "succeeded":
        where = f"Charge {params.get('charge')}"
        if "payment_intent" in params:
            where = f"This PaymentIntent ({params['payment_intent']})"
        raise ApiError(f"{where} does not have a successful charge to refund.")
    if any(not one["is_charge_refundable"] for one in disputes.lost_or_open(cashier, charge["id"])):
        raise ApiError(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.",
            code="charge_disputed",
        )
    return charge
