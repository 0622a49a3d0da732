"""One pass up and one down a circuit: the least cost of a configuration with each leaf.

Costs are whole numbers; BLOCKED stands for "not to be had". The pass up finds the least cost of
every node, the pass down the least cost of all that is *outside* it in a configuration. For a
leaf that is an answer with the leaf's own cost taken back: a leaf whose group is fixed to
another class is answered as if that group were open. One pass answers all of them.

`numba` makes machine code of the loops; where it is not installed, `numpy` goes layer by layer
to the same numbers.
"""

import threading
from collections.abc import Callable
from functools import cache
from types import ModuleType

import numpy as np

from configurator.engine.circuit.arrays import ALL, EITHER, Circuit, Indices, Kinds
from configurator.engine.circuit.leaves import Amounts

BLOCKED = 2**60  # beyond any sum of costs; two of them still fit an int64
LARGEST_COST = BLOCKED // 4  # of a configuration; whoever makes costs sees to it

type Loop = Callable[..., None]


def least_costs(circuit: Circuit, costs: Amounts) -> tuple[int, Amounts]:
    """(least cost of all, least cost outside each leaf); BLOCKED where there is none.

    `costs` has a whole number or BLOCKED for each leaf. The largest costs of all groups together
    must not exceed LARGEST_COST.
    """
    compiled = _compiled_loops()
    if compiled is None:
        least, outside = _by_layers(circuit, costs)
    else:
        least, outside = _by_loops(compiled, circuit, costs, _scratch(circuit.size))
    return int(least[circuit.root]), outside[: circuit.leaves].copy()


def whole_pass(circuit: Circuit, costs: Amounts) -> tuple[Amounts, Amounts]:
    """The same by node: (least cost of each, least cost outside each)."""
    compiled = _compiled_loops()
    if compiled is None:
        return _by_layers(circuit, costs)
    return _by_loops(compiled, circuit, costs, np.empty((2, circuit.size), dtype=np.int64))


def warm_up() -> str:
    """Load or make the machine code, so that no customer waits for it; tells what evaluates."""
    tiny = Circuit(
        1, np.array([ALL], np.uint8), np.array([0, 1], np.int32), np.array([0], np.int32)
    )
    least_costs(tiny, np.zeros(1, dtype=np.int64))
    return "numpy" if _compiled_loops() is None else "numba"


@cache
def _numba() -> ModuleType | None:
    try:
        import numba
    except ImportError:
        return None
    return numba


@cache
def _compiled_loops() -> tuple[Loop, Loop] | None:
    return None if _numba() is None else (machine_code(_up), machine_code(_down))


def machine_code(loop: Loop) -> Loop:
    """The loop compiled by numba; the loop itself where numba is not installed."""
    numba = _numba()
    if numba is None:
        return loop
    try:
        made: Loop = numba.njit(cache=True, nogil=True)(loop)
    except RuntimeError:  # no folder to keep machine code in
        made = numba.njit(nogil=True)(loop)
    return made


_space = threading.local()


def _scratch(size: int) -> Amounts:
    """Two rows of this size, of the thread's own: passes come often, and keep nothing."""
    held: Amounts | None = getattr(_space, "rows", None)
    if held is None or held.shape[1] < size:
        held = _space.rows = np.empty((2, size), dtype=np.int64)
    return held[:, :size]


def _by_loops(
    loops: tuple[Loop, Loop], circuit: Circuit, costs: Amounts, rows: Amounts
) -> tuple[Amounts, Amounts]:
    least, outside = rows
    least[: circuit.leaves] = costs
    up, down = loops
    up(circuit.kinds, circuit.starts, circuit.children, least)
    down(circuit.kinds, circuit.starts, circuit.children, least, outside)
    return least, outside


