"""Prices as the search for completions needs them: how far each option moves its price line.

A line of the price is unit × quantity. A quantity group has no line of its own: it is on the line
of what it counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from configurator.engine.classes import ClassedModel
from configurator.engine.masks import OPEN
from configurator.engine.price import PriceBook
from configurator.engine.references import COUNT

# How far price lines move, up or down, and how much dearer they get: compared in this order, added
# part by part. The least of a sum is the sum of the leasts, so the leasts of single lines bound
# what several can come to.
type Move = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A class (`bit` in masks), the option of it that moves its line least, and how far."""

    bit: int
    number: int
    option: int
    move: Move


class Costs:
    """What options cost. Without a price book everything is free, and counts still count.

    `unit[g][option]` is the price of one piece, or the count in a quantity group.
    """

    def __init__(self, classed: ClassedModel, book: PriceBook | None) -> None:
        model = classed.model
        self._classed = classed
        self.is_priced = book is not None
        self.base = 0 if book is None else book.base_minor
        self.unit: list[list[int]] = []
        for group in model.groups:
            if group.quantity_for is not None:
                self.unit.append([_count(option.attributes[COUNT]) for option in group.options])
            elif book is None:
                self.unit.append([0] * len(group.options))
            else:
                prices = (book.unit_minor(group.code, option.code) for option in group.options)
                self.unit.append(list(prices))
        # target position → position of its quantity, and back
        self.quantity = {
            classed.position[target]: classed.position[quantity]
            for target, quantity in model.quantity_group_of.items()
        }
        self.target = {quantity: target for target, quantity in self.quantity.items()}
        # each line by the group that it names, with the group of its quantity
        self.lines = {
            g: self.quantity.get(g) for g in range(len(self.unit)) if g not in self.target
        }
        self._kept: dict[tuple[int, int, int], list[Candidate]] = {}

    def line(self, g: int, options: Sequence[int]) -> int:
        """What the line of a group (no quantity) costs among these option positions."""
        quantity = self.lines[g]
        unit = self.unit[g][options[g]]
        return unit if quantity is None else unit * self.unit[quantity][options[quantity]]

    def total(self, options: Sequence[int]) -> int:
        """The price of a complete configuration (option positions), in minor units."""
        return self.base + sum(self.line(g, options) for g in self.lines)

    def difference(self, old: Sequence[int], new: Sequence[int], changed: Iterable[int]) -> int:
        """The new total less the old one, where only the groups `changed` differ."""
        lines = {self.target.get(g, g) for g in changed}
        return sum(self.line(g, new) - self.line(g, old) for g in lines)

    def candidates(
        self, g: int, options: Sequence[int], usual: Mapping[int, int]
    ) -> list[Candidate]:
        """One candidate a class of the group: least change first, then cheaper, then by position.

        `usual` is what each line would cost, `options` has the other group on the same line, if
        there is one. A count whose target is still OPEN changes nothing: its target will.
        """
        target = self.target.get(g)
        if target is None:
            quantity = self.lines[g]
            factor = 1 if quantity is None else self.unit[quantity][options[quantity]]
            return self.candidates_at(g, factor, usual[g])
        if options[target] == OPEN:
            return self.candidates_at(g, 0, 0)
        return self.candidates_at(g, self.unit[target][options[target]], usual[target])

    def candidates_at(self, g: int, factor: int, usual: int) -> list[Candidate]:
        """The candidates where the line costs `factor` × unit, and `usual` was expected."""
        key = (g, factor, usual)
        if key not in self._kept:
            moves = (factor * unit - usual for unit in self.unit[g])
            ranks = [(abs(move), move, option) for option, move in enumerate(moves)]
            nearest = sorted(
                (min(ranks[option] for option in members), number)
                for number, members in enumerate(self._classed.groups[g].members)
            )
            self._kept[key] = [
                Candidate(1 << number, number, option, (moved, dearer))
                for (moved, dearer, option), number in nearest
            ]
        return self._kept[key]


def _count(value: object) -> int:
    assert isinstance(value, int)  # noqa: S101 - held by references.problems
    return value
