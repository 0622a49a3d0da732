"""How much sooner or later a machine would ship with another part in one place."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from configurator.models import PlantLoad
from configurator.selectors import ChosenOption, Supply
from configurator.selectors.shipping import UNHEARD_OF


class Delays:
    """Compares ship dates in working days; a part that nobody has promised has no date."""

    def __init__(
        self, chosen: Sequence[ChosenOption], supplies: Mapping[str, Supply], load: PlantLoad
    ) -> None:
        self._chosen = {part.group: part for part in chosen}
        self._supplies = supplies
        self._queue_days = load.queue_days
        self._waits = {part.group: self._wait(part.part_number, part.quantity) for part in chosen}

    def _wait(self, part_number: str, quantity: int) -> int | None:
        """Days until the pieces are here; None if unknown. What is no part is no wait."""
        if not part_number or not quantity:
            return 0
        return self._supplies.get(part_number, UNHEARD_OF).days(quantity)

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

    def of_other(self, group: str, part_number: str) -> tuple[str, str]:
        """The difference that another part in this group makes, and its tone."""
        part = self._chosen[group]
        quantity = max(1, part.quantity)
        mine = self._wait(part_number, quantity)
        if mine is None:
            return _("no date yet"), "later"
        others = [wait for code, wait in self._waits.items() if code != group]
        if any(wait is None for wait in others):
            return "", ""
        rest = max([self._queue_days, *(wait for wait in others if wait is not None)])
        current = self._waits[group]
        if current is None:
            return _("has a date"), "sooner"
        later = max(rest, mine) - max(rest, current)
        if later > 0:
            return ngettext("%(n)d day later", "%(n)d days later", later) % {"n": later}, "later"
        if later < 0:
            return ngettext("%(n)d day sooner", "%(n)d days sooner", -later) % {
                "n": -later
            }, "sooner"
        return (_("in stock"), "") if part_number and not mine else ("", "")
