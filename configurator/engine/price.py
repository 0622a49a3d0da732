"""What a configuration costs, line by line, in integer minor units."""

from collections.abc import Mapping
from dataclasses import dataclass

from configurator.engine.errors import IncompleteConfiguration, MissingPrice
from configurator.engine.nodes import Model
from configurator.engine.references import COUNT, RESERVED_GROUP


@dataclass(frozen=True, slots=True)
class PriceBook:
    """Prices of one product in one currency.

    `option_minor` names every (group, option) except those of quantity groups, which multiply
    their target and cost nothing themselves.
    """

    currency: str
    base_minor: int
    option_minor: Mapping[tuple[str, str], int]

    def unit_minor(self, group: str, option: str) -> int:
        """The price of one piece. Raises MissingPrice: silence must not mean free."""
        try:
            return self.option_minor[group, option]
        except KeyError:
            raise MissingPrice(f"the price book has no price for {group}.{option}") from None


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One line of a price; the first is the product itself, as group and option "base"."""

    group: str
    option: str
    name: str
    quantity: int
    unit_minor: int
    amount_minor: int


def price_lines(model: Model, choices: Mapping[str, str], book: PriceBook) -> tuple[PriceLine, ...]:
    """The price of a complete configuration: base first, then the groups in model order.

    Raises IncompleteConfiguration when a group is open, MissingPrice when the book has a gap.
    """
    base = PriceLine(RESERVED_GROUP, RESERVED_GROUP, "Base", 1, book.base_minor, book.base_minor)
    lines = [base]
    for group in model.groups:
        if group.quantity_for is not None:
            continue
        option = model.options_by_code[group.code][_chosen(choices, group.code)]
        quantity = quantity_of(model, choices, group.code)
        unit = book.unit_minor(group.code, option.code)
        line = PriceLine(group.code, option.code, option.name, quantity, unit, quantity * unit)
        lines.append(line)
    return tuple(lines)


def total_minor(model: Model, choices: Mapping[str, str], book: PriceBook) -> int:
    """The sum of the price lines of a complete configuration."""
    total = book.base_minor
    for group in model.groups:
        if group.quantity_for is None:
            unit = book.unit_minor(group.code, _chosen(choices, group.code))
            total += unit * quantity_of(model, choices, group.code)
    return total


def quantity_of(model: Model, choices: Mapping[str, str], group: str) -> int:
    """How many of a group's chosen option are ordered: 1 unless a quantity group says more."""
    quantity_group = model.quantity_group_of.get(group)
    if quantity_group is None:
        return 1
    option = model.options_by_code[quantity_group][_chosen(choices, quantity_group)]
    count = option.attributes[COUNT]
    assert isinstance(count, int)  # noqa: S101 - held by references.problems
    return count


def _chosen(choices: Mapping[str, str], group: str) -> str:
    try:
        return choices[group]
    except KeyError:
        raise IncompleteConfiguration(f"nothing is chosen in group {group!r}") from None
