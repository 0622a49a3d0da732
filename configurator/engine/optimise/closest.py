"""Of all configurations that change certain groups the one whose total is closest to a budget.

The rest of the machine stands as it is, so the rules leave each of the groups few options, and
the last line's are found by bisection.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from configurator.engine.masks import OPEN
from configurator.engine.nearest import TooHard
from configurator.engine.optimise.question import Question

# Roughly the microseconds of looking at an option, of trying it, and of a whole search.
PEEK, TRY, MOST_EFFORT = 1, 20, 10_000


@dataclass(frozen=True, slots=True)
class _Entry:
    """New options for the changed groups of a line, and what the line then costs."""

    amount: int
    options: tuple[int, ...]
    classes: tuple[int, ...]


class Closest:
    """One search; `found` is the best configuration so far (option positions)."""

    def __init__(self, asked: Question, budget: int) -> None:
        self._asked = asked
        self._limit = budget - asked.costs.base
        compiled = asked.compiled
        self._rules_of = [[compiled.rules[i] for i in indices] for indices in compiled.rules_of]
        current = compiled.classed.classes(dict(enumerate(asked.current)))
        self._current = [current[g] for g in range(asked.size)]
        self._entries: dict[tuple[int, ...], tuple[_Entry, ...]] = {}
        self.found: tuple[int, ...] | None = None
        self._best: int | None = None  # its total, the base aside
        self._effort = 0

    @property
    def is_met(self) -> bool:
        """Is the budget used to the last cent?"""
        return self._best == self._limit

    def look(self, domains: Mapping[int, int]) -> None:
        """Look among the configurations that change exactly these groups.

        `domains` are the classes worth a look, by group. Raises TooHard.
        """
        if not domains:
            return  # the current total is above the budget
        self._assignment = [OPEN if g in domains else c for g, c in enumerate(self._current)]
        left = {g: domain & self._allowed(g) for g, domain in domains.items()}
        fixed, lines = 0, []
        for g, quantity in self._asked.costs.lines.items():
            groups = tuple(h for h in (g, quantity) if h is not None and h in domains)
            if not groups:
                fixed += self._asked.current_lines[g]
                continue
            entries = _left(self._entries_of(g, groups), groups, left)
            if not entries:
                return
            lines.append((groups, entries))
        lines.sort(key=lambda line: len(line[1]))
        self._descend(_Set(lines), 0, fixed, [])

    def _entries_of(self, g: int, groups: tuple[int, ...]) -> tuple[_Entry, ...]:
        if groups not in self._entries:
            self._entries[groups] = _entries(self._asked, g, groups)
        return self._entries[groups]

    def _allowed(self, g: int) -> int:
        mask = self._asked.compiled.classed.groups[g].everything
        for rule in self._rules_of[g]:
            mask &= rule.allowed(g, self._assignment)
        return mask

    def _descend(self, tried: "_Set", depth: int, spent: int, chosen: list[_Entry]) -> None:
        if depth == len(tried.lines):
            self._best = spent
            options = list(self._asked.current)
            for (groups, _), entry in zip(tried.lines, chosen, strict=True):
                for g, option in zip(groups, entry.options, strict=True):
                    options[g] = option
            self.found = tuple(options)
            return
        groups, entries = tried.lines[depth]
        room = self._limit - spent - tried.least[depth + 1]
        is_last_but_one = depth + 2 == len(tried.lines)
        allowed = self._allowed(groups[0])
        for index in range(bisect_right(tried.amounts[depth], room) - 1, -1, -1):
            entry = entries[index]
            reachable = spent + entry.amount + tried.most[depth + 1]
            if self._best is not None and min(reachable, self._limit) <= self._best:
                break  # the entries that follow are cheaper still
            if not allowed >> entry.classes[0] & 1:
                continue
            self._work(PEEK)
            if is_last_but_one and not self._is_near(tried.amounts[-1], spent + entry.amount):
                continue
            self._work(TRY)
            if self._assign(groups, entry.classes):
                self._descend(tried, depth + 1, spent + entry.amount, [*chosen, entry])
            for g in groups:
                self._assignment[g] = OPEN

    def _assign(self, groups: Sequence[int], classes: Sequence[int]) -> bool:
        for g, number in zip(groups, classes, strict=True):
            if not self._allowed(g) >> number & 1:
                return False
            self._assignment[g] = number
        return True

    def _is_near(self, amounts: Sequence[int], spent: int) -> bool:
        """Does one of the last line's amounts bring the total nearer to the budget?"""
        index = bisect_right(amounts, self._limit - spent) - 1
        return index >= 0 and (self._best is None or spent + amounts[index] > self._best)

    def _work(self, effort: int) -> None:
        self._effort += effort
        if self._effort > MOST_EFFORT:
            raise TooHard


class _Set:
    """The lines of a set with what the rules leave of their entries, and bounds on the rest."""

    def __init__(self, lines: list[tuple[tuple[int, ...], list[_Entry]]]) -> None:
        self.lines = lines
        self.amounts = [[entry.amount for entry in entries] for _, entries in lines]
        self.least, self.most = [0], [0]
        for amounts in reversed(self.amounts):
            self.least.append(self.least[-1] + amounts[0])
            self.most.append(self.most[-1] + amounts[-1])
        self.least.reverse()
        self.most.reverse()


def _left(
    entries: Sequence[_Entry], groups: tuple[int, ...], domains: Mapping[int, int]
) -> list[_Entry]:
    """The entries whose classes are all in the domains."""
    first = domains[groups[0]]
    left = [entry for entry in entries if first >> entry.classes[0] & 1]
    if len(groups) == 1:
        return left
    second = domains[groups[1]]
    return [entry for entry in left if second >> entry.classes[1] & 1]


def _entries(asked: Question, g: int, changed: tuple[int, ...]) -> tuple[_Entry, ...]:
    """One for each combination of classes and amount, the first by option positions."""
    groups = asked.compiled.classed.groups
    options = list(asked.current)
    others = [[o for o in range(len(groups[h].class_of)) if o != asked.current[h]] for h in changed]
    made: dict[tuple[int, tuple[int, ...]], _Entry] = {}
    for taken in product(*others):
        for h, option in zip(changed, taken, strict=True):
            options[h] = option
        amount = asked.costs.line(g, options)
        classes = tuple(groups[h].class_of[o] for h, o in zip(changed, taken, strict=True))
        made.setdefault((amount, classes), _Entry(amount, taken, classes))
    return tuple(sorted(made.values(), key=lambda entry: (entry.amount, entry.options)))
