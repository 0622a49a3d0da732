"""Writes an expression as text, with as few brackets as it needs; `parser` is the inverse."""

from production.bom.expression import nodes
from production.bom.expression.nodes import Node

# How tightly a node binds; what binds less tightly than its place asks for stands in brackets.
EITHER, EVERY, CLAIM, SUM, PRODUCT, FACTOR = range(6)


def write(node: Node, least: int = EITHER) -> str:
    """The text of a node, in brackets where it binds less tightly than `least`."""
    level, text = _written(node)
    return text if level >= least else f"({text})"


def _written(node: Node) -> tuple[int, str]:  # noqa: PLR0911 - one case a kind of node
    match node:
        case nodes.AnyOf(claims):
            return EITHER, " or ".join(write(claim, EVERY) for claim in claims)
        case nodes.All(claims):
            return EVERY, " and ".join(write(claim, CLAIM) for claim in claims)
        case nodes.Not(claim):
            return CLAIM, f"not {write(claim, CLAIM)}"
        case nodes.Compare(left, op, right):
            return CLAIM, f"{write(left, SUM)} {op} {write(right, SUM)}"
        case nodes.Member(value, of, is_in):
            return CLAIM, f"{write(value, SUM)} {'in' if is_in else 'not in'} {_members(of)}"
        case nodes.Sum(first, rest):
            terms = "".join(f" {sign} {write(term, PRODUCT)}" for sign, term in rest)
            return SUM, write(first, PRODUCT) + terms
        case nodes.Product(factors):
            return PRODUCT, " * ".join(write(factor, FACTOR) for factor in factors)
        case nodes.Conditional(claim, yes, no):
            # It reaches as far as it can, so anything around it needs the brackets.
            return EITHER, f"if {write(claim)} then {write(yes)} else {write(no)}"
    return FACTOR, _factor(node)


def _factor(node: Node) -> str:  # noqa: PLR0911 - one case a kind of node
    match node:
        case nodes.Negative(number):
            return f"-{write(number, FACTOR)}"
        case nodes.Ceil(dividend, divisor):
            return f"ceil({write(dividend, PRODUCT)} / {write(divisor, FACTOR)})"
        case nodes.Extreme(which, numbers):
            return f"{which}({', '.join(write(number, SUM) for number in numbers)})"
        case nodes.Number(value):
            return str(value)
        case nodes.Text(value):
            return quoted(value)
        case nodes.Truth(value):
            return "yes" if value else "no"
        case nodes.Reference():
            return str(node)
    raise TypeError(f"not an expression: {node!r}")


def quoted(text: str) -> str:
    """The text in quotes, as the language reads it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _members(of: tuple[Node, ...] | nodes.Reference) -> str:
    if isinstance(of, tuple):
        return f"({', '.join(write(member, SUM) for member in of)})"
    return str(of)
