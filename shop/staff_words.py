"""The states of an order as staff read them."""

from shop.models import Order

# What nobody says outside of the trade.
WORDS: dict[str, str] = {Order.Status.PRE_PRODUCTION: "in preparation"}


def status_words(state: str) -> str:
    """`awaiting_payment` → "awaiting payment"."""
    return WORDS.get(state, state.replace("_", " "))
