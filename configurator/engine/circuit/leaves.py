"""What a circuit's leaves stand for: every complete configuration contains one leaf a group.

A group has a leaf for each class. A group that is counted by a quantity group has one for each
pair of class and count, because both its price and its part in a sum are a product of the two.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from configurator.engine.circuit.arrays import Indices
from configurator.engine.classes import ClassedModel

type Amounts = NDArray[np.int64]  # a number a leaf
type Positions = NDArray[np.int64]  # of options in their groups
type Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Leaves:
    """Leaf `first[g] + c * columns[g] + k` is class c of group g, at class k of its quantity."""

    first: tuple[int, ...]
    sizes: tuple[int, ...]  # classes by group
    columns: tuple[int, ...]  # counts by group; 1 where nothing counts it
    quantity: tuple[int | None, ...]  # the position of the group that counts it
    total: int

    @property
    def owner(self) -> Indices:
        """The group of each leaf."""
        lengths = [size * columns for size, columns in zip(self.sizes, self.columns, strict=True)]
        return np.repeat(np.arange(len(self.sizes), dtype=np.int32), lengths)

    def at(self, g: int, number: int, count: int = 0) -> int:
        return self.first[g] + number * self.columns[g] + count

    def of_group(self, g: int) -> slice:
        return slice(self.first[g], self.first[g] + self.sizes[g] * self.columns[g])

    def of_class(self, g: int, number: int) -> slice:
        return slice(self.at(g, number), self.at(g, number + 1))

    def mask(self, flags: Flags, g: int) -> int:
        """The bit mask of the group's classes that have a leaf with its flag up."""
        found = flags[self.of_group(g)]
        if self.columns[g] > 1:
            found = found.reshape(self.sizes[g], self.columns[g]).any(axis=1)
        return int.from_bytes(np.packbits(found, bitorder="little").tobytes(), "little")


def leaves_of(classed: ClassedModel) -> Leaves:
    """The leaves of a model, in the order of its groups."""
    quantity_of = classed.model.quantity_group_of
    first, sizes, columns, quantity = [], [], [], []
    total = 0
    for held in classed.groups:
        code = quantity_of.get(held.group.code)
        position = None if code is None else classed.position[code]
        first.append(total)
        sizes.append(held.size)
        columns.append(1 if position is None else classed.groups[position].size)
        quantity.append(position)
        total += sizes[-1] * columns[-1]
    return Leaves(tuple(first), tuple(sizes), tuple(columns), tuple(quantity), total)
