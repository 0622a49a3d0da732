"""Does a model refer only to what it has, compare only what can be compared, and fit its limits?"""

import string
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet

from configurator.engine.errors import ModelFormatError
from configurator.engine.limits import LARGEST_NUMBER, rule_size_problems, size_problems
from configurator.engine.nodes import (
    CODE,
    AnyOf,
    Compare,
    Group,
    Known,
    Model,
    Operator,
    Ref,
    Rule,
    Sum,
    Table,
    Value,
)
from configurator.engine.strict_json import shown

ORDERING = frozenset({"<=", "<", ">=", ">"})
MEMBERSHIP = frozenset({"in", "not in"})
COUNT = "count"  # the attribute that says how many, in a quantity group
RESERVED_GROUP = "base"  # the price line of the product itself
RESERVED_ATTRIBUTES = frozenset({CODE, ""})  # "" would read as the option's name in a sentence


def problems(model: Model) -> Iterator[ModelFormatError]:
    """Every structural fault of the model, in document order."""
    yield from size_problems(model)
    yield from _groups(model)
    yield from _defaults(model)
    kinds = _Kinds(_by_code(model.groups))
    yield from _repeated("rules", (rule.code for rule in model.rules))
    for index, rule in enumerate(model.rules):
        yield from kinds.rule(rule, f"model.rules[{index}] ({rule.code})")


def placeholders(sentence: str) -> tuple[Ref, ...]:
    """What a customer sentence asks for; an empty attribute means the option's name.

    Raises ValueError on unbalanced braces, and on anything else in them than a name.
    """
    names = []
    for _, name, form, conversion in string.Formatter().parse(sentence):
        if form or conversion:
            raise ValueError(f"nothing may follow {name!r} in the braces")
        if name is not None:
            names.append(name)
    return tuple(Ref(*name.partition(".")[::2]) for name in names)


def _fault(what: str, where: str, expected: str, got: object) -> ModelFormatError:
    return ModelFormatError(what, where=where, expected=expected, got=shown(got))


def _repeated(where: str, codes: Iterable[str]) -> Iterator[ModelFormatError]:
    for code, times in Counter(codes).items():
        if times > 1:
            yield _fault("a code is used twice", f"model.{where}", "unique codes", code)


def _groups(model: Model) -> Iterator[ModelFormatError]:
    yield from _repeated("groups", (group.code for group in model.groups))
    codes = {group.code for group in model.groups if group.quantity_for is None}
    targets = Counter(g.quantity_for for g in model.groups if g.quantity_for is not None)
    for index, group in enumerate(model.groups):
        where = f"model.groups[{index}] ({group.code})"
        if "." in group.code or group.code == RESERVED_GROUP:
            yield _fault("bad group code", where, "no dot, and not 'base'", group.code)
        if not group.options:
            yield _fault("a group without options", where, "at least one option", group.options)
        yield from _repeated(f"groups[{index}].options", (o.code for o in group.options))
        for name in dict.fromkeys(name for option in group.options for name in option.attributes):
            if name in RESERVED_ATTRIBUTES:
                yield _fault("reserved attribute", where, "another name", name)
        if group.quantity_for is not None:
            yield from _quantity(group, where, codes, targets)


def _quantity(
    group: Group, where: str, codes: set[str], targets: Counter[str]
) -> Iterator[ModelFormatError]:
    target = group.quantity_for
    if target not in codes:
        yield _fault("quantity of what?", where, "the code of a group of things", target)
    elif targets[target] > 1:
        yield _fault("two quantities of one group", where, "one quantity group", target)
    for option in group.options:
        count = option.attributes.get(COUNT)
        if isinstance(count, bool) or not isinstance(count, int) or count < 0:
            place = f"{where}.options ({option.code}).attributes.count"
            yield _fault("a quantity without count", place, "a whole number, 0 or more", count)


