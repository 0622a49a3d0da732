"""Saved configurations side by side, row by row, in words and prices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from config.money import Money
from config.templatetags.cartwright import day
from configurator.engine.price import PriceLine
from configurator.models import Configuration
from configurator.selectors import (
    ChosenOption,
    ShipEstimate,
    chosen_options,
    engine_model,
    estimate,
    parts_of,
    plant_load,
    supplies,
)
from configurator.selectors.configurations import Today, today_of
from configurator.views.build import waiting_for
from configurator.views.meters import Meter, meters


@dataclass(frozen=True, slots=True)
class Cell:
    """What one build has in a row; `meter` where it is a resource."""

    text: str
    note: str = ""
    meter: Meter | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One group, resource or figure over all builds; None: that machine has no such thing."""

    name: str
    cells: tuple[Cell | None, ...]

    @property
    def is_equal(self) -> bool:
        return len(set(self.cells)) == 1


@dataclass(frozen=True, slots=True)
class Column:
    """One build; only what is on sale as it stands can go into the cart."""

    code: str
    name: str
    without_url: str
    is_on_sale: bool
    note: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """The context of configurator/compare.html."""

    columns: list[Column]
    figures: list[Row]
    different: list[Row]
    equal: list[Row]


def comparison(
    builds: Sequence[Configuration], *, today: date, without: Mapping[str, str]
) -> Comparison:
    """Put builds side by side; they may be of different machines, then rows are the union."""
    chosen = [chosen_options(build) for build in builds]
    numbers = {part.part_number for one in chosen for part in one} - {""}
    found, load = supplies(numbers), plant_load()
    ships = [estimate(parts_of(one), found, load, today) for one in chosen]
    now = today_of(builds)
    todays = [now[build.pk] for build in builds]
    rows = [_base(todays), *_groups(todays, chosen)]
    different = [row for row in rows if not row.is_equal]
    return Comparison(
        columns=[_column(build, now[build.pk], without[build.share_code]) for build in builds],
        figures=[
            Row(_("Price"), tuple(_price(build, now[build.pk]) for build in builds)),
            Row(_("Likely ships"), tuple(map(_date, ships, chosen))),
            *_meters(builds),
        ],
        # Alone, a build differs from nothing: it is shown whole.
        different=different if len(builds) > 1 else rows,
        equal=[row for row in rows if row.is_equal] if len(builds) > 1 else [],
    )


def _column(build: Configuration, now: Today, without_url: str) -> Column:
    note = "" if now.is_on_sale else _("This machine has been revised since it was saved.")
    name = build.version.product_model.name
    return Column(build.share_code, name, without_url, now.is_on_sale, note)


def _price(build: Configuration, now: Today) -> Cell:
    was = Money(build.total_minor, build.currency).format()
    if now.total_minor is None:
        return Cell(was, _("when it was saved"))
    today = Money(now.total_minor, now.currency).format()
    return Cell(today, "" if today == was else _("%(was)s when it was saved") % {"was": was})


def _date(ships: ShipEstimate, chosen: Sequence[ChosenOption]) -> Cell:
    waiting = waiting_for(ships, {part.part_number: part.name for part in chosen})
    return Cell(day(ships.likely_on) or _("No ship date yet"), waiting)


def _meters(builds: Sequence[Configuration]) -> list[Row]:
    """One row a resource that any of the builds uses."""
    found = [
        {meter.name: meter for meter in meters(engine_model(build.version), build.choices)}
        for build in builds
    ]
    names = dict.fromkeys(name for one in found for name in one)
    return [
        Row(
            name,
            tuple(Cell(one[name].text, meter=one[name]) if name in one else None for one in found),
        )
        for name in names
    ]


def _base(todays: Sequence[Today]) -> Row:
    """What a machine costs before any part: without it the rows would not add up to the price."""
    amounts = (Money(now.lines[0].amount_minor, now.currency).format() for now in todays)
    return Row(_("Base machine"), tuple(map(Cell, amounts)))


def _groups(todays: Sequence[Today], chosen: Sequence[Sequence[ChosenOption]]) -> list[Row]:
    """One row a group, in the order of the first machine that has it."""
    names = {part.group: part.group_name for one in reversed(chosen) for part in one}
    order = dict.fromkeys(part.group for one in chosen for part in one)
    by_group = [{part.group: part for part in one} for one in chosen]
    lines = [{line.group: line for line in now.lines} for now in todays]
    return [
        Row(
            names[group],
            tuple(
                _part(parts[group], prices.get(group), now.currency) if group in parts else None
                for now, parts, prices in zip(todays, by_group, lines, strict=True)
            ),
        )
        for group in order
    ]


def _part(part: ChosenOption, line: PriceLine | None, currency: str) -> Cell:
    name = part.name if part.quantity <= 1 else f"{part.quantity} × {part.name}"
    amount = line.amount_minor if line is not None and part.quantity else 0
    return Cell(name, Money(amount, currency).format() if amount else "")
