"""When a machine could ship: from what production wrote down, never by asking it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.calendar import add_working_days
from configurator.models import OptionAvailability, PlantLoad


@dataclass(frozen=True, slots=True)
class Supply:
    """How soon one part can be had: pieces free now, else working days (None: unknown)."""

    in_stock: int
    lead_days: int | None

    def days(self, quantity: int) -> int | None:
        """Working days until `quantity` pieces are here; 0 when they are."""
        return 0 if self.in_stock >= quantity else self.lead_days


UNHEARD_OF = Supply(0, None)


def supplies(part_numbers: set[str]) -> dict[str, Supply]:
    """Part number → supply, of the parts that production has told about."""
    rows = OptionAvailability.objects.filter(part_number__in=part_numbers)
    return {
        number: Supply(in_stock, lead_days)
        for number, in_stock, lead_days in rows.values_list("part_number", "in_stock", "lead_days")
    }


def plant_load() -> PlantLoad:
    """The queue of jobs; an empty one where production has not written any down."""
    return PlantLoad.objects.first() or PlantLoad()


@dataclass(frozen=True, slots=True)
class ShipEstimate:
    """A likely date, and the one thing that it waits for.

    `days` are working days from today; date and days are None when a part's lead time is unknown.
    `waits_for` is a part number, "queue", or "" when nothing is waited for.
    """

    likely_on: date | None
    days: int | None
    waits_for: str
    reason: str


def ship_estimate(part_quantities: Mapping[str, int], today: date) -> ShipEstimate:
    """When a machine of these parts would likely ship: the longest lead time, queue, work."""
    found = supplies({number for number in part_quantities if number})
    return estimate(part_quantities, found, plant_load(), today)


def estimate(
    part_quantities: Mapping[str, int],
    found: Mapping[str, Supply],
    load: PlantLoad,
    today: date,
) -> ShipEstimate:
    """`ship_estimate` from facts at hand. The queue runs while parts are on their way."""
    longest, last = _longest_wait(part_quantities, found)
    if longest is None:
        return ShipEstimate(None, None, last, _("no supplier has given a date for it yet"))
    days = _days_from_now(longest, load)
    if days is None:
        return ShipEstimate(None, None, "queue", _("the workshop has no working hours yet"))
    likely_on = add_working_days(today, days)
    if longest > load.queue_days:
        count = longest
        reason = ngettext("%(n)d working day to us", "%(n)d working days to us", count)
        return ShipEstimate(likely_on, days, last, reason % {"n": count})
    if load.queue_days:
        count = load.queue_days
        reason = ngettext(
            "%(n)d working day of jobs ahead", "%(n)d working days of jobs ahead", count
        )
        return ShipEstimate(likely_on, days, "queue", reason % {"n": count})
    return ShipEstimate(likely_on, days, "", _("every part is here"))


def ship_days(
    part_quantities: Mapping[str, int], found: Mapping[str, Supply], load: PlantLoad
) -> int | None:
    """The days of `estimate` alone, for comparing many configurations."""
    longest, _last = _longest_wait(part_quantities, found)
    return None if longest is None else _days_from_now(longest, load)


def _longest_wait(
    part_quantities: Mapping[str, int], found: Mapping[str, Supply]
) -> tuple[int | None, str]:
    """Working days until the last part is here, and which it is; None if a part has no date."""
    longest, last = 0, ""
    for number, quantity in part_quantities.items():
        if not number or quantity < 1:
            continue
        days = found.get(number, UNHEARD_OF).days(quantity)
        if days is None:
            return None, number
        if days > longest:
            longest, last = days, number
    return longest, last


def _days_from_now(longest_wait: int, load: PlantLoad) -> int | None:
    if load.build_days is None:
        return None
    return max(longest_wait, load.queue_days) + load.build_days
