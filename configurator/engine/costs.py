"""Prices as the search for completions needs them: per option position, cheapest class first."""

from collections.abc import Sequence
from dataclasses import dataclass

from configurator.engine.classes import ClassedGroup, ClassedModel
from configurator.engine.price import PriceBook
from configurator.engine.references import COUNT


@dataclass(frozen=True, slots=True)
class Candidate:
    """A class with its cheapest option: `bit` in masks, price (or count) per piece."""

    bit: int
    number: int
    option: int
    unit: int


class Costs:
    """What options cost. Without a price book everything is free, and counts still count.

    `unit[g][option]` is the price of one piece, or the count in a quantity group.
    """

    def __init__(self, classed: ClassedModel, book: PriceBook | None) -> None:
        model = classed.model
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
        self.candidates = [
            _candidates(group, units)
            for group, units in zip(classed.groups, self.unit, strict=True)
        ]
        self._lines = [
            (g, self.quantity.get(g)) for g in range(len(self.unit)) if g not in self.target
        ]

    def total(self, options: Sequence[int]) -> int:
        """The price of a complete configuration (option positions), in minor units."""
        total = self.base
        for g, quantity in self._lines:
            unit = self.unit[g][options[g]]
            total += unit if quantity is None else unit * self.unit[quantity][options[quantity]]
        return total


def _candidates(group: ClassedGroup, units: Sequence[int]) -> list[Candidate]:
    cheapest = (
        (number, min(members, key=lambda option: (units[option], option)))
        for number, members in enumerate(group.members)
    )
    candidates = [Candidate(1 << n, n, option, units[option]) for n, option in cheapest]
    return sorted(candidates, key=lambda candidate: (candidate.unit, candidate.option))


def _count(value: object) -> int:
    assert isinstance(value, int)  # noqa: S101 - held by references.problems
    return value
