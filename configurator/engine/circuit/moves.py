"""What it costs to fill a group in, as one whole number a leaf: see `completion` for the order.

First it counts whether a group that is still open leaves its default, then how far the price line
moves, then how much dearer it gets. The three are packed into one number, because numbers of
leaves add up and are compared by a pass. A group that a quantity counts has a leaf for each
count, so a line's move is a leaf's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from configurator.engine.circuit.leaves import Amounts, Positions
from configurator.engine.circuit.lines import Lines
from configurator.engine.circuit.passes import LARGEST_COST
from configurator.engine.classes import ClassedGroup
from configurator.engine.errors import TotalTooLarge


@dataclass(frozen=True, slots=True)
class Filling:
    """By leaf: the packed cost, and the option of its class that it stands for."""

    costs: Amounts
    options: Positions


class Moves:
    """Leaf costs of a model at the prices of its lines. Raises TotalTooLarge."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._groups = lines.classed.groups
        self._defaults = lines.classed.defaults
        self._members = [_by_class(group) for group in self._groups]
        farthest = sum(
            2 * int(np.abs(lines.own(g)).max()) * int(np.abs(lines.counts[g]).max())
            for g in range(len(self._groups))
        )
        self.per_moved = 2 * farthest + 1
        self.per_change = self.per_moved * (farthest + 1)
        if self.per_change * (len(self._groups) + 1) > LARGEST_COST:
            code = lines.classed.model.code
            raise TotalTooLarge(f"the prices of {code} are too large to be weighed in 58 bits")
        self._kept: dict[tuple[int, int], Filling] = {}  # of open groups

    def pack(self, changed: Amounts | int, moves: Amounts) -> Amounts:
        packed: Amounts = changed * self.per_change + np.abs(moves) * self.per_moved + moves
        return packed

    def leaf_costs(self, explicit: Mapping[int, int], *, tried: int | None = None) -> Filling:
        """For explicit choices (group position → option position); nothing is blocked yet.

        `tried` is a quantity group whose counts are to be tried: what they count then costs what
        it does at that very count, whatever is chosen now.
        """
        parts = []
        for g, quantity in enumerate(self._lines.quantity):
            column = -1  # each by itself
            if quantity is not None and quantity != tried:
                column = self._column(quantity, explicit)
            if g in explicit:
                parts.append(self._fixed(g, explicit[g], column))
                continue
            if (g, column) not in self._kept:
                self._kept[g, column] = self._open(g, column)
            parts.append(self._kept[g, column])
        return Filling(
            np.concatenate([part.costs for part in parts]),
            np.concatenate([part.options for part in parts]),
        )

    def own_costs(self, g: int, explicit: Mapping[int, int]) -> Amounts:
        """Option × count of a counted group: what it costs by itself to take the option there."""
        quantity = self._lines.quantity[g]
        assert quantity is not None  # noqa: S101 - the caller looks
        counts = self._lines.counts[g]
        further = counts - counts[self._column(quantity, explicit)]
        return self.pack(0, self._lines.units[g][:, None] * further)

    def _column(self, quantity: int, explicit: Mapping[int, int]) -> int:
        option = explicit.get(quantity, self._defaults[quantity])
        return self._groups[quantity].class_of[option]

    def _open(self, g: int, column: int) -> Filling:
        default = self._defaults[g]
        mine = self._groups[g].class_of[default]
        moves = self._moves(g, default, column)
        options = self._nearest(g, moves)
        options[mine] = default
        changed = np.ones((len(options), 1), dtype=np.int64)
        changed[mine] = 0
        costs = self.pack(changed, np.take_along_axis(moves, options, axis=0))
        return Filling(costs.ravel(), options.ravel())

    def _fixed(self, g: int, chosen: int, column: int) -> Filling:
        """The other classes are to be blocked; whoever tries one says which option it is."""
        group = self._groups[g]
        costs = np.zeros((group.size, len(self._lines.counts[g])), dtype=np.int64)
        options = costs + np.array([held[0] for held in group.members])[:, None]
        mine = group.class_of[chosen]
        costs[mine] = self.pack(0, self._moves(g, chosen, column)[chosen])
        options[mine] = chosen
        return Filling(costs.ravel(), options.ravel())

    def _moves(self, g: int, chosen: int, column: int) -> Amounts:
        """Option × count: how far the line moves from what it would cost with the chosen one."""
        units, counts = self._lines.own(g), self._lines.counts[g]
        usual = counts if column < 0 else counts[column]
        moves: Amounts = units[:, None] * counts - units[chosen] * usual
        return moves

    def _nearest(self, g: int, moves: Amounts) -> Positions:
        """By class and count the option that moves least, then the cheaper, then the first."""
        order, starts = self._members[g]
        ranks = (np.abs(moves) * 2 + (moves > 0)) * len(moves) + np.arange(len(moves))[:, None]
        found: Positions = np.minimum.reduceat(ranks[order], starts, axis=0) % len(moves)
        return found


def _by_class(group: ClassedGroup) -> tuple[Positions, Positions]:
    """The options sorted by class, and where each class begins."""
    order = np.array([option for held in group.members for option in held], dtype=np.int64)
    starts = np.cumsum([0, *map(len, group.members[:-1])])
    return order, starts
