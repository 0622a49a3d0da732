"""Constraints as trees, by precedence: `<=>`, `=>`, `|`, `&`, `!`, comparisons, sums, products."""

from collections.abc import Iterable
from fractions import Fraction

from configurator.engine.uvl.errors import UvlError
from configurator.engine.uvl.nodes import (
    Aggregate,
    At,
    Chain,
    Constraint,
    Named,
    Node,
    Not,
    Number,
    Pair,
    Text,
)
from configurator.engine.uvl.words import Words

DEEPEST = 100  # formulas inside formulas; written by people they have a dozen
LONGEST_NUMBER = 30  # digits; sums stay far below what arithmetic can hold
# From loosest to tightest; `!` takes what is as tight as a comparison.
LEVELS = (
    ("<=>",),
    ("=>",),
    ("|",),
    ("&",),
    ("==", "!=", "<=", ">=", "<", ">"),
    ("+", "-"),
    ("*", "/"),
)
LEVEL_OF = {operator: level for level, operators in enumerate(LEVELS) for operator in operators}
PAIRS = {LEVEL_OF[operator] for operator in ("<=>", "=>", "==")}
FUNCTIONS = ("sum", "avg", "len", "floor", "ceil")


def constraint(words: Words) -> Constraint:
    """One constraint, up to its end. Raises UvlError."""
    first = words.next
    formula = _Formulas(words).formula()
    source = " ".join(words.text[first.start : words.last.end].split())
    return Constraint(formula, first.comment, source)


def number(words: Words) -> Fraction:
    """A number without its sign. Raises UvlError."""
    token = words.expect_kind("number", "a number")
    if len(token.text) > LONGEST_NUMBER:
        raise UvlError(f"a number of {len(token.text):,} digits", token.at)
    return Fraction(token.text if token.text[0] != "." else f"0{token.text}")


class _Formulas:
    """Precedence climbing; how deep formulas lie in each other is watched on the way."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._depth = 0
        self._heights: dict[int, int] = {}  # by id of a node; all nodes are kept by the formula

    def formula(self, loosest: int = 0) -> Node:
        """What operators at least as tight as this level hold together."""
        self._depth += 1
        self._watch(self._depth, self._words.next.at)
        left = self._prefixed()
        while (level := self._level()) is not None and level >= loosest:
            left = self._pair(left, level) if level in PAIRS else self._chain(left, level)
        self._depth -= 1
        return left

    def _watch(self, depth: int, at: At) -> None:
        if depth > DEEPEST:
            raise UvlError(f"a formula nested deeper than {DEEPEST}", at)

    def _level(self) -> int | None:
        token = self._words.next
        return LEVEL_OF.get(token.text) if token.kind == "mark" else None

    def _pair(self, left: Node, level: int) -> Node:
        operator = self._words.take()
        right = self.formula(level + 1)
        return self._made(Pair(operator.text, left, right, operator.at), (left, right))

    def _chain(self, first: Node, level: int) -> Node:
        items, found = [first], [LEVELS[level][0]]
        while self._level() == level:
            found.append(self._words.take().text)
            items.append(self.formula(level + 1))
        return self._made(Chain(tuple(found), tuple(items), first.at), items)

    def _made(self, node: Node, parts: Iterable[Node]) -> Node:
        height = 1 + max(self._heights.get(id(part), 0) for part in parts)
        self._watch(height, node.at)
        self._heights[id(node)] = height
        return node

    def _prefixed(self) -> Node:
        at, is_negated = self._words.next.at, False
        while self._words.accept("!"):
            is_negated = not is_negated
        if not is_negated:
            return self._primary()
        inside = self.formula(LEVEL_OF["=="])
        return self._made(Not(inside, at), (inside,))

    def _primary(self) -> Node:
        words, at = self._words, self._words.next.at
        if words.accept("("):
            inside = self.formula()
            words.expect(")")
            return inside
        if words.accept("-"):
            return Number(-number(words), at)
        if words.next.kind == "number":
            return Number(number(words), at)
        if words.next.kind == "text":
            return Text(words.take().text[1:-1], at)
        if words.is_next(*FUNCTIONS):
            return self._aggregate(at)
        return Named(words.dotted("a feature, an attribute or a number"), at)

    def _aggregate(self, at: At) -> Aggregate:
        function = self._words.take().text
        self._words.expect("(")
        arguments = [self._words.dotted("an attribute")]
        while self._words.accept(","):
            arguments.append(self._words.dotted("a feature"))
        self._words.expect(")")
        return Aggregate(function, tuple(arguments), at)
