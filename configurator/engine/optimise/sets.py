"""Which groups must change so that so many changes bring the total within a budget.

Leaves cost their price and a charge for every change (a Lagrange multiplier), so a configuration
within the budget and with k changes costs no more than the budget and k charges. What a bound on
costs (a pass over the circuit, or the proposals of a search) puts beyond that is out: where a
group can only stay, or can only change, that is settled; on others it branches.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from configurator.engine.circuit.leaves import Amounts, Flags
from configurator.engine.circuit.passes import BLOCKED
from configurator.engine.optimise.leaf_costs import LeafCosts
from configurator.engine.optimise.least import LARGEST_COST, outside_costs
from configurator.engine.optimise.question import Question

MOST_BOUNDS = 300  # some 200 µs each with a circuit, 2 ms without


class TooMany(Exception):
    """The search used up its bound."""


@dataclass(frozen=True, slots=True)
class Charge:
    """A configuration costs total × `span` + changes × `drop`."""

    span: int
    drop: int

    def of(self, total: int, changes: int) -> int:
        return total * self.span + changes * self.drop


class Sets:
    """The sets of groups worth a look, by the number of changes."""

    def __init__(self, asked: Question, charge: Charge, budget: int) -> None:
        self._asked = asked
        self._charge = charge
        self._limit = budget - asked.costs.base
        self._leaves = asked.leaves
        stay = asked.leaf_costs(
            lambda g, o, pieces: (
                None if asked.is_changed(g, o) else charge.of(asked.line(g, o, pieces), 0)
            )
        )
        change = asked.leaf_costs(
            lambda g, o, pieces: (
                charge.of(asked.line(g, o, pieces), 1) if asked.is_changed(g, o) else None
            )
        )
        self._is_too_large = (
            max(costs.largest(asked.leaves) for costs in (stay, change)) > LARGEST_COST
        )
        if not self._is_too_large:
            self._stay, self._change = _array(stay), _array(change)
        sizes = zip(asked.leaves.sizes, asked.leaves.columns, strict=True)
        self._lengths = [size * columns for size, columns in sizes]
        self._bounds = 0

    def of_size(self, changes: int) -> Iterator[Mapping[int, int]]:
        """Groups to change, with the classes to which. Raises TooMany."""
        if self._is_too_large:
            raise TooMany
        self._most = self._charge.of(self._limit, changes)
        free = [g not in self._asked.explicit for g in range(self._asked.size)]
        everything = np.ones(self._asked.size, dtype=np.bool_)
        yield from self._descend(everything, np.array(free), changes)

    def _descend(
        self, may_stay: Flags, may_change: Flags, changes: int
    ) -> Iterator[Mapping[int, int]]:
        while True:
            if (~may_stay & ~may_change).any() or (~may_stay).sum() > changes:
                return
            if (~may_stay).sum() == changes:
                may_change = ~may_stay  # no more than these
            stay, change = self._costs(may_stay, may_change)
            outside = self._outside(np.minimum(stay, change))
            if outside is None:
                return
            staying, changing = stay + outside, change + outside
            stays, its_changes = self._least_of(staying), self._least_of(changing)
            was_open = (may_stay & may_change).sum()
            may_stay, may_change = stays <= self._most, its_changes <= self._most
            is_open = may_stay & may_change
            if is_open.sum() == was_open or not is_open.any():
                break
        if (~may_stay & ~may_change).any():
            return
        if not is_open.any():
            flags = changing <= self._most
            if (~may_stay).sum() <= changes:
                yield {g: self._leaves.mask(flags, g) for g in np.flatnonzero(~may_stay).tolist()}
            return
        # Where one of the two is nearly out, settling the other leaves little to look at.
        g = int(np.where(is_open, np.maximum(stays, its_changes), -BLOCKED).argmax())
        one = np.arange(len(is_open)) == g
        for is_change in (its_changes[g] < stays[g], its_changes[g] >= stays[g]):
            if is_change:
                yield from self._descend(may_stay & ~one, may_change, changes)
            else:
                yield from self._descend(may_stay, may_change & ~one, changes)

    def _costs(self, may_stay: Flags, may_change: Flags) -> tuple[Amounts, Amounts]:
        stay = np.where(np.repeat(may_stay, self._lengths), self._stay, BLOCKED)
        return stay, np.where(np.repeat(may_change, self._lengths), self._change, BLOCKED)

    def _outside(self, costs: Amounts) -> Amounts | None:
        self._bounds += 1
        if self._bounds > MOST_BOUNDS:
            raise TooMany
        least, outside = outside_costs(self._asked.compiled, self._leaves, costs)
        return None if least > self._most else outside

    def _least_of(self, amounts: Amounts) -> Amounts:
        least: Amounts = np.minimum.reduceat(amounts, self._leaves.first)
        return least


def _array(costs: LeafCosts) -> Amounts:
    return np.array([BLOCKED if a is None else a for a in costs.amounts], dtype=np.int64)
