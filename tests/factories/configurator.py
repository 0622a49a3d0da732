"""A small computer to configure: five groups and a quantity, three rules, real prices.

    case          mini (A/CASE-MINI), tower
    power_supply  w450, w850
    cpu           six (with graphics), sixteen (without)
    memory        kit16 (1 module), kit64 (2 modules); memory_quantity one, two
    graphics      none, card (220 mm, 200 W), long-card (340 mm, 400 W)

Rules: the card must fit the case, the power supply must carry it all, and a processor without
graphics needs a card. The default (mini, w450, six, kit16 × 1, none) costs $540.
"""

from collections.abc import Mapping
from typing import Any

import factory
from django.db import transaction

from configurator.models import (
    Configuration,
    ModelVersion,
    Option,
    OptionGroup,
    PriceList,
    ProductModel,
    Rule,
)
from configurator.services.availability import set_option_availability, set_plant_load
from configurator.services.configurations import freeze_configuration
from configurator.services.price_lists import create_price_list
from configurator.services.publishing import check_model_version, publish_model_version

CURRENCY = "USD"
BASE_MINOR = 10_000
type OptionRow = tuple[str, str, str, int | None, dict[str, Any]]

# group → its name, and options: code, name, part number, price (None: a quantity), attributes
GROUPS: dict[str, tuple[str, list[OptionRow]]] = {
    "case": (
        "Case",
        [
            ("mini", "Mini case", "CASE-MINI", 6_000, {"max_graphics_length_mm": 240}),
            ("tower", "Tower case", "CASE-TOWER", 9_000, {"max_graphics_length_mm": 360}),
        ],
    ),
    "power_supply": (
        "Power supply",
        [
            ("w450", "450 W supply", "PSU-450", 5_000, {"wattage_w": 450}),
            ("w850", "850 W supply", "PSU-850", 11_000, {"wattage_w": 850}),
        ],
    ),
    "cpu": (
        "Processor",
        [
            ("six", "Six cores", "CPU-6", 25_000, {"tdp_w": 65, "integrated_graphics": True}),
            (
                "sixteen",
                "Sixteen cores",
                "CPU-16",
                60_000,
                {"tdp_w": 170, "integrated_graphics": False},
            ),
        ],
    ),
    "memory": (
        "Memory",
        [
            ("kit16", "16 GB kit", "MEM-16", 8_000, {"modules": 1, "capacity_gb": 16}),
            ("kit64", "64 GB kit", "MEM-64", 24_000, {"modules": 2, "capacity_gb": 64}),
        ],
    ),
    "memory_quantity": (
        "Memory kits",
        [("one", "One kit", "", None, {"count": 1}), ("two", "Two kits", "", None, {"count": 2})],
    ),
    "graphics": (
        "Graphics",
        [
            ("none", "No graphics card", "", 0, {"fitted": False, "length_mm": 0, "tdp_w": 0}),
            (
                "card",
                "Graphics card",
                "GPU-220",
                40_000,
                {"fitted": True, "length_mm": 220, "tdp_w": 200},
            ),
            (
                "long-card",
                "Long graphics card",
                "GPU-340",
                90_000,
                {"fitted": True, "length_mm": 340, "tdp_w": 400},
            ),
        ],
    ),
}

RULES: list[dict[str, Any]] = [
    {
        "code": "card-fits-case",
        "name": "Graphics card fits the case",
        "sentence": "{graphics} is {graphics.length_mm} mm long; {case} takes "
        "{case.max_graphics_length_mm} mm.",
        "constraint": {
            "left": "graphics.length_mm",
            "op": "<=",
            "right": "case.max_graphics_length_mm",
        },
    },
    {
        "code": "power-budget",
        "name": "Power supply carries the machine",
        "sentence": "{cpu} and {graphics} need more than the {power_supply.wattage_w} W of "
        "{power_supply}.",
        "constraint": {
            "sum": [{"ref": "cpu.tdp_w"}, {"ref": "graphics.tdp_w"}],
            "op": "<=",
            "limit": "power_supply.wattage_w",
            "constant": 100,
        },
    },
    {
        "code": "some-graphics",
        "name": "Something draws the picture",
        "sentence": "{cpu} has no graphics of its own; it needs a graphics card.",
        "constraint": {
            "any_of": [
                {"left": "cpu.integrated_graphics", "op": "==", "value": True},
                {"left": "graphics.fitted", "op": "==", "value": True},
            ]
        },
    },
]

