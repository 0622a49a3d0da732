"""What customers choose: mostly the default with a few wishes, some machines again and again."""

from dataclasses import dataclass
from random import Random

from config.history.demand import PRODUCTS
from configurator.engine.evaluate import evaluate
from configurator.engine.nodes import Model
from configurator.models import Configuration, ModelVersion, Option, OptionAvailability
from configurator.selectors import engine_model, published_version
from configurator.services.configurations import freeze_configuration

POPULAR = 24  # machines of a product that many order alike
POPULAR_SHARE = 0.55
# How often a customer has a wish of one's own in a group.
WISHES = {
    "memory": 0.45,
    "memory_quantity": 0.2,
    "graphics": 0.4,
    "drive": 0.4,
    "second_drive": 0.2,
    "cpu": 0.35,
    "case": 0.3,
    "power_supply": 0.15,
    "cooler": 0.2,
    "fans": 0.12,
    "operating_system": 0.25,
    "monitor": 0.15,
    "warranty": 0.3,
    "assembly": 0.1,
}


@dataclass(frozen=True, slots=True)
class Range:
    """A product on sale: its version and rules, what of it can be had, and what is popular."""

    version: ModelVersion
    model: Model
    to_be_had: dict[str, list[str]]  # group → its options, the usual first
    popular: tuple[dict[str, str], ...]


class Tastes:
    """Configurations that the engine completed, so every one of them can be built."""

    def __init__(self, seed: str) -> None:
        self._ranges = {slug: _range(slug, Random(f"{seed}:taste:{slug}")) for slug in PRODUCTS}

    def choose(self, product: str, rng: Random) -> Configuration:
        """The frozen configuration that a customer orders."""
        found = self._ranges[product]
        if rng.random() < POPULAR_SHARE:
            place = min(int(rng.paretovariate(0.9)) - 1, len(found.popular) - 1)
            choices = found.popular[place]
        else:
            choices = _wished(found.model, found.to_be_had, rng)
        return freeze_configuration(version=found.version, choices=choices)


def _range(slug: str, rng: Random) -> Range:
    version = published_version(slug)
    model = engine_model(version)
    to_be_had = _to_be_had(version)
    others = (_wished(model, to_be_had, rng) for _ in range(POPULAR - 1))
    return Range(version, model, to_be_had, (dict(model.defaults), *others))


def _to_be_had(version: ModelVersion) -> dict[str, list[str]]:
    """Options that take no part, or one that somebody sells."""
    sold = set(
        OptionAvailability.objects.filter(lead_days__isnull=False).values_list(
            "part_number", flat=True
        )
    )
    found: dict[str, list[str]] = {}
    options = Option.objects.filter(group__version=version).order_by("group__position", "position")
    for group, code, part_number in options.values_list("group__code", "code", "part_number"):
        if not part_number or part_number in sold:
            found.setdefault(group, []).append(code)
    return found


def _wished(model: Model, to_be_had: dict[str, list[str]], rng: Random) -> dict[str, str]:
    """Wishes one by one, each kept where the rules allow it beside those before."""
    wishes: dict[str, str] = {}
    chosen = dict(model.defaults)
    for group, options in to_be_had.items():
        if rng.random() >= WISHES.get(group, 0):
            continue
        # Few look at the end of a long list.
        place = min(int(rng.expovariate(3 / len(options))), len(options) - 1)
        answer = evaluate(model, {**wishes, group: options[place]})
        is_sold = all(code in to_be_had[name] for name, code in answer.chosen.items())
        if answer.is_consistent and is_sold:
            wishes[group] = options[place]
            chosen = dict(answer.chosen)
    return chosen
