"""A click answered by the circuit: every option's validity, knock-on changes and price at once.

One pass answers for all groups but those that count others: how far a counted line moves depends
on the count that is tried, so each of those has a pass of its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from configurator.engine.circuit.answers import CircuitAnswers
from configurator.engine.circuit.extract import LeastPass, least_pass
from configurator.engine.circuit.leaves import Amounts, Positions
from configurator.engine.circuit.lines import Lines
from configurator.engine.circuit.moves import Moves
from configurator.engine.circuit.passes import BLOCKED
from configurator.engine.states import IMPOSSIBLE, POSSIBLE, Change, OptionState

type States = dict[tuple[str, str], OptionState]
type Bundle = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Pass:
    """A finished pass, and the option that each leaf stands for in it."""

    least: LeastPass
    options: Positions


@dataclass(frozen=True, slots=True)
class _Ways:
    """Leaves to go through; `of_option` has the bundle of each option, -1 where there is none."""

    bundles: Sequence[Bundle]
    of_option: Sequence[int]


@dataclass(frozen=True, slots=True)
class _Ends:
    """By way: what else is another option then, the price of the other lines, and the pieces."""

    changes: Sequence[tuple[Change, ...]]
    others: Amounts
    counts: Amounts


class CircuitClick:
    """One evaluation of explicit choices (group position → option position).

    `chosen` has an option position a group; it is None where the choices contradict each other.
    The circuit must hold every rule.
    """

    def __init__(
        self, answers: CircuitAnswers, moves: Moves, lines: Lines, explicit: Mapping[int, int]
    ) -> None:
        self._answers, self._moves, self._lines = answers, moves, lines
        self._explicit = explicit
        self._fixed = lines.classed.classes(explicit)
        self._usual = self._pass()
        self.chosen: list[int] | None = None
        self.total = 0
        found = self._usual.least.cheapest()
        if found is not None:
            options = self._usual.options[found]
            self.chosen = options.tolist()
            self.total = lines.base + int(lines.of(options[None, :])[0].sum())

    def _pass(self, tried: int | None = None) -> _Pass:
        leaf = self._moves.leaf_costs(self._explicit, tried=tried)
        costs = self._answers.fix(leaf.costs, self._fixed)
        answers = self._answers
        return _Pass(least_pass(answers.circuit, costs, answers.leaves.owner), leaf.options)

    def states(self, groups: Iterable[int]) -> States:
        """The state of every option of the groups, in their order."""
        states: States = {}
        targets = list(groups)
        usual = [g for g in targets if g not in self._lines.target]
        found = self._states(self._usual, usual)
        for g in targets:
            if g in self._lines.target:
                found |= self._states(self._pass(tried=g), [g])
        for g in targets:
            states |= zip(self._lines.keys[g], found[g], strict=True)
        return states

    def _states(self, made: _Pass, groups: Sequence[int]) -> dict[int, list[OptionState]]:
        ways = {g: self._ways(made.least, g) for g in groups}
        bundles = [bundle for way in ways.values() for bundle in way.bundles]
        if self.chosen is None or not bundles:
            return {
                g: [IMPOSSIBLE if i < 0 else POSSIBLE for i in way.of_option]
                for g, way in ways.items()
            }
        ends = self._ends(made, self.chosen, bundles)
        states, first = {}, 0
        for g, way in ways.items():
            states[g] = self._of_group(g, way, ends, first)
            first += len(way.bundles)
        return states

    def _ways(self, least: LeastPass, g: int) -> _Ways:
        """Which leaves lead to the cheapest configuration with each option of a group."""
        leaves = self._answers.leaves
        class_of = self._lines.classed.groups[g].class_of
        outside = least.outside[leaves.of_group(g)].reshape(leaves.sizes[g], -1)
        if leaves.quantity[g] is None:
            is_reached = outside[:, 0] < BLOCKED
            place = np.where(is_reached, np.cumsum(is_reached) - 1, -1)
            bundles = [(leaf,) for leaf in (leaves.first[g] + np.flatnonzero(is_reached)).tolist()]
            return _Ways(bundles, place[self._lines.class_of[g]].tolist())
        found: dict[Bundle, int] = {}
        paid = outside[self._lines.class_of[g]] + self._moves.own_costs(g, self._explicit)
        best = paid.min(axis=1)
        is_best = (paid == best[:, None]) & (best < BLOCKED)[:, None]
        rows: list[list[int]] = [[] for _ in class_of]
        for option, column in np.argwhere(is_best).tolist():
            rows[option].append(leaves.at(g, class_of[option], column))
        of_option = [found.setdefault(tuple(row), len(found)) if row else -1 for row in rows]
        return _Ways(list(found), of_option)

    def _ends(self, made: _Pass, chosen: Sequence[int], bundles: Sequence[Bundle]) -> _Ends:
        options = made.options[made.least.cheapest_with(bundles)]
        rows = np.arange(len(bundles))
        tried = self._answers.leaves.owner[[bundle[0] for bundle in bundles]]
        is_other = options != np.array(chosen)
        is_other[rows, tried] = False
        changes: list[list[Change]] = [[] for _ in bundles]
        for row, g in np.argwhere(is_other).tolist():
            changes[row].append(Change(*self._lines.keys[g][options[row, g]]))
        lines, counts = self._lines.of(options)
        others = lines.sum(axis=1) - lines[rows, tried]
        return _Ends([tuple(found) for found in changes], others, counts[rows, tried])

    def _of_group(self, g: int, way: _Ways, ends: _Ends, first: int) -> list[OptionState]:
        if not self._lines.is_priced:
            return [
                IMPOSSIBLE if i < 0 else OptionState(True, ends.changes[first + i], None)
                for i in way.of_option
            ]
        rows = np.array(way.of_option) + first
        totals = ends.others[rows] + self._lines.own(g) * ends.counts[rows]
        differences = (totals + (self._lines.base - self.total)).tolist()
        return [
            IMPOSSIBLE if i < 0 else OptionState(True, ends.changes[first + i], difference)
            for i, difference in zip(way.of_option, differences, strict=True)
        ]
