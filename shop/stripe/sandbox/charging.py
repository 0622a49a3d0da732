"""One attempt to take the money of an intent: charged, declined, or debited with a later answer.

Functions run inside a transaction and tell by events what they did; what it means for the
session is for ``payments`` to say, except for the bank's answer to a debit, which comes alone.
"""

from shop.stripe.sandbox import aftermath
from shop.stripe.sandbox.balance import settle_charge
from shop.stripe.sandbox.calendar_book import appoint
from shop.stripe.sandbox.cashier import Cashier
from shop.stripe.sandbox.events import emit
from shop.stripe.sandbox.instrument import Instrument
from shop.stripe.sandbox.lookup import instrument_of, session_of
from shop.stripe.sandbox.objects.charge import build_charge
from shop.stripe.sandbox.objects.payment_intent import payment_error
from shop.stripe.sandbox.store import Document

SETTLE_DEBIT = "settle_debit"
DEBIT_FAILED = "The bank returned this debit."


def charge_card(
    cashier: Cashier, intent: Document, method: Document, instrument: Instrument,
    *, is_authenticated: bool = False,
) -> None:  # fmt: skip
    """Take the money now."""
    charge = build_charge(
        intent, method, instrument,
        created=cashier.now(), status="succeeded", is_authenticated=is_authenticated,
    )  # fmt: skip
    cashier.store.insert(charge)
    intent["latest_charge"] = charge["id"]
    cashier.store.save(intent)
    _receive(cashier, intent, charge, instrument)


def decline(cashier: Cashier, intent: Document, method: Document, instrument: Instrument) -> None:
    charge = build_charge(intent, method, instrument, created=cashier.now(), status="failed")
    cashier.store.insert(charge)
    emit(cashier, "charge.failed", charge)
    fail(
        cashier, intent, method, charge, instrument.decline_message,
        code=instrument.error_code, decline_code=instrument.decline_code,
    )  # fmt: skip


def start_debit(
    cashier: Cashier, intent: Document, method: Document, instrument: Instrument
) -> None:
    """Ask the payer's bank; its answer comes by appointment."""
    charge = build_charge(intent, method, instrument, created=cashier.now(), status="pending")
    cashier.store.insert(charge)
    emit(cashier, "charge.pending", charge)
    intent |= {"status": "processing", "latest_charge": charge["id"], "last_payment_error": None}
    cashier.store.save(intent)
    emit(cashier, "payment_intent.processing", intent)
    delay = 0.0 if instrument.is_settled_at_once else cashier.settings.debit_delay_seconds
    appoint(cashier, SETTLE_DEBIT, intent["id"], due_at=cashier.clock() + delay)


def settle_debit(cashier: Cashier, intent_id: str) -> None:
    """The bank's answer to a debit, days later (here: seconds)."""
    intent = cashier.store.get("payment_intent", intent_id)
    if intent["status"] != "processing":
        return
    charge = cashier.store.get("charge", intent["latest_charge"])
    session = session_of(cashier, intent)
    instrument = instrument_of(cashier, charge)
    if instrument.behaviour == "debit_succeeds":
        charge |= {
            "status": "succeeded",
            "paid": True,
            "captured": True,
            "amount_captured": charge["amount"],
        }
        cashier.store.save(charge)
        _receive(cashier, intent, charge, instrument)
        session["payment_status"] = "paid"
        cashier.store.save(session)
        emit(cashier, "checkout.session.async_payment_succeeded", session)
        return
    charge |= {
        "status": "failed",
        "failure_code": instrument.error_code,
        "failure_message": DEBIT_FAILED,
    }
    cashier.store.save(charge)
    emit(cashier, "charge.failed", charge)
    method = cashier.store.get("payment_method", intent["payment_method"])
    fail(
        cashier, intent, method, charge, DEBIT_FAILED,
        code="payment_intent_payment_attempt_failed",
    )  # fmt: skip
    emit(cashier, "checkout.session.async_payment_failed", session)


def fail(
    cashier: Cashier, intent: Document, method: Document, charge: Document | None,
    message: str, *, code: str, decline_code: str = "",
) -> None:  # fmt: skip
    """The intent wants another payment method; the error keeps the one that failed."""
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "last_payment_error": payment_error(
            message, code=code, charge=charge, decline_code=decline_code, payment_method=method
        ),
    }
    if charge is not None:
        intent["latest_charge"] = charge["id"]
    cashier.store.save(intent)
    emit(cashier, "payment_intent.payment_failed", intent)


def _receive(cashier: Cashier, intent: Document, charge: Document, instrument: Instrument) -> None:
    emit(cashier, "charge.succeeded", charge)
    settle_charge(cashier, charge)
    aftermath.follow(cashier, charge, instrument)
    intent |= {
        "status": "succeeded",
        "amount_received": intent["amount"],
        "last_payment_error": None,
        "review": charge["review"],
    }
    cashier.store.save(intent)
    emit(cashier, "payment_intent.succeeded", intent)
