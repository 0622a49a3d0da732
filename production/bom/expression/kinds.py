"""Does an expression speak only of what there is, and compare only what can be compared?"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NoReturn

from production.bom.errors import ExpressionError
from production.bom.expression import nodes
from production.bom.expression.nodes import Node, Reference
from production.bom.expression.spelling import like

type Kind = Literal["number", "text", "truth", "texts", "any"]

TOLD: Mapping[Kind, str] = {
    "number": "a whole number",
    "text": "a text",
    "truth": "a yes or no",
    "texts": "a list of texts",
    "any": "a value",
}
MOST_LISTED = 8


@dataclass(frozen=True, slots=True)
class GroupWords:
    """The codes of a group's options, and the kind of each attribute that some of them have."""

    options: frozenset[str] = frozenset()
    attributes: Mapping[str, Kind] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Schema:
    """What expressions may speak of: group code → its words."""

    groups: Mapping[str, GroupWords]


def kind_of_values(values: Iterable[object]) -> Kind:
    """The kind of an attribute that has these values; None is unknown and says nothing."""
    kinds = {_kind_of_value(value) for value in values if value is not None}
    return kinds.pop() if len(kinds) == 1 else "any"


def _kind_of_value(value: object) -> Kind:
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, int):
        return "number"
    return "text" if isinstance(value, str) else "texts"


def verify(text: str, node: Node, wanted: Kind, schema: Schema | None) -> None:
    """Raise ExpressionError unless the expression makes sense and is of the kind that is wanted.

    Without a schema any group and attribute is let pass as something of any kind.
    """
    _Checker(text, schema).want(node, wanted)


class _Checker:
    def __init__(self, text: str, schema: Schema | None) -> None:
        self.text = text
        self.groups = schema.groups if schema else None

    def fault(
        self, node: Node, expected: str, found: str, suggestion: str = "", hint: str = ""
    ) -> NoReturn:
        raise ExpressionError(self.text, node.at, expected, found, suggestion=suggestion, hint=hint)

    def want(self, node: Node, wanted: Kind) -> None:
        found = self.kind(node)
        if found not in {wanted, "any"} and wanted != "any":
            hint = ""
            if wanted == "truth" and isinstance(node, Reference):
                hint = f"compare it: {node} != …"
            self.fault(node, TOLD[wanted], TOLD[found], hint=hint)

    def kind(self, node: Node) -> Kind:  # noqa: C901, PLR0911 - one case a kind of node
        match node:
            case nodes.Number():
                return "number"
            case nodes.Text():
                return "text"
            case nodes.Truth():
                return "truth"
            case Reference():
                return self.reference(node)
            case nodes.Conditional(claim, yes, no):
                self.want(claim, "truth")
                kind = self.kind(yes)
                self.same(kind, no)
                return kind
            case nodes.Compare():
                self.compare(node)
                return "truth"
            case nodes.Member():
                self.member(node)
                return "truth"
            case nodes.Not() | nodes.All() | nodes.AnyOf():
                for claim in _parts(node):
                    self.want(claim, "truth")
                return "truth"
        for part in _parts(node):
            self.want(part, "number")
        return "number"

    def same(self, kind: Kind, node: Node) -> None:
        """The node must be of that kind."""
        if kind == "any":
            self.kind(node)
        else:
            self.want(node, kind)

    def compare(self, node: nodes.Compare) -> None:
        if node.op not in {"==", "!="}:
            self.want(node.left, "number")
            self.want(node.right, "number")
            return
        kind = self.kind(node.left)
        if kind == "texts":
            self.fault(node.left, "one value", "a list", hint='ask whether a text is in it: "…" in')
        self.same(kind, node.right)
        self.option(node.left, node.right)
        self.option(node.right, node.left)

    def member(self, node: nodes.Member) -> None:
        if isinstance(node.of, Reference):
            self.want(node.value, "text")
            self.want(node.of, "texts")
            return
        kind = self.kind(node.value)
        for member in node.of:
            self.same(kind, member)
            self.option(node.value, member)

    def option(self, side: Node, other: Node) -> None:
        """What a group itself is compared with must be one of its options."""
        if self.groups is None or not isinstance(side, Reference) or side.attribute:
            return
        options = self.groups[side.group].options
        if isinstance(other, nodes.Text) and other.value not in options:
            meant = like(other.value, options)
            self.fault(
                other, f"an option of {side.group}", f'"{other.value}"', meant and f'"{meant}"'
            )

    def reference(self, node: Reference) -> Kind:
        if self.groups is None:
            return "any" if node.attribute else "text"
        if node.group not in self.groups:
            self.unknown_group(node, self.groups)
        words = self.groups[node.group]
        if not node.attribute:
            return "text"
        if node.attribute not in words.attributes:
            meant = like(node.attribute, words.attributes)
            self.fault(
                node,
                f"an attribute of {node.group} ({_listed(words.attributes)})",
                str(node),
                meant and f"{node.group}.{meant}",
            )
        return words.attributes[node.attribute]

    def unknown_group(self, node: Reference, groups: Mapping[str, GroupWords]) -> NoReturn:
        meant = like(node.group, groups)
        hint = ""
        if not node.attribute and any(node.group in words.options for words in groups.values()):
            meant, hint = f'"{node.group}"', "The code of an option stands in quotes."
        elif "-" in node.group:
            hint = "a minus sign stands between spaces"
        elif meant and node.attribute:
            meant = f"{meant}.{node.attribute}"
        self.fault(node, f"a group ({_listed(groups)})", node.group, meant, hint)


def _parts(node: Node) -> Iterator[Node]:
    """What stands directly in a node of numbers or of claims."""
    match node:
        case nodes.Sum(first, rest):
            yield first
            yield from (term for _, term in rest)
        case nodes.Product(parts) | nodes.All(parts) | nodes.AnyOf(parts):
            yield from parts
        case nodes.Extreme(_, numbers):
            yield from numbers
        case nodes.Negative(one) | nodes.Not(one):
            yield one
        case nodes.Ceil(dividend, divisor):
            yield dividend
            yield divisor


def _listed(words: Iterable[str]) -> str:
    known = sorted(words)
    return ", ".join(known[:MOST_LISTED]) + (", …" if len(known) > MOST_LISTED else "")
