"""What becomes of a frozen configuration under another version: a repair with its difference."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from configurator.engine.ir import NONE, Group, Model, Option
from configurator.engine.move import Move, move
from configurator.engine.price import PriceBook, total_minor
from configurator.errors import engine_errors_translated
from configurator.models import Configuration, ModelVersion, PriceList
from configurator.selectors.prices import price_book
from configurator.selectors.versions import engine_model, option_details


@dataclass(frozen=True, slots=True)
class Changed:
    """One answer that is another one now.

    `old_name` is "" where nothing was chosen before, `new_name` where the question is gone.
    """

    group: str
    group_name: str
    old_name: str
    new_name: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A configuration carried over. `choices` is complete and valid under the new version.

    `gone` names what is no longer offered. Prices are of one machine, in minor units.
    """

    choices: Mapping[str, str]
    changed: tuple[Changed, ...]
    gone: tuple[str, ...]
    old_total_minor: int
    new_total_minor: int
    sentences: tuple[str, ...]

    @property
    def delta_minor(self) -> int:
        return self.new_total_minor - self.old_total_minor

    @property
    def is_repaired(self) -> bool:
        """Is anything chosen otherwise than it was?"""
        return bool(self.changed)


def moved(configuration: Configuration, version: ModelVersion, price_list: PriceList) -> Moved:
    """Carry a configuration over to a checked version, at the prices of one of its lists.

    Keeps as much as can be had together and replaces the rest by its like; writes nothing down.
    Raises ConfiguratorError where the version allows nothing.
    """
    return moved_to(configuration, engine_model(version), price_book(price_list))


def moved_to(configuration: Configuration, model: Model, book: PriceBook) -> Moved:
    """The same for a model that is no version yet, as it is while a draft is being checked."""
    near = {
        group: amount
        for (group, option), amount in price_book(configuration.price_list).option_minor.items()
        if configuration.choices.get(group) == option
    }
    with engine_errors_translated():
        found = move(model, configuration.choices, book=book, near=near)
        total = total_minor(model, found.chosen, book)
    old = _Old(configuration)
    lost = [group for group in old.model.groups if group.code not in found.chosen]
    gone = [old.name(group) for group in (*found.gone, *(group.code for group in lost))]
    return Moved(
        choices=found.chosen,
        changed=(
            *(
                Changed(group.code, group.name, old.name(group.code), new.name)
                for group in model.groups
                if (new := _other(group, old, found)) is not None
            ),
            *(
                Changed(group.code, group.name, old.name(group.code), "")
                for group in lost
                if old.is_thing(group)
            ),
        ),
        gone=tuple(gone),
        old_total_minor=configuration.total_minor,
        new_total_minor=total,
        sentences=(
            *(_("%(part)s is no longer offered.") % {"part": name} for name in gone if name),
            *found.sentences,
        ),
    )


class _Old:
    """What was chosen, in the words of the version that it was chosen from."""

    def __init__(self, configuration: Configuration) -> None:
        self.model = engine_model(configuration.version)
        self.choices: Mapping[str, str] = configuration.choices
        self._details = option_details(configuration.version)

    def name(self, group: str) -> str:
        """The chosen option's name; "" for a group that was not there, and for nothing."""
        option = self.choices.get(group, "")
        detail = self._details.get((group, option))
        return detail.name if detail and option != NONE else ""

    def is_thing(self, group: Group) -> bool:
        return group.quantity_for is None and self.choices[group.code] != NONE


def _other(group: Group, old: _Old, found: Move) -> Option | None:
    """The option that is chosen instead; None where nothing changed that anybody would notice."""
    before, now = old.choices.get(group.code), found.chosen[group.code]
    is_noticed = now != NONE and len(group.options) > 1 if before is None else before != now
    return {option.code: option for option in group.options}[now] if is_noticed else None
