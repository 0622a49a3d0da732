"""What a circuit answers about a model: possible classes, and the cheapest of each option."""

from collections.abc import Mapping

import numpy as np

from configurator.engine.circuit.artefact import Artefact
from configurator.engine.circuit.leaves import Amounts, Flags, leaves_of
from configurator.engine.circuit.passes import BLOCKED, least_costs
from configurator.engine.circuit.wide import wide_of
from configurator.engine.classes import ClassedModel
from configurator.engine.errors import ArtefactError


class CircuitAnswers:
    """A circuit beside the model it was compiled from. Stateless between questions."""

    def __init__(self, classed: ClassedModel, artefact: Artefact) -> None:
        self.artefact = artefact
        self.circuit = artefact.circuit
        self.leaves = leaves_of(classed)
        if self.circuit.leaves != self.leaves.total:
            raise ArtefactError(
                f"the artefact has {self.circuit.leaves} leaves, the model {self.leaves.total}"
            )
        self._amounts = np.zeros(self.leaves.total, dtype=np.int64)
        self._bound = 0
        if artefact.wide is not None:
            wide = wide_of(classed, self.leaves, artefact.wide)
            if wide is None:
                raise ArtefactError(f"the model has no sum {artefact.wide!r} to leave out")
            self._amounts, self._bound = wide.amounts, wide.bound

    def is_consistent(self, fixed: Mapping[int, int]) -> bool:
        """Do the fixed classes (group position → class) have a valid completion?"""
        least, _ = least_costs(self.circuit, self.fix(self._amounts, fixed))
        return least <= self._bound

    def possible(self, fixed: Mapping[int, int]) -> tuple[int, ...]:
        """By group, the mask of the classes that complete with the *other* fixed classes."""
        flags = self.flags(fixed)
        return tuple(self.leaves.mask(flags, g) for g in range(len(self.leaves.first)))

    def flags(self, fixed: Mapping[int, int]) -> Flags:
        """By leaf, whether a valid configuration has it with the other fixed classes."""
        _, outside = least_costs(self.circuit, self.fix(self._amounts, fixed))
        # What is BLOCKED stays far beyond any bound: amounts are bounded by `wide`.
        possible: Flags = outside + self._amounts <= self._bound
        return possible

    def fix(self, costs: Amounts, fixed: Mapping[int, int]) -> Amounts:
        """The costs with every other class of a fixed group blocked."""
        result = costs.copy()
        for g, number in fixed.items():
            result[self.leaves.of_group(g)] = BLOCKED
            kept = self.leaves.of_class(g, number)
            result[kept] = costs[kept]
        return result
