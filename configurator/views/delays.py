"""How soon parts are here, and how much sooner or later another machine would ship."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from configurator.engine.evaluate import Change
from configurator.models import PlantLoad
from configurator.selectors import (
    ChosenOption,
    Supply,
    option_details,
    parts_in,
    parts_of,
    ship_days,
)
from configurator.selectors.shipping import UNHEARD_OF
from configurator.views.answer import Answer


class Delays:
    """Compares likely ship dates of whole configurations, in working days.

    `supplies` must know every part of every configuration that is asked about.
    """

    def __init__(
        self,
        now: Answer,
        chosen: Sequence[ChosenOption],
        supplies: Mapping[str, Supply],
        load: PlantLoad,
    ) -> None:
        self._now = now
        self._chosen = {part.group: part for part in chosen}
        self._supplies = supplies
        self._load = load
        self._days = self._ship_days(chosen)
        self._details = option_details(now.version)
        self._numbers = {part.part_number for part in chosen} - {""}
        self._beside: dict[str, int | None] = {}  # group → the days without its part
        self._told: dict[int | None, tuple[str, str]] = {}  # a page says few, a hundred times

    def _ship_days(self, parts: Sequence[ChosenOption]) -> int | None:
        return ship_days(parts_of(parts), self._supplies, self._load)

    def of_chosen(self, group: str) -> tuple[str, str]:
        """How the chosen part of a group is supplied, and its tone."""
        part = self._chosen.get(group)
        if part is None or not part.part_number or not part.quantity:
            return "", ""
        supply = self._supplies.get(part.part_number, UNHEARD_OF)
        days = supply.days(part.quantity)
        if days is None:
            return _("no date yet"), "later"
        if not days:
            return _("in stock: %(count)d") % {"count": supply.in_stock}, ""
        return ngettext("%(n)d day to us", "%(n)d days to us", days) % {"n": days}, ""

    def days_with(self, choices: Mapping[str, str]) -> int | None:
        """Working days until a complete configuration ships; None when a date is unknown."""
        return ship_days(parts_in(self._now.version, choices), self._supplies, self._load)

    def days_of_taking(self, group: str, option: str, changes: Sequence[Change]) -> int | None:
        """`days_with` of the machine as it stands, with this option and all that changes."""
        part = self._chosen.get(group)
        number = self._details[group, option].part_number
        # Pieces add up where quantities change, or where another group has the same part.
        if changes or part is None or number in self._numbers:
            return self.days_with({**self._now.chosen, **dict(changes), group: option})
        if group not in self._beside:
            others = [other for code, other in self._chosen.items() if code != group]
            self._beside[group] = self._ship_days(others)
        rest = self._beside[group]
        own = ship_days({number: part.quantity}, self._supplies, self._load)
        return None if rest is None or own is None else max(rest, own)

    def of_taking(self, group: str, option: str, changes: Sequence[Change]) -> tuple[str, str]:
        """How much later or sooner with this option and all that changes with it, and its tone."""
        return self.against_now(self.days_of_taking(group, option, changes))

    def against_now(self, days: int | None) -> tuple[str, str]:
        """How much later or sooner than the machine as it stands, and its tone."""
        if days not in self._told:
            self._told[days] = self._against_now(days)
        return self._told[days]

    def _against_now(self, days: int | None) -> tuple[str, str]:
        if days is None:
            return _("date unknown"), "" if self._days is None else "later"
        if self._days is None:
            return _("date known"), "sooner"
        later = days - self._days
        if later > 0:
            return ngettext("%(n)d day later", "%(n)d days later", later) % {"n": later}, "later"
        if later < 0:
            sooner = -later
            words = ngettext("%(n)d day sooner", "%(n)d days sooner", sooner)
            return words % {"n": sooner}, "sooner"
        return _("same day"), ""
