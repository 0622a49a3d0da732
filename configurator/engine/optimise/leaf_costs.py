"""What each leaf costs, whatever is counted: a number a leaf, and the option that it stands for.

Both rungs work on leaves (see `circuit.leaves`), so both minimise the same numbers.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from configurator.engine.circuit.leaves import Flags, Leaves, Positions, leaves_of
from configurator.engine.compiled import KEPT_MODELS, Compiled

# int64, or object where numbers are larger than the arithmetic of a pass can hold.
type Numbers = NDArray[Any]


@dataclass(frozen=True, slots=True)
class LeafCosts:
    """`amounts[leaf]` is the least cost of an option of the leaf, where `is_open[leaf]`.

    `options[leaf]` is that option's position: of several that cost the same, the first.
    """

    amounts: Numbers
    is_open: Flags
    options: Positions

    @property
    def fit_a_pass(self) -> bool:
        """Are they small enough for the circuit?"""
        return self.amounts.dtype != np.object_


@dataclass(frozen=True, slots=True)
class Offers:
    """Every option of every group at every count, sorted by leaf, then by option."""

    leaves: Leaves
    starts: Positions  # of each leaf
    groups: Positions
    options: Positions
    pieces: Positions  # the count of the group's quantity, 1 where nothing counts it

    def least(self, costs: Numbers, is_open: Flags) -> LeafCosts:
        """The least cost of each leaf, from a cost for every offer; what is not open is out."""
        highest = costs.max(initial=0) + 1
        blocked = np.where(is_open, costs, highest)
        least = np.minimum.reduceat(blocked, self.starts)
        lengths = np.diff(self.starts, append=len(costs))
        # As options are sorted, the first least one has the first option.
        is_least = np.flatnonzero(blocked == np.repeat(least, lengths))
        first = is_least[np.searchsorted(is_least, self.starts)]
        return LeafCosts(least, least < highest, self.options[first])


@lru_cache(maxsize=KEPT_MODELS)
def offers_of(compiled: Compiled) -> Offers:
    """The offers of a model; they do not depend on choices or prices."""
    leaves, (lines, _) = leaves_of(compiled.classed), compiled.priced(None)
    parts: list[tuple[Positions, Positions, Positions, Positions]] = []
    for g, held in enumerate(compiled.classed.groups):
        counts, size = lines.counts[g], len(held.class_of)
        columns = np.tile(np.arange(len(counts)), size)
        options = np.repeat(np.arange(size), len(counts))
        leaf = leaves.first[g] + np.repeat(held.class_of, len(counts)) * len(counts) + columns
        order = np.argsort(leaf, kind="stable")
        parts.append((leaf[order], np.full(len(order), g), options[order], counts[columns][order]))
    leaf, groups, options, pieces = (np.concatenate(part) for part in zip(*parts, strict=True))
    starts = np.searchsorted(leaf, np.arange(leaves.total))
    return Offers(leaves, starts, groups, options, pieces)
