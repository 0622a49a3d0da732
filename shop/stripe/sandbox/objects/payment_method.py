"""The PaymentMethod: a card, an account, or a way to a bank; of a number only the end is kept."""

import hashlib
from collections.abc import Callable

from shop.stripe.sandbox.accounts import ROUTING_NUMBER, SORT_CODE
from shop.stripe.sandbox.ids import new_id
from shop.stripe.sandbox.payers import Payer
from shop.stripe.sandbox.store import Document

NO_ADDRESS: Document = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))


def build_payment_method(payer: Payer, *, created: int) -> Document:
    kind = payer.instrument.method
    return {
        "id": new_id("pm"),
        "object": "payment_method",
        "allow_redisplay": "limited",
        "billing_details": {
            "address": NO_ADDRESS,
            "email": payer.email,
            "name": payer.name,
            "phone": None,
            "tax_id": None,
        },
        kind: DETAILS[kind](payer),
        "created": created,
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": {},
        "type": kind,
    }


def _card(payer: Payer) -> Document:
    return {
        "brand": payer.instrument.brand,
        "checks": {
            "address_line1_check": None,
            "address_postal_code_check": None,
            "cvc_check": "pass",
        },
        "country": "US",
        "display_brand": payer.instrument.brand,
        "exp_month": payer.exp_month,
        "exp_year": payer.exp_year,
        "fingerprint": _fingerprint(payer),
        "funding": "credit",
        "generated_from": None,
        "last4": payer.instrument.number[-4:],
        "networks": {"available": [payer.instrument.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def _sepa(payer: Payer) -> Document:
    iban = payer.instrument.number.replace(" ", "")
    return {
        "bank_code": iban[4:9],
        "branch_code": "",
        "country": iban[:2],
        "fingerprint": _fingerprint(payer),
        "generated_from": {"charge": None, "setup_attempt": None},
        "last4": iban[-4:],
    }


def _ach(payer: Payer) -> Document:
    return {
        "account_holder_type": "individual",
        "account_type": "checking",
        "bank_name": "TEST BANK",
        "financial_connections_account": None,
        "fingerprint": _fingerprint(payer),
        "last4": payer.instrument.number[-4:],
        "networks": {"preferred": "ach", "supported": ["ach"]},
        "routing_number": ROUTING_NUMBER,
        "status_details": {},
    }


def _bacs(payer: Payer) -> Document:
    return {
        "fingerprint": _fingerprint(payer),
        "last4": payer.instrument.number[-4:],
        "sort_code": SORT_CODE,
    }


def _ideal(_payer: Payer) -> Document:
    return {"bank": None, "bic": None}  # known once the bank has been chosen there


def _bancontact(_payer: Payer) -> Document:
    return {}


def _fingerprint(payer: Payer) -> str:
    """The same for the same number, telling nothing of it."""
    return hashlib.sha256(payer.instrument.number.encode()).hexdigest()[:16]


DETAILS: dict[str, Callable[[Payer], Document]] = {
    "card": _card,
    "sepa_debit": _sepa,
    "us_bank_account": _ach,
    "bacs_debit": _bacs,
    "ideal": _ideal,
    "bancontact": _bancontact,
}
