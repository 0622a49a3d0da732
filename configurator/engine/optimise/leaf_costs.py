"""What each leaf costs, whatever is counted: a number a leaf, and the option that it stands for.

Both rungs work on leaves (see `circuit.leaves`), so both minimise the same numbers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from configurator.engine.circuit.leaves import Leaves
from configurator.engine.classes import ClassedModel
from configurator.engine.costs import Costs

# (group position, option position, pieces) → cost, or None: not to be had. Pieces are the count
# of the group's quantity, 1 where nothing counts it, and also 1 for a quantity itself.
type Cost = Callable[[int, int, int], int | None]


@dataclass(frozen=True, slots=True)
class LeafCosts:
    """`amounts[leaf]` is the least cost of an option of the leaf, None where there is none.

    `options[leaf]` is the option's position: of several that cost the same, the first.
    """

    amounts: list[int | None]
    options: list[int]

    def largest(self, leaves: Leaves) -> int:
        """No configuration's costs add up to more, up or down."""
        total = 0
        for g in range(len(leaves.first)):
            total += max(
                (abs(a) for a in self.amounts[leaves.of_group(g)] if a is not None), default=0
            )
        return total


def leaf_costs(
    classed: ClassedModel,
    leaves: Leaves,
    costs: Costs,
    explicit: Mapping[int, int],
    cost: Cost,
) -> LeafCosts:
    """The costs of all leaves, explicit choices (group → option position) kept."""
    amounts: list[int | None] = []
    options: list[int] = []
    for g, held in enumerate(classed.groups):
        kept = explicit.get(g)
        counts = pieces_of(classed, leaves, costs, g)
        for members in held.members:
            offered = members if kept is None else (kept,) if kept in members else ()
            for pieces in counts:
                best, option = None, members[0]
                for o in offered:
                    amount = cost(g, o, pieces)
                    if amount is not None and (best is None or amount < best):
                        best, option = amount, o
                amounts.append(best)
                options.append(option)
    return LeafCosts(amounts, options)


def pieces_of(classed: ClassedModel, leaves: Leaves, costs: Costs, g: int) -> list[int]:
    """The pieces by column of the group's leaves."""
    quantity = leaves.quantity[g]
    if quantity is None:
        return [1]
    # Counts are told apart by class, so a class has one count.
    return [costs.unit[quantity][members[0]] for members in classed.groups[quantity].members]
