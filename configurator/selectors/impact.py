"""What a new version would mean for those who hold a configuration of the product today."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from django.db.models import Case, When

from configurator.engine.ir import Model
from configurator.engine.price import PriceBook
from configurator.errors import ConfiguratorError
from configurator.models import Configuration, ModelVersion
from configurator.ports import Held, demand
from configurator.selectors.drafts import newest_price_list
from configurator.selectors.moving import Moved, moved_to
from configurator.selectors.prices import read_price_book

# Configurations looked at one by one, the most held first; the rest are only counted.
MOST_MOVED = 200
MOST_LISTED = 30

type State = Literal["same", "cheaper", "dearer", "repaired", "lost"]


@dataclass(frozen=True, slots=True)
class Fate:
    """One configuration that somebody holds, and what becomes of it."""

    configuration: Configuration
    held: Held
    state: State
    moved: Moved | None


def impact_of(version: ModelVersion, model: Model) -> dict[str, object] | None:
    """What would change, as JSON; None where the version has no prices yet.

    Carts would be moved; unpaid orders keep what they froze, but are counted, because they could
    not be ordered again as they are.
    """
    price_list = newest_price_list(version)
    if price_list is None:
        return None
    held = demand()(product_slug=version.product_model.slug)
    fates = _fates(held, model, read_price_book(price_list))
    fates.sort(key=lambda fate: (ORDER[fate.state], -fate.held.carts - fate.held.orders))
    return {
        "carts": sum(one.carts for one in held.values()),
        "orders": sum(one.orders for one in held.values()),
        "configurations": len(held),
        "looked_at": len(fates),
        "currency": price_list.currency,
        "counts": {state: _counts(fates, state) for state in ORDER},
        "listed": [_as_json(f) for f in fates if f.state != "same"][:MOST_LISTED],
    }


# What needs an explanation most stands first.
ORDER: dict[State, int] = {"lost": 0, "repaired": 1, "dearer": 2, "cheaper": 3, "same": 4}


def _fates(held: Mapping[int, Held], model: Model, book: PriceBook) -> list[Fate]:
    keys = sorted(held, key=lambda key: (-held[key].carts - held[key].orders, key))[:MOST_MOVED]
    found = (
        Configuration.objects.filter(pk__in=keys)
        .select_related("version__product_model", "price_list")
        .defer("version__ir")
        .order_by(Case(*(When(pk=key, then=place) for place, key in enumerate(keys)), default=0))
    )
    return [_fate(one, held[one.pk], model, book) for one in found]


def _fate(configuration: Configuration, held: Held, model: Model, book: PriceBook) -> Fate:
    try:
        moved = moved_to(configuration, model, book)
    except ConfiguratorError:
        return Fate(configuration, held, "lost", None)
    if moved.is_repaired:
        state: State = "repaired"
    elif moved.delta_minor == 0:
        state = "same"
    else:
        state = "cheaper" if moved.delta_minor < 0 else "dearer"
    return Fate(configuration, held, state, moved)


def _counts(fates: list[Fate], state: State) -> dict[str, int]:
    of_state = [fate for fate in fates if fate.state == state]
    return {
        "configurations": len(of_state),
        "carts": sum(fate.held.carts for fate in of_state),
        "orders": sum(fate.held.orders for fate in of_state),
    }


def _as_json(fate: Fate) -> dict[str, object]:
    moved = fate.moved
    return {
        "share_code": fate.configuration.share_code,
        "carts": fate.held.carts,
        "orders": fate.held.orders,
        "state": fate.state,
        "changed": [
            {"group": one.group_name, "old": one.old_name, "new": one.new_name}
            for one in (moved.changed if moved else ())
        ],
        "sentences": list(moved.sentences) if moved else [],
        "old_minor": fate.configuration.total_minor,
        "new_minor": moved.new_total_minor if moved else None,
    }
