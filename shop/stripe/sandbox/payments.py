"""What can happen to a session: paid, declined, asked for 3-D Secure, expired.

Every function is one transaction over the session as it is now, so a form posted twice, a stale
3-D Secure page and the clock can meet in any order and money is taken once.
"""

from dataclasses import dataclass
from typing import Literal

from shop.stripe.sandbox.calendar_book import cancel
from shop.stripe.sandbox.cashier import Cashier
from shop.stripe.sandbox.charging import charge_card, decline, fail, start_debit
from shop.stripe.sandbox.events import emit
from shop.stripe.sandbox.instrument import Instrument
from shop.stripe.sandbox.lookup import instrument_of
from shop.stripe.sandbox.objects.payment_intent import build_payment_intent
from shop.stripe.sandbox.objects.payment_method import build_payment_method
from shop.stripe.sandbox.payers import Payer
from shop.stripe.sandbox.store import Document

EXPIRE_SESSION = "expire_session"
AUTHENTICATION_FAILED = "The bank did not confirm this payment."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the customer is to see next."""

    kind: Literal["complete", "declined", "authenticate", "expired"]
    session: Document
    message: str = ""  # why it was declined
    next_path: str = ""  # where to authenticate


def pay(cashier: Cashier, session_id: str, payer: Payer) -> Outcome:
    """Try to pay an open session. On any other session nothing changes."""
    with cashier.store.transaction():
        session = _session_now(cashier, session_id)
        if session["status"] != "open":
            return _closed(session)
        intent = _intent_of(cashier, session)
        method = build_payment_method(payer, created=cashier.now())
        cashier.store.insert(method, private={"instrument": payer.instrument.key})
        intent |= {"payment_method": method["id"], "next_action": None}
        match payer.instrument.behaviour:
            case "succeeds" | "declines":
                return _charged(cashier, session, intent, method, payer.instrument)
            case "authenticates":
                return _ask_bank(cashier, session, intent, method)
            case "debit_succeeds" | "debit_fails":
                return _debited(cashier, session, intent, method, payer.instrument)


def complete_free(cashier: Cashier, session_id: str, *, name: str, email: str) -> Outcome:
    """Complete a session with nothing to pay: no intent, no charge."""
    with cashier.store.transaction():
        session = _session_now(cashier, session_id)
        if session["status"] == "open" and session["amount_total"] == 0:
            _complete(cashier, session, name, email)
        return _closed(session)


def authenticate(
    cashier: Cashier, session_id: str, method_id: str, *, is_confirmed: bool
) -> Outcome:
    """Answer the 3-D Secure question about one payment method; a stale answer changes nothing."""
    with cashier.store.transaction():
        session = _session_now(cashier, session_id)
        if session["status"] != "open":
            return _closed(session)
        intent = _intent_of(cashier, session)
        if intent["status"] != "requires_action" or intent["payment_method"] != method_id:
            return Outcome("declined", session, "The bank's question is no longer open.")
        method = cashier.store.get("payment_method", method_id)
        intent["next_action"] = None
        if is_confirmed:
            return _charged(
                cashier, session, intent, method, instrument_of(cashier, intent),
                is_authenticated=True,
            )  # fmt: skip
        fail(
            cashier, intent, method, None, AUTHENTICATION_FAILED,
            code="payment_intent_authentication_failure",
        )  # fmt: skip
        return Outcome("declined", session, AUTHENTICATION_FAILED)


def expire_session(cashier: Cashier, session_id: str) -> None:
    """Close an open session for good, with its unpaid intent. Inside a transaction."""
    session = cashier.store.get("checkout.session", session_id)
    if session["status"] != "open":
        return
    cancel(cashier, EXPIRE_SESSION, session_id)
    if session["payment_intent"]:
        intent = cashier.store.get("payment_intent", session["payment_intent"])
        intent |= {
            "status": "canceled",
            "canceled_at": cashier.now(),
            "cancellation_reason": "expired",
            "next_action": None,
        }
        cashier.store.save(intent)
        emit(cashier, "payment_intent.canceled", intent)
    session["status"] = "expired"
    cashier.store.save(session)
    emit(cashier, "checkout.session.expired", session)


def _session_now(cashier: Cashier, session_id: str) -> Document:
    """The session, expired first if its time is over but the clock has not come by yet."""
    session = cashier.store.get("checkout.session", session_id)
    if session["status"] == "open" and session["expires_at"] <= cashier.clock():
        expire_session(cashier, session_id)
        session = cashier.store.get("checkout.session", session_id)
    return session


def _closed(session: Document) -> Outcome:
    return Outcome("complete" if session["status"] == "complete" else "expired", session)


def _intent_of(cashier: Cashier, session: Document) -> Document:
    if session["payment_intent"]:
        return cashier.store.get("payment_intent", session["payment_intent"])
    details = cashier.store.private(session["id"])["payment_intent_data"]
    intent = build_payment_intent(session, details, created=cashier.now())
    cashier.store.insert(intent)
    emit(cashier, "payment_intent.created", intent)
    session["payment_intent"] = intent["id"]
    cashier.store.save(session)
    return intent


def _charged(
    cashier: Cashier, session: Document, intent: Document, method: Document,
    instrument: Instrument, *, is_authenticated: bool = False,
) -> Outcome:  # fmt: skip
    """What became of a card that may be charged now."""
    if instrument.decline_message:
        decline(cashier, intent, method, instrument)
        return Outcome("declined", session, instrument.decline_message)
    charge_card(cashier, intent, method, instrument, is_authenticated=is_authenticated)
    session["payment_status"] = "paid"
    billing = method["billing_details"]
    _complete(cashier, session, billing["name"], billing["email"])
    return Outcome("complete", session)


def _debited(
    cashier: Cashier, session: Document, intent: Document, method: Document,
    instrument: Instrument,
) -> Outcome:  # fmt: skip
    """Complete, but not paid until the bank has answered."""
    start_debit(cashier, intent, method, instrument)
    billing = method["billing_details"]
    _complete(cashier, session, billing["name"], billing["email"])
    return Outcome("complete", session)


def _ask_bank(cashier: Cashier, session: Document, intent: Document, method: Document) -> Outcome:
    path = f"/c/pay/{session['id']}/authenticate/{method['id']}"
    intent |= {
        "status": "requires_action",
        "next_action": {
            "redirect_to_url": {"return_url": session["success_url"], "url": path},
            "type": "redirect_to_url",
        },
    }
    cashier.store.save(intent)
    emit(cashier, "payment_intent.requires_action", intent)
    return Outcome("authenticate", session, next_path=path)


def _complete(cashier: Cashier, session: Document, name: str, email: str) -> None:
    session |= {
        "status": "complete",
        "customer_details": {
            "address": None,
            "business_name": None,
            "email": email,
            "individual_name": None,
            "name": name,
            "phone": None,
            "tax_exempt": "none",
            "tax_ids": [],
        },
    }
    cancel(cashier, EXPIRE_SESSION, session["id"])
    cashier.store.save(session)
    emit(cashier, "checkout.session.completed", session)
