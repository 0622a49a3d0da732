"""The nodes of the intermediate representation, and their plain JSON form (see `ir`)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

type Value = str | int | bool | tuple[str, ...] | None
type Known = str | int | bool | tuple[str, ...]
type Operator = Literal["==", "!=", "<=", "<", ">=", ">", "in", "not in"]
type Severity = Literal["block", "warn"]
type Constraint = Compare | Sum | AnyOf | Table

OPERATORS: tuple[Operator, ...] = ("==", "!=", "<=", "<", ">=", ">", "in", "not in")
SEVERITIES: tuple[Severity, ...] = ("block", "warn")
CODE = "code"  # the attribute that every option has of itself
NONE = "none"  # the code that an option has which is nothing at all


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose. `None` as an attribute's value means: nobody knows."""

    code: str
    name: str
    attributes: Mapping[str, Value] = field(default_factory=dict)

    def value(self, attribute: str) -> Value:
        """What a reference to the attribute reads: the option's own code for `code`."""
        return self.code if attribute == CODE else self.attributes.get(attribute)


@dataclass(frozen=True, slots=True)
class Group:
    """Exactly one of its options is chosen; "nothing" is an option of its own.

    `quantity_for` makes this group the quantity of another group: each of its options then
    carries the integer attribute `count`.
    """

    code: str
    name: str
    options: tuple[Option, ...]
    quantity_for: str | None = None


@dataclass(frozen=True, slots=True)
class Ref:
    """An attribute of whichever option is chosen in a group."""

    group: str
    attribute: str

    def __str__(self) -> str:
        return f"{self.group}.{self.attribute}"


@dataclass(frozen=True, slots=True)
class Compare:
    """`left op right`. `in` asks whether the left text is a member of the right tuple."""

    left: Ref
    op: Operator
    right: Ref | Known


@dataclass(frozen=True, slots=True)
class Term:
    """`weight * ref`, times the count of a quantity group if `times` names one."""

    ref: Ref
    times: str | None = None
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Sum:
    """`constant + Σ terms <= limit_weight * limit`, in whole numbers."""

    terms: tuple[Term, ...]
    limit: Ref | int
    op: Literal["<="] = "<="
    constant: int = 0
    limit_weight: int = 1


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of the comparisons holds."""

    options: tuple[Compare, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The combinations that go together: at least one row equals the refs in every column."""

    refs: tuple[Ref, ...]
    rows: tuple[tuple[Known, ...], ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A business rule. It applies only where all of `when` hold.

    `sentence` tells a customer why, with the placeholders `{group}` (the chosen option's name)
    and `{group.attribute}`. Severity "warn" never blocks.
    """

    code: str
    name: str
    sentence: str
    severity: Severity
    constraint: Constraint
    when: tuple[Compare, ...] = ()


@dataclass(frozen=True)
class Model:
    """A product model: groups of options, rules over them, and one default option a group."""

    code: str
    groups: tuple[Group, ...]
    rules: tuple[Rule, ...]
    defaults: Mapping[str, str]

    @cached_property
    def sha256(self) -> str:
        """The model's identity: a hash of its canonical JSON, whatever the order of keys."""
        canonical = json.dumps(
            model_to_dict(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        return hashlib.sha256(canonical.encode()).hexdigest()

    @cached_property
    def options_by_code(self) -> Mapping[str, Mapping[str, Option]]:
        """Group code → option code → option."""
        return {g.code: {option.code: option for option in g.options} for g in self.groups}

    @cached_property
    def quantity_group_of(self) -> Mapping[str, str]:
        """Target group code → code of the group that says how many of it."""
        return {g.quantity_for: g.code for g in self.groups if g.quantity_for is not None}


def model_to_dict(model: Model) -> dict[str, object]:
    """The model as plain JSON values; `parse.model_from_dict` is its inverse."""
    return {
        "code": model.code,
        "groups": [_group_to_dict(group) for group in model.groups],
        "rules": [_rule_to_dict(rule) for rule in model.rules],
        "defaults": dict(model.defaults),
    }


def _group_to_dict(group: Group) -> dict[str, object]:
    written: dict[str, object] = {
        "code": group.code,
        "name": group.name,
        "options": [
            {
                "code": option.code,
                "name": option.name,
                "attributes": {key: _plain(value) for key, value in option.attributes.items()},
            }
            for option in group.options
        ],
    }
    if group.quantity_for is not None:
        written["quantity_for"] = group.quantity_for
    return written


def _rule_to_dict(rule: Rule) -> dict[str, object]:
    written: dict[str, object] = {
        "code": rule.code,
        "name": rule.name,
        "sentence": rule.sentence,
        "severity": rule.severity,
        "constraint": _constraint_to_dict(rule.constraint),
    }
    if rule.when:
        written["when"] = [_compare_to_dict(condition) for condition in rule.when]
    return written


def _constraint_to_dict(constraint: Constraint) -> dict[str, object]:
    if isinstance(constraint, Compare):
        return _compare_to_dict(constraint)
    if isinstance(constraint, AnyOf):
        return {"any_of": [_compare_to_dict(option) for option in constraint.options]}
    if isinstance(constraint, Table):
        refs = [str(ref) for ref in constraint.refs]
        rows = [[_plain(cell) for cell in row] for row in constraint.rows]
        return {"table": {"refs": refs, "rows": rows}}
    limit = constraint.limit
    return {
        "sum": [_term_to_dict(term) for term in constraint.terms],
        "op": constraint.op,
        "limit": str(limit) if isinstance(limit, Ref) else limit,
        "constant": constraint.constant,
        "limit_weight": constraint.limit_weight,
    }


def _compare_to_dict(compare: Compare) -> dict[str, object]:
    written: dict[str, object] = {"left": str(compare.left), "op": compare.op}
    if isinstance(compare.right, Ref):
        written["right"] = str(compare.right)
    else:
        written["value"] = _plain(compare.right)
    return written


def _term_to_dict(term: Term) -> dict[str, object]:
    written: dict[str, object] = {"ref": str(term.ref), "weight": term.weight}
    if term.times is not None:
        written["times"] = term.times
    return written


def _plain(value: Value) -> object:
    return list(value) if isinstance(value, tuple) else value
