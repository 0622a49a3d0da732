"""Which configuration costs least, and which one with a given leaf: read off a finished pass.

Where several cost the same, the first child of the first alternative decides, counted from the
root. So what is told about taking an option is what a pass with that option fixed finds, too.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from configurator.engine.circuit.arrays import ALL, Circuit, Indices, Kinds
from configurator.engine.circuit.leaves import Amounts, Flags
from configurator.engine.circuit.passes import BLOCKED, machine_code, whole_pass

type Walk = Callable[..., None]


@dataclass(frozen=True, slots=True)
class LeastPass:
    """A pass that remembers its way. `least[n]` and `outside[n]` are costs by node; see `passes`.

    `owner` has the group of each leaf.
    """

    circuit: Circuit
    owner: Indices
    least: Amounts
    outside: Amounts

    @property
    def cost(self) -> int:
        """The least cost of any configuration; BLOCKED where there is none."""
        return int(self.least[self.circuit.root])

    def cheapest(self) -> Indices | None:
        """The leaf of each group in the configuration that costs least."""
        return None if self.cost >= BLOCKED else self.cheapest_with([()])[0]

    def cheapest_with(self, leaves: Sequence[Sequence[int]]) -> Indices:
        """For each bundle of leaves the cheapest configuration with one of them, a row each.

        The leaves of a bundle belong to one group and must all cost the same with the cheapest
        configuration around them, which must exist. An empty bundle asks for nothing.
        """
        circuit = self.circuit
        bounds = np.cumsum([0, *map(len, leaves)], dtype=np.int32)
        asked = np.array([leaf for bundle in leaves for leaf in bundle], dtype=np.int32)
        chosen = np.zeros((len(leaves), int(self.owner[-1]) + 1), dtype=np.int32)
        first = np.zeros(len(circuit.kinds), dtype=np.int32)
        is_tight = np.zeros(len(circuit.children), dtype=np.bool_)
        weigh, walk = _loops()
        shape = (circuit.kinds, circuit.starts, circuit.children)
        weigh(*shape, self.least, self.outside, first, is_tight)
        upward = (circuit.edge_starts, circuit.edges, circuit.parents)
        walk(*shape, *upward, first, is_tight, self.owner, asked, bounds, chosen)
        return chosen


def least_pass(circuit: Circuit, costs: Amounts, owner: Indices) -> LeastPass:
    """One pass up and one down; `costs` and `owner` by leaf, as in `passes.least_costs`."""
    return LeastPass(circuit, owner, *whole_pass(circuit, costs))


@cache
def _loops() -> tuple[Walk, Walk]:
    return machine_code(_weigh), machine_code(_walk)


# Machine code has no calls and no objects to give: hence the many arguments and branches.
def _weigh(  # noqa: C901, PLR0917
    kinds: Kinds,
    starts: Indices,
    children: Indices,
    least: Amounts,
    outside: Amounts,
    first: Indices,
    is_tight: Flags,
) -> None:
    """The first cheapest child of each alternative, and the edges that `outside` came down."""
    leaves = len(least) - len(kinds)
    for j in range(len(kinds)):
        around, blocked = outside[leaves + j], 0
        first[j] = -1
        if kinds[j] == ALL:
            for e in range(starts[j], starts[j + 1]):
                if least[children[e]] >= BLOCKED:
                    blocked += 1
                elif around < BLOCKED:
                    around += least[children[e]]
        for e in range(starts[j], starts[j + 1]):
            child = children[e]
            if kinds[j] != ALL:
                is_tight[e] = around < BLOCKED and outside[child] == around
                if first[j] < 0 and least[child] == least[leaves + j]:
                    first[j] = child
            elif around < BLOCKED and blocked == 0:
                is_tight[e] = outside[child] == around - least[child]
            elif around < BLOCKED and blocked == 1 and least[child] >= BLOCKED:
                is_tight[e] = outside[child] == around


def _walk(  # noqa: C901, PLR0912, PLR0917
    kinds: Kinds,
    starts: Indices,
    children: Indices,
    edge_starts: Indices,
    edges: Indices,
    parents: Indices,
    first: Indices,
    is_tight: Flags,
    owner: Indices,
    asked: Indices,
    bounds: Indices,
    chosen: Indices,
) -> None:
    """Per bundle: mark every cheapest way up from its leaves, then come down the first of them."""
    size = len(edge_starts) - 1
    leaves = size - len(kinds)
    stack = np.empty(size, dtype=np.int32)
    seen = np.zeros(size, dtype=np.int32)
    for row in range(len(bounds) - 1):
        top = 0
        for a in range(bounds[row], bounds[row + 1]):
            seen[asked[a]] = row + 1
            stack[top] = asked[a]
            top += 1
        while top > 0:
            top -= 1
            node = stack[top]
            for i in range(edge_starts[node], edge_starts[node + 1]):
                above = leaves + parents[edges[i]]
                if is_tight[edges[i]] and seen[above] != row + 1:
                    seen[above] = row + 1
                    stack[top] = above
                    top += 1
        stack[0], top = size - 1, 1
        while top > 0:
            top -= 1
            node = stack[top]
            if node < leaves:
                chosen[row, owner[node]] = node
                continue
            j = node - leaves
            is_marked = seen[node] == row + 1
            for e in range(starts[j], starts[j + 1]):
                child = children[e]
                if kinds[j] == ALL:
                    is_next = True
                elif is_marked:
                    is_next = is_tight[e] and seen[child] == row + 1
                else:
                    is_next = child == first[j]
                if is_next:
                    stack[top] = child
                    top += 1
                    if kinds[j] != ALL:
                        break