def _defaults(model: Model) -> Iterator[ModelFormatError]:
    groups = {group.code: {option.code for option in group.options} for group in model.groups}
    for group, option in model.defaults.items():
        if group not in groups:
            yield _fault("default of an unknown group", "model.defaults", "a group's code", group)
        elif option not in groups[group]:
            where = f"model.defaults[{group!r}]"
            yield _fault("unknown default", where, "an option of the group", option)
    for group in groups:
        if group not in model.defaults:
            yield _fault("a group without default", "model.defaults", f"a default of {group}", None)


class _Kinds:
    """Looks references up and knows which kind of value each attribute holds."""

    def __init__(self, groups: Mapping[str, Group]) -> None:
        self.groups = groups

    def rule(self, rule: Rule, where: str) -> Iterator[ModelFormatError]:
        for index, condition in enumerate(rule.when):
            yield from self._compare(condition, f"{where}.when[{index}]")
        constraint = rule.constraint
        if isinstance(constraint, AnyOf):
            if not constraint.options:
                yield _fault("empty any_of", where, "at least one comparison", ())
            for index, option in enumerate(constraint.options):
                yield from self._compare(option, f"{where}.constraint.any_of[{index}]")
        elif isinstance(constraint, Sum):
            yield from self._sum(constraint, f"{where}.constraint")
        elif isinstance(constraint, Table):
            yield from self._table(constraint, f"{where}.constraint.table")
        else:
            yield from self._compare(constraint, f"{where}.constraint")
        yield from self._sentence(rule.sentence, f"{where}.sentence")

    def _sentence(self, sentence: str, where: str) -> Iterator[ModelFormatError]:
        try:
            asked = placeholders(sentence)
        except ValueError as error:
            yield _fault("malformed sentence", where, "balanced braces", str(error))
            return
        for ref in asked:
            if ref.attribute:
                yield from self._attribute(ref, where)
            elif ref.group not in self.groups:
                yield _fault("unknown group", where, "a group's code", ref.group)

    def _attribute(self, ref: Ref, where: str) -> Iterator[ModelFormatError]:
        group = self.groups.get(ref.group)
        if group is None:
            yield _fault("unknown group", where, "a group's code", str(ref))
        elif ref.attribute != CODE and not any(
            ref.attribute in option.attributes for option in group.options
        ):
            expected = f"an attribute that some option of {ref.group} has"
            yield _fault("unknown attribute", where, expected, str(ref))

    def _kinds(self, ref: Ref) -> set[str]:
        return kinds_of(self.groups[ref.group], ref.attribute)

    def _values(self, ref: Ref) -> list[Value]:
        return [option.value(ref.attribute) for option in self.groups[ref.group].options]

    def _typed(self, ref: Ref, where: str, allowed: AbstractSet[str]) -> Iterator[ModelFormatError]:
        faults = list(self._attribute(ref, where))
        yield from faults
        if not faults and not self._kinds(ref) <= allowed:
            expected = f"{ref} to be {' or '.join(sorted(allowed))} in every option"
            yield _fault("wrong kind of value", where, expected, sorted(self._kinds(ref)))

    def _sum(self, constraint: Sum, where: str) -> Iterator[ModelFormatError]:
        if not constraint.terms:
            yield _fault("empty sum", where, "at least one term", ())
        for term in constraint.terms:
            yield from self._typed(term.ref, where, {"number"})
            if term.times is not None:
                group = self.groups.get(term.times)
                if group is None or group.quantity_for is None:
                    yield _fault("not a quantity", where, "a quantity group's code", term.times)
        if isinstance(constraint.limit, Ref):
            yield from self._typed(constraint.limit, where, {"number"})
        largest = self._largest(constraint)
        if largest > LARGEST_NUMBER:
            expected = f"amounts of at most {LARGEST_NUMBER:,} together"
            yield _fault("a sum that can overflow", where, expected, largest)

    def _largest(self, constraint: Sum) -> int:
        """What the absolute amounts of a sum, its limit included, can come to together."""
        limit = constraint.limit
        most = self._most(limit) if isinstance(limit, Ref) else abs(limit)
        largest = abs(constraint.constant) + abs(constraint.limit_weight) * most
        for term in constraint.terms:
            count = 1 if term.times is None else self._most(Ref(term.times, COUNT))
            largest += abs(term.weight) * self._most(term.ref) * count
        return largest

    def _most(self, ref: Ref) -> int:
        """The largest absolute number that an attribute holds."""
        values = self._values(ref) if ref.group in self.groups else []
        return max((abs(value) for value in values if isinstance(value, int)), default=0)

    def _table(self, table: Table, where: str) -> Iterator[ModelFormatError]:
        if not table.refs or not table.rows:
            yield _fault("empty table", where, "at least one column and one row", table)
        for ref, times in Counter(table.refs).items():
            if times > 1:
                yield _fault("a column is there twice", f"{where}.refs", "unique columns", str(ref))
        for index, row in enumerate(table.rows):
            if len(row) != len(table.refs):
                expected = f"as many cells as columns ({len(table.refs)})"
                yield _fault("a row of another length", f"{where}.rows[{index}]", expected, row)
                return
        for column, ref in enumerate(table.refs):
            place = f"{where}.refs[{column}]"
            kinds = {kind_of(row[column]) for row in table.rows}
            if len(kinds) > 1:
                yield _fault("cells of several kinds", place, "one kind in a column", sorted(kinds))
            yield from self._typed(ref, place, kinds)
            for index, row in enumerate(table.rows):
                yield from self._option(ref, row[column], f"{where}.rows[{index}]")

    def _option(self, ref: Ref, value: Known, where: str) -> Iterator[ModelFormatError]:
        """Where a group's own code is compared with a literal, that must be one of its options."""
        if ref.attribute != CODE or ref.group not in self.groups:
            return
        known = {option.code for option in self.groups[ref.group].options}
        for code in value if isinstance(value, tuple) else (value,):
            if code not in known:
                yield _fault("unknown option", where, f"the code of an option of {ref.group}", code)

    def _compare(self, compare: Compare, where: str) -> Iterator[ModelFormatError]:
        left, right = compare.left, compare.right
        kinds = self._kinds_if_known(right) if isinstance(right, Ref) else {kind_of(right)}
        needed = kinds_needed(compare.op) or (kinds, kinds)
        yield from self._typed(left, where, needed[0])
        if isinstance(right, Ref):
            yield from self._typed(right, where, needed[1])
        elif kind_of(right) not in needed[1]:
            yield _fault("wrong kind of value", where, " or ".join(needed[1]), right)
        else:
            yield from self._option(left, right, where)

    def _kinds_if_known(self, ref: Ref) -> set[str]:
        return self._kinds(ref) if ref.group in self.groups else set()


def rule_problems(
    rule: Rule, groups: Mapping[str, Group], where: str
) -> Iterator[ModelFormatError]:
    """Every structural fault of one rule over these groups (by code)."""
    yield from rule_size_problems(rule, where)
    yield from _Kinds(groups).rule(rule, where)


def _by_code(groups: Iterable[Group]) -> dict[str, Group]:
    return {group.code: group for group in groups}


def kinds_of(group: Group, attribute: str) -> set[str]:
    """The kinds of value that an attribute has; none where all of it is unknown."""
    values = (option.value(attribute) for option in group.options)
    return {kind_of(value) for value in values if value is not None}


def kinds_needed(op: Operator) -> tuple[AbstractSet[str], AbstractSet[str]] | None:
    """The kinds of value left and right of the operator; None: any, but the same."""
    if op in ORDERING:
        return {"number"}, {"number"}
    return ({"text"}, {"list of texts"}) if op in MEMBERSHIP else None


def kind_of(value: Value) -> str:
    """The kind of a value in words; what is unknown has none of its own."""
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int):
        return "number"
    return "text" if isinstance(value, str) else "list of texts"
