"""The least costs without a circuit: branch and bound over the rules' masks.

Every price line proposes the cheapest entry of what is left of its domain. Entries that a rule
leaves no partner for are struck out, so the proposals together are a bound. If they break no rule
they are the answer to the branch; else a broken rule splits the domain of one of its groups into
what goes with the other proposals and what does not.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from configurator.engine.circuit.leaves import Amounts, leaves_of
from configurator.engine.circuit.passes import BLOCKED
from configurator.engine.compiled import Compiled
from configurator.engine.masks import OPEN, RuleMask
from configurator.engine.optimise.entries import Entry, entries_of
from configurator.engine.optimise.leaf_costs import LeafCosts

MOST_LOOKS = 120_000  # rules looked at, some 3 µs each with all that comes with it
MOST_SWEEPS = 8  # over all lines, once the search has given up


@dataclass(frozen=True, slots=True)
class Found:
    """Option positions by group, what they cost, and whether nothing costs less."""

    options: tuple[int, ...]
    cost: int
    is_exact: bool


@dataclass(slots=True)
class _Branch:
    """What is left of the domains, and where each line's proposal stands in its entries."""

    domains: list[int]
    assignment: list[int]  # classes of decided groups, else OPEN
    at: list[int]
    bound: int = 0

    def narrow(self, g: int, domain: int) -> None:
        self.domains[g] = domain
        if domain & (domain - 1) == 0:
            self.assignment[g] = domain.bit_length() - 1

    def copy(self) -> "_Branch":
        return _Branch(self.domains.copy(), self.assignment.copy(), self.at.copy())


