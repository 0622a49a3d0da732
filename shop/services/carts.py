"""What a visitor means to order, and whether it still costs what the visitor saw."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from config.locks import lock_rows
from configurator import selectors as configurations
from configurator.errors import ConfiguratorError
from configurator.models import Configuration
from configurator.selectors import Moved
from configurator.services.configurations import freeze_configuration
from shop.errors import CartMoved, UnknownCartLine
from shop.models import Cart, CartLine

MOST_OF_ONE = 99


class Change(StrEnum):
    """What has become of a line since it was put into the cart."""

    NONE = "none"
    DROP = "drop"  # cheaper now: passed on without asking
    RISE = "rise"  # dearer now: needs the customer's word
    REPAIRED = "repaired"  # a part had to be replaced: needs the customer's word, whatever it costs
    GONE = "gone"  # cannot be built as it is any more


@dataclass(frozen=True, slots=True)
class ReviewedLine:
    """A cart line at today's prices. `configuration` is what would be ordered now.

    `was_minor` is the price of one machine when it was put into the cart, in minor units;
    `moved` says what was carried over to a new version of the machine, and how.
    """

    line_id: int
    configuration: Configuration
    quantity: int
    change: Change
    was_minor: int
    moved: Moved | None = None

    @property
    def name(self) -> str:
        return self.configuration.version.product_model.name

    @property
    def unit_minor(self) -> int:
        return self.configuration.total_minor

    @property
    def amount_minor(self) -> int:
        return self.unit_minor * self.quantity

    @property
    def needs_consent(self) -> bool:
        return self.change in {Change.RISE, Change.REPAIRED, Change.GONE}


def open_cart(*, token: UUID | None) -> Cart:
    """The cart of this token, or a new one."""
    cart = Cart.objects.filter(token=token).first() if token else None
    return cart or Cart.objects.create()


def add_to_cart(*, cart: Cart, configuration: Configuration, quantity: int = 1) -> CartLine:
    """Put machines into the cart. A line that is in it already stays: a double click adds once."""
    line, _ = CartLine.objects.get_or_create(
        cart=cart,
        configuration=configuration,
        defaults={"quantity": min(max(quantity, 1), MOST_OF_ONE)},
    )
    return line


def set_quantity(*, cart: Cart, line_id: int, quantity: int) -> None:
    """Order so many of a line, 1 to 99. Raises `UnknownCartLine`."""
    if not cart.lines.filter(pk=line_id).update(quantity=quantity):
        raise UnknownCartLine("This line is not in your cart any more.")


def remove_line(*, cart: Cart, line_id: int) -> None:
    """Take a line out; one that is gone already is no error."""
    cart.lines.filter(pk=line_id).delete()


def review_cart(cart: Cart) -> tuple[ReviewedLine, ...]:
    """Every line at today's prices, with what has changed since it was put in.

    A line whose version or price list is not the present one is frozen anew; that writes no more
    than an immutable row that an order of it would need anyway.
    """
    return tuple(_review(line) for line in _with_configurations(cart))


def _with_configurations(cart: Cart) -> QuerySet[CartLine]:
    return cart.lines.select_related(
        "configuration__version__product_model", "configuration__price_list"
    ).defer("configuration__version__ir")


def _review(line: CartLine) -> ReviewedLine:
    old = line.configuration
    try:
        now, moved = _as_of_today(old)
    except ConfiguratorError:
        return ReviewedLine(line.pk, old, line.quantity, Change.GONE, old.total_minor)
    change = _change(old, now, moved)
    return ReviewedLine(line.pk, now, line.quantity, change, old.total_minor, moved)


def _as_of_today(old: Configuration) -> tuple[Configuration, Moved | None]:
    """What would be ordered now; and the move where the machine has been revised since."""
    version = configurations.published_version(old.version.product_model.slug)
    price_list = configurations.current_price_list(version, old.currency)
    if (version.pk, price_list.pk) == (old.version_id, old.price_list_id):
        return old, None
    moved = None
    if version.ir_sha256 != old.version.ir_sha256:
        moved = configurations.moved(old, version, price_list)
    choices = moved.choices if moved else old.choices
    now = freeze_configuration(version=version, choices=choices, price_list=price_list)
    # What is at hand, so that nobody loads the version's heavy IR for a name.
    now.version, now.price_list = version, price_list
    return now, moved


def _change(old: Configuration, now: Configuration, moved: Moved | None) -> Change:
    if moved is not None and moved.is_repaired:
        return Change.REPAIRED
    if now.total_minor == old.total_minor:
        return Change.NONE
    return Change.DROP if now.total_minor < old.total_minor else Change.RISE


@transaction.atomic
def accept_price(*, cart: Cart, line_id: int, share_code: str) -> None:
    """Take a line at today's price, as it was shown: `share_code` names what was agreed to.

    Raises `CartMoved` when it has changed again meanwhile, and `UnknownCartLine`.
    """
    lock_rows(Cart, [cart.pk])
    line = _with_configurations(cart).filter(pk=line_id).first()
    if line is None:
        raise UnknownCartLine("This line is not in your cart any more.")
    reviewed = _review(line)
    if reviewed.change == Change.GONE or reviewed.configuration.share_code != share_code:
        raise CartMoved(f"{reviewed.name} has changed again; look at its price once more.")
    if twin := cart.lines.filter(configuration=reviewed.configuration).exclude(pk=line_id).first():
        twin.quantity = min(twin.quantity + line.quantity, MOST_OF_ONE)
        twin.save(update_fields=["quantity"])
        line.delete()
        return
    line.configuration = reviewed.configuration
    line.save(update_fields=["configuration"])
