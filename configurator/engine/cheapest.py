"""The cheapest valid classes for a few groups, all other groups fixed: branch and bound."""

from collections.abc import Mapping, Sequence

from configurator.engine.compiled import Compiled
from configurator.engine.costs import Candidate, Costs
from configurator.engine.masks import OPEN

MOST_NODES = 2000  # a click must stay quick; real catalogues need a few dozen


class TooHard(Exception):
    """An exact search used up its bounds."""


class Cheapest:
    """One search. `domains` maps the groups to decide to masks of the classes worth trying."""

    def __init__(self, compiled: Compiled, costs: Costs, domains: Mapping[int, int]) -> None:
        self._costs = costs
        self._domains = domains
        # Counts are decided before the things they count, so that a price is known when it
        # is added.
        self._order = sorted(domains, key=lambda g: (g not in costs.target, g))
        shared = [
            [
                compiled.rules[i]
                for i in compiled.rules_of[g]
                if any(h != g and h in domains for h in compiled.rules[i].groups)
            ]
            for g in self._order
        ]
        self._rules = shared
        self._nodes = 0
        self._best: int | None = None
        self._found: dict[int, int] = {}

    def find(
        self, assignment: list[int], options: Sequence[int]
    ) -> tuple[int, dict[int, int]] | None:
        """(total of the whole configuration, option by group), or None if nothing is valid.

        `assignment` has the groups to decide OPEN and comes back so. Raises TooHard.
        """
        self._assignment = assignment
        self._options = list(options)
        for g in self._order:
            self._options[g] = OPEN
        self._least = [0]
        for g in reversed(self._order):
            self._least.append(self._least[-1] + self._step(g, self._cheapest(g).unit))
        self._least.reverse()
        self._descend(0, 0)
        if self._best is None:
            return None
        whole = list(options)
        for g, option in self._found.items():
            whole[g] = option
        return self._costs.total(whole), self._found

    def _cheapest(self, g: int) -> Candidate:
        domain = self._domains[g]
        return next(c for c in self._costs.candidates[g] if c.bit & domain)

    def _step(self, g: int, unit: int) -> int:
        """What deciding a group adds to the price, its partner as decided, or at its least."""
        if g in self._costs.target:
            target = self._costs.target[g]
            option = self._options[target]
            # An open target is decided later and counted then.
            return 0 if option == OPEN else unit * self._costs.unit[target][option]
        quantity = self._costs.quantity.get(g)
        if quantity is None:
            return unit
        option = self._options[quantity]
        if option == OPEN:
            return unit * self._cheapest(quantity).unit
        return unit * self._costs.unit[quantity][option]

    def _descend(self, depth: int, cost: int) -> None:
        if depth == len(self._order):
            if self._best is None or cost < self._best:
                self._best = cost
                self._found = {g: self._options[g] for g in self._order}
            return
        g = self._order[depth]
        domain = self._domains[g]
        for rule in self._rules[depth]:
            domain &= rule.allowed(g, self._assignment)
            if not domain:
                return
        for candidate in self._costs.candidates[g]:
            if not candidate.bit & domain:
                continue
            dearer = cost + self._step(g, candidate.unit)
            if self._best is not None and dearer + self._least[depth + 1] >= self._best:
                break  # candidates come cheapest first
            self._nodes += 1
            if self._nodes > MOST_NODES:
                raise TooHard
            self._assignment[g], self._options[g] = candidate.number, candidate.option
            self._descend(depth + 1, dearer)
        self._assignment[g] = self._options[g] = OPEN