class Search:
    """One search; of equally cheap configurations it finds the first by option positions."""

    def __init__(self, compiled: Compiled, costs: LeafCosts) -> None:
        self._leaves = leaves = leaves_of(compiled.classed)
        self._rules = compiled.rules
        self._class_of = [held.class_of for held in compiled.classed.groups]
        self._rules_of = [[compiled.rules[i] for i in indices] for indices in compiled.rules_of]
        size = len(compiled.classed.groups)
        quantities = {q for q in leaves.quantity if q is not None}
        self._lines = [
            (g,) if (q := leaves.quantity[g]) is None else (min(g, q), max(g, q))
            for g in range(size)
            if g not in quantities
        ]
        self._entries = entries_of(leaves, costs, self._lines)
        self._line_of = {g: n for n, line in enumerate(self._lines) for g in line}
        self._near = [
            {self._line_of[h] for rule in self._rules_of[g] for h in rule.groups}
            for g in range(size)
        ]
        self._size = size
        self._best: int | None = None
        self._found: tuple[int, ...] = ()
        self._looks = 0

    def find(self, known: Found | None = None, *, is_first_enough: bool = False) -> Found | None:
        """The cheapest configuration, None if there is none; `is_exact` tells if it is proven.

        `known` is a valid configuration to beat. Where nothing was found and the bound was hit,
        None is an unproven answer: see `is_complete`.
        """
        if known is not None:
            self._best, self._found = known.cost, known.options
        self.is_complete = True
        stack = self._settled(self._root(), range(len(self._lines)))
        while stack:
            branch = stack.pop()
            if self._cannot_improve(branch):
                continue
            self._looks += len(self._rules)
            if self._looks > MOST_LOOKS:
                self.is_complete = False
                self._exchange()
                break
            broken = self._broken(branch)
            if broken is None:
                self._best, self._found = branch.bound, self._proposed(branch)
                if is_first_enough:
                    break
                continue
            # The cheaper one is looked at first, so it goes on top.
            stack += sorted(self._split(branch, broken), key=lambda b: -b.bound)
        if self._best is None:
            return None
        return Found(self._found, self._best, self.is_complete)

    def _exchange(self) -> None:
        """Make the best that was found cheaper line by line, until nothing fits any more."""
        if self._best is None:
            return
        classes = [
            groups[option] for groups, option in zip(self._class_of, self._found, strict=True)
        ]
        now = [
            next(entry for entry in entries if entry.classes == tuple(classes[g] for g in line))
            for line, entries in zip(self._lines, self._entries, strict=True)
        ]
        for _ in range(MOST_SWEEPS):
            before = list(now)
            for n, line in enumerate(self._lines):
                now[n] = self._exchanged(line, self._entries[n], now[n], classes)
            if now == before:
                break
        options = [0] * self._size
        for line, entry in zip(self._lines, now, strict=True):
            for g, option in zip(line, entry.options, strict=True):
                options[g] = option
        self._best, self._found = sum(entry.cost for entry in now), tuple(options)

    def _exchanged(
        self, line: Sequence[int], entries: Sequence[Entry], now: Entry, classes: list[int]
    ) -> Entry:
        """The cheapest entry of a line that fits the other lines' classes."""
        for entry in entries:
            for g, number in zip(line, entry.classes, strict=True):
                classes[g] = number
            rules = (rule for g in line for rule in self._rules_of[g])
            if entry is now or not any(rule.is_broken(classes) for rule in rules):
                return entry
        return now

    def outside(self) -> tuple[int, Amounts]:
        """Lower bounds of all costs, and of those outside each leaf; BLOCKED: not to be had."""
        outside = np.full(self._leaves.total, BLOCKED, dtype=np.int64)
        settled = self._settled(self._root(), range(len(self._lines)))
        if not settled:
            return BLOCKED, outside
        (branch,) = settled
        for line, entries, index in zip(self._lines, self._entries, branch.at, strict=True):
            others = branch.bound - entries[index].cost
            for entry in entries[index:]:
                if _is_left(branch, line, entry):
                    for leaf, own in entry.leaves:
                        outside[leaf] = min(outside[leaf], others + entry.cost - own)
        return branch.bound, outside

    def _root(self) -> _Branch:
        branch = _Branch([0] * self._size, [OPEN] * self._size, [0] * len(self._lines))
        for line, entries in zip(self._lines, self._entries, strict=True):
            for entry in entries:
                for g, number in zip(line, entry.classes, strict=True):
                    branch.domains[g] |= 1 << number
        for g, domain in enumerate(branch.domains):
            branch.narrow(g, domain)
        return branch

    def _settled(self, branch: _Branch, lines: Iterable[int]) -> list[_Branch]:
        """The branch with a supported proposal on each line, or nothing if a line has none."""
        dirty = set(lines)
        while dirty:
            line = min(dirty)
            dirty.remove(line)
            if not self._propose(branch, line):
                return []
            entry = self._entries[line][branch.at[line]]
            for g, number in zip(self._lines[line], entry.classes, strict=True):
                if not self._has_support(branch, g, number):
                    branch.narrow(g, branch.domains[g] & ~(1 << number))
                    if not branch.domains[g]:
                        return []
                    dirty |= self._near[g] | {line}
                    break
        at = zip(self._entries, branch.at, strict=True)
        branch.bound = sum(entries[index].cost for entries, index in at)
        return [branch]

    def _propose(self, branch: _Branch, line: int) -> bool:
        """Move a line's proposal to the cheapest entry that is left of its domains."""
        entries, groups = self._entries[line], self._lines[line]
        index = branch.at[line]
        while index < len(entries):
            if _is_left(branch, groups, entries[index]):
                branch.at[line] = index
                return True
            index += 1
        return False

    def _has_support(self, branch: _Branch, g: int, number: int) -> bool:
        """Does every rule of the group leave each of its other groups a class beside this one?"""
        self._looks += len(self._rules_of[g])
        assignment, domains = branch.assignment, branch.domains
        before, assignment[g] = assignment[g], number
        try:
            return all(
                rule.allowed(h, assignment) & (domains[h] if h != g else 1 << number)
                for rule in self._rules_of[g]
                for h in rule.groups
            )
        finally:
            assignment[g] = before

    def _cannot_improve(self, branch: _Branch) -> bool:
        if self._best is None or branch.bound < self._best:
            return False
        # Nothing in the branch comes before its proposals at the same cost.
        return branch.bound > self._best or self._proposed(branch) >= self._found

    def _proposed(self, branch: _Branch) -> tuple[int, ...]:
        options = [0] * self._size
        for line, entries, index in zip(self._lines, self._entries, branch.at, strict=True):
            for g, option in zip(line, entries[index].options, strict=True):
                options[g] = option
        return tuple(options)

    def _classes(self, branch: _Branch) -> list[int]:
        classes = [0] * self._size
        for line, entries, index in zip(self._lines, self._entries, branch.at, strict=True):
            for g, number in zip(line, entries[index].classes, strict=True):
                classes[g] = number
        return classes

    def _broken(self, branch: _Branch) -> RuleMask | None:
        classes = self._classes(branch)
        return next((rule for rule in self._rules if rule.is_broken(classes)), None)

    def _split(self, branch: _Branch, rule: RuleMask) -> list[_Branch]:
        """Two branches that exclude each other, the proposals that break the rule in neither."""
        classes = self._classes(branch)
        open_groups = [g for g in rule.groups if branch.assignment[g] == OPEN]
        if not open_groups:
            return []
        for g in open_groups:
            fitting = rule.allowed(g, classes) & branch.domains[g]
            if fitting:
                break
        else:
            g = open_groups[0]
            fitting = 1 << classes[g]
        made = []
        for part in (fitting, branch.domains[g] & ~fitting):
            child = branch.copy()
            child.narrow(g, part)
            made += self._settled(child, self._near[g] | {self._line_of[g]})
        return made


def _is_left(branch: _Branch, line: Sequence[int], entry: Entry) -> bool:
    return all(branch.domains[g] >> c & 1 for g, c in zip(line, entry.classes, strict=True))
