"""The card beside the options: total, date, what was chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.money import Money
from config.templatetags.cartwright import day
from configurator.engine.ir import Model
from configurator.engine.price import PriceBook, PriceLine, price_lines
from configurator.models import PlantLoad
from configurator.selectors import ChosenOption, ShipEstimate, Supply, estimate, parts_of
from configurator.views.answer import Answer

DEAREST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Card:
    """The context of components/build_card.html."""

    title: str
    total: str
    total_key: int
    note: str
    likely: str
    undated: str
    waiting: str
    rows: list[dict[str, str]]
    rest: list[dict[str, str]]
    rest_label: str
    action_label: str
    action_url: str
    ways: list[dict[str, str]]
    budget: dict[str, str]


def card(
    *,
    model: Model,
    now: Answer,
    book: PriceBook,
    chosen: Sequence[ChosenOption],
    found: Mapping[str, Supply],
    load: PlantLoad,
    today: date,
    budget: str = "",
) -> Card:
    """Total and date of the configuration as it stands."""
    total = now.evaluation.total_minor or 0
    rows, rest = _rows(price_lines(model, now.chosen, book), book.currency)
    ships = estimate(parts_of(chosen), found, load, today)
    save = reverse("configurator:save", args=[now.version.product_model.slug])
    return Card(
        title=_("Your build"),
        total=Money(total, book.currency).format(),
        total_key=total,
        note=_("assembly and test included, tax not"),
        likely=day(ships.likely_on),
        undated="" if ships.likely_on else _("No ship date yet"),
        waiting=waiting_for(ships, {part.part_number: part.name for part in chosen}),
        rows=rows,
        rest=rest,
        rest_label=ngettext("%(n)d more part", "%(n)d more parts", len(rest)) % {"n": len(rest)},
        action_label=_("Add to cart"),
        action_url=reverse("shop:cart_add"),
        ways=[
            {"url": save, "label": _("Save and share")},
            {"name": "way", "value": "cheapest", "label": _("Cheapest")},
            {"name": "way", "value": "quickest", "label": _("Quickest")},
        ],
        budget={"value": budget, "currency": book.currency},
    )


def waiting_for(ships: ShipEstimate, names: Mapping[str, str]) -> str:
    """The one thing that the date depends on, and why: `waiting for: Cooler X, 4 days to us`."""
    if not ships.waits_for:
        return ships.reason
    if ships.waits_for == "queue":
        return _("every part is here; %(reason)s") % {"reason": ships.reason}
    name = names.get(ships.waits_for, ships.waits_for)
    return _("waiting for: %(part)s, %(reason)s") % {"part": name, "reason": ships.reason}


def _rows(
    lines: Sequence[PriceLine], currency: str
) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """The base and the dearest parts; then the rest of what is part of the machine."""
    base, *parts = lines
    present = [line for line in parts if line.quantity and line.option != "none"]
    dearest = sorted(present, key=lambda line: -line.amount_minor)[:DEAREST_SHOWN]
    rest = [line for line in present if line not in dearest]
    first = {"name": _("Base machine"), "value": Money(base.amount_minor, currency).format()}
    return (
        [first, *(_row(line, currency) for line in present if line in dearest)],
        [_row(line, currency) for line in rest],
    )


def _row(line: PriceLine, currency: str) -> dict[str, str]:
    name = line.name if line.quantity == 1 else f"{line.quantity} × {line.name}"
    amount = Money(line.amount_minor, currency).format() if line.amount_minor else _("included")
    return {"name": name, "value": amount}
