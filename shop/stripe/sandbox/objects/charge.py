"""The Charge: one attempt to take money from a payment method."""

from collections.abc import Callable
from typing import Literal

from shop.stripe.sandbox.ids import new_id
from shop.stripe.sandbox.instrument import Instrument
from shop.stripe.sandbox.store import Document

type ChargeStatus = Literal["succeeded", "pending", "failed"]


def build_charge(
    intent: Document,
    method: Document,
    instrument: Instrument,
    *,
    created: int,
    status: ChargeStatus,
    is_authenticated: bool = False,
) -> Document:
    """A charge of a whole intent. ``is_authenticated``: the 3-D Secure step was passed."""
    is_card = method["type"] == "card"
    is_failed = status == "failed"
    return {
        **_ABSENT,
        "id": new_id("ch" if is_card else "py"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": intent["amount"] if status == "succeeded" else 0,
        "amount_refunded": 0,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": intent["statement_descriptor"],
        "captured": status == "succeeded",
        "created": created,
        "currency": intent["currency"],
        "description": intent["description"],
        "disputed": False,
        "failure_code": instrument.error_code if is_failed else None,
        "failure_message": instrument.decline_message if is_failed else None,
        "fraud_details": {},
        "livemode": False,
        "metadata": intent["metadata"],
        "outcome": _declined(instrument) if is_failed else _authorized(instrument, is_card=is_card),
        "paid": status == "succeeded",
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": _details(method, is_authenticated=is_authenticated),
        "radar_options": {},
        "receipt_email": intent["receipt_email"],
        "refunded": False,
        "shipping": intent["shipping"],
        "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": status,
    }


def _details(method: Document, *, is_authenticated: bool) -> Document:
    kind = method["type"]
    details = (
        DETAILS[kind](method)
        if kind in DETAILS
        else _card(method, is_authenticated=is_authenticated)
    )
    return {kind: details, "type": kind}


def _sepa(method: Document) -> Document:
    account = {**method["sepa_debit"], "mandate": new_id("mandate")}
    account.pop("generated_from")
    return account


def _ach(method: Document) -> Document:
    account = {**method["us_bank_account"], "mandate": new_id("mandate")}
    for name in ("financial_connections_account", "networks", "status_details"):
        account.pop(name)
    return {**account, "payment_reference": None}


def _bacs(method: Document) -> Document:
    return {**method["bacs_debit"], "mandate": new_id("mandate")}


def _bank(method: Document) -> Document:
    """What a redirect leaves behind: the bank and the end of the account, told by the bank."""
    account = {
        "bic": "INGBNL2A",
        "generated_sepa_debit": None,
        "generated_sepa_debit_mandate": None,
        "iban_last4": "5264",
        "verified_name": method["billing_details"]["name"],
    }
    if method["type"] == "ideal":
        return {**account, "bank": "ing", "transaction_id": new_id("tx", 16)}
    return {
        **account,
        "bank_code": "VAPE",
        "bank_name": "VAN DE PUT & CO",
        "bic": "VAPEBE22",
        "preferred_language": "en",
    }


def _card(method: Document, *, is_authenticated: bool) -> Document:
    card = method["card"]
    kept = (
        "brand", "checks", "country", "exp_month", "exp_year", "fingerprint",
        "funding", "last4", "regulated_status", "wallet",
    )  # fmt: skip
    secure = {
        "authentication_flow": "challenge",
        "electronic_commerce_indicator": "05",  # fully authenticated
        "exemption_indicator": None,
        "result": "authenticated",
        "result_reason": None,
        "transaction_id": new_id("tds"),
        "version": "2.2.0",
    }
    return {
        **{name: card[name] for name in kept},
        "installments": None,
        "mandate": None,
        "network": card["brand"],
        "network_token": {"used": False},
        "network_transaction_id": None,
        "three_d_secure": secure if is_authenticated else None,
    }


DETAILS: dict[str, Callable[[Document], Document]] = {
    "sepa_debit": _sepa,
    "us_bank_account": _ach,
    "bacs_debit": _bacs,
    "ideal": _bank,
    "bancontact": _bank,
}


def _authorized(instrument: Instrument, *, is_card: bool) -> Document:
    is_reviewed = instrument.afterwards == "review"
    risk = "elevated" if is_reviewed else "normal"
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "approved_by_network",
        "reason": "elevated_risk_level" if is_reviewed else None,
        "risk_level": risk if is_card else "not_assessed",
        "seller_message": "Payment complete." if is_card else None,
        "type": "manual_review" if is_reviewed else "authorized",
    }


def _declined(instrument: Instrument) -> Document:
    is_blocked = instrument.is_blocked
    return {
        "advice_code": "try_again_later",
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "not_sent_to_network" if is_blocked else "declined_by_network",
        "reason": "highest_risk_level" if is_blocked else instrument.decline_code or None,
        "risk_level": "highest" if is_blocked else "normal",
        "seller_message": (
            "Fraud screening blocked this payment."
            if is_blocked
            else "The bank declined this payment."
        ),
        "type": "blocked" if is_blocked else "issuer_declined",
    }


_ABSENT: Document = dict.fromkeys(
    (
        "application",
        "application_fee",
        "application_fee_amount",
        "balance_transaction",
        "customer",
        "failure_balance_transaction",
        "on_behalf_of",
        "presentment_details",
        "receipt_number",
        "receipt_url",
        "review",
        "source",
        "source_transfer",
        "transfer_data",
        "transfer_group",
    )
)
