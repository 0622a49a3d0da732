"""What an expression is made of. Places (`at`, a character from 0) do not count as content."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Literal

type Comparison = Literal["==", "!=", "<=", "<", ">=", ">"]
type Choice = Literal["min", "max"]


@dataclass(frozen=True, slots=True)
class Reference:
    """The chosen option's code (`attribute` empty), or one of its attributes."""

    group: str
    attribute: str = ""
    at: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"{self.group}.{self.attribute}" if self.attribute else self.group


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number, zero or more."""

    value: int
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Text:
    value: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Truth:
    """`yes` or `no`."""

    value: bool
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Sum:
    """The first term, and what is added to it or taken from it ("+", "-")."""

    first: "Node"
    rest: tuple[tuple[str, "Node"], ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Product:
    factors: tuple["Node", ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Negative:
    number: "Node"
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Ceil:
    """`ceil(dividend / divisor)`: rounded up to a whole number."""

    dividend: "Node"
    divisor: "Node"
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Extreme:
    """The least or the greatest of several numbers."""

    which: Choice
    numbers: tuple["Node", ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Compare:
    left: "Node"
    op: Comparison
    right: "Node"
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Member:
    """Is the value one of these, or one of those that an attribute lists?"""

    value: "Node"
    of: tuple["Node", ...] | Reference
    is_in: bool = True
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    claim: "Node"
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class All:
    """Every one of the claims holds."""

    claims: tuple["Node", ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of the claims holds."""

    claims: tuple["Node", ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Conditional:
    """`if claim then yes else no`; only the side that counts is looked at."""

    claim: "Node"
    yes: "Node"
    no: "Node"
    at: int = field(default=0, compare=False)


type Node = (
    Reference | Number | Text | Truth | Sum | Product | Negative | Ceil | Extreme | Compare
    | Member | Not | All | AnyOf | Conditional
)  # fmt: skip


def below(node: Node) -> Iterator[Node]:
    """The node and everything in it, from the top down."""
    yield node
    for one in fields(node):
        yield from _nodes_in(getattr(node, one.name))


def _nodes_in(value: object) -> Iterator[Node]:
    if isinstance(value, tuple):
        for item in value:
            yield from _nodes_in(item)
    elif isinstance(value, Node.__value__):
        yield from below(value)
