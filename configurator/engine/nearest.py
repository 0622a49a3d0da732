"""The valid classes for a few groups that move the price least, all others fixed: a search."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from configurator.engine.compiled import Compiled
from configurator.engine.costs import Costs, Move
from configurator.engine.masks import OPEN

MOST_NODES = 2000  # a click must stay quick; real catalogues need a few dozen


class TooHard(Exception):
    """An exact search used up its bounds."""


@dataclass(frozen=True, slots=True)
class Found:
    """Options by group position, and how they move the price."""

    move: Move
    options: Mapping[int, int]


class Nearest:
    """One branch and bound; `domains` maps the groups to decide to masks of classes to try."""

    def __init__(self, compiled: Compiled, costs: Costs, domains: Mapping[int, int]) -> None:
        self._costs = costs
        self._domains = domains
        # Counts are decided before the things they count, so that a line's price is known when
        # it is added.
        self._order = sorted(domains, key=lambda g: (g not in costs.target, g))
        self._rules = [
            [
                compiled.rules[i]
                for i in compiled.rules_of[g]
                if any(h != g and h in domains for h in compiled.rules[i].groups)
            ]
            for g in self._order
        ]
        self._nodes = 0
        self._best: Move | None = None
        self._found: dict[int, int] = {}

    def find(self, assignment: list[int], options: Sequence[int]) -> Found | None:
        """The nearest valid options, or None if nothing is valid.

        `assignment` has the groups to decide OPEN and comes back so; `options` has what would
        be there without the change. Raises TooHard.
        """
        costs = self._costs
        self._assignment = assignment
        self._options = list(options)
        lines = {costs.target.get(g, g) for g in self._order}
        self._usual = {g: costs.line(g, options) for g in lines}
        for g in self._order:
            self._options[g] = OPEN
        self._least = [(0, 0)]
        for g in reversed(self._order):
            self._least.append(_sum(self._least[-1], self._least_of(g)))
        self._least.reverse()
        self._descend(0, (0, 0))
        if self._best is None:
            return None
        return Found(self._best, self._found)

    def _least_of(self, g: int) -> Move:
        """The least that deciding a group can add to the price, whatever its partner becomes."""
        costs, domain = self._costs, self._domains[g]
        quantity = costs.quantity.get(g)
        if quantity is None or quantity not in self._domains:
            lists = [costs.candidates(g, self._options, self._usual)]
        else:
            counts = costs.candidates(quantity, self._options, self._usual)
            lists = [
                costs.candidates_at(g, costs.unit[quantity][count.option], self._usual[g])
                for count in counts
                if count.bit & self._domains[quantity]
            ]
        return min(next(c.move for c in candidates if c.bit & domain) for candidates in lists)

    def _descend(self, depth: int, move: Move) -> None:
        if depth == len(self._order):
            if self._best is None or move < self._best:
                self._best = move
                self._found = {g: self._options[g] for g in self._order}
            return
        g = self._order[depth]
        domain = self._domains[g]
        for rule in self._rules[depth]:
            domain &= rule.allowed(g, self._assignment)
            if not domain:
                return
        for candidate in self._costs.candidates(g, self._options, self._usual):
            if not candidate.bit & domain:
                continue
            further = _sum(move, candidate.move)
            if self._best is not None and _sum(further, self._least[depth + 1]) >= self._best:
                break  # candidates come nearest first
            self._nodes += 1
            if self._nodes > MOST_NODES:
                raise TooHard
            self._assignment[g], self._options[g] = candidate.number, candidate.option
            self._descend(depth + 1, further)
        self._assignment[g] = self._options[g] = OPEN


def _sum(one: Move, other: Move) -> Move:
    return one[0] + other[0], one[1] + other[1]
