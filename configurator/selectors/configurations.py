"""What was chosen and frozen, and what it costs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from configurator.engine.price import PriceLine, quantity_of
from configurator.engine.price import price_lines as lines_of
from configurator.errors import UnknownConfiguration
from configurator.models import Configuration, ModelVersion
from configurator.selectors.prices import price_book
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
    found = None
    if share_code.isalnum():  # whatever else was typed, the database need not see it
        found = (
            Configuration.objects.filter(share_code=share_code.lower())
            .select_related("version__product_model", "price_list")
            .defer("version__ir")
            .first()
        )
    if found is None:
        raise UnknownConfiguration(f"No configuration was saved under {share_code!r}")
    return found


def parts_of(chosen: Sequence[ChosenOption]) -> dict[str, int]:
    """Part number → pieces, of what a configuration needs."""
    quantities: dict[str, int] = {}
    for part in chosen:
        if part.part_number:
            quantities[part.part_number] = quantities.get(part.part_number, 0) + part.quantity
    return quantities
