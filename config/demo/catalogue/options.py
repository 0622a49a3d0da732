"""Parts and options as the demo shop sells them."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from config.demo.catalogue.attributes import ATTRIBUTES_OF, Attributes
from config.demo.catalogue.facts import FACTS_OF
from config.demo.catalogue.naming import names_of
from config.demo.catalogue.records import FILE_OF_GROUP, Record, records_of
from config.demo.catalogue.wording import maker_of, tidy

PREFIX_OF = {
    "cpu": "CPU",
    "motherboard": "BRD",
    "memory": "MEM",
    "graphics": "GFX",
    "case": "CAS",
    "power_supply": "PSU",
    "cooler": "COO",
    "drive": "DRV",
    "fans": "FAN",
    "monitor": "MON",
}
LONGEST_CODE = 32
SHORTEST_CODE = 4  # shorter part numbers of makers are place holders ("-", "C8")


@dataclass(frozen=True, slots=True)
class CataloguePart:
    """Something that is bought. Money in US cents.

    `source_name` is the name as published, `source_id` the record's id at BuildCores (both ""
    for what is not from there).
    """

    number: str
    name: str
    category: str
    list_price_minor: int
    facts: str = ""
    maker: str = ""
    maker_part_number: str = ""
    source_name: str = ""
    source_id: str = ""


@dataclass(frozen=True, slots=True)
class CatalogueOption:
    """One option of a group; `part_number` is None when nothing has to be bought for it.

    `is_service`: it is work or a promise of ours, so that it may cost money all the same.
    """

    code: str
    name: str
    list_price_minor: int = 0
    facts: str = ""
    part_number: str | None = None
    attributes: Attributes = field(default_factory=dict)
    is_service: bool = False


@dataclass(frozen=True, slots=True)
class CatalogueGroup:
    """An option group of one machine, its default first in meaning, not in order."""

    code: str
    name: str
    options: tuple[CatalogueOption, ...]
    default: str
    quantity_for: str | None = None


def slug(text: str) -> str:
    """Return lower-case letters and digits joined by single hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def codes_of(records: tuple[Record, ...]) -> list[str]:
    """Return one stable code a record: its part number, and a piece of its id where that is not
    enough (equal, too short or too long).
    """
    bare = [slug(tidy(record["mpn"])) for record in records]
    count = Counter(bare)
    return [
        code
        if count[code] == 1 and SHORTEST_CODE <= len(code) <= LONGEST_CODE
        else f"{code[:LONGEST_CODE].strip('-')}-{record['id'][:6]}".strip("-")
        for code, record in zip(bare, records, strict=True)
    ]


@cache
def options_of(group: str) -> Mapping[str, CatalogueOption]:
    """Return code -> option for all parts of a group, in the order of the data."""
    records = records_of(group)
    return {
        code: CatalogueOption(
            code=code,
            name=name,
            list_price_minor=record["list_price_minor"],
            facts=FACTS_OF[group](record),
            part_number=part_number(group, code),
            attributes=ATTRIBUTES_OF[group](record),
        )
        for code, name, record in zip(
            codes_of(records), names_of(group, records), records, strict=True
        )
    }


def short_names(group: str, codes: Sequence[str]) -> list[str]:
    """Return names that are distinct among the options with these codes."""
    by_code = dict(zip(options_of(group), records_of(group), strict=True))
    return names_of(group, [by_code[code] for code in codes])


def part_number(group: str, code: str) -> str:
    """Return our own number of a part: BRD-B850I-AORUS-PRO."""
    return f"{PREFIX_OF[group]}-{code.upper()}"


@cache
def bought_parts() -> tuple[CataloguePart, ...]:
    """Return the 1,300 curated parts."""
    return tuple(
        CataloguePart(
            number=str(option.part_number),
            name=option.name,
            category=group,
            list_price_minor=option.list_price_minor,
            facts=option.facts,
            maker=maker_of(record),
            maker_part_number=tidy(record["mpn"]),
            source_name=tidy(record["name"]),
            source_id=record["id"],
        )
        for group in FILE_OF_GROUP
        for option, record in zip(options_of(group).values(), records_of(group), strict=True)
    )
