"""From one stored object to another that it does not name outright."""

from shop.stripe.sandbox.cashier import Cashier
from shop.stripe.sandbox.instrument import Instrument
from shop.stripe.sandbox.instruments import BY_KEY
from shop.stripe.sandbox.store import Document


def instrument_of(cashier: Cashier, holder: Document) -> Instrument:
    """The test card or account behind a charge, an intent or a refund."""
    return BY_KEY[cashier.store.private(holder["payment_method"])["instrument"]]


def session_of(cashier: Cashier, intent: Document) -> Document:
    """The Checkout Session that made an intent."""
    filters = [("json_extract(body, '$.payment_intent') = ?", intent["id"])]
    (session,) = cashier.store.select("checkout.session", filters, is_newest_first=True, limit=1)
    return session
