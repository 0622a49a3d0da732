"""What cart and checkout show: the lines at today's prices, the sum, and the two dates."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from configurator.selectors import chosen_options, drawing
from shop.models import Cart
from shop.ports import promiser
from shop.services.carts import Change, ReviewedLine, review_cart

# The groups that tell one machine from another in a line of words.
TELLING = ("cpu", "graphics", "memory", "drive", "case")


def cart_context(cart: Cart | None, *, today: date) -> dict[str, Any]:
    """Context of a page that shows the cart; `lines` is empty where nothing is in it."""
    reviewed = review_cart(cart) if cart else ()
    if not reviewed:
        return {"lines": [], "reviewed": ()}
    possible = [line for line in reviewed if line.change != Change.GONE]
    quote = None
    if possible:
        pairs = [(line.configuration, line.quantity) for line in possible]
        quote = promiser()(lines=pairs, today=today)
    return {
        "lines": [_shown_line(line) for line in reviewed],
        "reviewed": reviewed,
        "currency": reviewed[0].configuration.currency,
        "items_minor": items_minor(possible),
        "quote": quote,
        "is_ready": not any(line.needs_consent for line in reviewed),
    }


def items_minor(lines: Sequence[ReviewedLine]) -> int:
    return sum(line.amount_minor for line in lines)


def _shown_line(line: ReviewedLine) -> dict[str, Any]:
    chosen = chosen_options(line.configuration)
    names = {one.group: one.name for one in chosen if one.quantity and one.part_number}
    return {
        "line": line,
        "facts": [names[group] for group in TELLING if group in names],
        "drawing": drawing(line.configuration.version, line.configuration.choices),
    }