def _up(kinds: Kinds, starts: Indices, children: Indices, least: Amounts) -> None:
    """Fill in the least cost of inner nodes. Compiled: plain loops on purpose."""
    leaves = len(least) - len(kinds)
    for j in range(len(kinds)):
        if kinds[j] == ALL:
            total = 0
            for e in range(starts[j], starts[j + 1]):
                cost = least[children[e]]
                if cost >= BLOCKED:
                    total = BLOCKED
                    break
                total += cost
            least[leaves + j] = total
        else:
            best = BLOCKED
            for e in range(starts[j], starts[j + 1]):
                best = min(best, least[children[e]])
            least[leaves + j] = best


def _down(
    kinds: Kinds, starts: Indices, children: Indices, least: Amounts, outside: Amounts
) -> None:
    """Fill in the least cost outside each node. Compiled like `_up`."""
    leaves = len(least) - len(kinds)
    outside[:] = BLOCKED
    outside[-1] = 0
    for j in range(len(kinds) - 1, -1, -1):
        around = outside[leaves + j]
        if around >= BLOCKED:
            continue
        if kinds[j] == EITHER:
            for e in range(starts[j], starts[j + 1]):
                outside[children[e]] = min(outside[children[e]], around)
            continue
        # With one child blocked only that child can be had beside the others; with two, none.
        blocked, only, rest = 0, 0, around
        for e in range(starts[j], starts[j + 1]):
            if least[children[e]] >= BLOCKED:
                blocked += 1
                only = children[e]
            else:
                rest += least[children[e]]
        if blocked == 1:
            outside[only] = min(outside[only], rest)
        elif blocked == 0:
            for e in range(starts[j], starts[j + 1]):
                child = children[e]
                outside[child] = min(outside[child], rest - least[child])


def _by_layers(circuit: Circuit, costs: Amounts) -> tuple[Amounts, Amounts]:
    leaves, starts, children = circuit.leaves, circuit.starts, circuit.children
    least = np.empty(circuit.size, dtype=np.int64)
    least[:leaves] = costs
    for begin, end in circuit.layers:
        first, last = starts[begin], starts[end]
        here = least[leaves + begin : leaves + end]
        is_all = circuit.kinds[begin] == ALL
        here[:] = 0 if is_all else BLOCKED
        filled = starts[begin:end] < starts[begin + 1 : end + 1]
        if first == last:
            continue
        found = least[children[first:last]]
        offsets = starts[begin:end][filled] - first
        if is_all:
            is_blocked = np.logical_or.reduceat(found >= BLOCKED, offsets)
            total = np.add.reduceat(np.where(found >= BLOCKED, 0, found), offsets)
            here[filled] = np.where(is_blocked, BLOCKED, total)
        else:
            here[filled] = np.minimum.reduceat(found, offsets)
    outside = np.full(circuit.size, BLOCKED, dtype=np.int64)
    outside[circuit.root] = 0
    for begin, end in reversed(circuit.layers):
        _layer_down(circuit, begin, end, least, outside)
    return least, outside


def _layer_down(circuit: Circuit, begin: int, end: int, least: Amounts, outside: Amounts) -> None:
    first, last = circuit.starts[begin], circuit.starts[end]
    under = circuit.children[first:last]
    lengths = np.diff(circuit.starts[begin : end + 1])
    around = np.repeat(outside[circuit.leaves + begin : circuit.leaves + end], lengths)
    if circuit.kinds[begin] == EITHER:
        np.minimum.at(outside, under, around)
        return
    found = least[under]
    is_blocked = found >= BLOCKED
    owner = np.repeat(np.arange(end - begin), lengths)
    others = np.bincount(owner, is_blocked, end - begin).astype(np.int64)[owner] - is_blocked
    finite = np.where(is_blocked, 0, found)
    total = np.zeros(end - begin, dtype=np.int64)
    np.add.at(total, owner, finite)
    reached = (others == 0) & (around < BLOCKED)
    np.minimum.at(
        outside, under[reached], around[reached] + total[owner][reached] - finite[reached]
    )
