"""Models made of models: a sub-assembly's groups and rules taken into the model that has it.

A model that has sub-assemblies names them in its JSON, beside its own groups and rules:

    "assemblies": [{"code": "left", "name": "Left side", "of": "side"}]

The group `door` of the model "side" becomes the group `left-door`, named "Left side: Door"; rules,
quantities, sentences and defaults follow. The outer model's own rules and defaults may speak of
`left-door`; a default of its own takes the place of the sub-assembly's. Own groups and rules come
first, then those of each sub-assembly in turn.
"""

import re
import string
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from configurator.engine.errors import ModelFormatError
from configurator.engine.limits import MOST_GROUPS, MOST_RULES
from configurator.engine.nodes import (
    AnyOf,
    Compare,
    Constraint,
    Group,
    Model,
    Ref,
    Rule,
    Sum,
    Table,
    Term,
    model_to_dict,
)
from configurator.engine.parse import MODEL_KEYS, model_of
from configurator.engine.references import placeholders
from configurator.engine.strict_json import Place, shown

DEEPEST = 20  # sub-assemblies within sub-assemblies
CODE_OF_ASSEMBLY = re.compile(r"[\w-]+")


def assemble(models: Mapping[str, object], code: str) -> dict[str, object]:
    """The model of that code, in JSON, with all its sub-assemblies (by code in `models`) flat.

    Raises ModelFormatError for anything malformed, an unknown model, a circle of sub-assemblies,
    and a code that comes about twice. References are verified where the result is read
    (`parse.model_from_dict`).
    """
    return model_to_dict(_Assembler(models).flat(code, "code", ()))


@dataclass(frozen=True, slots=True)
class _Assembly:
    code: str
    name: str
    of: str
    where: str

    def group(self, code: str) -> str:
        return f"{self.code}-{code}"

    def ref(self, ref: Ref) -> Ref:
        return Ref(self.group(ref.group), ref.attribute)


class _Assembler:
    def __init__(self, models: Mapping[str, object]) -> None:
        self._models = models
        self._flat: dict[str, Model] = {}

    def flat(self, code: str, where: str, outer: tuple[str, ...]) -> Model:
        """The model of that code; `outer` are the models that it is being taken into."""
        if code in outer:
            circle = " → ".join((*outer[outer.index(code) :], code))
            raise _fault("a circle of sub-assemblies", where, "none that contains itself", circle)
        if len(outer) > DEEPEST:
            expected = f"at most {DEEPEST} inside each other"
            raise _fault("sub-assemblies too deep", where, expected, " → ".join((*outer, code)))
        if code not in self._models:
            known = ", ".join(list(self._models)[:10]) or "none is there"
            raise _fault("unknown model", where, f"a model's code ({known})", shown(code))
        if code not in self._flat:
            self._flat[code] = self._together(code, (*outer, code))
        return self._flat[code]

    def _together(self, code: str, outer: tuple[str, ...]) -> Model:
        place = Place(self._models[code], f"models[{code!r}]")
        fields = place.fields(MODEL_KEYS, {"assemblies"})
        own = model_of(fields)
        _verify_sentences(own, place.path)
        assemblies = list(_assemblies(fields["assemblies"])) if "assemblies" in fields else []
        parts = [(a, self.flat(a.of, f"{a.where}.of", outer)) for a in assemblies]
        groups, rules = list(own.groups), list(own.rules)
        defaults: dict[str, str] = {}
        for assembly, part in parts:
            _verify_size(assembly, "groups", len(groups) + len(part.groups), MOST_GROUPS)
            _verify_size(assembly, "rules", len(rules) + len(part.rules), MOST_RULES)
            groups += _new(assembly, groups, (_group(assembly, group) for group in part.groups))
            rules += _new(assembly, rules, (_rule(assembly, rule) for rule in part.rules))
            defaults |= {assembly.group(g): option for g, option in part.defaults.items()}
        return Model(own.code, tuple(groups), tuple(rules), defaults | dict(own.defaults))


def _fault(what: str, where: str, expected: str, got: str) -> ModelFormatError:
    return ModelFormatError(what, where=where, expected=expected, got=got)


def _assemblies(place: Place) -> Iterator[_Assembly]:
    for item in place.items():
        fields = item.fields({"code", "name", "of"})
        code = fields["code"].code()
        if not CODE_OF_ASSEMBLY.fullmatch(code):
            raise fields["code"].fault("bad code of a sub-assembly", "letters, digits, - and _")
        yield _Assembly(code, fields["name"].text(), fields["of"].code(), item.path)


def _verify_sentences(model: Model, where: str) -> None:
    for index, rule in enumerate(model.rules):
        try:
            placeholders(rule.sentence)
        except ValueError as error:
            place = f"{where}.rules[{index}].sentence"
            raise _fault("malformed sentence", place, "balanced braces", str(error)) from error


def _verify_size(assembly: _Assembly, what: str, number: int, most: int) -> None:
    if number > most:
        raise _fault(f"too many {what}", assembly.where, f"at most {most:,}", f"{number:,}")


def _new[Coded: (Group, Rule)](
    assembly: _Assembly, there: Iterable[Coded], added: Iterable[Coded]
) -> list[Coded]:
    """The added groups or rules, unless one of them has a code that is there already."""
    codes = {one.code for one in there}
    taken = list(added)
    for one in taken:
        if one.code in codes:
            expected = f"another code than {assembly.code!r} for the sub-assembly"
            raise _fault("a code comes about twice", assembly.where, expected, shown(one.code))
    return taken


def _group(assembly: _Assembly, group: Group) -> Group:
    return replace(
        group,
        code=assembly.group(group.code),
        name=f"{assembly.name}: {group.name}",
        quantity_for=None if group.quantity_for is None else assembly.group(group.quantity_for),
    )


def _rule(assembly: _Assembly, rule: Rule) -> Rule:
    return Rule(
        code=assembly.group(rule.code),
        name=f"{assembly.name}: {rule.name}",
        sentence=_sentence(assembly, rule.sentence),
        severity=rule.severity,
        constraint=_constraint(assembly, rule.constraint),
        when=tuple(_compare(assembly, condition) for condition in rule.when),
    )


def _sentence(assembly: _Assembly, sentence: str) -> str:
    written = []
    for literal, name, _, _ in string.Formatter().parse(sentence):
        written.append(literal.replace("{", "{{").replace("}", "}}"))
        if name is not None:
            written.append(f"{{{assembly.group(name)}}}")
    return "".join(written)


def _constraint(assembly: _Assembly, constraint: Constraint) -> Constraint:
    if isinstance(constraint, Compare):
        return _compare(assembly, constraint)
    if isinstance(constraint, AnyOf):
        return AnyOf(tuple(_compare(assembly, option) for option in constraint.options))
    if isinstance(constraint, Table):
        return replace(constraint, refs=tuple(assembly.ref(ref) for ref in constraint.refs))
    return _sum(assembly, constraint)


def _compare(assembly: _Assembly, compare: Compare) -> Compare:
    right = compare.right
    return Compare(
        assembly.ref(compare.left),
        compare.op,
        assembly.ref(right) if isinstance(right, Ref) else right,
    )


def _sum(assembly: _Assembly, total: Sum) -> Sum:
    terms = tuple(
        Term(
            assembly.ref(term.ref),
            None if term.times is None else assembly.group(term.times),
            term.weight,
        )
        for term in total.terms
    )
    limit = total.limit
    return replace(
        total, terms=terms, limit=assembly.ref(limit) if isinstance(limit, Ref) else limit
    )