DEFAULTS = {
    "case": "mini",
    "power_supply": "w450",
    "cpu": "six",
    "memory": "kit16",
    "memory_quantity": "one",
    "graphics": "none",
}
DEFAULT_TOTAL_MINOR = 54_000

# part number → pieces free, working days to our door
SUPPLY: dict[str, tuple[int, int | None]] = {
    "CASE-MINI": (5, 3),
    "CASE-TOWER": (0, 3),
    "PSU-450": (5, 4),
    "PSU-850": (0, 4),
    "CPU-6": (5, 2),
    "CPU-16": (0, 6),
    "MEM-16": (1, 2),
    "MEM-64": (0, 2),
    "GPU-220": (2, 5),
    "GPU-340": (0, None),
}


class ProductModelFactory(factory.django.DjangoModelFactory[ProductModel]):
    class Meta:
        model = ProductModel

    slug = factory.Sequence(lambda n: f"machine-{n}")
    name = factory.Sequence(lambda n: f"Machine {n}")
    tagline = "A small computer"
    drawing = ProductModel.Drawing.COMPACT


class ModelVersionFactory(factory.django.DjangoModelFactory[ModelVersion]):
    class Meta:
        model = ModelVersion

    product_model = factory.SubFactory(ProductModelFactory)
    number = 1
    defaults = factory.LazyFunction(lambda: dict(DEFAULTS))


def draft_small_model(
    *, product_model: ProductModel | None = None, number: int = 1, currency: str = CURRENCY
) -> ModelVersion:
    """The small computer as a draft: tables filled, prices listed, nothing checked."""
    product_model = product_model or ProductModelFactory.create()
    version = ModelVersionFactory.create(product_model=product_model, number=number)
    groups = _groups(version)
    Option.objects.bulk_create(
        Option(
            group=groups[group],
            code=code,
            name=name,
            facts=f"{name}, in one line",
            part_number=part_number,
            attributes=attributes,
            position=place,
        )
        for group, (_, options) in GROUPS.items()
        for place, (code, name, part_number, _, attributes) in enumerate(options)
    )
    Rule.objects.bulk_create(
        Rule(version=version, position=place, **rule) for place, rule in enumerate(RULES)
    )
    price_small_model(version=version, currency=currency)
    return version


def _groups(version: ModelVersion) -> dict[str, OptionGroup]:
    """By code. What is counted has to be there before what counts it."""
    groups: dict[str, OptionGroup] = {}
    for are_quantities in (False, True):
        made = OptionGroup.objects.bulk_create(
            OptionGroup(
                version=version,
                code=code,
                name=name,
                position=position,
                quantity_for=groups.get(code.removesuffix("_quantity")),
            )
            for position, (code, (name, _)) in enumerate(GROUPS.items())
            if code.endswith("_quantity") is are_quantities
        )
        groups |= {one.code: one for one in made}
    return groups


def small_prices() -> dict[tuple[str, str], int]:
    """(group, option) → minor units."""
    return {
        (group, option[0]): option[3]
        for group, (_, options) in GROUPS.items()
        for option in options
        if option[3] is not None
    }


def price_small_model(
    *,
    version: ModelVersion,
    changes: Mapping[tuple[str, str], int] | None = None,
    currency: str = CURRENCY,
) -> PriceList:
    """A further price list of the small computer, with some prices changed."""
    return create_price_list(
        version=version,
        currency=currency,
        base_minor=BASE_MINOR,
        option_minor={**small_prices(), **(changes or {})},
    )


@transaction.atomic
def publish_small_model(
    *, product_model: ProductModel | None = None, number: int = 1, currency: str = CURRENCY
) -> ModelVersion:
    """The small computer on sale, checked and published by the real services, parts in supply."""
    version = draft_small_model(product_model=product_model, number=number, currency=currency)
    check_model_version(version_id=version.pk)
    supply_small_model()
    return publish_model_version(version_id=version.pk)


def supply_small_model() -> None:
    """Availability of the small computer's parts and an idle plant."""
    set_option_availability(rows=[(part, *facts) for part, facts in SUPPLY.items()])
    set_plant_load(queue_days=1, build_days=2)


def frozen_configuration(*, version: ModelVersion | None = None, **choices: str) -> Configuration:
    """A frozen small computer: the defaults, and what differs from them as keywords."""
    return freeze_configuration(
        version=version or publish_small_model(), choices={**DEFAULTS, **choices}
    )
