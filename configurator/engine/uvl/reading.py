"""A UVL file as a product model.

A feature below which exactly one of several plain features is chosen becomes a group of those
(and of "None", where it may be missing itself); any other feature a group of yes and no, as in
`engine.dimacs`. Abstract features that are always there have no group. So variants are counted
as a feature model counts them: by features that are there.
"""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from configurator.engine.errors import FeatureModelError
from configurator.engine.nodes import Model
from configurator.engine.references import problems
from configurator.engine.uvl.amounts import Linear
from configurator.engine.uvl.clauses import Clauses, Clausing, spelled_out
from configurator.engine.uvl.documents import document
from configurator.engine.uvl.nodes import Constraint, Feature
from configurator.engine.uvl.rules import Named, rules_of
from configurator.engine.uvl.shape import Relation, Shape, shape_of
from configurator.engine.uvl.wording import cut, plain
from configurator.engine.words import listed

FEW = 6  # up to so many features exclude each other in pairs


def read_uvl(text: str, *, code: str) -> Model:
    """The model of a UVL file. Raises UvlError, naming line and column."""
    read = document(text)
    shape = shape_of(read.root)
    model = _Reading(shape).model(code, read.constraints)
    for problem in problems(model):
        raise FeatureModelError(problem.message)
    return model


class _Reading:
    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._clausing = Clausing(shape)

    def model(self, code: str, constraints: tuple[Constraint, ...]) -> Model:
        named = [rule for relation in self._shape.relations for rule in self._relation(relation)]
        for number, constraint in enumerate(constraints, start=1):
            named += self._constraint(constraint, number)
        helpers = [Named(clause, "Helper", "") for clause in self._clausing.definitions]
        drafts = self._shape.drafts
        spelled = [
            replace(item, clause=clause)
            for item in (*named, *helpers)
            for clause in spelled_out(item.clause, drafts)
        ]
        rules = rules_of(spelled, drafts)
        defaults = {draft.code: draft.codes[draft.default] for draft in drafts}
        return Model(code, tuple(draft.group() for draft in drafts), rules, defaults)

    def _constraint(self, constraint: Constraint, number: int) -> Iterator[Named]:
        name, *rest = constraint.comment or (f"Constraint {number}",)
        for clause in self._clausing.clauses(constraint.formula):
            yield Named(clause, name or f"Constraint {number}", " ".join(rest), constraint.source)

    def _relation(self, relation: Relation) -> Iterator[Named]:
        """The rules between a feature and its children."""
        parent, children = relation.parent, relation.children
        if relation.is_bound:
            for child in children:
                clauses = self._either((child, False), (parent, True))
                yield from _named(clauses, child.name, f"{child.name} is part of {parent.name}.")
        if relation.low == len(children):
            for child in children:
                clauses = self._either((parent, False), (child, True))
                yield from _named(clauses, parent.name, f"{parent.name} always has {child.name}.")
        elif relation.low == 1:
            told = f"{parent.name} needs {listed([child.name for child in children], 'or')}."
            every = [(parent, False), *((child, True) for child in children)]
            yield from _named(self._either(*every), parent.name, told)
        elif relation.low > 1:
            yield from self._at_least(relation)
        if relation.most < len(children):
            yield from self._at_most(relation)

    def _either(self, *features: tuple[Feature, bool]) -> Clauses:
        """One of the features is there, or is not, as told beside it."""
        return self._clausing.either(
            self._clausing.present(self._shape.presence[feature.name], holds=holds)
            for feature, holds in features
        )

    def _at_least(self, relation: Relation) -> Iterator[Named]:
        parent, names = relation.parent.name, [child.name for child in relation.children]
        enough = Linear(Fraction(relation.low)).plus(self._present(relation), Fraction(-1))
        clauses = self._clausing.multiplied(
            self._either((relation.parent, False)), self._clausing.amounts(enough.at_most_zero())
        )
        told = f"{parent} needs at least {relation.low} of {listed(names, 'and')}."
        yield from _named(clauses, parent, told)

    def _at_most(self, relation: Relation) -> Iterator[Named]:
        if relation.most == 1 and len(relation.children) <= FEW:
            yield from self._in_pairs(relation)
            return
        parent, names = relation.parent.name, [child.name for child in relation.children]
        excess = self._present(relation).plus(Linear(Fraction(-relation.most)))
        clauses = self._clausing.amounts(excess.at_most_zero())
        told = f"{parent} has at most {relation.most} of {listed(names, 'and')}."
        yield from _named(clauses, parent, told)

    def _in_pairs(self, relation: Relation) -> Iterator[Named]:
        for index, child in enumerate(relation.children):
            for other in relation.children[:index]:
                clauses = self._either((other, False), (child, False))
                told = f"{other.name} and {child.name} do not go together."
                yield from _named(clauses, relation.parent.name, told)

    def _present(self, relation: Relation) -> Linear:
        """How many of the children are there."""
        total = Linear()
        for child in relation.children:
            total = total.plus(self._clausing.arithmetic.present(child.name))
        return total


def _named(clauses: Clauses, name: str, sentence: str) -> Iterator[Named]:
    for clause in clauses:
        yield Named(clause, name, plain(cut(sentence)))
