"""The card beside the form: who is paid, for what, how much."""

from shop.stripe.sandbox.amounts import shown
from shop.stripe.sandbox.cashier import Cashier
from shop.stripe.sandbox.pages.markup import NOTHING, Markup, join, render
from shop.stripe.sandbox.store import Document

MAX_LINES = 100


def ticket(cashier: Cashier, session: Document) -> Markup:
    currency = session["currency"]
    with cashier.store.transaction():
        items = cashier.store.select(
            "item", [("parent = ?", session["id"])], is_newest_first=True, limit=MAX_LINES
        )
        about = [cashier.store.private(item["id"])["about"] for item in items]
        shipping_name = cashier.store.private(session["id"])["shipping_name"]
    lines = [
        _line(item, text, shown(item["amount_total"], currency))
        for item, text in zip(items, about, strict=True)
    ]
    if session["shipping_cost"]:
        amount = shown(session["shipping_cost"]["amount_total"], currency)
        lines.append(render("line", name=shipping_name, times="", about=NOTHING, amount=amount))
    return render(
        "ticket",
        merchant=session["branding_settings"]["display_name"],
        total=shown(session["amount_total"], currency),
        currency=currency.upper(),
        lines=join(lines),
    )


def _line(item: Document, about: str, amount: str) -> Markup:
    times = f" × {item['quantity']}" if item["quantity"] > 1 else ""
    note = render("line_about", about=about) if about else NOTHING
    return render("line", name=item["description"], times=times, about=note, amount=amount)
