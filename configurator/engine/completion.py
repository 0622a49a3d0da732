"""Fill the groups a customer left open: stay at the defaults, change few, change prices little.

The completion of a set of explicit choices is the valid configuration that differs from the
defaults in as few open groups as possible. Of those it is the one whose changed price lines, up
or down, move least: what must give way is replaced by its like, neither by the cheapest nor by
the best. Then the cheaper one, then the first in a fixed order. A line moves from what it would
cost with the default in the open group; without prices none moves.

The completion depends on the set of choices only, never on the order of clicks or on what was
answered before.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from configurator.engine.compiled import Compiled
from configurator.engine.costs import Costs
from configurator.engine.masks import OPEN
from configurator.engine.nearest import Found, Nearest, TooHard

# Sets of groups the exact search may try. Beyond that a greedy completion is taken, which is
# valid too, but perhaps not the nearest. Real catalogues need a few dozen.
MOST_SETS = 400


@dataclass(frozen=True, slots=True)
class _Start:
    """Defaults overlaid with the explicit options: options and classes by group position."""

    options: list[int]
    assignment: list[int]
    explicit: frozenset[int]


class Completer:
    """Completes sets of explicit choices; all positions, see `ClassedModel`."""

    def __init__(self, compiled: Compiled, costs: Costs) -> None:
        self._compiled = compiled
        self._costs = costs

    def complete(self, explicit: Mapping[int, int]) -> Mapping[int, int] | None:
        """Open groups whose option must leave its default, with their new option.

        None: the explicit options (group position → option position) have no completion.
        """
        start = self._start(explicit)
        rules = enumerate(self._compiled.rules)
        broken = [index for index, rule in rules if rule.is_broken(start.assignment)]
        return self._nearest(start, broken)

    def each(self, others: Mapping[int, int], g: int) -> Callable[[int], Mapping[int, int] | None]:
        """`complete({**others, g: option})` as a function of the option, quick for many."""
        compiled = self._compiled
        class_of = compiled.classed.groups[g].class_of
        start = self._start({**others, g: compiled.classed.defaults[g]})
        elsewhere = [
            index
            for index, rule in enumerate(compiled.rules)
            if g not in rule.groups and rule.is_broken(start.assignment)
        ]
        here = [
            (index, compiled.rules[index].allowed(g, start.assignment))
            for index in compiled.rules_of[g]
        ]

        def complete(option: int) -> Mapping[int, int] | None:
            number = class_of[option]
            broken = [index for index, mask in here if not mask >> number & 1]
            if not broken and not elsewhere:
                return {}
            start.options[g], start.assignment[g] = option, number
            return self._nearest(start, sorted(broken + elsewhere))

        return complete

    def _start(self, explicit: Mapping[int, int]) -> _Start:
        classed = self._compiled.classed
        options = list(classed.defaults)
        for g, option in explicit.items():
            options[g] = option
        assignment = [
            group.class_of[option] for group, option in zip(classed.groups, options, strict=True)
        ]
        return _Start(options, assignment, frozenset(explicit))

    def _nearest(self, start: _Start, broken: Sequence[int]) -> Mapping[int, int] | None:
        if not broken:
            return {}
        try:
            return _Search(self._compiled, self._costs, start).find(broken)
        except TooHard:
            return self._greedy(start)

    def _greedy(self, start: _Start) -> Mapping[int, int] | None:
        """Group by group in model order: the default if it can stay, else the nearest price."""
        compiled, costs = self._compiled, self._costs
        literal = compiled.cnf.class_literal
        assumptions = [literal(g, start.assignment[g]) for g in sorted(start.explicit)]
        if not compiled.solver.is_satisfiable(assumptions):
            return None
        options = list(start.options)
        usual = {g: costs.line(g, options) for g in costs.lines}
        changed = {}
        for g in range(len(options)):
            if g in start.explicit:
                continue
            tried = [(start.assignment[g], options[g])]
            tried += [(c.number, c.option) for c in costs.candidates(g, options, usual)]
            for number, option in tried:
                if compiled.solver.is_satisfiable([*assumptions, literal(g, number)]):
                    assumptions.append(literal(g, number))
                    if option != options[g]:
                        changed[g] = options[g] = option
                    break
        return changed


class _Search:
    """Looks for the fewest open groups to change, and for what changes the price least.

    Sets grow only by groups that can matter: a set fails for a reason (a broken rule it does
    not touch, or rules that leave one of its groups nothing), and every larger set that
    succeeds must contain a group of that reason.
    """

    def __init__(self, compiled: Compiled, costs: Costs, start: _Start) -> None:
        self._compiled = compiled
        self._rules, self._rules_of = compiled.rules, compiled.rules_of
        self._groups = compiled.classed.groups
        self._costs = costs
        self._options, self._assignment = start.options, start.assignment
        self._free = frozenset(range(len(start.options))) - start.explicit

    def find(self, broken: Sequence[int]) -> Mapping[int, int] | None:
        """The options to change to, by group position, or None when nothing helps."""
        level: list[frozenset[int]] = [frozenset()]
        tried = 0
        while level:
            best: Found | None = None
            larger: dict[frozenset[int], None] = {}
            for groups in level:
                tried += 1
                if tried > MOST_SETS:
                    raise TooHard
                reason = self._uncovered(groups, broken)
                if reason is None:
                    reason, found = self._assign(groups)
                    if found is not None and (best is None or found.move < best.move):
                        best = found
                for g in sorted(reason - groups):
                    larger[groups | {g}] = None
            if best is not None:
                return best.options
            level = list(larger)
        return None

    def _uncovered(self, groups: frozenset[int], broken: Sequence[int]) -> frozenset[int] | None:
        """The free groups of a broken rule that the set does not touch; fewest first."""
        reasons = [
            self._free.intersection(self._rules[index].groups)
            for index in broken
            if groups.isdisjoint(self._rules[index].groups)
        ]
        return min(reasons, key=len, default=None)

    def _assign(self, groups: frozenset[int]) -> tuple[frozenset[int], Found | None]:
        """(reason of failure, None) or (nothing, the nearest options) for one set of groups."""
        assignment = list(self._assignment)
        for g in groups:
            assignment[g] = OPEN
        domains = {}
        for g in sorted(groups):
            # Its default class would have been found with a smaller set.
            domain = self._groups[g].everything & ~(1 << self._assignment[g])
            reason: set[int] = set()
            for index in self._rules_of[g]:
                allowed = self._rules[index].allowed(g, assignment)
                if domain & ~allowed:
                    domain &= allowed
                    reason.update(self._rules[index].groups)
            if not domain:
                return self._free & reason, None
            domains[g] = domain
        found = Nearest(self._compiled, self._costs, domains).find(assignment, self._options)
        if found is not None:
            return frozenset(), found
        touched = (self._rules[index].groups for g in groups for index in self._rules_of[g])
        return self._free.intersection(g for rule in touched for g in rule), None
