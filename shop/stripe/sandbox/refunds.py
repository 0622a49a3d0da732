"""Giving money back: checks, the charge's counters, and the slow way to a bank account."""

from typing import Any

from shop.stripe.sandbox.amounts import shown
from shop.stripe.sandbox.calendar_book import appoint
from shop.stripe.sandbox.cashier import Cashier
from shop.stripe.sandbox.errors import ApiError, ParameterError, no_such
from shop.stripe.sandbox.events import emit
from shop.stripe.sandbox.objects.refund import build_refund
from shop.stripe.sandbox.store import Document

SETTLE_REFUND = "settle_refund"


def refund(cashier: Cashier, params: dict[str, Any]) -> Document:
    """Refund a charge, named directly or by its intent. Inside a transaction."""
    charge = _charge_to_refund(cashier, params)
    left = charge["amount_captured"] - charge["amount_refunded"]
    if left == 0:
        raise ApiError(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
        )
    amount = params.get("amount", left)
    if amount > left:
        currency = charge["currency"]
        raise ApiError(
            f"Refund amount ({shown(amount, currency)}) is greater than unrefunded amount"
            f" on charge ({shown(left, currency)})",
            param="amount",
        )
    document = build_refund(charge, params, amount=amount, created=cashier.now())
    cashier.store.insert(document)
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    cashier.store.save(charge)
    emit(cashier, "refund.created", document)
    emit(cashier, "charge.refunded", charge)
    if document["status"] == "pending":
        due_at = cashier.clock() + cashier.settings.debit_delay_seconds
        appoint(cashier, SETTLE_REFUND, document["id"], due_at=due_at)
    return document


def settle_refund(cashier: Cashier, refund_id: str) -> None:
    """The money has reached the bank account. Inside a transaction."""
    document = cashier.store.get("refund", refund_id)
    before = {"pending_reason": document["pending_reason"], "status": document["status"]}
    document |= {"pending_reason": None, "status": "succeeded"}
    cashier.store.save(document)
    emit(cashier, "refund.updated", document, before=before)
    emit(cashier, "charge.refund.updated", document, before=before)


def _charge_to_refund(cashier: Cashier, params: dict[str, Any]) -> Document:
    if ("charge" in params) == ("payment_intent" in params):
        raise ParameterError(
            "One of these parameters is required, and only one: charge, payment_intent.",
            code="parameter_missing",
            param="payment_intent",
        )
    if "charge" in params:
        charge = cashier.store.find("charge", params["charge"])
        if charge is None:
            raise no_such("charge", params["charge"], "charge")
    else:
        intent = cashier.store.find("payment_intent", params["payment_intent"])
        if intent is None:
            raise no_such("payment_intent", params["payment_intent"], "payment_intent")
        charge = cashier.store.find("charge", intent["latest_charge"] or "")
    if charge is None or charge["status"] != "succeeded":
        where = params.get("charge") or params.get("payment_intent")
        raise ApiError(f"{where} does not have a successful charge to refund.")
    return charge
