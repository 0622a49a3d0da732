"""Groups being made from features: who is present with which options, what each one adds."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from configurator.engine.nodes import Group, Option, Value
from configurator.engine.references import COUNT, RESERVED_GROUP
from configurator.engine.uvl.nodes import Feature, Written

YES, NO, IS_ON = "yes", "no", "is_on"
# Attributes of a feature that this package writes and reads back, not the customer's.
CODE, NAME, DEFAULT, ABSTRACT, QUANTITY_FOR = "code", "name", "default", "abstract", "quantity_for"
RESERVED = frozenset({CODE, NAME, DEFAULT, ABSTRACT, QUANTITY_FOR})


@dataclass(frozen=True, slots=True)
class Presence:
    """A feature is there where the option of a group is in the mask; without group, always."""

    group: int | None
    mask: int


ALWAYS = Presence(None, 1)


@dataclass(slots=True)
class Draft:
    """A group: an option for each feature in `features`, or of no feature."""

    code: str
    name: str
    features: list[Feature | None]
    is_feature: bool  # yes and no of one feature, instead of a choice of several
    codes: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    attributes: list[dict[str, Value]] = field(default_factory=list)
    default: int = 0
    quantity_for: str | None = None

    @property
    def size(self) -> int:
        return len(self.features)

    @property
    def everything(self) -> int:
        return (1 << len(self.features)) - 1

    def column(self, attribute: str) -> tuple[Value, ...]:
        """The attribute's value by option; None where an option does not have it."""
        return tuple(held.get(attribute) for held in self.attributes)

    def add(self, attribute: str, values: Sequence[Value]) -> str:
        """A new attribute, under this name or one like it."""
        taken = {RESERVED_GROUP, *RESERVED, *(key for held in self.attributes for key in held)}
        name = unused(attribute, taken)
        for held, value in zip(self.attributes, values, strict=True):
            held[name] = value
        return name

    def group(self) -> Group:
        """The group as the engine knows it."""
        return Group(
            self.code,
            self.name,
            tuple(
                Option(code, name, attributes)
                for code, name, attributes in zip(
                    self.codes, self.names, self.attributes, strict=True
                )
            ),
            self.quantity_for,
        )


class Codes:
    """Codes of groups, or of the options of one, each given out once."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)
        self._next: dict[str, int] = {}

    def take(self, wanted: str) -> str:
        """The code, with a number behind it where it is taken."""
        code, number = wanted, self._next.get(wanted, 1)
        while code in self._taken:
            number += 1
            code = f"{wanted}_{number}"
        self._taken.add(code)
        self._next[wanted] = number
        return code


def unused(wanted: str, taken: Iterable[str]) -> str:
    """The name, with a number behind it if it is taken."""
    return Codes(taken).take(wanted)


def coded(name: str) -> str:
    """A name as a code: small letters, digits and underscores."""
    return re.sub(r"\W+", "_", name.lower()).strip("_") or "feature"


def text_of(feature: Feature, attribute: str) -> str | None:
    """A text of a feature that is not empty."""
    value = feature.attributes.get(attribute)
    return value if isinstance(value, str) and value else None


def attributes_of(feature: Feature) -> dict[str, Value]:
    """The customer's attributes of a feature, as the engine can hold them.

    A number that is not whole is kept as a text; a list keeps texts only.
    """
    found: dict[str, Value] = {}
    for key, written in feature.attributes.items():
        if key not in RESERVED:
            name = unused(re.sub(r"\W+", "_", key).strip("_") or "attribute", found)
            found[name] = _value(written)
    return found


def _value(written: Written) -> Value:
    if isinstance(written, Fraction):
        return written.numerator if written.denominator == 1 else str(float(written))
    if isinstance(written, tuple):
        return tuple(str(item) for item in written if isinstance(item, str | Fraction))
    return written


def count_of(draft: Draft) -> tuple[int, ...] | None:
    """What each option of a quantity counts, or None where one does not count."""
    counts = [value for value in draft.column(COUNT) if type(value) is int and value >= 0]
    return tuple(counts) if len(counts) == draft.size else None
