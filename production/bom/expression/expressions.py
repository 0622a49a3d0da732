"""Quantities, conditions and texts: expressions of the kind that their place asks for."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from production.bom.choices import Choice
from production.bom.errors import ExpressionError, MissingChoice, UnknownQuantity
from production.bom.expression.compiling import Function, function_of
from production.bom.expression.kinds import Schema, verify
from production.bom.expression.nodes import Node, Reference, below
from production.bom.expression.parser import KEPT, parse

MOST_PIECES = 1_000_000  # of one line; more is a slip of the pen
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")

type Choices = Mapping[str, Choice]


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """Whether something applies; an empty text always does."""

    text: str
    node: Node | None
    _function: Function

    def __call__(self, choices: Choices) -> bool:
        """Raises MissingChoice and UnknownQuantity, both without a place."""
        return self._function(choices) is True

    @property
    def references(self) -> frozenset[Reference]:
        return references_in(self.node)


@dataclass(frozen=True, slots=True, eq=False)
class Quantity:
    """How many: a whole number, zero or more."""

    text: str
    node: Node
    _function: Function

    def __call__(self, choices: Choices) -> int:
        """Raises MissingChoice and UnknownQuantity, both without a place."""
        number = self._function(choices)
        if isinstance(number, bool) or not isinstance(number, int):
            raise UnknownQuantity(f"{self.text} must be a whole number; got {number!r}", where="")
        if not 0 <= number <= MOST_PIECES:
            wanted = f"from 0 to {MOST_PIECES:,}"
            raise UnknownQuantity(f"{self.text} must be {wanted}; got {number}", where="")
        return number

    @property
    def references(self) -> frozenset[Reference]:
        return references_in(self.node)


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """A text with values of the configuration in it."""

    text: str
    _pieces: tuple[str | tuple[Node, Function], ...]

    def __call__(self, choices: Choices) -> str:
        """Raises MissingChoice and UnknownQuantity, both without a place."""
        return "".join(
            piece if isinstance(piece, str) else _told(*piece, choices) for piece in self._pieces
        )

    @property
    def references(self) -> frozenset[Reference]:
        placed = (piece[0] for piece in self._pieces if not isinstance(piece, str))
        return frozenset(one for node in placed for one in references_in(node))


def references_in(node: Node | None) -> frozenset[Reference]:
    """What an expression reads."""
    if node is None:
        return frozenset()
    return frozenset(one for one in below(node) if isinstance(one, Reference))


def compile_condition(text: str, schema: Schema | None = None) -> Condition:
    """The condition that a text says. Raises ExpressionError.

    Without a schema, groups and attributes are looked for only when it is asked.
    """
    said = text.strip()
    if schema is not None and said:
        verify(said, parse(said), "truth", schema)
    return _condition(said)


def compile_quantity(text: str, schema: Schema | None = None) -> Quantity:
    """The quantity that a text says; otherwise as `compile_condition`."""
    said = text.strip()
    if schema is not None and said:
        verify(said, parse(said), "number", schema)
    return _quantity(said)


def compile_template(text: str, schema: Schema | None = None) -> Template:
    """The text with its placeholders read; otherwise as `compile_condition`."""
    template = _template(text)
    if schema is not None:
        for start, inside in _placed(text):
            try:
                verify(inside, parse(inside), "any", schema)
            except ExpressionError as error:
                raise _moved(text, start, error) from error
    return template


@lru_cache(maxsize=KEPT)
def _condition(text: str) -> Condition:
    if not text:
        return Condition("", None, lambda choices: True)
    node = parse(text)
    verify(text, node, "truth", None)
    return Condition(text, node, function_of(text))


@lru_cache(maxsize=KEPT)
def _quantity(text: str) -> Quantity:
    if not text:
        raise ExpressionError(text, 0, "a quantity, such as 1", "nothing")
    node = parse(text)
    verify(text, node, "number", None)
    return Quantity(text, node, function_of(text))


@lru_cache(maxsize=KEPT)
def _template(text: str) -> Template:
    pieces: list[str | tuple[Node, Function]] = []
    at = 0
    for start, inside in _placed(text):
        pieces.append(text[at : start - 1])
        try:
            pieces.append((parse(inside), function_of(inside)))
        except ExpressionError as error:
            raise _moved(text, start, error) from error
        at = start + len(inside) + 1
    pieces.append(text[at:])
    for piece in pieces:
        if isinstance(piece, str) and (stray := re.search(r"[{}]", piece)):
            place = text.index(piece) + stray.start()
            raise ExpressionError(text, place, "braces around one value", stray[0])
    return Template(text, tuple(piece for piece in pieces if piece))


def _placed(text: str) -> Iterator[tuple[int, str]]:
    return ((match.start(1), match[1]) for match in PLACEHOLDER.finditer(text))


def _moved(text: str, start: int, error: ExpressionError) -> ExpressionError:
    """The fault of a placeholder, at its place in the whole text."""
    return ExpressionError(
        text,
        start + error.column - 1,
        error.expected,
        error.found,
        suggestion=error.suggestion,
        hint=error.hint,
    )


def _told(node: Node, function: Function, choices: Choices) -> str:
    if isinstance(node, Reference) and not node.attribute:
        if node.group not in choices:
            raise MissingChoice(f"the configuration has no group {node.group!r}", where="")
        return choices[node.group].name or choices[node.group].option
    value = function(choices)
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, tuple) else str(value)
