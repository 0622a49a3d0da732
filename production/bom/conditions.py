"""Whether a line applies to a configuration, and how many it then takes."""

import operator
from collections.abc import Callable, Mapping
from typing import Any

from production.bom.errors import MissingChoice, UnknownQuantity
from production.bom.lines import AnyOf, Choice, Compare, Quantity, Reference, Value

type Choices = Mapping[str, Choice]

ORDERED: dict[str, Callable[[Any, Any], bool]] = {
    "<=": operator.le,
    "<": operator.lt,
    ">=": operator.ge,
    ">": operator.gt,
}


def applies(conditions: tuple[Compare | AnyOf, ...], choices: Choices, where: str) -> bool:
    """Do all conditions hold? None of them: the line always applies."""
    return all(_holds(condition, choices, where) for condition in conditions)


def count(quantity: Quantity, choices: Choices, where: str) -> int:
    """How many one unit of the parent takes: a whole number, zero or more."""
    if quantity.of is None:
        return quantity.times
    number = _value(quantity.of, choices, where)
    if isinstance(number, bool) or not isinstance(number, int) or number < 0:
        raise UnknownQuantity(
            f"{quantity.of} must be a whole number, zero or more; got {number!r}", where=where
        )
    return quantity.times * number


def _holds(condition: Compare | AnyOf, choices: Choices, where: str) -> bool:
    if isinstance(condition, AnyOf):
        return any(_compare(option, choices, where) for option in condition.options)
    return _compare(condition, choices, where)


def _compare(compare: Compare, choices: Choices, where: str) -> bool:
    """An unknown value equals nothing and is in nothing; to order by it is an error."""
    left = _value(compare.left, choices, where)
    right: Value = (
        _value(compare.right, choices, where)
        if isinstance(compare.right, Reference)
        else compare.right
    )
    match compare.op:
        case "==":
            return left is not None and left == right
        case "!=":
            return left is None or left != right
        case "in":
            return isinstance(right, tuple) and left in right
        case "not in":
            return not (isinstance(right, tuple) and left in right)
    if not (_is_number(left) and _is_number(right)):
        raise UnknownQuantity(
            f"{compare.left} {compare.op} {compare.right} compares {left!r} with {right!r}; "
            "both must be whole numbers",
            where=where,
        )
    return ORDERED[compare.op](left, right)


def _is_number(value: Value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _value(reference: Reference, choices: Choices, where: str) -> Value:
    choice = choices.get(reference.group)
    if choice is None:
        raise MissingChoice(f"the configuration has no group {reference.group!r}", where=where)
    if not reference.attribute:
        return choice.option
    return choice.attributes.get(reference.attribute)
