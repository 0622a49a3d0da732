"""Clauses as rules of a product model."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from configurator.engine.nodes import AnyOf, Compare, Constraint, Ref, Rule, Sum, Term, Value
from configurator.engine.references import placeholders
from configurator.engine.uvl.amounts import Amount
from configurator.engine.uvl.clauses import Clause
from configurator.engine.uvl.drafts import IS_ON, Codes, Draft, coded
from configurator.engine.uvl.wording import cut, plain, sentence_of

KIND, AMOUNT = "kind", "amount"  # attributes that rules add to groups
LONGEST_CODE = 40


@dataclass(frozen=True, slots=True)
class Named:
    """A clause with the name of its rule and, where somebody wrote one, its sentence."""

    clause: Clause
    name: str
    sentence: str
    source: str = ""


def rules_of(named: Sequence[Named], drafts: Sequence[Draft]) -> tuple[Rule, ...]:
    """A blocking rule for each clause; gives groups the attributes that the rules read."""
    kinds = _Kinds(drafts, (item.clause for item in named))
    amounts = _Amounts(drafts)
    codes = Codes()
    groups = {draft.code: draft for draft in drafts}
    rules = []
    for item in named:
        compares = tuple(
            kinds.compare(g, mask, holds=not item.clause.amounts)
            for g, mask in item.clause.masks.items()
        )
        constraint: Constraint
        if item.clause.amounts:
            constraint = amounts.constraint(item.clause.amounts[0])
        else:
            constraint = AnyOf(compares) if len(compares) > 1 else compares[0]
        sentence = item.sentence
        if not _can_be_filled(sentence, groups):
            sentence = plain(sentence)
        rules.append(
            Rule(
                codes.take(coded(item.name)[:LONGEST_CODE]),
                cut(item.name),
                sentence or sentence_of(item.clause, drafts, item.source),
                "block",
                constraint,
                compares if item.clause.amounts else (),
            )
        )
    return tuple(rules)


def _can_be_filled(sentence: str, groups: Mapping[str, Draft]) -> bool:
    """Does the sentence ask only for what there is?"""
    try:
        asked = placeholders(sentence)
    except ValueError:
        return False
    return all(
        ref.group in groups
        and (not ref.attribute or any(ref.attribute in h for h in groups[ref.group].attributes))
        for ref in asked
    )


class _Kinds:
    """Options that no clause tells apart are of one kind, so that they form one class."""

    def __init__(self, drafts: Sequence[Draft], clauses: Iterable[Clause]) -> None:
        self._drafts = drafts
        asked: dict[int, dict[int, None]] = {}
        for clause in clauses:
            for g, mask in clause.masks.items():
                if not drafts[g].is_feature:
                    asked.setdefault(g, {})[mask] = None
        self._kinds: dict[int, tuple[str, list[str]]] = {}
        for g, masks in asked.items():
            self._kinds[g] = self._told_apart(drafts[g], masks)

    def _told_apart(self, draft: Draft, masks: Iterable[int]) -> tuple[str, list[str]]:
        """The attribute, and each option's kind: the code of the first option like it."""
        first: dict[tuple[bool, ...], str] = {}
        kinds = []
        for c, code in enumerate(draft.codes):
            signature = tuple(bool(mask >> c & 1) for mask in masks)
            kinds.append(first.setdefault(signature, code))
        return draft.add(KIND, kinds), kinds

    def compare(self, g: int, mask: int, *, holds: bool) -> Compare:
        """The group's option is of the mask, or is not."""
        draft = self._drafts[g]
        if not holds:
            mask ^= draft.everything
        if draft.is_feature:
            return Compare(Ref(draft.code, IS_ON), "==", bool(mask & 1))
        attribute, kinds = self._kinds[g]
        within = tuple(dict.fromkeys(k for c, k in enumerate(kinds) if mask >> c & 1))
        without = tuple(dict.fromkeys(k for c, k in enumerate(kinds) if not mask >> c & 1))
        ref = Ref(draft.code, attribute)
        if len(without) < len(within):
            return _among(ref, without, holds=False)
        return _among(ref, within, holds=True)


def _among(ref: Ref, kinds: tuple[str, ...], *, holds: bool) -> Compare:
    if len(kinds) == 1:
        return Compare(ref, "==" if holds else "!=", kinds[0])
    return Compare(ref, "in" if holds else "not in", kinds)


class _Amounts:
    """Sums over attributes that options have already, or are given here."""

    def __init__(self, drafts: Sequence[Draft]) -> None:
        self._drafts = drafts
        self._known: dict[tuple[int, tuple[int, ...]], tuple[str, int]] = {}

    def constraint(self, amount: Amount) -> Constraint:
        """The sum; a comparison where it only sets two attributes against each other."""
        terms = [self._term(g, column) for g, column in amount.columns]
        terms += [self._term(g, column, q) for g, q, column in amount.products]
        terms.sort(key=lambda term: -term.weight)
        is_plain = amount.bound == 0 and not amount.products
        if is_plain and [term.weight for term in terms] == [1, -1]:
            return Compare(terms[0].ref, "<=", terms[1].ref)
        return Sum(tuple(terms), amount.bound)

    def _term(self, g: int, column: tuple[int, ...], quantity: int | None = None) -> Term:
        if (g, column) not in self._known:
            self._known[g, column] = self._attribute(self._drafts[g], column)
        attribute, weight = self._known[g, column]
        times = None if quantity is None else self._drafts[quantity].code
        return Term(Ref(self._drafts[g].code, attribute), times, weight)

    def _attribute(self, draft: Draft, column: tuple[int, ...]) -> tuple[str, int]:
        for attribute in dict.fromkeys(key for held in draft.attributes for key in held):
            weight = _weight(draft.column(attribute), column)
            if weight is not None:
                for held in draft.attributes:
                    held.setdefault(attribute, 0)
                return attribute, weight
        return draft.add(AMOUNT, column), 1


def _weight(values: tuple[Value, ...], column: tuple[int, ...]) -> int | None:
    """How many times the values make the column; what has no value counts nothing."""
    numbers = [0 if value is None else value for value in values]
    if any(type(number) is not int for number in numbers):
        return None
    pairs = list(zip(numbers, column, strict=True))
    weight = next((b // a for a, b in pairs if type(a) is int and a), 0)
    return weight if weight and all(type(a) is int and a * weight == b for a, b in pairs) else None
