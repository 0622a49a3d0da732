"""What can happen to a session: paid, declined, asked for 3-D Secure, debited later, expired.

Every function is one transaction over the session as it is now, so a form posted twice, a stale
3-D Secure page and the clock can meet in any order and money is taken once.
"""

from dataclasses import dataclass
from typing import Literal

from shop.stripe.sandbox.balance import settle_charge
from shop.stripe.sandbox.calendar_book import appoint, cancel
from shop.stripe.sandbox.cashier import Cashier
from shop.stripe.sandbox.events import emit
from shop.stripe.sandbox.instruments import BY_KEY, Instrument, Payer
from shop.stripe.sandbox.objects.charge import build_charge
from shop.stripe.sandbox.objects.payment_intent import build_payment_intent, payment_error
from shop.stripe.sandbox.objects.payment_method import build_payment_method
from shop.stripe.sandbox.store import Document

SETTLE_DEBIT = "settle_debit"
EXPIRE_SESSION = "expire_session"
AUTHENTICATION_FAILED = "The bank did not confirm this payment."
DEBIT_FAILED = "The bank returned this debit."


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
            case "succeeds":
                return _take(cashier, session, intent, method, payer.instrument)
            case "declines":
                return _decline(cashier, session, intent, method, payer.instrument)
            case "authenticates":
                return _ask_bank(cashier, session, intent, method)
            case "debit_succeeds" | "debit_fails":
                return _start_debit(cashier, session, intent, method, payer.instrument)


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
            return _take(
                cashier, session, intent, method, _instrument_of(cashier, intent),
                is_authenticated=True,
            )  # fmt: skip
        _fail(
            cashier, intent, method, None, AUTHENTICATION_FAILED,
            code="payment_intent_authentication_failure",
        )  # fmt: skip
        return Outcome("declined", session, AUTHENTICATION_FAILED)


def settle_debit(cashier: Cashier, intent_id: str) -> None:
    """The bank's answer to a debit, days later (here: seconds). Inside a transaction."""
    intent = cashier.store.get("payment_intent", intent_id)
    if intent["status"] != "processing":
        return
    charge = cashier.store.get("charge", intent["latest_charge"])
    session = _session_of(cashier, intent)
    if _instrument_of(cashier, intent).behaviour == "debit_succeeds":
        charge |= {
            "status": "succeeded",
            "paid": True,
            "captured": True,
            "amount_captured": charge["amount"],
        }
        cashier.store.save(charge)
        emit(cashier, "charge.succeeded", charge)
        settle_charge(cashier, charge)
        _succeed(cashier, intent)
        session["payment_status"] = "paid"
        cashier.store.save(session)
        emit(cashier, "checkout.session.async_payment_succeeded", session)
        return
    charge |= {
        "status": "failed",
        "failure_code": "generic_could_not_process",
        "failure_message": DEBIT_FAILED,
    }
    cashier.store.save(charge)
    emit(cashier, "charge.failed", charge)
    method = cashier.store.get("payment_method", intent["payment_method"])
    _fail(
        cashier, intent, method, charge, DEBIT_FAILED,
        code="payment_intent_payment_attempt_failed",
    )  # fmt: skip
    emit(cashier, "checkout.session.async_payment_failed", session)


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


def _session_of(cashier: Cashier, intent: Document) -> Document:
    (session,) = cashier.store.select(
        "checkout.session",
        [("json_extract(body, '$.payment_intent') = ?", intent["id"])],
        is_newest_first=True,
        limit=1,
    )
    return session


def _instrument_of(cashier: Cashier, intent: Document) -> Instrument:
    return BY_KEY[cashier.store.private(intent["payment_method"])["instrument"]]


def _take(
    cashier: Cashier, session: Document, intent: Document, method: Document,
    instrument: Instrument, *, is_authenticated: bool = False,
) -> Outcome:  # fmt: skip
    charge = build_charge(
        intent, method, instrument,
        created=cashier.now(), status="succeeded", is_authenticated=is_authenticated,
    )  # fmt: skip
    cashier.store.insert(charge)
    emit(cashier, "charge.succeeded", charge)
    settle_charge(cashier, charge)
    intent["latest_charge"] = charge["id"]
    _succeed(cashier, intent)
    session["payment_status"] = "paid"
    billing = method["billing_details"]
    _complete(cashier, session, billing["name"], billing["email"])
    return Outcome("complete", session)


def _decline(
    cashier: Cashier, session: Document, intent: Document, method: Document,
    instrument: Instrument,
) -> Outcome:  # fmt: skip
    charge = build_charge(intent, method, instrument, created=cashier.now(), status="failed")
    cashier.store.insert(charge)
    emit(cashier, "charge.failed", charge)
    message = instrument.decline_message
    _fail(
        cashier, intent, method, charge, message,
        code="card_declined", decline_code=instrument.decline_code,
    )  # fmt: skip
    return Outcome("declined", session, message)


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


def _start_debit(
    cashier: Cashier, session: Document, intent: Document, method: Document,
    instrument: Instrument,
) -> Outcome:  # fmt: skip
    charge = build_charge(intent, method, instrument, created=cashier.now(), status="pending")
    cashier.store.insert(charge)
    emit(cashier, "charge.pending", charge)
    intent |= {"status": "processing", "latest_charge": charge["id"], "last_payment_error": None}
    cashier.store.save(intent)
    emit(cashier, "payment_intent.processing", intent)
    due_at = cashier.clock() + cashier.settings.debit_delay_seconds
    appoint(cashier, SETTLE_DEBIT, intent["id"], due_at=due_at)
    billing = method["billing_details"]
    _complete(cashier, session, billing["name"], billing["email"])
    return Outcome("complete", session)


def _succeed(cashier: Cashier, intent: Document) -> None:
    intent |= {
        "status": "succeeded",
        "amount_received": intent["amount"],
        "last_payment_error": None,
    }
    cashier.store.save(intent)
    emit(cashier, "payment_intent.succeeded", intent)


def _fail(
    cashier: Cashier, intent: Document, method: Document, charge: Document | None,
    message: str, *, code: str, decline_code: str = "",
) -> None:  # fmt: skip
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,  # a failed one is let go; the error keeps it
        "last_payment_error": payment_error(
            message, code=code, charge=charge, decline_code=decline_code, payment_method=method
        ),
    }
    if charge is not None:
        intent["latest_charge"] = charge["id"]
    cashier.store.save(intent)
    emit(cashier, "payment_intent.payment_failed", intent)


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
