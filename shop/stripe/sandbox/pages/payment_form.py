"""The payment form: what was typed, what is wrong with it, the test cards below."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from shop.stripe.sandbox.accounts import ROUTING_NUMBER, SORT_CODE
from shop.stripe.sandbox.amounts import shown
from shop.stripe.sandbox.cashier import Cashier
from shop.stripe.sandbox.exchange import Answer
from shop.stripe.sandbox.instrument import Instrument
from shop.stripe.sandbox.instruments import BY_KEY, TABLES, USUAL
from shop.stripe.sandbox.methods import METHODS, Method
from shop.stripe.sandbox.pages.layout import answer_page
from shop.stripe.sandbox.pages.markup import NOTHING, Markup, join, render
from shop.stripe.sandbox.pages.ticket import ticket
from shop.stripe.sandbox.store import Document

FIELDS: dict[str, dict[str, str]] = {
    # name → label, and the attributes that help a browser and a phone's keyboard
    "email": {"label": "E-mail", "type": "email", "autocomplete": "email", "inputmode": "email"},
    "name": {"label": "Name of the payer", "autocomplete": "name"},
    "number": {"label": "Card number", "autocomplete": "cc-number", "inputmode": "numeric"},
    "expiry": {"label": "Expires", "autocomplete": "cc-exp", "inputmode": "numeric"},
    "cvc": {"label": "Security code", "autocomplete": "cc-csc", "inputmode": "numeric"},
    "iban": {"label": "IBAN", "autocomplete": "off"},
    "routing_number": {"label": "Routing number", "autocomplete": "off", "inputmode": "numeric"},
    "account_number": {"label": "Account number", "autocomplete": "off", "inputmode": "numeric"},
    "sort_code": {"label": "Sort code", "autocomplete": "off", "inputmode": "numeric"},
    "bacs_account_number": {
        "label": "Account number",
        "autocomplete": "off",
        "inputmode": "numeric",
    },
}
HINTS = {"expiry": "To come, such as 12/34", "cvc": "Any three digits"}
ABOUT = {
    "debit": "You allow {merchant} to collect this amount once. The bank's answer comes later.",
    "redirect": "You are sent to the bank's page, and come back from it.",
}
BRANCHES = {"routing_number": ROUTING_NUMBER, "sort_code": SORT_CODE}


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it is to be shown."""

    values: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    alert: str = ""  # why the last attempt failed
    note: str = ""  # what was just done for the customer
    status: int = 200


def can_be_filled_in(session: Document, key: str) -> bool:
    """Whether the page offers this number to be filled in."""
    instrument = BY_KEY.get(key)
    methods = session["payment_method_types"]
    return bool(instrument and instrument.number and instrument.method in methods)


def filled_in(values: Mapping[str, str], key: str) -> Form:
    """The form with a test instrument in it; what was typed as name and e-mail stays."""
    instrument = BY_KEY[key]
    filled = {
        "method": instrument.method,
        "name": values.get("name") or "Robin Example",
        "email": values.get("email") or "robin@example.com",
    }
    if instrument.method == "card":
        filled |= {"number": instrument.number, "expiry": "12/34", "cvc": "123"}
    else:
        *branch, account = METHODS[instrument.method].fields
        filled |= {name: BRANCHES[name] for name in branch} | {account: instrument.number}
    note = f"{instrument.number} is filled in. Nothing is charged until you press the pay button."
    return Form(filled, note=note)


def answer_form(cashier: Cashier, session: Document, form: Form) -> Answer:
    merchant = session["branding_settings"]["display_name"]
    amount = shown(session["amount_total"], session["currency"])
    is_free = session["amount_total"] == 0
    content = render(
        "pay",
        alert=render("alert", text=form.alert) if form.alert else NOTHING,
        note=render("note", text=form.note) if form.note else NOTHING,
        ticket=ticket(cashier, session),
        action=_action(session),
        email=_email(session, form),
        name=_input("name", form, is_required=True),
        method=NOTHING if is_free else _methods(session, form),
        pay=f"Pay {amount}" if not is_free else "Complete the order",
        back=_back(session, merchant),
        until=_moment(session["expires_at"]),
        until_iso=datetime.fromtimestamp(session["expires_at"], UTC).isoformat(),
        usual=_usual(session),
        instruments=NOTHING if is_free else _instruments(session),
    )
    title = f"Not paid: {form.alert}" if form.alert else f"Pay {amount}"
    return answer_page(
        title,
        content,
        merchant=merchant,
        status=form.status,
        forms_lead_to=session["success_url"],
    )


