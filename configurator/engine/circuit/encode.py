"""The model as clauses for compilation: complete, without selectors, every helper defined.

Unlike the encoding for the solver (`engine.cnf`), a configuration here has exactly one satisfying
assignment: groups have exactly one class, and each helper variable is true *if and only if* what
it stands for holds. So the models of the clauses are the configurations, and can be counted.
Variables 1 to `leaves.total` are the leaves; the others vanish from the circuit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

from configurator.engine.atoms import (
    Atom,
    LinearAtom,
    LinearTerm,
    TableAtom,
    amount_of,
    connected,
)
from configurator.engine.circuit.ladders import Clauses, Ladders, below, climb
from configurator.engine.circuit.leaves import Leaves
from configurator.engine.classes import ClassedModel, ClassReader
from configurator.engine.cnf import Clause, Ladder
from configurator.engine.nodes import Ref
from configurator.engine.rows import rows_of

PAIRWISE = 5  # groups up to this size need no ladder for "at most one"


@dataclass(frozen=True, slots=True)
class _Cell:
    """Classes of a group that agree on some attributes: a literal, and one of the classes."""

    literal: int
    specimen: int


def encode(classed: ClassedModel, leaves: Leaves, *, without: int | None = None) -> Clauses:
    """The clauses of all blocking rules but the one of index `without`."""
    encoder = _Encoder(classed, leaves)
    for index, (_, atoms) in enumerate(classed.rules):
        if index != without:
            encoder.add_rule(atoms)
    return encoder.made


class _Encoder:
    def __init__(self, classed: ClassedModel, leaves: Leaves) -> None:
        self._classed = classed
        self._leaves = leaves
        self.made = Clauses(leaves.total)
        self._add = self.made.clauses.append
        self._sets: dict[tuple[int, int], int] = {}
        self._cells: dict[tuple[int, tuple[str, ...]], list[_Cell]] = {}
        self._parts: dict[tuple[LinearTerm, ...], Ladder] = {}
        self._ladders = Ladders(self.made)
        self._rows: dict[TableAtom, list[int]] = {}
        self._class_literals = [self._classes(g) for g in range(len(classed.groups))]
        for g, quantity in enumerate(leaves.quantity):
            if quantity is not None:
                self._count(g, quantity)

    def _new(self) -> int:
        return self.made.new()

    def _classes(self, g: int) -> list[int]:
        """A literal for each class of the group, exactly one of which holds."""
        size = self._leaves.sizes[g]
        if self._leaves.quantity[g] is None:
            literals = [self._leaves.at(g, number) + 1 for number in range(size)]
        else:
            literals = [self._new() for _ in range(size)]
        self._add(literals)
        if size <= PAIRWISE:
            for index, literal in enumerate(literals):
                for other in literals[:index]:
                    self._add([-literal, -other])
            return literals
        before = None  # "one of the classes so far"
        for literal, following in pairwise(literals):
            so_far = self._new()
            self._add([-literal, so_far])
            self._add([-following, -so_far])
            if before is not None:
                self._add([-before, so_far])
                self._add([before, literal, -so_far])
            else:
                self._add([literal, -so_far])
            before = so_far
        return literals

    def _count(self, g: int, quantity: int) -> None:
        """A leaf of a counted group is its class and a count together."""
        for number, literal in enumerate(self._class_literals[g]):
            for count, many in enumerate(self._class_literals[quantity]):
                leaf = self._leaves.at(g, number, count) + 1
                self._add([-leaf, literal])
                self._add([-leaf, many])
                self._add([leaf, -literal, -many])

    def _one_of(self, g: int, mask: int) -> int:
        """The literal of "the class of the group is one of these" (neither none nor all)."""
        literals = self._class_literals[g]
        if mask.bit_count() == 1:
            return literals[mask.bit_length() - 1]
        rest = mask ^ ((1 << len(literals)) - 1)
        if rest.bit_count() == 1:
            return -literals[rest.bit_length() - 1]
        if (g, rest) in self._sets:
            return -self._sets[g, rest]
        if (g, mask) not in self._sets:
            among = self._sets[g, mask] = self._new()
            members = [literals[c] for c in range(len(literals)) if mask >> c & 1]
            for literal in members:
                self._add([-literal, among])
            self._add([-among, *members])
            for c, literal in enumerate(literals):
                if not mask >> c & 1:
                    self._add([-literal, -among])
        return self._sets[g, mask]

    def add_rule(self, atoms: Sequence[Atom]) -> None:
        """Not every atom may be false."""
        unless: Clause = []
        wider: list[tuple[Atom, tuple[int, ...]]] = []
        for atom in atoms:
            groups = tuple(dict.fromkeys(self._classed.position[ref.group] for ref in atom.refs))
            if len(groups) > 1:
                wider.append((atom, groups))
                continue
            false = self._false_classes(atom, groups)
            if false == 0:
                return  # never false, so the rule is never broken
            if groups and false != self._classed.groups[groups[0]].everything:
                unless.append(-self._one_of(groups[0], false))
        if not wider:
            # Broken whatever is chosen; said without an empty clause.
            self._add(unless or [-self._always()])
            return
        for atom, groups in wider[1:]:
            falsehood = self._new()
            self._when_false(atom, groups, [falsehood])
            self._when_not_false(atom, groups, -falsehood)
            unless.append(-falsehood)
        self._when_false(*wider[0], unless)

    def _false_classes(self, atom: Atom, groups: tuple[int, ...]) -> int:
        """The mask of the classes that make an atom over one group (or none) false."""
        if not groups:
            return int(atom.verdict(self._classed.reader((), ())) is False)
        (g,) = groups
        return sum(
            1 << c
            for c in range(self._classed.groups[g].size)
            if atom.verdict(self._classed.reader((c,), groups)) is False
        )

    def _when_false(self, atom: Atom, groups: tuple[int, ...], then: Clause) -> None:
        """Where the atom is false, one of the literals holds."""
        if isinstance(atom, TableAtom):
            self._add([*self._row_literals(atom), *then])
            return
        if not isinstance(atom, LinearAtom):
            for cells in product(*self._columns(groups, atom.refs)):
                if atom.verdict(self._reader(groups, cells)) is False:
                    self._add([*(-cell.literal for cell in cells), *then])
            return
        *rest, longest = self._summands(atom)
        for steps in product(*(climb(ladder) for ladder in rest)):
            exceeding = longest.above(atom.bound - sum(value for value, _ in steps))
            if exceeding is not None:
                self._add([*(-step for _, step in steps), -exceeding, *then])

    def _when_not_false(self, atom: Atom, groups: tuple[int, ...], then: int) -> None:
        """Where the atom holds or is unknown, the literal holds."""
        if isinstance(atom, TableAtom):
            for row in self._row_literals(atom):
                self._add([-row, then])
            return
        if not isinstance(atom, LinearAtom):
            for cells in product(*self._columns(groups, atom.refs)):
                if atom.verdict(self._reader(groups, cells)) is not False:
                    self._add([*(-cell.literal for cell in cells), then])
            return
        ladders = self._summands(atom)
        for ladder in ladders:  # a part below its lowest step is unknown
            self._add([ladder.literals[0], then] if ladder.literals else [then])
        *rest, longest = ladders
        for steps in product(*(zip(*below(ladder), strict=True) for ladder in rest)):
            room = atom.bound - sum(value for value, _ in steps)
            exceeding = longest.above(room)
            beyond = [literal for _, literal in steps if literal is not None]
            self._add([*beyond, *([] if exceeding is None else [exceeding]), then])

    def _row_literals(self, atom: TableAtom) -> list[int]:
        """For each row of a table the literal of "every group is as the row says"."""
        if atom not in self._rows:
            rows = rows_of(self._classed, atom)
            self._rows[atom] = [self._row(rows.groups, masks) for masks in rows.masks]
        return self._rows[atom]

    def _row(self, groups: Sequence[int], masks: Sequence[int]) -> int:
        told = [
            self._one_of(g, mask)
            for g, mask in zip(groups, masks, strict=True)
            if mask != self._classed.groups[g].everything
        ]
        if not told:
            return self._always()
        if len(told) == 1:
            return told[0]
        row = self._new()
        for literal in told:
            self._add([-row, literal])
        self._add([row, *(-literal for literal in told)])
        return row

    def _summands(self, atom: LinearAtom) -> list[Ladder]:
        """The atom's parts as at most three ladders, the longest last."""
        ladders = [self._part(tuple(terms)) for terms in connected(atom.terms)]
        ladders.sort(key=lambda ladder: len(ladder.values))
        while len(ladders) > 3:
            ladders = [*ladders[2:], self._ladders.added(ladders[0], ladders[1])]
            ladders.sort(key=lambda ladder: len(ladder.values))
        return ladders

    def _part(self, terms: tuple[LinearTerm, ...]) -> Ladder:
        if terms in self._parts:
            return self._parts[terms]
        refs = [ref for term in terms for ref in (term.ref, term.count) if ref is not None]
        groups = tuple(dict.fromkeys(self._classed.position[ref.group] for ref in refs))
        amounts = [
            (cells, amount_of(terms, self._reader(groups, cells)))
            for cells in product(*self._columns(groups, refs))
        ]
        ladder = self._ladders.of({amount for _, amount in amounts if amount is not None})
        at = {value: index for index, value in enumerate(ladder.values)}
        for cells, amount in amounts:
            # An unknown amount lies below the lowest step, where no bound looks.
            index = -1 if amount is None else at[amount]
            self._ladders.place([-cell.literal for cell in cells], ladder, index)
        self._parts[terms] = ladder
        return ladder

    def _columns(self, groups: tuple[int, ...], refs: Iterable[Ref]) -> list[list[_Cell]]:
        attributes: dict[int, set[str]] = {g: set() for g in groups}
        for ref in refs:
            attributes[self._classed.position[ref.group]].add(ref.attribute)
        return [self._signature(g, tuple(sorted(attributes[g]))) for g in groups]

    def _signature(self, g: int, attributes: tuple[str, ...]) -> list[_Cell]:
        """A cell for each distinct combination of the group's attributes."""
        if (g, attributes) not in self._cells:
            group = self._classed.groups[g]
            alike: dict[object, int] = {}
            for c in range(group.size):
                look = group.look(c, attributes)
                alike[look] = alike.get(look, 0) | 1 << c
            self._cells[g, attributes] = [
                _Cell(self._one_of(g, mask), (mask & -mask).bit_length() - 1)
                for mask in alike.values()
                if len(alike) > 1 or group.size == 1
            ] or [_Cell(self._always(), 0)]
        return self._cells[g, attributes]

    def _always(self) -> int:
        literal = self._new()
        self._add([literal])
        return literal

    def _reader(self, groups: Sequence[int], cells: Sequence[_Cell]) -> ClassReader:
        return self._classed.reader([cell.specimen for cell in cells], groups)
