"""The compiler's d-DNNF text to a circuit that knows positive leaves only.

The text has lines `o N 0`, `a N 0`, `t N 0`, `f N 0` for nodes and `FROM TO literals… 0` for
edges; node 1 is the root. Literals that are not leaves are dropped, and what they leave behind
(nodes of one child, equal nodes, chains of one kind) is folded together.
"""

from collections.abc import Iterable, Iterator

from configurator.engine.circuit.arrays import ALL, EITHER, Circuit, circuit_of

type Edge = tuple[int, tuple[int, ...]]
type Key = tuple[int, tuple[int, ...]]

TRUE, FALSE = 0, 1  # the first two entries of every table of nodes


def read_nnf(lines: Iterable[str], leaves: int) -> Circuit:
    """The circuit of a d-DNNF in text, of which literals 1 to `leaves` are kept."""
    kinds: dict[int, str] = {}
    edges: dict[int, list[Edge]] = {}
    for line in lines:
        words = line.split()
        if not words:
            continue
        if words[0] in "oatf":
            kinds[int(words[1])] = words[0]
            edges[int(words[1])] = []
        else:
            kept = tuple(v for v in map(int, words[2:-1]) if 0 < v <= leaves)
            edges[int(words[0])].append((int(words[1]), kept))
    folded = _Folded(leaves)
    made: dict[int, int] = {}
    for number in _children_first(edges):
        made[number] = folded.node(kinds[number], [(made[to], kept) for to, kept in edges[number]])
    return folded.circuit(made[1])


def _children_first(edges: dict[int, list[Edge]]) -> Iterator[int]:
    seen: set[int] = set()
    waiting: list[tuple[int, bool]] = [(1, False)]
    while waiting:
        number, are_children_done = waiting.pop()
        if are_children_done:
            yield number
        elif number not in seen:
            seen.add(number)
            waiting.append((number, True))
            waiting.extend((to, False) for to, _ in edges[number] if to not in seen)


class _Folded:
    """Distinct nodes only: 0 is true, 1 is false, then the leaves, then inner nodes."""

    def __init__(self, leaves: int) -> None:
        self._leaves = leaves
        self._keys: list[Key] = [(ALL, ()), (EITHER, ()), *[(-1, ())] * leaves]
        self._numbers: dict[Key, int] = {(ALL, ()): TRUE, (EITHER, ()): FALSE}

    def node(self, kind: str, edges: Iterable[Edge]) -> int:
        """The number of a node of the compiler's, given the numbers of its children."""
        if kind in "tf":
            return TRUE if kind == "t" else FALSE
        under = [self._all([to, *(literal + 1 for literal in kept)]) for to, kept in edges]
        return self._all(under) if kind == "a" else self._either(under)

    def _all(self, children: Iterable[int]) -> int:
        under = [child for child in children if child != TRUE]
        return FALSE if FALSE in under else self._distinct(ALL, under)

    def _either(self, children: Iterable[int]) -> int:
        return self._distinct(EITHER, [child for child in children if child != FALSE])

    def _distinct(self, kind: int, under: list[int]) -> int:
        if len(under) == 1:
            return under[0]
        key = (kind, tuple(sorted(under)))
        if key not in self._numbers:
            self._numbers[key] = len(self._keys)
            self._keys.append(key)
        return self._numbers[key]

    def circuit(self, root: int) -> Circuit:
        """The nodes below the root, with chains of one kind and one use merged, by height."""
        uses = self._uses(root)
        under: dict[int, list[int]] = {}
        height: dict[int, int] = {}
        for number in range(len(self._keys)):
            kind, children = self._keys[number]
            if number not in uses or kind < 0:
                continue
            merged: list[int] = []
            for child in children:
                is_link = self._keys[child][0] == kind and uses[child] == 1
                merged += under[child] if is_link else [child]
            under[number] = merged
            height[number] = 1 + max((height.get(child, 0) for child in merged), default=0)
        if not height:  # the root is a leaf
            under[root], height[root] = [root], 1
            return circuit_of(self._leaves, [ALL], [[root - 2]])
        return self._sorted(root, under, height)

    def _uses(self, root: int) -> dict[int, int]:
        uses = {root: 2}  # the root is nobody's link
        for number in range(root, -1, -1):
            if number in uses:
                for child in self._keys[number][1]:
                    uses[child] = uses.get(child, 0) + 1
        return uses

    def _sorted(self, root: int, under: dict[int, list[int]], height: dict[int, int]) -> Circuit:
        used = {root}
        for number in sorted(under, reverse=True):
            if number in used:
                used.update(under[number])
        order = sorted(
            (n for n in under if n in used), key=lambda n: (height[n], self._keys[n][0], n)
        )
        place = {number: self._leaves + index for index, number in enumerate(order)}
        children = [
            sorted(place[child] if child in place else child - 2 for child in under[number])
            for number in order
        ]
        return circuit_of(self._leaves, [self._keys[n][0] for n in order], children)
