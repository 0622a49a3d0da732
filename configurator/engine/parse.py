"""Strict reading of a model from JSON: an unknown key, type or reference is an error."""

from collections.abc import Mapping

from configurator.engine.errors import ModelFormatError
from configurator.engine.nodes import (
    OPERATORS,
    SEVERITIES,
    AnyOf,
    Compare,
    Constraint,
    Group,
    Known,
    Model,
    Option,
    Ref,
    Rule,
    Sum,
    Table,
    Term,
    Value,
)
from configurator.engine.references import problems
from configurator.engine.strict_json import Place, shown

MODEL_KEYS = frozenset({"code", "groups", "rules", "defaults"})


def model_from_dict(data: object) -> Model:
    """Read and verify a model.

    Raises ModelFormatError at the first thing that is wrong, saying what, where, what was
    expected and what was found.
    """
    model = model_of(Place(data, "model").fields(MODEL_KEYS))
    for problem in problems(model):
        raise problem
    return model


def model_of(fields: Mapping[str, Place]) -> Model:
    """The model in these members of a JSON object, its references not yet verified."""
    return Model(
        code=fields["code"].code(),
        groups=tuple(_group(place) for place in fields["groups"].items()),
        rules=tuple(_rule(place) for place in fields["rules"].items()),
        defaults={group: place.code() for group, place in fields["defaults"].entries()},
    )


def rule_from_dict(data: object, where: str = "rule") -> Rule:
    """Read one rule as a model holds it; what it refers to is not looked up."""
    return _rule(Place(data, where))


def _group(place: Place) -> Group:
    fields = place.fields({"code", "name", "options"}, {"quantity_for"})
    quantity_for = fields.get("quantity_for")
    return Group(
        code=fields["code"].code(),
        name=fields["name"].text(),
        options=tuple(_option(option) for option in fields["options"].items()),
        quantity_for=None if _is_absent(quantity_for) else fields["quantity_for"].code(),
    )


def _is_absent(place: Place | None) -> bool:
    return place is None or place.value is None


def _option(place: Place) -> Option:
    fields = place.fields({"code", "name"}, {"attributes"})
    attributes: dict[str, Value] = {}
    if "attributes" in fields:
        attributes = {key: _value(value) for key, value in fields["attributes"].entries()}
    return Option(code=fields["code"].code(), name=fields["name"].text(), attributes=attributes)


def _value(place: Place) -> Value:
    if place.value is None or isinstance(place.value, str | int):
        return place.value
    if isinstance(place.value, list | tuple):
        return tuple(item.text() for item in place.items())
    raise place.fault(
        "wrong type", "text, a whole number, true, false, a list of texts or null (unknown)"
    )


def _known(place: Place) -> Known:
    value = _value(place)
    if value is None:
        raise place.fault("a comparison with unknown", "a value that is not null")
    return value


def _ref(place: Place) -> Ref:
    group, dot, attribute = place.text().partition(".")
    if not (group and dot and attribute):
        raise place.fault("malformed reference", "'group.attribute'")
    return Ref(group, attribute)


def _rule(place: Place) -> Rule:
    fields = place.fields({"code", "name", "sentence", "severity", "constraint"}, {"when"})
    severity = fields["severity"].text()
    if severity not in SEVERITIES:
        raise fields["severity"].fault("unknown severity", " or ".join(SEVERITIES))
    when = fields["when"].items() if "when" in fields else ()
    return Rule(
        code=fields["code"].code(),
        name=fields["name"].text(),
        sentence=fields["sentence"].text(),
        severity=severity,
        constraint=_constraint(fields["constraint"]),
        when=tuple(_compare(condition) for condition in when),
    )


def _constraint(place: Place) -> Constraint:
    keys = set(place.value) if isinstance(place.value, dict) else set()
    if "any_of" in keys:
        options = tuple(_compare(option) for option in place.fields({"any_of"})["any_of"].items())
        if not options:
            raise place.fault("empty any_of", "at least one comparison")
        return AnyOf(options)
    if "table" in keys:
        return _table(place.fields({"table"})["table"])
    if "sum" in keys:
        return _sum(place)
    return _compare(place)


def _table(place: Place) -> Table:
    fields = place.fields({"refs", "rows"})
    refs = tuple(_ref(ref) for ref in fields["refs"].items())
    rows = tuple(tuple(_known(cell) for cell in row.items()) for row in fields["rows"].items())
    return Table(refs, rows)


def _sum(place: Place) -> Sum:
    fields = place.fields({"sum", "op", "limit"}, {"constant", "limit_weight"})
    if fields["op"].text() != "<=":
        raise fields["op"].fault("unknown operator of a sum", "'<='")
    limit = fields["limit"]
    return Sum(
        terms=tuple(_term(term) for term in fields["sum"].items()),
        limit=_ref(limit) if isinstance(limit.value, str) else limit.integer(),
        constant=fields["constant"].integer() if "constant" in fields else 0,
        limit_weight=fields["limit_weight"].integer() if "limit_weight" in fields else 1,
    )


def _term(place: Place) -> Term:
    fields = place.fields({"ref"}, {"times", "weight"})
    times = fields.get("times")
    return Term(
        ref=_ref(fields["ref"]),
        times=None if _is_absent(times) else fields["times"].code(),
        weight=fields["weight"].integer() if "weight" in fields else 1,
    )


def _compare(place: Place) -> Compare:
    fields = place.fields({"left", "op"}, {"right", "value"})
    op = fields["op"].text()
    if op not in OPERATORS:
        raise fields["op"].fault("unknown operator", ", ".join(OPERATORS))
    if ("right" in fields) == ("value" in fields):
        raise ModelFormatError(
            "one right side is needed",
            where=place.path,
            expected="either 'right' (a reference) or 'value'",
            got=shown(sorted(fields)),
        )
    right = _ref(fields["right"]) if "right" in fields else _known(fields["value"])
    return Compare(left=_ref(fields["left"]), op=op, right=right)
