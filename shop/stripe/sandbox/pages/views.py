"""The pages: paying, the 3-D Secure step, the receipt."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from shop.stripe.sandbox.amounts import shown
from shop.stripe.sandbox.cashier import Cashier
from shop.stripe.sandbox.exchange import Answer, Request
from shop.stripe.sandbox.methods import METHODS
from shop.stripe.sandbox.pages.assets import answer_asset
from shop.stripe.sandbox.pages.bank import PATH, bank_page
from shop.stripe.sandbox.pages.forms import read_form
from shop.stripe.sandbox.pages.layout import answer_page, message_page, redirect
from shop.stripe.sandbox.pages.markup import render
from shop.stripe.sandbox.pages.payment_form import (
    Form,
    answer_form,
    can_be_filled_in,
    filled_in,
)
from shop.stripe.sandbox.pages.ticket import ticket
from shop.stripe.sandbox.payers import read_payer
from shop.stripe.sandbox.payments import Outcome, authenticate, complete_free, pay
from shop.stripe.sandbox.store import Document

DECLINED, NOT_FILLED_IN, GONE = 402, 422, 410
TRY_AGAIN = "Nothing was charged; you can try again or pay in another way."
PLACEHOLDER = "{CHECKOUT_SESSION_ID}"


def answer_page_request(cashier: Cashier, request: Request) -> Answer:
    for pattern, view in VIEWS:
        if match := pattern.fullmatch(request.path):
            answer = view(cashier, request, *match.groups())
            if answer is not None:
                return answer
    return message_page(
        "There is no such page",
        "The address is wrong, or it belongs to another cashier.",
        merchant=cashier.settings.merchant,
        status=404,
    )


def payment_page(cashier: Cashier, request: Request, session_id: str) -> Answer | None:
    session = _find(cashier, "checkout.session", session_id)
    if session is None:
        return None
    if request.method != "POST":
        if session["status"] != "open":
            return _closed_page(session)
        return answer_form(cashier, session, Form())
    values = read_form(request)
    if values is None:
        return _unreadable(cashier)
    if session["customer_email"]:
        values["email"] = session["customer_email"]
    if session["status"] == "open" and can_be_filled_in(session, values.get("fill", "")):
        return answer_form(cashier, session, filled_in(values, values["fill"]))
    return _try_to_pay(cashier, session, values)


def authentication_page(
    cashier: Cashier, request: Request, session_id: str, method_id: str
) -> Answer | None:
    session = _find(cashier, "checkout.session", session_id)
    method = _find(cashier, "payment_method", method_id)
    if session is None or method is None:
        return None
    if session["status"] != "open":
        return _closed_page(session)
    if request.method != "POST":
        return _question(cashier, session, method)
    values = read_form(request)
    if values is None:
        return _unreadable(cashier)
    outcome = authenticate(
        cashier, session_id, method_id, is_confirmed=values.get("answer") == "confirm"
    )
    return _answer_outcome(cashier, outcome, {})


def receipt_page(cashier: Cashier, _request: Request, charge_id: str) -> Answer | None:
    charge = _find(cashier, "charge", charge_id)
    if charge is None or not charge["paid"]:
        return None
    details = charge["payment_method_details"]
    paid_at = datetime.fromtimestamp(charge["created"], UTC)
    content = render(
        "receipt",
        amount=shown(charge["amount"], charge["currency"]),
        refunded=shown(charge["amount_refunded"], charge["currency"]),
        method=METHODS[details["type"]].name,
        last4=_end_of_number(details),
        paid_at=f"{paid_at.day} {paid_at:%B %Y, %H:%M} UTC",
        paid_at_iso=paid_at.isoformat(),
        reference=charge["id"],
    )
    return answer_page("Receipt", content, merchant=cashier.settings.merchant)


def _end_of_number(details: Document) -> str:
    told = details[details["type"]]
    return str(told["iban_last4"] if "iban_last4" in told else told["last4"])


def asset(_cashier: Cashier, _request: Request, name: str) -> Answer | None:
    return answer_asset(name)


def front_page(cashier: Cashier, _request: Request) -> Answer:
    return message_page(
        "The test cashier is open",
        "It speaks Stripe's API under /v1/ with test keys, and no money moves."
        " Customers come here by the address of their own checkout.",
        merchant=cashier.settings.merchant,
        link=(PATH, "The bank’s side"),
    )


VIEWS: tuple[tuple[re.Pattern[str], Callable[..., Answer | None]], ...] = (
    (re.compile(r"/"), front_page),
    (re.compile(r"/c/pay/(\w{1,255})"), payment_page),
    (re.compile(r"/c/pay/(\w{1,255})/authenticate/(\w{1,255})"), authentication_page),
    (re.compile(PATH), bank_page),
    (re.compile(r"/c/receipt/(\w{1,255})"), receipt_page),
    (re.compile(r"/c/assets/([a-z0-9.]{1,40})"), asset),
)


def _try_to_pay(cashier: Cashier, session: Document, values: dict[str, str]) -> Answer:
    if session["amount_total"] == 0:
        name, email = values.get("name", "").strip(), values.get("email", "").strip()
        outcome = complete_free(cashier, session["id"], name=name, email=email)
        return _answer_outcome(cashier, outcome, values)
    if values.get("method") not in session["payment_method_types"]:
        form = Form(values, alert="Choose how to pay first.", status=NOT_FILLED_IN)
        return answer_form(cashier, session, form)
    today = datetime.fromtimestamp(cashier.now(), UTC)
    method = METHODS[values["method"]]
    payer, problems = read_payer(method, values, this_month=(today.year, today.month))
    if payer is None and session["status"] == "open":
        form = Form(
            values, problems, alert="Something in the form is not right yet.",
            status=NOT_FILLED_IN,
        )  # fmt: skip
        return answer_form(cashier, session, form)
    if payer is None:
        return _closed_page(session)
    return _answer_outcome(cashier, pay(cashier, session["id"], payer), values)


def _answer_outcome(cashier: Cashier, outcome: Outcome, values: dict[str, str]) -> Answer:
    match outcome.kind:
        case "complete":
            return redirect(_success_address(outcome.session))
        case "authenticate":
            return redirect(outcome.next_path)
        case "declined":
            kept = {name: value for name, value in values.items() if name != "cvc"}
            alert = f"{outcome.message} {TRY_AGAIN}"
            form = Form(kept, alert=alert, status=DECLINED)
            return answer_form(cashier, outcome.session, form)
        case "expired":
            return _closed_page(outcome.session)


def _closed_page(session: Document) -> Answer:
    merchant = session["branding_settings"]["display_name"]
    if session["status"] == "complete":
        return message_page(
            "This order is already with us",
            "You have completed this page before. It is not charged a second time.",
            merchant=merchant,
            link=(_success_address(session), f"Continue to {merchant}"),
        )
    link = (session["cancel_url"], f"Return to {merchant}") if session["cancel_url"] else None
    return message_page(
        "This page has expired",
        "Nothing was charged. Start the payment again from the shop.",
        merchant=merchant,
        status=GONE,
        link=link,
    )


def _question(cashier: Cashier, session: Document, payment_method: Document) -> Answer:
    """What the bank asks: by its own page after a redirect, or beside a card (3-D Secure)."""
    method = METHODS[payment_method["type"]]
    is_redirect = method.kind == "redirect"
    content = render(
        "redirect" if is_redirect else "authenticate",
        method=method.name,
        amount=shown(session["amount_total"], session["currency"]),
        merchant=session["branding_settings"]["display_name"],
        action=f"/c/pay/{session['id']}/authenticate/{payment_method['id']}",
        back=f"/c/pay/{session['id']}",
        ticket=ticket(cashier, session),
    )
    return answer_page(
        "Your bank’s page" if is_redirect else "Your bank asks",
        content,
        merchant=session["branding_settings"]["display_name"],
        forms_lead_to=session["success_url"],
    )


def _unreadable(cashier: Cashier) -> Answer:
    return message_page(
        "The form could not be read",
        "Go back and send it again. Nothing was charged.",
        merchant=cashier.settings.merchant,
        status=400,
    )


def _success_address(session: Document) -> str:
    return str(session["success_url"]).replace(PLACEHOLDER, session["id"])


def _find(cashier: Cashier, kind: str, object_id: str) -> Document | None:
    with cashier.store.transaction():
        return cashier.store.find(kind, object_id)
