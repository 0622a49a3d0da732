"""Rules as bit masks over classes: what a rule allows in one group, given all the others.

An assignment is a list of classes by group position; OPEN stands for "not decided", and is
read optimistically: an open group forbids nothing that one of its classes would allow.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import product

from configurator.engine.atoms import (
    Atom,
    LinearAtom,
    LinearTerm,
    MatchAtom,
    TableAtom,
    amount_of,
    connected,
)
from configurator.engine.classes import ClassedModel
from configurator.engine.rows import rows_of

OPEN = -1

type Assignment = Sequence[int]


class MatchMask:
    """The masks of an equality or membership over one group or two."""

    def __init__(self, classed: ClassedModel, atom: MatchAtom) -> None:
        self.groups = tuple(dict.fromkeys(classed.position[ref.group] for ref in atom.refs))
        self._other = dict(zip(self.groups, reversed(self.groups), strict=True))
        self._rows = {g: self._rows_of(classed, atom, g) for g in self.groups}

    def _rows_of(self, classed: ClassedModel, atom: MatchAtom, g: int) -> list[int]:
        """Masks of group g by the class of the other group; the last row is for OPEN."""
        other = self._other[g]
        mine, theirs = classed.groups[g], classed.groups[other]
        if other == g:
            mask = sum(
                1 << c
                for c in range(mine.size)
                if atom.verdict(classed.reader((c,), (g,))) is not False
            )
            return [mask] * (mine.size + 1)
        rows: dict[object, int] = {}  # classes that agree on the attribute share a row
        ref = next(ref for ref in atom.refs if classed.position[ref.group] == other)
        result = []
        for k in range(theirs.size):
            key = theirs.look(k, (ref.attribute,))
            if key not in rows:
                rows[key] = sum(
                    1 << c
                    for c in range(mine.size)
                    if atom.verdict(classed.reader((c, k), (g, other))) is not False
                )
            result.append(rows[key])
        return [*result, mine.everything]

    def allowed(self, g: int, assignment: Assignment) -> int:
        """The classes of group g that do not make the atom false."""
        return self._rows[g][assignment[self._other[g]]]


class TableMask:
    """The masks of a table over any number of groups; exact with any of them open."""

    def __init__(self, classed: ClassedModel, atom: TableAtom) -> None:
        rows = rows_of(classed, atom)
        self.groups = rows.groups
        self._every_row = (1 << len(rows.masks)) - 1
        # For each group the bit mask of the rows that each of its classes is in.
        self._rows = {
            g: [
                sum(1 << i for i, masks in enumerate(rows.masks) if masks[at] >> c & 1)
                for c in range(classed.groups[g].size)
            ]
            for at, g in enumerate(rows.groups)
        }
        self._allowed: dict[tuple[int, int], int] = {}

    def allowed(self, g: int, assignment: Assignment) -> int:
        """The classes of group g that do not make the atom false."""
        left = self._every_row
        for h in self.groups:
            if h != g and assignment[h] != OPEN:
                left &= self._rows[h][assignment[h]]
        if (g, left) not in self._allowed:
            self._allowed[g, left] = sum(
                1 << c for c, rows in enumerate(self._rows[g]) if rows & left
            )
        return self._allowed[g, left]


class Component:
    """Terms of a sum that share groups: one number for each combination of their classes."""

    def __init__(self, classed: ClassedModel, terms: Sequence[LinearTerm]) -> None:
        codes = {code for term in terms for code in term.groups}
        self.groups = tuple(sorted(classed.position[code] for code in codes))
        self._sizes = [classed.groups[g].size for g in self.groups]
        self.amounts = {
            classes: amount_of(terms, classed.reader(classes, self.groups))
            for classes in product(*(range(size) for size in self._sizes))
        }
        known = [amount for amount in self.amounts.values() if amount is not None]
        # An unknown amount never breaks a rule, so it counts as the most harmless one.
        self.least = None if len(known) < len(self.amounts) else min(known)
        # Most components are one attribute of one group; its last entry answers for OPEN.
        self._line = [*self.amounts.values(), self.least] if len(self.groups) == 1 else None
        self._steps: dict[tuple[int, tuple[int, ...]], tuple[list[int], list[int], int]] = {}

    def amount(self, assignment: Assignment) -> int | None:
        """The amount, the least possible one where a group is open, None when unknown."""
        if self._line is not None:
            return self._line[assignment[self.groups[0]]]
        classes = tuple(assignment[g] for g in self.groups)
        return self.least if OPEN in classes else self.amounts[classes]

    def at_most(self, g: int, assignment: Assignment, slack: int) -> int:
        """The classes of group g with which the amount can stay within the slack."""
        others = () if self._line else tuple(assignment[h] for h in self.groups if h != g)
        if (g, others) not in self._steps:
            self._steps[g, others] = self._stairs(g, others)
        values, masks, unknown = self._steps[g, others]
        return masks[bisect_right(values, slack)] | unknown

    def _stairs(self, g: int, others: tuple[int, ...]) -> tuple[list[int], list[int], int]:
        """Ascending amounts, the masks of all classes up to each, and those of no known amount."""
        at = self.groups.index(g)
        best: dict[int, int | None] = {}
        ranges = [range(n) if c == OPEN else (c,) for n, c in self._ranges(others, at)]
        for classes in product(*ranges):
            c, amount = classes[at], self.amounts[classes]
            seen = best.get(c, amount)
            best[c] = None if seen is None or amount is None else min(seen, amount)
        unknown = sum(1 << c for c, amount in best.items() if amount is None)
        known = sorted((amount, c) for c, amount in best.items() if amount is not None)
        values, masks = [], [0]
        for amount, c in known:
            values.append(amount)
            masks.append(masks[-1] | 1 << c)
        return values, masks, unknown

    def _ranges(self, others: tuple[int, ...], at: int) -> Iterator[tuple[int, int]]:
        """The size of each group and its class, with the group at position `at` open."""
        return zip(self._sizes, (*others[:at], OPEN, *others[at:]), strict=True)


class LinearMask:
    """The masks of a sum: every component moves within what the others leave."""

    def __init__(self, classed: ClassedModel, atom: LinearAtom) -> None:
        self.components = [Component(classed, terms) for terms in connected(atom.terms)]
        self.bound = atom.bound
        self.groups = tuple(g for component in self.components for g in component.groups)
        self._everything = [group.everything for group in classed.groups]

    def allowed(self, g: int, assignment: Assignment) -> int:
        """The classes of group g that do not make the atom false."""
        slack = self.bound
        mine = None
        for component in self.components:
            if g in component.groups:
                mine = component
                continue
            amount = component.amount(assignment)
            if amount is None:
                return self._everything[g]
            slack -= amount
        return self._everything[g] if mine is None else mine.at_most(g, assignment, slack)


type AtomMask = MatchMask | TableMask | LinearMask


def _mask(classed: ClassedModel, atom: Atom) -> AtomMask:
    if isinstance(atom, LinearAtom):
        return LinearMask(classed, atom)
    return TableMask(classed, atom) if isinstance(atom, TableAtom) else MatchMask(classed, atom)


class RuleMask:
    """A rule: broken only where each of its atoms is false."""

    def __init__(self, classed: ClassedModel, atoms: Sequence[Atom]) -> None:
        self._atoms = [_mask(classed, atom) for atom in atoms]
        self.groups = tuple(dict.fromkeys(g for atom in self._atoms for g in atom.groups))
        self._everything = [group.everything for group in classed.groups]

    def allowed(self, g: int, assignment: Assignment) -> int:
        """The classes of group g with which the rule can hold, the other groups as assigned."""
        if len(self._atoms) == 1:
            return self._atoms[0].allowed(g, assignment)
        everything = self._everything[g]
        mask = 0
        for atom in self._atoms:
            if g in atom.groups:
                mask |= atom.allowed(g, assignment)
            elif atom.groups and not self._is_false(atom, assignment):
                return everything
            if mask == everything:
                break
        return mask

    def is_broken(self, assignment: Assignment) -> bool:
        """Is every atom false? Open groups are given the benefit of the doubt."""
        return all(self._is_false(atom, assignment) for atom in self._atoms)

    def _is_false(self, atom: AtomMask, assignment: Assignment) -> bool:
        decided = next((g for g in atom.groups if assignment[g] != OPEN), None)
        if decided is None:
            g = atom.groups[0]
            return not atom.allowed(g, assignment)
        return not atom.allowed(decided, assignment) >> assignment[decided] & 1
