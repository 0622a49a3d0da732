"""Lines of a 150% bill, and their strict JSON form.

A line's quantity is one of

    {"fixed": 2}                                 so many
    {"of_group": "memory_quantity"}              the `count` of the option chosen in that group
    {"of_attribute": "power_supply.cables"}      a whole-number attribute of the chosen option

the last two optionally with `"times": 2`. A condition is a list of comparisons that must all
hold; `{"any_of": [...]}` stands for one of which at least one must:

    {"left": "graphics", "op": "!=", "value": "none"}          the chosen option's code
    {"left": "cpu.socket", "op": "in", "value": ["AM4", "AM5"]}
    {"left": "cooler.height_mm", "op": "<=", "right": "case.max_cooler_height_mm"}
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from production.bom.errors import BillFormatError

type Value = str | int | bool | tuple[str, ...] | None
Operator = Literal["==", "!=", "<=", "<", ">=", ">", "in", "not in"]
OPERATORS: tuple[Operator, ...] = get_args(Operator)
COUNT = "count"  # the attribute of a quantity group's options that says how many


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen in one group. No part number: nothing physical ("none", a service)."""

    option: str
    part_number: str = ""
    attributes: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reference:
    """The chosen option's code (`attribute` empty), or one of its attributes."""

    group: str
    attribute: str = ""

    def __str__(self) -> str:
        return f"{self.group}.{self.attribute}" if self.attribute else self.group


@dataclass(frozen=True, slots=True)
class Compare:
    """`left op right` over the choices. `in`: the left value is a member of the right list."""

    left: Reference
    op: Operator
    right: Reference | str | int | bool | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of the comparisons holds."""

    options: tuple[Compare, ...]


@dataclass(frozen=True, slots=True)
class Quantity:
    """`times`, multiplied by a whole-number attribute of a chosen option if `of` names one."""

    times: int = 1
    of: Reference | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a fixed component, or whatever is chosen in `group`. Exactly one is set."""

    component: str = ""
    group: str = ""
    quantity: Quantity = Quantity()
    conditions: tuple[Compare | AnyOf, ...] = ()
    operation: str = "build"


@dataclass(frozen=True, slots=True)
class Bill:
    """The released bill of one part: the lines of every configuration, in order."""

    part_number: str
    lines: tuple[Line, ...]


def line_from_json(
    *,
    component: str,
    group: str,
    quantity_per: object,
    condition: object,
    operation: str,
    where: str,
) -> Line:
    """A line as it is stored, read strictly. Raises BillFormatError naming `where`."""
    if bool(component) == bool(group):
        raise BillFormatError("needs a component or an option group, not both", where=where)
    if not isinstance(condition, list):
        raise BillFormatError(f"condition must be a list, got {condition!r}", where=where)
    return Line(
        component=component,
        group=group,
        quantity=_quantity(quantity_per, where),
        conditions=tuple(_condition(item, where) for item in condition),
        operation=operation,
    )


def _quantity(data: object, where: str) -> Quantity:
    fields = _fields(data, {"fixed", "of_group", "of_attribute", "times"}, where)
    sources = fields.keys() - {"times"}
    if len(sources) != 1:
        raise BillFormatError(
            f"quantity needs one of fixed, of_group, of_attribute; got {sorted(fields)}",
            where=where,
        )
    if "fixed" in fields:
        if "times" in fields:
            raise BillFormatError("a fixed quantity has no times", where=where)
        return Quantity(times=_whole(fields["fixed"], "fixed", where))
    times = _whole(fields.get("times", 1), "times", where)
    if "of_group" in fields:
        return Quantity(times, Reference(_text(fields["of_group"], "of_group", where), COUNT))
    reference = _reference(fields["of_attribute"], where)
    if not reference.attribute:
        raise BillFormatError("of_attribute must be 'group.attribute'", where=where)
    return Quantity(times, reference)


def _condition(data: object, where: str) -> Compare | AnyOf:
    if isinstance(data, dict) and "any_of" in data:
        options = _fields(data, {"any_of"}, where)["any_of"]
        if not isinstance(options, list) or not options:
            raise BillFormatError("any_of needs a list with a comparison in it", where=where)
        return AnyOf(tuple(_compare(option, where) for option in options))
    return _compare(data, where)


def _compare(data: object, where: str) -> Compare:
    fields = _fields(data, {"left", "op", "right", "value"}, where)
    op = fields.get("op")
    if op not in OPERATORS:
        raise BillFormatError(f"op must be one of {', '.join(OPERATORS)}; got {op!r}", where=where)
    if ("right" in fields) == ("value" in fields):
        raise BillFormatError("a comparison needs either right or value", where=where)
    right = (
        _reference(fields["right"], where)
        if "right" in fields
        else _literal(fields["value"], where)
    )
    if op in {"in", "not in"} and not isinstance(right, tuple | Reference):
        raise BillFormatError(f"{op} needs a list, got {right!r}", where=where)
    return Compare(_reference(fields.get("left"), where), op, right)


def _fields(data: object, known: set[str], where: str) -> dict[str, object]:
    if not isinstance(data, dict):
        raise BillFormatError(f"expected an object, got {data!r}", where=where)
    if unknown := data.keys() - known:
        raise BillFormatError(
            f"unknown key {min(map(str, unknown))!r}; known: {', '.join(sorted(known))}",
            where=where,
        )
    return data


def _reference(data: object, where: str) -> Reference:
    group, dot, attribute = _text(data, "reference", where).partition(".")
    if not group or (dot and not attribute):
        raise BillFormatError(f"expected 'group' or 'group.attribute', got {data!r}", where=where)
    return Reference(group, attribute)


def _literal(data: object, where: str) -> str | int | bool | tuple[str, ...]:
    if isinstance(data, str | int):
        return data
    if isinstance(data, list) and all(isinstance(item, str) for item in data):
        return tuple(data)
    raise BillFormatError(
        f"a value must be text, a whole number, true, false or a list of texts; got {data!r}",
        where=where,
    )


def _whole(data: object, name: str, where: str) -> int:
    if isinstance(data, bool) or not isinstance(data, int) or data < 1:
        raise BillFormatError(
            f"{name} must be a whole number above zero, got {data!r}", where=where
        )
    return data


def _text(data: object, name: str, where: str) -> str:
    if not isinstance(data, str) or not data:
        raise BillFormatError(f"{name} must be text that is not empty, got {data!r}", where=where)
    return data
