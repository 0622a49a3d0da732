"""A circuit as flat arrays: leaves, then sums and alternatives, children before parents."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

EITHER, ALL = 0, 1  # kinds of nodes: one of the children, or all of them together

type Kinds = NDArray[np.uint8]
type Indices = NDArray[np.int32]


@dataclass(frozen=True)
class Circuit:
    """Nodes 0 to `leaves` − 1 are leaves; inner node j is number `leaves + j`, the last the root.

    Inner node j has the children `children[starts[j]:starts[j + 1]]` (node numbers, all lower
    than its own). Inner nodes are sorted by height, and by kind within a height. An EITHER
    without children is impossible, an ALL without children is always true.
    """

    leaves: int
    kinds: Kinds
    starts: Indices
    children: Indices

    def __post_init__(self) -> None:
        # Shared between threads; and one kind of array means one machine code for it.
        for array in (self.kinds, self.starts, self.children):
            array.setflags(write=False)

    @property
    def size(self) -> int:
        """The number of all nodes."""
        return self.leaves + len(self.kinds)

    @property
    def root(self) -> int:
        return self.size - 1

    @cached_property
    def parents(self) -> Indices:
        """By edge (position in `children`): the inner node above it, by position."""
        return np.repeat(np.arange(len(self.kinds), dtype=np.int32), np.diff(self.starts))

    @cached_property
    def edges(self) -> Indices:
        """The edges by the node below them: those of node n are
        `edges[edge_starts[n]:edge_starts[n + 1]]`.
        """
        return np.argsort(self.children, kind="stable").astype(np.int32)

    @cached_property
    def edge_starts(self) -> Indices:
        starts = np.zeros(self.size + 1, dtype=np.int32)
        starts[1:] = np.cumsum(np.bincount(self.children, minlength=self.size))
        return starts

    @cached_property
    def layers(self) -> tuple[tuple[int, int], ...]:
        """Runs [from, to) of inner nodes of one kind and height, none a child of another."""
        height = np.zeros(self.size, dtype=np.int32)
        for j in range(len(self.kinds)):
            under = self.children[self.starts[j] : self.starts[j + 1]]
            height[self.leaves + j] = height[under].max(initial=0) + 1
        inner = height[self.leaves :].astype(np.int64) * 2 + self.kinds
        cuts = [0, *(np.flatnonzero(np.diff(inner)) + 1).tolist(), len(self.kinds)]
        return tuple(itertools.pairwise(cuts))


def problem_of(circuit: Circuit) -> str | None:
    """What is wrong with arrays that came from elsewhere, if anything."""
    starts, children = circuit.starts, circuit.children
    if len(circuit.kinds) == 0 or len(starts) != len(circuit.kinds) + 1:
        return "the arrays differ in length"
    if starts[0] != 0 or starts[-1] != len(children) or (np.diff(starts) < 0).any():
        return "the offsets are not in order"
    if (circuit.kinds > ALL).any():
        return "a node is of no known kind"
    parents = np.repeat(np.arange(len(circuit.kinds)) + circuit.leaves, np.diff(starts))
    if (children < 0).any() or (children >= parents).any():
        return "a node comes before its children"
    return None


def circuit_of(leaves: int, kinds: Sequence[int], children: Sequence[Sequence[int]]) -> Circuit:
    """The arrays of inner nodes that are listed in order."""
    starts = np.zeros(len(kinds) + 1, dtype=np.int32)
    starts[1:] = np.cumsum([len(under) for under in children])
    flat = [child for under in children for child in under]
    return Circuit(leaves, np.array(kinds, dtype=np.uint8), starts, np.array(flat, dtype=np.int32))
