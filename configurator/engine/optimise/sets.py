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
from configurator.engine.nearest import TooHard
from configurator.engine.optimise.leaf_costs import LeafCosts
from configurator.engine.optimise.least import outside_costs
from configurator.engine.optimise.question import Question

MOST_BOUNDS = 300  # some 200 µs each with a circuit, 2 ms without


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
        self._leaves = asked.offers.leaves
        costs = asked.prices(charge.of(asked.farthest, asked.size)) * charge.span
        is_changed = asked.is_changed
        self._stay = asked.offers.least(costs, asked.is_open & ~is_changed)
        self._change = asked.offers.least(costs + charge.drop, asked.is_open & is_changed)
        sizes = zip(self._leaves.sizes, self._leaves.columns, strict=True)
        self._lengths = [size * columns for size, columns in sizes]
        self._bounds = 0

    def of_size(self, changes: int) -> Iterator[Mapping[int, int]]:
        """Groups to change, with the classes to which. Raises TooHard."""
        if not self._stay.fit_a_pass:
            raise TooHard
        self._most = self._charge.of(self._limit, changes)
        free = [g not in self._asked.explicit for g in range(self._asked.size)]
        state = _State(np.ones(self._asked.size, dtype=np.bool_), np.array(free))
        yield from self._descend(state, changes)

    def _descend(self, state: "_State", changes: int) -> Iterator[Mapping[int, int]]:
        settled = self._settled(state, changes)
        if settled is None:
            return
        if not settled.is_open.any():
            groups = np.flatnonzero(~settled.may_stay).tolist()
            yield {g: self._leaves.mask(settled.can_change, g) for g in groups}
            return
        # Where one of the two is nearly out, settling the other leaves little to look at.
        worse = np.maximum(settled.staying, settled.changing)
        g = int(np.where(settled.is_open, worse, -BLOCKED).argmax())
        one = np.arange(self._asked.size) == g
        stays = _State(settled.may_stay, settled.may_change & ~one)
        changed = _State(settled.may_stay & ~one, settled.may_change)
        is_better_changed = settled.changing[g] < settled.staying[g]
        for child in (changed, stays) if is_better_changed else (stays, changed):
            yield from self._descend(child, changes)

    def _settled(self, state: "_State", changes: int) -> "_Settled | None":
        """What bounds leave of a state, None if that is no set of so many groups."""
        may_stay, may_change = state.may_stay, state.may_change
        while True:
            must_change = int((~may_stay).sum())
            if must_change > changes or not (may_stay | may_change).all():
                return None
            if must_change == changes:
                may_change = ~may_stay  # no more than these
            bounded = self._bounded(may_stay, may_change)
            if bounded is None:
                return None
            is_settled = bounded.is_open.sum() in (0, (may_stay & may_change).sum())
            may_stay, may_change = bounded.may_stay, bounded.may_change
            if is_settled and (may_stay | may_change).all():
                return bounded if int((~may_stay).sum()) <= changes else None

    def _bounded(self, may_stay: Flags, may_change: Flags) -> "_Settled | None":
        self._bounds += 1
        if self._bounds > MOST_BOUNDS:
            raise TooHard
        stay = np.where(self._by_leaf(may_stay) & self._stay.is_open, self._stay.amounts, BLOCKED)
        change = np.where(
            self._by_leaf(may_change) & self._change.is_open, self._change.amounts, BLOCKED
        )
        both = np.minimum(stay, change)
        costs = LeafCosts(both, both < BLOCKED, self._stay.options)
        least, outside = outside_costs(self._asked.compiled, costs)
        if least > self._most:
            return None
        can_change = change + outside <= self._most
        staying, changing = self._least_of(stay + outside), self._least_of(change + outside)
        return _Settled(
            staying <= self._most, changing <= self._most, staying, changing, can_change
        )

    def _by_leaf(self, flags: Flags) -> Flags:
        return np.repeat(flags, self._lengths)

    def _least_of(self, amounts: Amounts) -> Amounts:
        least: Amounts = np.minimum.reduceat(amounts, self._leaves.first)
        return least


@dataclass(frozen=True, slots=True)
class _State:
    """By group: may it stay as it is, may it change?"""

    may_stay: Flags
    may_change: Flags


@dataclass(frozen=True, slots=True)
class _Settled:
    """A state with the bounds that it comes from, by group; `can_change` is by leaf."""

    may_stay: Flags
    may_change: Flags
    staying: Amounts
    changing: Amounts
    can_change: Flags

    @property
    def is_open(self) -> Flags:
        return self.may_stay & self.may_change
