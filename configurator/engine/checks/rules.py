"""Rules among themselves: which contradict each other, which follow from the others.

Rules only ever forbid, and the clauses of `cnf` rely on it. So "this rule is broken" is written
down as constraints, too: each of its atoms is definitely false, and none is unknown.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import cast

from configurator.engine.atoms import (
    Atom,
    LinearAtom,
    LinearTerm,
    MatchAtom,
    Reader,
    TableAtom,
    Verdict,
    amount_of,
    connected,
)
from configurator.engine.checks.findings import MOST_NAMED, Finding
from configurator.engine.classes import ClassedModel, classify
from configurator.engine.cnf import encode
from configurator.engine.compiled import Compiled
from configurator.engine.nodes import Model, Ref, Rule
from configurator.engine.solver import Solver
from configurator.engine.words import listed

MOST_CONTRADICTING = 6  # rules that are named together; each has a finding of its own, too


def silent_rules(model: Model) -> Iterator[Finding]:
    """Rules that could not tell a customer why."""
    for rule in model.rules:
        if not rule.sentence.strip():
            message = f"{rule.name} has no sentence for customers"
            yield Finding("no_sentence", rule.code, message, rule=rule.code)


def contradiction(compiled: Compiled) -> tuple[Finding, ...]:
    """One finding for each rule of a smallest set that cannot hold together.

    To be asked only of a model whose rules allow nothing.
    """
    solver, selectors = compiled.optional_rules_solver, compiled.cnf.selectors
    rules = [rule for rule, _ in compiled.classed.rules]
    needed = _smallest(solver, (), selectors)
    guilty = [rules[selectors.index(selector)] for selector in needed]
    names = listed((f"“{rule.name}”" for rule in guilty), most=MOST_CONTRADICTING)
    if len(guilty) == 1:
        message = f"{names} alone allows no configuration at all"
    else:
        message = f"{names} contradict each other: no configuration keeps all of them"
    return tuple(Finding("void", rule.code, message, rule=rule.code) for rule in guilty)


def redundant_rules(model: Model) -> Iterator[Finding]:
    """Rules that change nothing: never applicable, never broken, or implied by the others.

    To be asked only of a model whose rules allow something.
    """
    beside = _Beside(model)
    for index, rule in enumerate(model.rules):
        yield from beside.finding(index, rule)


class _Beside:
    """One encoding of every rule and of every rule's opposite, each under its own selector."""

    def __init__(self, model: Model) -> None:
        # Advice is classed like a rule: whether it is ever given depends on its attributes, too.
        strict = replace(model, rules=tuple(replace(r, severity="block") for r in model.rules))
        classed = classify(strict)
        self._rules = model.rules
        self._opposites: list[range] = []
        self._conditions: list[int] = []
        added: list[tuple[Rule, tuple[Atom, ...]]] = []
        for rule, atoms in classed.rules:
            opposite = [(rule, either) for atom in atoms for either in broken(atom)]
            when = [e for atom in atoms[: len(rule.when)] for e in broken(atom)]
            self._opposites.append(range(len(added), len(added) + len(opposite)))
            self._conditions.append(len(when))
            added += opposite
        cnf = encode(ClassedModel(strict, classed.groups, (*classed.rules, *added)))
        count = len(classed.rules)
        self._selectors, self._opposite_selectors = cnf.selectors[:count], cnf.selectors[count:]
        self._solver = Solver(cnf, rules_are_optional=True)

    def finding(self, index: int, rule: Rule) -> Iterator[Finding]:
        others = [
            selector
            for other, selector in enumerate(self._selectors)
            if other != index and self._rules[other].severity == "block"
        ]
        opposite = [self._opposite_selectors[at] for at in self._opposites[index]]
        if self._solver.is_satisfiable([*opposite, *others]):
            return
        when = opposite[: self._conditions[index]]
        if rule.when and not self._solver.is_satisfiable([*when, *others]):
            message = f"{rule.name} never applies: its conditions cannot hold"
            message += self._because(when, others)
            yield Finding("never_applies", rule.code, message, rule=rule.code)
            return
        because = self._because(opposite, others)
        never = "is never given" if rule.severity == "warn" else "can never be broken"
        message = f"{rule.name} {never}{because or ', whatever is chosen'}"
        yield Finding("redundant_rule", rule.code, message, rule=rule.code)

    def _because(self, asked: Sequence[int], others: Sequence[int]) -> str:
        needed = _smallest(self._solver, asked, others)
        names = [f"“{self._rules[self._selectors.index(s)].name}”" for s in needed]
        return f", because of {listed(names, most=MOST_NAMED)}" if names else ""


def _smallest(solver: Solver, asked: Sequence[int], selectors: Sequence[int]) -> list[int]:
    """Of the selectors, a set that contradicts what is asked, and of which none can go."""
    core = set(solver.core([*asked, *selectors]) or ())
    needed = [selector for selector in selectors if selector in core]
    for selector in list(needed):
        fewer = [other for other in needed if other != selector]
        if not solver.is_satisfiable([*asked, *fewer]):
            needed = fewer
    return needed


def broken(atom: Atom) -> tuple[tuple[Atom, ...], ...]:
    """Disjunctions that all hold exactly where the atom is definitely false."""
    if isinstance(atom, LinearAtom):
        opposite = LinearAtom(
            tuple(LinearTerm(-term.weight, term.ref, term.count) for term in atom.terms),
            -atom.bound - 1,
        )
        known = (_Known(tuple(terms)) for terms in connected(atom.terms))
        return ((opposite,), *((cast("Atom", one),) for one in known))
    if isinstance(atom, TableAtom):
        return tuple(
            tuple(
                cast("Atom", _Broken(MatchAtom(ref, "==", cell)))
                for ref, cell in zip(atom.refs, row, strict=True)
            )
            for row in atom.rows
        )
    return ((cast("Atom", _Broken(atom)),),)


@dataclass(frozen=True, slots=True)
class _Broken:
    """An atom for the encoding: holds where the other is definitely false, and nowhere else."""

    atom: MatchAtom

    @property
    def refs(self) -> tuple[Ref, ...]:
        return self.atom.refs

    def verdict(self, read: Reader) -> Verdict:
        return self.atom.verdict(read) is False


@dataclass(frozen=True, slots=True)
class _Known:
    """An atom for the encoding: holds where the amount of the terms is known."""

    terms: tuple[LinearTerm, ...]

    @property
    def refs(self) -> tuple[Ref, ...]:
        return LinearAtom(self.terms, 0).refs

    def verdict(self, read: Reader) -> Verdict:
        return amount_of(self.terms, read) is not None
