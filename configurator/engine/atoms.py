"""Rules in the one normal form the engine works with: a disjunction of atoms.

A rule is broken exactly when every atom of it is definitely false (Kleene's three values: an
unknown attribute makes an atom unknown, and an unknown atom never breaks a rule). A condition
in `when` enters negated, so "if A then B" becomes "not A, or B".
"""

import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from configurator.engine.nodes import (
    AnyOf,
    Compare,
    Known,
    Operator,
    Ref,
    Rule,
    Sum,
    Table,
    Value,
)
from configurator.engine.references import COUNT, ORDERING

type Verdict = bool | None  # None: unknown
type Reader = Callable[[Ref], Value]

NEGATED: dict[Operator, Operator] = {
    "==": "!=",
    "!=": "==",
    "<=": ">",
    ">": "<=",
    "<": ">=",
    ">=": "<",
    "in": "not in",
    "not in": "in",
}


def _member(left: object, right: object) -> bool:
    return isinstance(right, tuple) and left in right


TESTS: dict[Operator, Callable[[object, object], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "in": _member,
    "not in": lambda left, right: not _member(left, right),
}


@dataclass(frozen=True, slots=True)
class MatchAtom:
    """A comparison without an order: equality or membership, over one group or two."""

    left: Ref
    op: Operator
    right: Ref | Value

    @property
    def refs(self) -> tuple[Ref, ...]:
        return (self.left, self.right) if isinstance(self.right, Ref) else (self.left,)

    def verdict(self, read: Reader) -> Verdict:
        left = read(self.left)
        right = read(self.right) if isinstance(self.right, Ref) else self.right
        if left is None or right is None:
            return None
        return TESTS[self.op](left, right)


@dataclass(frozen=True, slots=True)
class TableAtom:
    """Some row equals the refs in every column; what is unknown may be what the row says."""

    refs: tuple[Ref, ...]
    rows: tuple[tuple[Known, ...], ...]

    def verdict(self, read: Reader) -> Verdict:
        values = [read(ref) for ref in self.refs]
        verdicts = {_same(values, row) for row in self.rows}
        return True if True in verdicts else None if None in verdicts else False


def _same(values: Sequence[Value], row: Sequence[Known]) -> Verdict:
    is_known = True
    for value, cell in zip(values, row, strict=True):
        if value is None:
            is_known = False
        elif value != cell:
            return False
    return True if is_known else None


@dataclass(frozen=True, slots=True)
class LinearTerm:
    """`weight * ref`, times the count of the quantity group that `count` refers to."""

    weight: int
    ref: Ref
    count: Ref | None = None

    @property
    def groups(self) -> frozenset[str]:
        return frozenset(
            {self.ref.group} if self.count is None else {self.ref.group, self.count.group}
        )

    def amount(self, read: Reader) -> int | None:
        """The term's value; none of an unknown thing is still none of it."""
        count = 1 if self.count is None else read(self.count)
        if count == 0 or self.weight == 0:
            return 0
        value = read(self.ref)
        if not isinstance(value, int) or not isinstance(count, int):
            return None
        return self.weight * count * value


@dataclass(frozen=True, slots=True)
class LinearAtom:
    """`Σ terms <= bound`, in whole numbers."""

    terms: tuple[LinearTerm, ...]
    bound: int

    @property
    def refs(self) -> tuple[Ref, ...]:
        return tuple(
            ref for term in self.terms for ref in (term.ref, term.count) if ref is not None
        )

    def verdict(self, read: Reader) -> Verdict:
        total = amount_of(self.terms, read)
        return None if total is None else total <= self.bound


type Atom = MatchAtom | TableAtom | LinearAtom


def amount_of(terms: Iterable[LinearTerm], read: Reader) -> int | None:
    """The sum of terms, or None when one of them is unknown."""
    total = 0
    for term in terms:
        amount = term.amount(read)
        if amount is None:
            return None
        total += amount
    return total


def connected(terms: Sequence[LinearTerm]) -> list[list[LinearTerm]]:
    """Terms in bundles that share no group with each other."""
    bundles: list[tuple[set[str], list[LinearTerm]]] = []
    for term in terms:
        groups, members = set(term.groups), [term]
        apart = []
        for bundle in bundles:
            if bundle[0] & groups:
                groups |= bundle[0]
                members = bundle[1] + members
            else:
                apart.append(bundle)
        bundles = [*apart, (groups, members)]
    return [members for _, members in bundles]


def atoms_of(rule: Rule) -> tuple[Atom, ...]:
    """The rule's normal form."""
    negated = [Compare(c.left, NEGATED[c.op], c.right) for c in rule.when]
    constraint = rule.constraint
    if isinstance(constraint, Sum):
        return (*map(_compared, negated), _summed(constraint))
    if isinstance(constraint, Table):
        return (*map(_compared, negated), TableAtom(constraint.refs, constraint.rows))
    compares = constraint.options if isinstance(constraint, AnyOf) else (constraint,)
    return tuple(_compared(compare) for compare in (*negated, *compares))


def verdict(atoms: Iterable[Atom], read: Reader) -> Verdict:
    """True: the rule holds. False: it is broken. None: an unknown attribute decides."""
    verdicts = [atom.verdict(read) for atom in atoms]
    if True in verdicts:
        return True
    return None if None in verdicts else False


def _compared(compare: Compare) -> Atom:
    if compare.op not in ORDERING:
        return MatchAtom(compare.left, compare.op, compare.right)
    sign = 1 if compare.op in {"<=", "<"} else -1
    terms = [LinearTerm(sign, compare.left)]
    bound = -1 if compare.op in {"<", ">"} else 0
    if isinstance(compare.right, Ref):
        terms.append(LinearTerm(-sign, compare.right))
    else:
        assert isinstance(compare.right, int)  # noqa: S101 - held by references.problems
        bound += sign * compare.right
    return LinearAtom(tuple(terms), bound)


def _summed(constraint: Sum) -> LinearAtom:
    terms = [
        LinearTerm(term.weight, term.ref, None if term.times is None else Ref(term.times, COUNT))
        for term in constraint.terms
    ]
    bound = -constraint.constant
    if isinstance(constraint.limit, Ref):
        terms.append(LinearTerm(-constraint.limit_weight, constraint.limit))
    else:
        bound += constraint.limit_weight * constraint.limit
    return LinearAtom(tuple(terms), bound)
