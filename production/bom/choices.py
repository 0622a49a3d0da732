"""What was chosen, as bills ask for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

type Value = str | int | bool | tuple[str, ...] | None  # None: unknown


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen in one group. No part number: nothing physical ("none", a service)."""

    option: str
    part_number: str = ""
    attributes: Mapping[str, Value] = field(default_factory=dict)
    name: str = ""
