"""The model as clauses, each business rule under one selector literal.

Rules only ever forbid combinations, so a group needs "at least one class" but not "at most
one": where the solver makes several classes of a group true, each of them is fine. That saves
the pairwise clauses, and one satisfying model is a witness for many options at once.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
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
from configurator.engine.classes import ClassedModel, ClassReader
from configurator.engine.rows import rows_of

type Clause = list[int]


@dataclass(slots=True)
class Ladder:
    """A number in order encoding: literal i is true whenever the number is >= values[i]."""

    values: list[int]
    literals: list[int]

    def above(self, bound: int) -> int | None:
        """The literal of the least value that exceeds the bound, if there is one."""
        index = bisect_right(self.values, bound)
        return self.literals[index] if index < len(self.values) else None


@dataclass
class Cnf:
    """Clauses over `variables` variables; class c of group g is `class_literal(g, c)`."""

    offsets: tuple[int, ...]
    variables: int
    clauses: list[Clause] = field(default_factory=list)
    selectors: list[int] = field(default_factory=list)  # one a blocking rule, in model order

    def class_literal(self, g: int, number: int) -> int:
        return self.offsets[g] + number + 1


def encode(classed: ClassedModel) -> Cnf:
    """All blocking rules of the model, complete: no rule is left to unit propagation."""
    return _Encoder(classed).encode()


class _Encoder:
    def __init__(self, classed: ClassedModel) -> None:
        self.classed = classed
        offsets, total = [], 0
        for group in classed.groups:
            offsets.append(total)
            total += group.size
        self.cnf = Cnf(tuple(offsets), total)
        self._signatures: dict[tuple[int, tuple[str, ...]], list[tuple[int, int]]] = {}
        self._ladders: dict[tuple[LinearTerm, ...], Ladder] = {}

    def encode(self) -> Cnf:
        for g, group in enumerate(self.classed.groups):
            self.cnf.clauses.append([self.cnf.class_literal(g, c) for c in range(group.size)])
        for _, atoms in self.classed.rules:
            selector = self._new()
            self.cnf.selectors.append(selector)
            self._forbid_all_false(atoms, -selector)
        return self.cnf

    def _new(self) -> int:
        self.cnf.variables += 1
        return self.cnf.variables

    def _forbid_all_false(self, atoms: Sequence[Atom], unless: int) -> None:
        """Not every atom may be false, unless the literal holds."""
        if len(atoms) == 1:
            self._false_implies(atoms[0], unless)
            return
        falsehoods = [self._falsehood(atom) for atom in atoms]
        self.cnf.clauses.append([unless, *(-literal for literal in falsehoods)])

    def _falsehood(self, atom: Atom) -> int:
        """A literal that holds wherever the atom is false."""
        groups = tuple({self.classed.position[ref.group] for ref in atom.refs})
        if not isinstance(atom, LinearAtom) and len(groups) == 1:
            attributes = tuple(sorted({ref.attribute for ref in atom.refs}))
            false = [
                cell
                for cell in self._signature(groups[0], attributes)
                if atom.verdict(self._reader(groups, [cell])) is False
            ]
            if len(false) == 1:  # a feature's yes or no: it needs no literal of its own
                return false[0][0]
        literal = self._new()
        self._false_implies(atom, literal)
        return literal

    def _false_implies(self, atom: Atom, head: int) -> None:
        if isinstance(atom, LinearAtom):
            self._linear(atom, head)
        elif isinstance(atom, TableAtom):
            self._table(atom, head)
        else:
            self._match(atom, head)

    def _match(self, atom: MatchAtom, head: int) -> None:
        columns = self._columns(atom)
        groups = tuple(columns)
        for cells in product(*columns.values()):
            if atom.verdict(self._reader(groups, cells)) is False:
                self.cnf.clauses.append([*(-literal for literal, _ in cells), head])

    def _table(self, atom: TableAtom, head: int) -> None:
        """Some row holds, unless the head does; a row forbids all that contradicts it."""
        columns = self._columns(atom)
        rows = rows_of(self.classed, atom)
        literals = [self._new() for _ in rows.masks]
        self.cnf.clauses.append([*literals, head])
        for row, masks in zip(literals, rows.masks, strict=True):
            for g, mask in zip(rows.groups, masks, strict=True):
                self.cnf.clauses.extend(
                    [-row, -cell] for cell, specimen in columns[g] if not mask >> specimen & 1
                )

    def _columns(self, atom: MatchAtom | TableAtom) -> dict[int, list[tuple[int, int]]]:
        """The cells of each group that the atom reads."""
        attributes: dict[int, set[str]] = {}
        for ref in atom.refs:
            attributes.setdefault(self.classed.position[ref.group], set()).add(ref.attribute)
        return {g: self._signature(g, tuple(sorted(read))) for g, read in attributes.items()}

    def _reader(self, groups: Sequence[int], cells: Sequence[tuple[int, int]]) -> ClassReader:
        return self.classed.reader([specimen for _, specimen in cells], groups)

    def _signature(self, g: int, attributes: tuple[str, ...]) -> list[tuple[int, int]]:
        """(literal, specimen class) of each distinct combination of a group's attributes."""
        if (g, attributes) in self._signatures:
            return self._signatures[g, attributes]
        group = self.classed.groups[g]
        classes: dict[object, list[int]] = {}
        for c in range(group.size):
            classes.setdefault(group.look(c, attributes), []).append(c)
        cells = []
        for alike in classes.values():
            literal = self.cnf.class_literal(g, alike[0])
            if len(alike) > 1:
                literal = self._new()
                for c in alike:
                    self.cnf.clauses.append([-self.cnf.class_literal(g, c), literal])
            cells.append((literal, alike[0]))
        self._signatures[g, attributes] = cells
        return cells

    def _linear(self, atom: LinearAtom, head: int) -> None:
        ladders = sorted(
            (self._component(tuple(terms)) for terms in connected(atom.terms)),
            key=lambda ladder: len(ladder.values),
        )
        # Adding the two shortest first keeps partial sums few; the last three need no sum of
        # their own, because a bound on them is a clause for each pair of steps.
        while len(ladders) > 3:
            ladders = [*ladders[2:], self._added(ladders[0], ladders[1])]
            ladders.sort(key=lambda ladder: len(ladder.values))
        if all(ladder.values for ladder in ladders):
            self._bound(ladders, atom.bound, head)

    def _component(self, terms: tuple[LinearTerm, ...]) -> Ladder:
        """The ladder of terms that share groups; a combination of unknown amount is left out."""
        if terms in self._ladders:
            return self._ladders[terms]
        attributes: dict[int, set[str]] = {}
        for term in terms:
            for ref in (term.ref, term.count):
                if ref is not None:
                    position = self.classed.position[ref.group]
                    attributes.setdefault(position, set()).add(ref.attribute)
        groups = tuple(attributes)
        columns = [self._signature(g, tuple(sorted(attributes[g]))) for g in groups]
        amounts = [
            (cells, amount)
            for cells in product(*columns)
            if (amount := amount_of(terms, self._reader(groups, cells))) is not None
        ]
        ladder = self._ladder({amount for _, amount in amounts})
        literal = dict(zip(ladder.values, ladder.literals, strict=True))
        for cells, amount in amounts:
            self.cnf.clauses.append([*(-cell for cell, _ in cells), literal[amount]])
        self._ladders[terms] = ladder
        return ladder

    def _ladder(self, values: set[int]) -> Ladder:
        ladder = Ladder(sorted(values), [self._new() for _ in values])
        for lower, higher in zip(ladder.literals, ladder.literals[1:], strict=False):
            self.cnf.clauses.append([-higher, lower])
        return ladder

    def _added(self, one: Ladder, other: Ladder) -> Ladder:
        total = self._ladder({a + b for a in one.values for b in other.values})
        literal = dict(zip(total.values, total.literals, strict=True))
        for a, at_least_a in zip(one.values, one.literals, strict=True):
            for b, at_least_b in zip(other.values, other.literals, strict=True):
                self.cnf.clauses.append([-at_least_a, -at_least_b, literal[a + b]])
        return total

    def _bound(self, ladders: Sequence[Ladder], bound: int, head: int) -> None:
        """The sum of at most three ladders exceeds the bound only if the head holds."""
        *rest, longest = ladders
        for steps in product(
            *(zip(ladder.values, ladder.literals, strict=True) for ladder in rest)
        ):
            literal = longest.above(bound - sum(value for value, _ in steps))
            if literal is not None:
                self.cnf.clauses.append([*(-step for _, step in steps), -literal, head])