def _action(session: Document) -> str:
    return f"/c/pay/{session['id']}"


def _moment(seconds: int) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"


def _email(session: Document, form: Form) -> Markup:
    if session["customer_email"]:
        return render("email_given", email=session["customer_email"])
    return _input("email", form, is_required=True)


def _input(name: str, form: Form, *, is_required: bool = False) -> Markup:
    attributes = FIELDS[name]
    problem, hint = form.problems.get(name, ""), HINTS.get(name, "")
    described = " ".join(
        f"{name}-{part}" for part, text in (("hint", hint), ("problem", problem)) if text
    )
    return render(
        "input",
        name=name,
        label=attributes["label"],
        type=attributes.get("type", "text"),
        autocomplete=attributes["autocomplete"],
        inputmode=attributes.get("inputmode", "text"),
        value=form.values.get(name, ""),
        required=Markup(" required") if is_required else NOTHING,
        invalid="true" if problem else "false",
        described=render("described", ids=described) if described else NOTHING,
        hint=render("hint", name=name, text=hint) if hint else NOTHING,
        problem=render("problem", name=name, text=problem) if problem else NOTHING,
    )


def _methods(session: Document, form: Form) -> Markup:
    offered = [METHODS[code] for code in session["payment_method_types"]]
    asked = METHODS.get(form.values.get("method", ""))
    chosen = asked if asked in offered else offered[0]
    first, *others = (_choice(method, is_chosen=method is chosen) for method in offered)
    more = render(
        "more_methods",
        choices=join(others),
        open=NOTHING if chosen is offered[0] else Markup(" open"),
    )
    fields = join([_fields(session, method, form) for method in offered])
    return render("methods", first=first, more=more if others else NOTHING, fields=fields)


def _choice(method: Method, *, is_chosen: bool) -> Markup:
    checked = Markup(" checked") if is_chosen else NOTHING
    return render("method_choice", method=method.code, name=method.name, checked=checked)


def _fields(session: Document, method: Method, form: Form) -> Markup:
    merchant = session["branding_settings"]["display_name"]
    about = ABOUT.get(method.kind, "")
    remark = NOTHING
    if method.currency not in {"", session["currency"]}:
        remark = render("currency_remark", name=method.name, currency=method.currency.upper())
    return render(
        "method_fields",
        method=method.code,
        legend=method.name,
        inputs=join([_input(name, form) for name in method.fields]),
        about=render("meta", text=about.format(merchant=merchant)) if about else NOTHING,
        remark=remark,
    )


def _usual(session: Document) -> Markup:
    """The card that most people want, one press away.

    It stands before the form, whose first button is the one that Enter presses: so the page has
    another one, which nobody sees, before it.
    """
    if not session["amount_total"] or "card" not in session["payment_method_types"]:
        return NOTHING
    return render("usual", action=_action(session), key=USUAL.key, number=USUAL.number)


def _instruments(session: Document) -> Markup:
    offered = session["payment_method_types"]
    groups = [
        _group(session, caption, table) for caption, table in TABLES if table[0].method in offered
    ]
    return render("test_data", groups=join(groups)) if groups else NOTHING


def _group(session: Document, caption: str, instruments: tuple[Instrument, ...]) -> Markup:
    rows = [
        render(
            "instrument",
            action=_action(session),
            key=one.key,
            number=one.number,
            effect=one.effect,
        )
        for one in instruments
    ]
    return render("instruments", caption=caption, rows=join(rows))


def _back(session: Document, merchant: str) -> Markup:
    if not session["cancel_url"]:
        return NOTHING
    return render("back", address=session["cancel_url"], merchant=merchant)
