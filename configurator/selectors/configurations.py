"""What was chosen and frozen, and what it costs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from configurator.engine.price import PriceLine, quantity_of
from configurator.engine.price import price_lines as lines_of
from configurator.errors import UnknownConfiguration
from configurator.models import Configuration, ModelVersion, PriceList
from configurator.selectors.prices import current_price_list, price_book
from configurator.selectors.versions import engine_model, option_details


def price_lines(configuration: Configuration) -> tuple[PriceLine, ...]:
    """The price of a frozen configuration, line by line; they sum to its total."""
    return lines_of(
        engine_model(configuration.version),
        configuration.choices,
        price_book(configuration.price_list),
    )


@dataclass(frozen=True, slots=True)
class ChosenOption:
    """One answer of a configuration. `quantity` counts pieces; 0 means none are ordered."""

    group: str
    group_name: str
    option: str
    name: str
    facts: str
    part_number: str
    quantity: int


def chosen_options(configuration: Configuration) -> list[ChosenOption]:
    """What was chosen, in the order of the groups; quantity groups are told by the quantity."""
    return chosen_in(configuration.version, configuration.choices)


def chosen_in(version: ModelVersion, choices: Mapping[str, str]) -> list[ChosenOption]:
    """The same for a complete set of choices that is not frozen."""
    model, details = engine_model(version), option_details(version)
    chosen = []
    for group in model.groups:
        if group.quantity_for is not None:
            continue
        option = choices[group.code]
        detail = details[group.code, option]
        quantity = quantity_of(model, choices, group.code)
        chosen.append(
            ChosenOption(
                group.code,
                group.name,
                option,
                detail.name,
                detail.facts,
                detail.part_number,
                quantity,
            )
        )
    return chosen


def configuration_by_code(share_code: str) -> Configuration:
    """The configuration behind a short address. Raises UnknownConfiguration."""
    code = share_code.lower()
    found = configurations_by_code([code]).get(code)
    if found is None:
        raise UnknownConfiguration(f"No configuration was saved under {share_code!r}")
    return found


def configurations_by_code(share_codes: Sequence[str]) -> dict[str, Configuration]:
    """Share code → configuration, in the order asked for; without those that nobody saved."""
    # Whatever else was typed, the database need not see it.
    asked = [code for code in share_codes if code.isalnum()]
    rows = (
        Configuration.objects.filter(share_code__in=asked)
        .select_related("version__product_model", "price_list")
        .defer("version__ir")
    )
    found = {row.share_code: row for row in rows} if asked else {}
    return {code: found[code] for code in asked if code in found}


@dataclass(frozen=True, slots=True)
class Today:
    """What has become of a frozen configuration. `total_minor` is None once it is not on sale.

    `lines` are at today's prices, or, once it is not on sale, as it was saved.
    """

    is_on_sale: bool
    total_minor: int | None
    currency: str
    lines: tuple[PriceLine, ...]


def today_of(configurations: Sequence[Configuration]) -> dict[int, Today]:
    """By primary key: whether each can be ordered as it is, and at which price today."""
    versions = {one.version_id: one.version for one in configurations}
    live = set(
        ModelVersion.objects.published().filter(pk__in=versions).values_list("pk", flat=True)
    )
    prices = {pk: current_price_list(versions[pk]) for pk in live}
    return {one.pk: _today(one, prices.get(one.version_id)) for one in configurations}


def _today(configuration: Configuration, prices: PriceList | None) -> Today:
    if prices is None:
        return Today(False, None, configuration.currency, price_lines(configuration))
    model = engine_model(configuration.version)
    lines = lines_of(model, configuration.choices, price_book(prices))
    return Today(True, sum(line.amount_minor for line in lines), prices.currency, lines)


def parts_in(version: ModelVersion, choices: Mapping[str, str]) -> dict[str, int]:
    """`parts_of` a complete set of choices: a click asks for dozens, and shows none of them."""
    model, details = engine_model(version), option_details(version)
    quantities: dict[str, int] = {}
    for group in model.groups:
        if group.quantity_for is not None:
            continue
        number = details[group.code, choices[group.code]].part_number
        if number:
            pieces = quantity_of(model, choices, group.code)
            quantities[number] = quantities.get(number, 0) + pieces
    return quantities


def parts_of(chosen: Sequence[ChosenOption]) -> dict[str, int]:
    """Part number → pieces, of what a configuration needs."""
    quantities: dict[str, int] = {}
    for part in chosen:
        if part.part_number:
            quantities[part.part_number] = quantities.get(part.part_number, 0) + part.quantity
    return quantities
