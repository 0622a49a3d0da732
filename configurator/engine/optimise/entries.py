"""What a price line can be: a class for each of its groups, and what they cost together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from configurator.engine.circuit.leaves import Leaves
from configurator.engine.optimise.leaf_costs import LeafCosts


@dataclass(frozen=True, slots=True)
class Entry:
    """A class for each group of a line, and what they cost together."""

    cost: int
    options: tuple[int, ...]
    classes: tuple[int, ...]
    leaves: tuple[tuple[int, int], ...]  # with their own costs


def entries_of(
    leaves: Leaves, costs: LeafCosts, lines: Sequence[Sequence[int]]
) -> list[list[Entry]]:
    """The entries of each line that can be had: the cheapest first, then by option positions."""
    amounts, is_open = costs.amounts.tolist(), costs.is_open.tolist()
    options = costs.options.tolist()
    made = [
        [
            Entry(
                sum(amounts[leaf] for leaf, _ in bundle),
                tuple(options[leaf] for leaf, _ in bundle),
                tuple(number for _, number in bundle),
                tuple((leaf, amounts[leaf]) for leaf, _ in bundle),
            )
            for bundle in _bundles(leaves, line)
            if all(is_open[leaf] for leaf, _ in bundle)
        ]
        for line in lines
    ]
    return [sorted(entries, key=lambda entry: (entry.cost, entry.options)) for entries in made]


def _bundles(leaves: Leaves, line: Sequence[int]) -> Iterator[list[tuple[int, int]]]:
    """The leaves that a configuration can have on a line, with their classes, by group."""
    if len(line) == 1:
        (g,) = line
        yield from ([(leaves.at(g, number), number)] for number in range(leaves.sizes[g]))
        return
    is_swapped = leaves.quantity[line[0]] is None  # the quantity comes first
    g, q = reversed(line) if is_swapped else line
    for number in range(leaves.sizes[g]):
        for count in range(leaves.sizes[q]):
            bundle = [(leaves.at(g, number, count), number), (leaves.at(q, count), count)]
            yield bundle[::-1] if is_swapped else bundle
