"""The machines on sale, for the home page."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from configurator.models import ModelVersion
from configurator.selectors.configurations import ChosenOption, chosen_in, parts_of
from configurator.selectors.prices import current_price_list, evaluation
from configurator.selectors.shipping import ShipEstimate, estimate, plant_load, supplies
from configurator.selectors.versions import option_details


@dataclass(frozen=True, slots=True)
class ListedModel:
    """A machine as the home page shows it: its default configuration, priced and dated."""

    version: ModelVersion
    total_minor: int
    currency: str
    estimate: ShipEstimate
    chosen: tuple[ChosenOption, ...]


def listed_models() -> list[ListedModel]:
    """The machines on sale, each "as shown": with its defaults, their total and likely date."""
    versions = list(_listed_versions())
    configured = [(version, *_as_shown(version)) for version in versions]
    parts = {part.part_number for _v, _t, chosen in configured for part in chosen}
    found, load, today = supplies(parts - {""}), plant_load(), timezone.localdate()
    return [
        ListedModel(
            version,
            total,
            settings.SHOP_CURRENCY,
            estimate(parts_of(chosen), found, load, today),
            tuple(chosen),
        )
        for version, total, chosen in configured
    ]


def warm_up() -> int:
    """Load and compile what is on sale, so that no customer waits for it; how many machines.

    A web process calls it once when it starts; it takes about a second.
    """
    versions = list(ModelVersion.objects.published().defer("ir"))
    for version in versions:
        option_details(version)
        evaluation(version, current_price_list(version), {})
    return len(versions)


def _listed_versions() -> QuerySet[ModelVersion]:
    return (
        ModelVersion.objects.published()
        .filter(product_model__is_listed=True)
        .defer("ir")
        .order_by("product_model__position", "product_model__name")
    )


def _as_shown(version: ModelVersion) -> tuple[int, list[ChosenOption]]:
    found = evaluation(version, current_price_list(version), {}, groups=frozenset())
    return found.total_minor or 0, chosen_in(version, found.chosen)
