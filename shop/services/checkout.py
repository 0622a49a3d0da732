"""From a cart to an order: price and promise are frozen in one transaction, without Stripe."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from django.db import connection, transaction

from config.audit.services import record_state
from config.locks import lock_rows
from config.money import Money, step_minor
from configurator import selectors as configurations
from shop.errors import CartMoved, EmptyCart, NotChargeable, UnknownShippingMethod
from shop.models import Cart, Order, OrderLine, ShippingMethod
from shop.ports import promiser
from shop.services import validity
from shop.services.carts import Change, ReviewedLine, review_cart

# What Stripe takes in one payment (docs, "Minimum and maximum charge amounts" and "Create a
# Session"): eight digits, and a hundred lines, of which shipping is one. Nothing at all is no
# payment: such an order is cleared by a rule of its own. Elsewhere only zero is too little.
GREATEST_MINOR = 99_999_999
LEAST_MINOR = {
    "AUD": 50, "CAD": 50, "CHF": 50, "DKK": 250, "EUR": 50, "GBP": 30, "JPY": 50,
    "NOK": 300, "NZD": 50, "PLN": 200, "SEK": 300, "USD": 50,
}  # fmt: skip
MOST_LINES = 99


@dataclass(frozen=True, slots=True)
class Contact:
    """Who orders, and where the boxes go. Checked by the form or the API that made it."""

    email: str
    name: str
    line1: str
    city: str
    postal_code: str
    country: str
    phone: str = ""
    line2: str = ""
    region: str = ""


@transaction.atomic
def place_order(
    *, cart: Cart, contact: Contact, shipping_method: str, checkout_key: UUID, today: date
) -> Order:
    """Make an order of what is in the cart, and empty the cart.

    The same `checkout_key` gives the order that it made before. Prices come from the price lists
    alone. Raises `EmptyCart`, `UnknownShippingMethod`, `CartMoved` where a line is dearer than
    agreed or cannot be built any more, and `NotChargeable` for more than one payment takes.
    Opening the payment is the next step, outside this transaction: `payments.open_payment`.
    """
    lock_rows(Cart, [cart.pk])  # the second click waits here for the first
    if existing := Order.objects.filter(checkout_key=checkout_key).first():
        return existing
    lines = review_cart(cart)
    if not lines:
        raise EmptyCart("Your cart is empty: choose a machine first.")
    _refuse_what_was_not_agreed(lines)
    method = _offered(shipping_method, currency=lines[0].configuration.currency)
    _refuse_what_is_not_one_payment(lines, method)
    order = _write(lines, contact, method, checkout_key, today)
    record_state(order, why="placed", actor="customer")
    # Only what was ordered: another tab may have put something in meanwhile.
    cart.lines.filter(pk__in=[line.line_id for line in lines]).delete()
    return order


def _refuse_what_was_not_agreed(lines: Sequence[ReviewedLine]) -> None:
    for line in lines:
        if line.change == Change.GONE:
            raise CartMoved(f"{line.name} cannot be built as chosen any more; choose again.")
        if line.change == Change.REPAIRED:
            raise CartMoved(f"{line.name} has been revised; look at what we would build instead.")
        if line.change == Change.RISE:
            raise CartMoved(f"The price of {line.name} has risen since you put it in your cart.")


def _refuse_what_is_not_one_payment(lines: Sequence[ReviewedLine], method: ShippingMethod) -> None:
    currencies = sorted({line.configuration.currency for line in lines})
    if len(currencies) > 1:
        raise NotChargeable(f"Prices in {' and '.join(currencies)} cannot be paid together.")
    if len(lines) > MOST_LINES:
        raise NotChargeable(
            f"An order may have {MOST_LINES} lines, your cart has {len(lines)}; order in parts."
        )
    _refuse_what_is_finer_than_stripe_charges(lines, method)
    total_minor = sum(line.amount_minor for line in lines) + method.price_minor
    least_minor = LEAST_MINOR.get(currencies[0], 1)
    if 0 < total_minor < least_minor:
        least, total = (Money(it, currencies[0]).format() for it in (least_minor, total_minor))
        raise NotChargeable(f"One payment must be {least} at least, yours would be {total}.")
    if total_minor > GREATEST_MINOR:
        most, total = (Money(it, currencies[0]).format() for it in (GREATEST_MINOR, total_minor))
        raise NotChargeable(
            f"One payment may be {most} at most, yours would be {total}; order in parts."
        )


def _refuse_what_is_finer_than_stripe_charges(
    lines: Sequence[ReviewedLine], method: ShippingMethod
) -> None:
    step = step_minor(method.currency)
    prices = [(line.name, line.unit_minor) for line in lines]
    for name, minor in [*prices, (method.name, method.price_minor)]:
        if minor % step:
            price, least = (Money(it, method.currency).format() for it in (minor, step))
            raise NotChargeable(
                f"{name} costs {price}, and the cashier takes multiples of {least} only. "
                "Please tell us: its price has to be changed."
            )


def _offered(code: str, *, currency: str) -> ShippingMethod:
    offered = ShippingMethod.objects.filter(is_offered=True, currency=currency)
    method = offered.filter(code=code).first()
    if method is None:
        known = ", ".join(offered.values_list("code", flat=True))
        raise UnknownShippingMethod(f"Shipping method: expected one of {known}, got {code!r}.")
    return method


def _write(
    lines: Sequence[ReviewedLine],
    contact: Contact,
    method: ShippingMethod,
    checkout_key: UUID,
    today: date,
) -> Order:
    quote = promiser()(lines=[(line.configuration, line.quantity) for line in lines], today=today)
    units = [recomputed_minor(line) for line in lines]
    items_minor = sum(unit * line.quantity for unit, line in zip(units, lines, strict=True))
    order = Order.objects.create(
        number=_next_number(),
        **asdict(contact),
        shipping_method=method,
        currency=lines[0].configuration.currency,
        items_minor=items_minor,
        shipping_minor=method.price_minor,
        total_minor=items_minor + method.price_minor,
        promised_ships_on=quote.ships_by_on,
        likely_ships_on=quote.likely_on,
        promise_reason=quote.reason[:200],
        pay_until_on=validity.last_day(today),
        checkout_key=checkout_key,
    )
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            configuration=line.configuration,
            name=line.name,
            quantity=line.quantity,
            unit_minor=unit,
            amount_minor=unit * line.quantity,
        )
        for unit, line in zip(units, lines, strict=True)
    )
    return order


def recomputed_minor(line: ReviewedLine) -> int:
    """The price of one machine, from the price list that its configuration names."""
    return sum(one.amount_minor for one in configurations.price_lines(line.configuration))


def _next_number() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('shop_order_number')")
        return f"CW-{cursor.fetchone()[0]}"
