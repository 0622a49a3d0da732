"""Price lines of many configurations at once: units × counts, in arrays."""

from functools import cached_property

import numpy as np

from configurator.engine.circuit.leaves import Amounts, Positions
from configurator.engine.circuit.passes import BLOCKED
from configurator.engine.classes import ClassedModel
from configurator.engine.costs import Costs
from configurator.engine.errors import TotalTooLarge


class Lines:
    """What options cost, by group; a quantity group has no line of its own (see `costs`).

    Raises TotalTooLarge for prices that no array holds.
    `units[g][option]` is the price of one piece, or the count in a quantity group.
    """

    def __init__(self, classed: ClassedModel, costs: Costs) -> None:
        self.classed = classed
        self.base = costs.base
        self.is_priced = costs.is_priced
        self.target = costs.target  # quantity group → the group that it counts
        self.quantity = [costs.quantity.get(g) for g in range(len(costs.unit))]
        if any(abs(price) >= BLOCKED for unit in costs.unit for price in unit):
            raise TotalTooLarge(f"a price of {classed.model.code} is more than 2^60")
        self.units = [np.array(unit, dtype=np.int64) for unit in costs.unit]

    @cached_property
    def keys(self) -> list[list[tuple[str, str]]]:
        """By group and option: their codes."""
        return [
            [(held.group.code, option.code) for option in held.group.options]
            for held in self.classed.groups
        ]

    @cached_property
    def counts(self) -> list[Amounts]:
        """By group and class of the quantity group that counts it (else one): how many pieces."""
        groups = self.classed.groups
        return [
            np.ones(1, dtype=np.int64)
            if q is None
            else self.units[q][[members[0] for members in groups[q].members]]
            for q in self.quantity
        ]

    @cached_property
    def class_of(self) -> list[Positions]:
        """By group and option: its class."""
        return [np.array(held.class_of, dtype=np.int64) for held in self.classed.groups]

    def own(self, g: int) -> Amounts:
        """By option: what one piece adds to the group's own line."""
        return np.zeros_like(self.units[g]) if g in self.target else self.units[g]

    def of(self, options: Positions) -> tuple[Amounts, Amounts]:
        """(lines, counts) of configurations, one a row, given as option positions by group."""
        units = self._flat[self._offsets + options]
        counts = np.ones_like(units)
        for g, q in enumerate(self.quantity):
            if q is not None:
                counts[:, g] = units[:, q]
        units[:, list(self.target)] = 0
        return units * counts, counts

    @cached_property
    def _flat(self) -> Amounts:
        return np.concatenate(self.units)

    @cached_property
    def _offsets(self) -> Positions:
        return np.cumsum([0, *map(len, self.units[:-1])])
