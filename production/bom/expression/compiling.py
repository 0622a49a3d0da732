"""Turns an expression into functions of the choices, once for each text.

An unknown value (an attribute that the chosen option does not have) equals nothing, is in
nothing and is not a yes; to calculate with it, or to order by it, is an error.
"""

import operator
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from production.bom.choices import Choice
from production.bom.errors import MissingChoice, UnknownQuantity
from production.bom.expression import nodes
from production.bom.expression.nodes import Node, Reference
from production.bom.expression.parser import KEPT, parse

type Choices = Mapping[str, Choice]
type Function = Callable[[Choices], Any]

ORDERED: dict[str, Callable[[int, int], bool]] = {
    "<=": operator.le,
    "<": operator.lt,
    ">=": operator.ge,
    ">": operator.gt,
}


@lru_cache(maxsize=KEPT)
def function_of(text: str) -> Function:
    """What the expression of this text is, as a function of the choices.

    The function raises MissingChoice and UnknownQuantity, both without a place.
    """
    return _compiled(parse(text))


def _compiled(node: Node) -> Function:  # noqa: C901, PLR0911 - one case a kind of node
    match node:
        case nodes.Number(value) | nodes.Text(value) | nodes.Truth(value):
            return lambda choices: value
        case Reference():
            return _reference(node)
        case nodes.Sum(first, rest):
            return _sum(first, rest)
        case nodes.Product(factors):
            return _product(factors)
        case nodes.Negative(number):
            inner = _number(number)
            return lambda choices: -inner(choices)
        case nodes.Ceil(dividend, divisor):
            return _ceil(dividend, divisor)
        case nodes.Extreme(which, numbers):
            several = [_number(number) for number in numbers]
            pick = min if which == "min" else max
            return lambda choices: pick(one(choices) for one in several)
        case nodes.Compare():
            return _compare(node)
        case nodes.Member():
            return _member(node)
        case nodes.Conditional(claim, yes, no):
            test, then, otherwise = truth_of(claim), _compiled(yes), _compiled(no)
            return lambda choices: then(choices) if test(choices) else otherwise(choices)
        case _:
            return truth_of(node)


def truth_of(node: Node) -> Callable[[Choices], bool]:
    """The node as a claim: it holds or it does not."""
    match node:
        case nodes.Not(claim):
            inner = truth_of(claim)
            return lambda choices: not inner(choices)
        case nodes.All(claims):
            every = [truth_of(claim) for claim in claims]
            return lambda choices: all(claim(choices) for claim in every)
        case nodes.AnyOf(claims):
            several = [truth_of(claim) for claim in claims]
            return lambda choices: any(claim(choices) for claim in several)
    function = _compiled(node)
    return lambda choices: function(choices) is True


def _reference(node: Reference) -> Function:
    group, attribute = node.group, node.attribute

    def read(choices: Choices) -> Any:
        try:
            choice = choices[group]
        except KeyError:
            raise MissingChoice(f"the configuration has no group {group!r}", where="") from None
        return choice.attributes.get(attribute) if attribute else choice.option

    return read


def _number(node: Node) -> Callable[[Choices], int]:
    function = _compiled(node)
    if isinstance(node, nodes.Number | nodes.Sum | nodes.Product | nodes.Negative | nodes.Ceil):
        return function  # it cannot be anything else

    def number(choices: Choices) -> int:
        value = function(choices)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        raise UnknownQuantity(f"{_told(node)} must be a whole number; got {value!r}", where="")

    return number


def _sum(first: Node, rest: tuple[tuple[str, Node], ...]) -> Function:
    start = _number(first)
    terms = [(1 if sign == "+" else -1, _number(term)) for sign, term in rest]
    return lambda choices: start(choices) + sum(sign * term(choices) for sign, term in terms)


def _product(factors: tuple[Node, ...]) -> Function:
    several = [_number(factor) for factor in factors]

    def product(choices: Choices) -> int:
        result = 1
        for factor in several:
            result *= factor(choices)
        return result

    return product


def _ceil(dividend: Node, divisor: Node) -> Function:
    above, below = _number(dividend), _number(divisor)

    def rounded_up(choices: Choices) -> int:
        parts = below(choices)
        if parts == 0:
            raise UnknownQuantity(
                f"{_told(divisor)} is 0, and nothing can be divided by 0", where=""
            )
        return -(-above(choices) // parts)

    return rounded_up


def _compare(node: nodes.Compare) -> Function:
    if node.op in ORDERED:
        lower, upper, holds = _number(node.left), _number(node.right), ORDERED[node.op]
        return lambda choices: holds(lower(choices), upper(choices))
    left, right, is_equal = _compiled(node.left), _compiled(node.right), node.op == "=="

    def compare(choices: Choices) -> bool:
        one, other = left(choices), right(choices)
        # Types too, because True is not 1.
        return (one is not None and type(one) is type(other) and one == other) is is_equal

    return compare


def _member(node: nodes.Member) -> Function:
    value, is_in = _compiled(node.value), node.is_in
    if isinstance(node.of, Reference):
        listed = _reference(node.of)

        def is_listed(choices: Choices) -> bool:
            among = listed(choices)
            return (isinstance(among, tuple) and value(choices) in among) is is_in

        return is_listed
    members = [_compiled(member) for member in node.of]

    def is_member(choices: Choices) -> bool:
        one = value(choices)
        found = one is not None and any(
            type(one) is type(other) and one == other
            for other in (member(choices) for member in members)
        )
        return found is is_in

    return is_member


def _told(node: Node) -> str:
    return str(node) if isinstance(node, Reference) else "a calculated value"
