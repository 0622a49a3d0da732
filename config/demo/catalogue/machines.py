"""The three machines of the demo shop: what each may be made of, its defaults and its words."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import Any

from config.demo.catalogue import house_options as house
from config.demo.catalogue.options import CatalogueGroup, CatalogueOption, options_of, short_names
from config.demo.catalogue.records import DATA
from config.demo.catalogue.rules import all_rules

CURRENCY = "USD"

GROUP_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "cpu": "Processor",
        "motherboard": "Motherboard",
        "memory": "Memory",
        "memory_quantity": "Memory kits",
        "graphics": "Graphics",
        "case": "Case",
        "power_supply": "Power supply",
        "cooler": "Cooler",
        "drive": "Drive",
        "second_drive": "Second drive",
        "fans": "Extra fans",
        "fan_quantity": "Packs of fans",
        "operating_system": "Operating system",
        "monitor": "Monitor",
        "monitor_quantity": "Monitors",
        "warranty": "Warranty",
        "assembly": "Assembly",
    }
)
QUANTITY_FOR: Mapping[str, str] = MappingProxyType(
    {"memory_quantity": "memory", "fan_quantity": "fans", "monitor_quantity": "monitor"}
)
# Options that stand before the parts of a group.
NOTHING: Mapping[str, CatalogueOption] = MappingProxyType(
    {
        "graphics": house.NO_GRAPHICS,
        "cooler": house.BOX_COOLER,
        "second_drive": house.NO_SECOND_DRIVE,
        "fans": house.NO_FANS,
        "monitor": house.NO_MONITOR,
    }
)


@dataclass(frozen=True, slots=True)
class Machine:
    """One product. Prices in US cents; `kind` is how it is drawn and what box it travels in."""

    slug: str
    name: str
    tagline: str
    description: str
    base_price_minor: int
    kind: str
    groups: tuple[CatalogueGroup, ...]

    @property
    def defaults(self) -> dict[str, str]:
        """Return group code -> option code."""
        return {group.code: group.default for group in self.groups}

    def option(self, group: str, code: str) -> CatalogueOption:
        """Return one option. Raises `KeyError`."""
        found = next(candidate for candidate in self.groups if candidate.code == group)
        return {option.code: option for option in found.options}[code]

    def prices(self) -> dict[tuple[str, str], int]:
        """Return (group, option) -> price in cents of one unit."""
        return {
            (group.code, option.code): option.list_price_minor
            for group in self.groups
            for option in group.options
        }


@cache
def selections() -> Mapping[str, Mapping[str, list[str]]]:
    """Return machine -> group -> codes of the parts chosen by hand for it."""
    chosen: dict[str, dict[str, list[str]]] = json.loads(
        (DATA / "selections.json").read_text(encoding="utf-8")
    )
    return chosen


def part_options(slug: str, group: str) -> tuple[CatalogueOption, ...]:
    """Return the parts of a group: those selected, or all where nothing was selected."""
    everything = options_of("drive" if group == "second_drive" else group)
    if slug not in selections():
        return tuple(everything.values())
    chosen = [everything[code] for code in selections()[slug][group]]
    # Among fewer options a shorter name is enough to tell them apart.
    names = short_names("drive" if group == "second_drive" else group, [o.code for o in chosen])
    return tuple(replace(option, name=name) for option, name in zip(chosen, names, strict=True))


def group_of(slug: str, code: str, default: str, house_codes: Any) -> CatalogueGroup:
    """Build one option group of a machine."""
    options: tuple[CatalogueOption, ...]
    if code in QUANTITY_FOR:
        options = house.quantities(*house_codes)
    elif code in HOUSE_GROUPS:
        options = tuple(HOUSE_GROUPS[code][option] for option in house_codes)
    else:
        first = (NOTHING[code],) if code in NOTHING else ()
        options = (*first, *part_options(slug, code))
    return CatalogueGroup(
        code=code,
        name=GROUP_NAMES[code],
        options=options,
        default=default,
        quantity_for=QUANTITY_FOR.get(code),
    )


HOUSE_GROUPS: Mapping[str, Mapping[str, CatalogueOption]] = MappingProxyType(
    {
        "operating_system": house.SYSTEMS,
        "warranty": house.WARRANTIES,
        "assembly": house.ASSEMBLIES,
    }
)
# Machine -> the range of each quantity group and the house options it offers.
OFFERED: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "compact": {
            "memory_quantity": (1, 2),
            "fan_quantity": (0, 3),
            "monitor_quantity": (0, 2),
            "operating_system": ("none", "ubuntu", "windows-11-home", "windows-11-pro"),
            "warranty": ("2-years", "3-years", "5-years"),
            "assembly": ("standard", "burn-in"),
        },
        "atelier": {
            "memory_quantity": (1, 4),
            "fan_quantity": (0, 6),
            "monitor_quantity": (0, 3),
            "operating_system": tuple(house.SYSTEMS),
            "warranty": tuple(house.WARRANTIES),
            "assembly": tuple(house.ASSEMBLIES),
        },
        "bench": {
            "memory_quantity": (1, 4),
            "fan_quantity": (0, 6),
            "monitor_quantity": (0, 4),
            "operating_system": tuple(house.SYSTEMS),
            "warranty": ("2-years", "3-years"),
            "assembly": ("standard", "burn-in"),
        },
    }
)
PLAIN_DEFAULTS: Mapping[str, str] = MappingProxyType(
    {
        "memory_quantity": "1",
        "drive": "sfyrd-2000g",
        "second_drive": "none",
        "fans": "none",
        "fan_quantity": "0",
        "monitor": "none",
        "monitor_quantity": "0",
        "warranty": "2-years",
        "assembly": "standard",
    }
)
DEFAULTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "compact": {
            "cpu": "100-100000718box",
            "motherboard": "b850i-aorus-pro",
            "memory": "ax5u6000c3016g-dtambk",
            "graphics": "dual-rtx5060-8g",
            "case": "a3w-wd",
            "power_supply": "mag-a650gls-pcie5",
            "cooler": "bk039",
            "operating_system": "windows-11-home",
        },
        "atelier": {
            "cpu": "100-100000719wof",
            "motherboard": "proart-b850-creator-wifi-neo",
            "memory": "ax5u6000c3032g-dtambk",
            "graphics": "prime-rtx5080-o16g-evo",
            "case": "fd-c-nor1x-02",
            "power_supply": "sx1000p-b",
            "cooler": "acfre00180a",
            "operating_system": "windows-11-pro",
            "warranty": "3-years",
            "assembly": "burn-in",
        },
        "bench": {
            "cpu": "100-100000662wof",
            "motherboard": "rog-strix-x870e-e-gaming-wifi7-n-b89b00",
            "memory": "ax5u6000c3016g-dtambk",
            "graphics": "vcg5070t16dfsxpb1-o",
            "case": "mcf-mf700-kgnn-s00",
            "power_supply": "gp-ae1000pm-pg5",
            "cooler": "bk039",
            "operating_system": "none",
        },
    }
)
WORDS: Mapping[str, tuple[str, str, str, int]] = MappingProxyType(
    {
        "compact": (
            "Compact",
            "A small desktop, built after you have paid for it.",
            (
                "Mini-ITX and Micro ATX parts in a case of 18 to 26 litres. It stands on a shelf, "
                "stays quiet at work, and takes a full-length graphics card where you want one."
            ),
            18900,
        ),
        "atelier": (
            "Atelier",
            "A workstation for people who render, cut and compile.",
            (
                "Current parts chosen for long days under load: up to 96 cores, registered memory, "
                "professional graphics. Every machine is tested under load before it is packed."
            ),
            34900,
        ),
        "bench": (
            "Bench",
            "All 1,300 parts we can get, and the rules that say what fits.",
            (
                "For those who know what they want. Nothing is preselected by taste; where a data "
                "sheet leaves a figure out, we say so and let you decide."
            ),
            14900,
        ),
    }
)


@cache
def machines() -> tuple[Machine, ...]:
    """Return Compact, Atelier and Bench."""
    return tuple(_machine(slug) for slug in WORDS)


def machine(slug: str) -> Machine:
    """Return one machine. Raises `KeyError`."""
    return {candidate.slug: candidate for candidate in machines()}[slug]


def _machine(slug: str) -> Machine:
    name, tagline, description, base_price_minor = WORDS[slug]
    defaults = {**PLAIN_DEFAULTS, **DEFAULTS[slug]}
    return Machine(
        slug=slug,
        name=name,
        tagline=tagline,
        description=description,
        base_price_minor=base_price_minor,
        kind=slug,
        groups=tuple(
            group_of(slug, code, defaults[code], OFFERED[slug].get(code)) for code in GROUP_NAMES
        ),
    )


def to_engine(product: Machine) -> dict[str, Any]:
    """Return the machine in the engine's JSON."""
    return {
        "code": product.slug,
        "groups": [_group_to_engine(group) for group in product.groups],
        "rules": all_rules(),
        "defaults": product.defaults,
    }


def _group_to_engine(group: CatalogueGroup) -> dict[str, Any]:
    written: dict[str, Any] = {
        "code": group.code,
        "name": group.name,
        "options": [
            {"code": option.code, "name": option.name, "attributes": option.attributes}
            for option in group.options
        ],
    }
    if group.quantity_for:
        written["quantity_for"] = group.quantity_for
    return written
