"""The configure page, put together: everything a template needs, already in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from configurator.models import ModelVersion
from configurator.selectors import (
    ChosenOption,
    Drawing,
    chosen_in,
    current_price_list,
    drawing,
    engine_model,
    option_details,
    plant_load,
    price_book,
    supplies,
)
from configurator.views import ways
from configurator.views.answer import Answer, answer
from configurator.views.build import Card, card
from configurator.views.changes import Notice, applied, configure_url, notices
from configurator.views.delays import Delays
from configurator.views.groups import GroupRow, RowMaker
from configurator.views.meters import Meter, meters
from configurator.views.phrases import Details, Phrases
from configurator.views.windows import Window, soonest_first, windows
from configurator.views.wish import Wish, pairs


@dataclass(frozen=True, slots=True)
class ConfigurePage:
    """The context of configurator/configure.html, as `page`."""

    version: ModelVersion
    answer: Answer
    url: str
    canonical_url: str
    crumbs: list[dict[str, str]]
    kept: str
    auto: str
    taken: str
    shown: str
    opened: str
    newest: str
    groups: list[GroupRow]
    meters: list[Meter]
    drawing: Drawing
    build: Card
    beside: Notice | None
    notices: list[Notice]
    warnings: tuple[str, ...]


def configure_page(
    version: ModelVersion, wish: Wish, told: list[Notice] | None = None
) -> ConfigurePage:
    """Answer a wish. `told` replaces the notices that the wish itself gives rise to."""
    model, details = engine_model(version), option_details(version)
    price_list = current_price_list(version)
    book = price_book(price_list)
    now = answer(version, price_list, wish.explicit, wish.before)
    chosen = chosen_in(version, now.chosen)
    shown = windows(model, now, wish, book)
    load = plant_load()
    proposed = ways.seek(now, wish, load)
    numbers = _part_numbers(now, shown, chosen, details)
    if proposed is not None:
        numbers |= {details[key].part_number for key in proposed.chosen.items()} - {""}
    found = supplies(numbers)
    delays = Delays(now, chosen, found, load)
    slug = version.product_model.slug
    url = configure_url(slug, {})
    phrases = Phrases(model, now.chosen, book, details)
    rows = RowMaker(model, now, book, details, delays, phrases, wish, url)
    return ConfigurePage(
        version=version,
        answer=now,
        url=url,
        canonical_url=configure_url(slug, now.explicit, wish.filters.query),
        crumbs=[
            {"title": _("Machines"), "url": "/#machines"},
            {"title": version.product_model.name},
        ],
        kept=pairs(now.explicit),
        auto=pairs(now.auto),
        taken=pairs(wish.taken),
        shown=wish.shown if wish.shown in model.options_by_code else "",
        opened=wish.filters.opened,
        newest=wish.newest or "",
        groups=[rows.group(soonest_first(window, now, rows.wait)) for window in shown],
        meters=meters(model, now.chosen),
        drawing=drawing(version, now.chosen, highlight=wish.newest or ""),
        build=card(
            model=model,
            now=now,
            book=book,
            chosen=chosen,
            found=found,
            load=load,
            today=timezone.localdate(),
            budget=wish.budget,
        ),
        beside=ways.told(proposed, now, delays) if proposed else applied(now, wish),
        notices=notices(now, wish) if told is None else told,
        warnings=now.evaluation.warnings,
    )


def _part_numbers(
    now: Answer, shown: Sequence[Window], chosen: Sequence[ChosenOption], details: Details
) -> set[str]:
    """All parts whose supply the page speaks of: chosen, shown, or coming with what is shown."""
    options = {(window.group.code, option.code) for window in shown for option in window.options}
    options |= {change for key in options for change in now.evaluation.states[key].changes}
    numbers = {details[key].part_number for key in options}
    return (numbers | {part.part_number for part in chosen}) - {""}
