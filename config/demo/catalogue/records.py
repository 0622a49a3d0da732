"""Read the curated part records, with our documented corrections laid over them.

Source: `config/demo/data/pc-parts` (its README has the attribution and the units).
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

DATA = Path(__file__).resolve().parent.parent / "data"
PC_PARTS = DATA / "pc-parts"

# Option group -> file with its parts. A second drive is chosen from the same parts as the first.
FILE_OF_GROUP: Mapping[str, str] = MappingProxyType(
    {
        "cpu": "cpu",
        "motherboard": "motherboard",
        "memory": "ram",
        "graphics": "gpu",
        "case": "case",
        "power_supply": "psu",
        "cooler": "cooler",
        "drive": "storage",
        "fans": "fan",
        "monitor": "monitor",
    }
)

# One record as published, field name -> JSON value.
type Record = Mapping[str, Any]


def read_json_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield one object a line. Raises `ValueError` that names file and line."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            yield json.loads(line)
        except json.JSONDecodeError as error:
            message = f"{path.name}:{number}: not a JSON object: {error}"
            raise ValueError(message) from error


@cache
def corrections() -> Mapping[str, dict[str, Any]]:
    """Record id -> fields that we set otherwise than the source; the files give the reasons."""
    merged: dict[str, dict[str, Any]] = {}
    for line in read_json_lines(PC_PARTS / "list_prices.jsonl"):
        merged[line["id"]] = {"list_price_minor": line["list_price_minor"]}
    for line in read_json_lines(PC_PARTS / "corrections.jsonl"):
        merged.setdefault(line["id"], {}).update(line["set"])
    return merged


@cache
def records_of(group: str) -> tuple[Record, ...]:
    """Return the corrected records of one option group, in the order of the file."""
    changed = corrections()
    return tuple(
        {**record, **changed.get(record["id"], {})}
        for record in read_json_lines(PC_PARTS / f"{FILE_OF_GROUP[group]}.jsonl")
    )
