"""The other side of the counter: what banks, customers and time do, for a person to decide.

Each button is one call of the control API; nothing can be done here that a program cannot do.
"""

from dataclasses import asdict

from shop.stripe.sandbox.amounts import shown
from shop.stripe.sandbox.cashier import Cashier
from shop.stripe.sandbox.chaos import current, parse_chaos
from shop.stripe.sandbox.disputes import OPEN
from shop.stripe.sandbox.endpoints.control import ROUTES
from shop.stripe.sandbox.errors import ApiError
from shop.stripe.sandbox.exchange import Answer, Request
from shop.stripe.sandbox.pages.forms import is_from_here, read_form
from shop.stripe.sandbox.pages.layout import answer_page, message_page, redirect
from shop.stripe.sandbox.pages.markup import NOTHING, Markup, join, render
from shop.stripe.sandbox.store import Document
from shop.stripe.sandbox.wire import Raw

PATH = "/c/bank"
SHOWN = 15  # of each kind, the newest first
REFUSED, FORBIDDEN = 422, 403
DAYS = {"An hour": 3_600, "A day": 24 * 3_600, "Ten days": 10 * 24 * 3_600}

type Acts = tuple[tuple[str, str], ...]  # (path below /sandbox/, words on the button)


def bank_page(cashier: Cashier, request: Request) -> Answer:
    if request.method != "POST":
        return _page(cashier)
    if not is_from_here(request):
        return message_page(
            "This came from another site",
            "Nothing was done. Use the buttons of this cashier's own page.",
            merchant=cashier.settings.merchant,
            status=FORBIDDEN,
        )
    values = read_form(request) or {}
    try:
        act(cashier, values)
    except (ApiError, ValueError) as error:
        return _page(cashier, alert=str(error), status=REFUSED)
    return redirect(PATH)


def act(cashier: Cashier, values: dict[str, str]) -> None:
    """Do what a button says. Raises ApiError, or ValueError for chaos that cannot be read."""
    path = f"/sandbox/{values.get('act', '')}"
    raw: dict[str, Raw] = {name: text for name, text in values.items() if name != "act"}
    if "chaos" in raw:
        raw = {name: str(value) for name, value in asdict(parse_chaos(values["chaos"])).items()}
    for route in ROUTES:
        if route.method == "POST" and (match := route.path.fullmatch(path)):
            params = route.shape.read(raw)
            with cashier.store.transaction():
                route.endpoint(cashier, params, *match.groups())
            return
    raise ApiError("There is no such button.", status=404)


def _page(cashier: Cashier, *, alert: str = "", status: int = 200) -> Answer:
    with cashier.store.transaction():
        sections = [
            _section("Payments", _rows(cashier, "charge")),
            _section("Disputes", _rows(cashier, "dispute")),
            _section("Reviews", _rows(cashier, "review")),
            _section("Refunds", _rows(cashier, "refund")),
        ]
        knobs = asdict(current(cashier))
    content = render(
        "bank",
        alert=render("bank_alert", text=alert) if alert else NOTHING,
        clocks=join([_button(f"clock?{name}", name) for name in DAYS]),
        chaos=",".join(f"{name}={value:g}" for name, value in knobs.items() if value),
        sections=join([section for section in sections if section]),
    )
    return answer_page(
        "The bank's side", content, merchant=cashier.settings.merchant, status=status
    )


def _section(caption: str, rows: list[Markup]) -> Markup:
    return render("bank_section", caption=caption, rows=join(rows)) if rows else NOTHING


def _rows(cashier: Cashier, kind: str) -> list[Markup]:
    found = cashier.store.select(kind, [], is_newest_first=True, limit=SHOWN)
    return [_row(cashier, document) for document in found]


def _row(cashier: Cashier, document: Document) -> Markup:
    what, state, acts = _told(cashier, document)
    return render(
        "bank_row",
        what=what,
        state=state,
        reference=document["id"],
        buttons=join([_button(path, words, document["id"]) for path, words in acts]),
    )


def _told(cashier: Cashier, document: Document) -> tuple[str, str, Acts]:
    """What a row says: the amount, how it stands, and what can be done about it."""
    match document["object"]:
        case "charge":
            return _amount(document), _state_of_charge(document), _acts_on_charge(document)
        case "dispute":
            words = f"{document['status']}: {document['reason']}"
            return _amount(document), words.replace("_", " "), _acts_on_dispute(document)
        case "refund":
            return _amount(document), document["status"], _acts_on_refund(document)
    charge = cashier.store.get("charge", document["charge"])
    if not document["open"]:
        return _amount(charge), document["reason"].replace("_", " "), ()
    path = f"reviews/{document['id']}"
    return _amount(charge), "open", ((f"{path}/approve", "Approve"), (f"{path}/refund", "Refund"))


def _amount(document: Document) -> str:
    return shown(document["amount"], document["currency"])


def _state_of_charge(charge: Document) -> str:
    words = [charge["status"]]
    if charge["amount_refunded"]:
        words.append(f"{shown(charge['amount_refunded'], charge['currency'])} refunded")
    if charge["disputed"]:
        words.append("disputed")
    return ", ".join(words)


def _acts_on_charge(charge: Document) -> Acts:
    if not charge["paid"] or charge["refunded"]:
        return ()
    path = f"charges/{charge['id']}"
    acts: Acts = ((f"{path}/warn", "Warn of fraud"),)
    if not charge["disputed"]:
        acts = ((f"{path}/dispute", "Dispute"), *acts)
    return acts if charge["review"] else (*acts, (f"{path}/review", "Review"))


def _acts_on_dispute(dispute: Document) -> Acts:
    if dispute["status"] not in OPEN:
        return ()
    path = f"disputes/{dispute['id']}"
    acts: Acts = ((f"{path}/win", "Shop wins"), (f"{path}/lose", "Shop loses"))
    is_inquiry = dispute["status"].startswith("warning_")
    return (*acts, (f"{path}/escalate", "Escalate")) if is_inquiry else acts


def _acts_on_refund(refund: Document) -> Acts:
    path = f"refunds/{refund['id']}"
    match refund["status"]:
        case "pending":
            return (
                (f"{path}/succeed", "Succeed"),
                (f"{path}/fail", "Fail"),
                (f"{path}/ask", "Ask for an account"),
            )
        case "requires_action":
            return ((f"{path}/answer", "Name an account"), (f"{path}/fail", "Fail"))
        case "succeeded":
            return ((f"{path}/fail", "Fail"),)
    return ()


def _button(path: str, words: str, about: str = "") -> Markup:
    path, _, period = path.partition("?")
    field = render("bank_period", seconds=DAYS[period]) if period else NOTHING
    return render("bank_button", act=path, words=words, about=about, field=field)
