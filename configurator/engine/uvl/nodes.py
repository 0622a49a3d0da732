"""A UVL file as it is written: features in a tree, constraints as formulas."""

from dataclasses import dataclass, field
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class At:
    """A place in the file; lines and columns count from 1."""

    line: int
    column: int


type Written = Fraction | str | bool | tuple[Written, ...]


@dataclass(slots=True)
class Feature:
    """A feature; nested attributes have names like `size.width`."""

    name: str
    at: At
    attributes: dict[str, Written] = field(default_factory=dict)
    clusters: list["Cluster"] = field(default_factory=list)


@dataclass(slots=True)
class Cluster:
    """Children of a feature, of which `low` to `high` come with it; `word` is what it is called."""

    word: str
    low: int
    high: int | None  # None: all of them
    features: list[Feature]
    at: At

    @property
    def most(self) -> int:
        """How many of the features may come at once."""
        return len(self.features) if self.high is None else min(self.high, len(self.features))

    @property
    def is_choice(self) -> bool:
        """Is exactly one of several plain features chosen?"""
        return self.low == self.most == 1 and not any(f.clusters for f in self.features)


@dataclass(frozen=True, slots=True)
class Named:
    """A feature (`parts` has one name) or an attribute of one."""

    parts: tuple[str, ...]
    at: At


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is written."""

    value: Fraction
    at: At


@dataclass(frozen=True, slots=True)
class Text:
    """A text in single quotes."""

    value: str
    at: At


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A function of attributes: `sum(price)` or `sum(price, Feature)`."""

    function: str
    arguments: tuple[tuple[str, ...], ...]
    at: At


@dataclass(frozen=True, slots=True)
class Not:
    """The formula does not hold."""

    formula: "Node"
    at: At


@dataclass(frozen=True, slots=True)
class Chain:
    """`first op second op third …` with one operator, or operators of one precedence.

    `operators[i]` stands before `items[i]`; the first one is the neutral one of its kind.
    """

    operators: tuple[str, ...]
    items: tuple["Node", ...]
    at: At


@dataclass(frozen=True, slots=True)
class Pair:
    """`left op right`, where the operator is a comparison, `=>` or `<=>`."""

    operator: str
    left: "Node"
    right: "Node"
    at: At


type Node = Named | Number | Text | Aggregate | Not | Chain | Pair


@dataclass(frozen=True, slots=True)
class Constraint:
    """A formula, the comment lines right above it, and how it is written."""

    formula: Node
    comment: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Document:
    """A whole file."""

    root: Feature
    constraints: tuple[Constraint, ...]
