"""The one wide sum that is not compiled: each leaf has an amount, and their sum has a bound.

Compiled, a sum over large domains (watts against a power supply) would multiply the circuit by
its partial sums. As a cost of leaves it needs no circuit at all: an option is possible exactly
when the least sum of a configuration with it stays within the bound.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from configurator.engine.atoms import Atom, LinearAtom, LinearTerm, amount_of, connected
from configurator.engine.circuit.leaves import Amounts, Leaves
from configurator.engine.classes import ClassedModel
from configurator.engine.limits import LARGEST_NUMBER

# Fewer combinations of amounts than this are compiled like any other rule.
NARROW = 500


@dataclass(frozen=True, slots=True)
class Wide:
    """A sum over leaves and its bound. A leaf of unknown amount brings any sum within it."""

    rule: int  # its index among the blocking rules
    code: str
    amounts: Amounts
    is_known: tuple[bool, ...]
    bound: int


@dataclass(frozen=True, slots=True)
class _Part:
    """Terms of the sum that concern one group: the amount by leaf, None where unknown."""

    g: int
    amounts: tuple[int | None, ...]

    @property
    def known(self) -> list[int]:
        return [amount for amount in self.amounts if amount is not None]


def widest(classed: ClassedModel, leaves: Leaves) -> Wide | None:
    """The sum with the most combinations of amounts, or None where all are narrow."""
    best, found = NARROW, None
    for index, (_, atoms) in enumerate(classed.rules):
        parts = _parts(classed, leaves, atoms)
        if parts is None or any(not part.known for part in parts):
            continue
        combinations = prod(len(set(part.known)) for part in parts)
        if combinations > best:
            best, found = combinations, (index, parts)
    return None if found is None else _wide(classed, leaves, *found)


def wide_of(classed: ClassedModel, leaves: Leaves, code: str) -> Wide | None:
    """The rule of this code as a wide sum, or None where it cannot be one."""
    for index, (rule, atoms) in enumerate(classed.rules):
        if rule.code == code:
            parts = _parts(classed, leaves, atoms)
            return None if parts is None else _wide(classed, leaves, index, parts)
    return None


def _parts(
    classed: ClassedModel, leaves: Leaves, atoms: Sequence[Atom]
) -> tuple[_Part, ...] | None:
    """The parts of a rule that is one sum over leaves; None for any other rule."""
    if len(atoms) != 1 or not isinstance(atoms[0], LinearAtom):
        return None
    parts = []
    for terms in connected(atoms[0].terms):
        part = _part(classed, leaves, terms)
        if part is None:
            return None
        parts.append(part)
    largest = sum(max(map(abs, part.known), default=0) for part in parts) + abs(atoms[0].bound)
    # So that sums, and the harmless amounts of what is unknown, fit a pass.
    return tuple(parts) if largest <= LARGEST_NUMBER else None


def _part(classed: ClassedModel, leaves: Leaves, terms: Sequence[LinearTerm]) -> _Part | None:
    groups = {classed.position[code] for term in terms for code in term.groups}
    # The counted group's leaves know its quantity too.
    owners = [g for g in groups if groups <= {g, leaves.quantity[g]}]
    if not owners:
        return None
    g, quantity = owners[0], leaves.quantity[owners[0]]
    amounts = []
    for number in range(leaves.sizes[g]):
        for count in range(leaves.columns[g]):
            where = {g: number} if quantity is None else {g: number, quantity: count}
            amounts.append(amount_of(terms, classed.reader([*where.values()], [*where])))
    return _Part(g, tuple(amounts))


def _wide(classed: ClassedModel, leaves: Leaves, index: int, parts: Sequence[_Part]) -> Wide:
    rule, (atom,) = classed.rules[index]
    assert isinstance(atom, LinearAtom)  # noqa: S101 - held by _parts
    most = sum(max(part.known, default=0) for part in parts)
    amounts = np.zeros(leaves.total, dtype=np.int64)
    is_known = [True] * leaves.total
    for part in parts:
        least, largest = min(part.known, default=0), max(part.known, default=0)
        harmless = min(least, atom.bound - (most - largest))
        for offset, amount in enumerate(part.amounts):
            leaf = leaves.first[part.g] + offset
            amounts[leaf] = harmless if amount is None else amount
            is_known[leaf] = amount is not None
    return Wide(index, rule.code, amounts, tuple(is_known), atom.bound)
