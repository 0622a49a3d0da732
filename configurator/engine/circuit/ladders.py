"""Numbers as clauses in order encoding, each step true if and only if the number is that high."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from configurator.engine.cnf import Clause, Ladder


@dataclass(slots=True)
class Clauses:
    """Clauses over variables 1 to `variables`."""

    variables: int
    clauses: list[Clause] = field(default_factory=list)

    def new(self) -> int:
        """A variable that nothing is said about yet."""
        self.variables += 1
        return self.variables


class Ladders:
    """Makes ladders, and the ladders of their sums, each sum once."""

    def __init__(self, made: Clauses) -> None:
        self._made = made
        self._add = made.clauses.append
        self._sums: dict[tuple[int, ...], Ladder] = {}

    def place(self, unless: Clause, ladder: Ladder, index: int) -> None:
        """The number is exactly the value of that index, or below all of them at -1."""
        if index >= 0:
            self._add([*unless, ladder.literals[index]])
        if index + 1 < len(ladder.literals):
            self._add([*unless, -ladder.literals[index + 1]])

    def of(self, values: Iterable[int]) -> Ladder:
        """A number that is one of these values, or below all of them."""
        ordered = sorted(values)
        ladder = Ladder(ordered, [self._made.new() for _ in ordered])
        for lower, higher in zip(ladder.literals, ladder.literals[1:], strict=False):
            self._add([-higher, lower])
        return ladder

    def added(self, one: Ladder, other: Ladder) -> Ladder:
        """The ladder of a sum; unknown where a part is."""
        key = (*one.literals, 0, *other.literals)
        if key in self._sums:
            return self._sums[key]
        total = self.of({a + b for a in one.values for b in other.values})
        at = {value: index for index, value in enumerate(total.values)}
        for ladder in (one, other):
            if ladder.literals and total.literals:
                self._add([ladder.literals[0], -total.literals[0]])
        for a, (at_least_a, above_a) in _exactly(one):
            for b, (at_least_b, above_b) in _exactly(other):
                index = at[a + b]
                self._add([-at_least_a, -at_least_b, total.literals[index]])
                if index + 1 < len(total.literals):
                    beyond = [literal for literal in (above_a, above_b) if literal is not None]
                    self._add([*beyond, -total.literals[index + 1]])
        self._sums[key] = total
        return total


def climb(ladder: Ladder) -> Iterable[tuple[int, int]]:
    """The values, each with its literal."""
    return zip(ladder.values, ladder.literals, strict=True)


def below(ladder: Ladder) -> tuple[list[int], list[int | None]]:
    """The values, each with the literal of the next higher one."""
    return ladder.values, [*ladder.literals[1:], None]


def _exactly(ladder: Ladder) -> Iterable[tuple[int, tuple[int, int | None]]]:
    """(value, (literal of at least it, literal of more than it))."""
    return zip(ladder.values, zip(ladder.literals, below(ladder)[1], strict=True), strict=True)
