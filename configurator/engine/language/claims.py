"""Comparisons and sums: what a rule claims, or on what it depends."""

from typing import Literal

from configurator.engine.atoms import NEGATED
from configurator.engine.language.lexer import Token
from configurator.engine.language.sides import Side, is_limit, limit_of, read_side, term_of
from configurator.engine.language.stream import Stream
from configurator.engine.language.words import like
from configurator.engine.language.writer import KEYWORDS
from configurator.engine.nodes import CODE, Compare, Known, Operator, Ref, Sum
from configurator.engine.references import COUNT, MEMBERSHIP, ORDERING, kinds_needed

EQUALITY: dict[str, Operator] = {"=": "==", "!=": "!="}
ORDER: dict[str, Operator] = {"<=": "<=", "<": "<", ">=": ">=", ">": ">"}
FLIPPED: dict[Operator, Operator] = {"<=": ">=", ">=": "<=", "<": ">", ">": "<"}
A_COMPARISON = "a comparison (=, !=, <=, <, >=, >, is, is not, in, not in)"
UNITS = "numbers are written whole, without unit and separators"


def read_claim(stream: Stream) -> Compare | Sum:
    """One comparison, or a sum with its limit."""
    left = read_side(stream)
    sign = stream.next
    op = _operator(stream, left)
    if stream.is_sign("("):
        return _listed(stream, left, op)
    right = read_side(stream)
    _verify_end(stream, right)
    if left.bare is None or right.bare is None:
        if op not in ORDERING:
            expected = "<= (at most) or >= (at least) between a sum and its limit"
            raise stream.meaning.fault(sign, expected)
        return _sum(stream, left, op, right)
    if left.bare.kind == "number" and right.bare.kind == "ref" and op not in MEMBERSHIP:
        return _compare(stream, right.bare, FLIPPED.get(op, op), left.bare)
    return _compare(stream, left.bare, op, right.bare)


def negated(compare: Compare) -> Compare:
    """The opposite comparison."""
    return Compare(compare.left, NEGATED[compare.op], compare.right)


def read_texts(stream: Stream) -> list[Token]:
    """The members of a list in parentheses."""
    stream.want_sign("(", "a list in parentheses")
    members: list[Token] = []
    if stream.took_sign(")"):
        return members
    while True:
        if not stream.is_value():
            hint = 'texts with other signs than - and _ in them are written in quotes: "M.2"'
            raise stream.unexpected("a text of the list", hint=hint)
        members.append(stream.take())
        if stream.took_sign(")"):
            return members
        stream.want_sign(",", "a comma, or ) at the end of the list")


def _operator(stream: Stream, left: Side) -> Operator:
    token = stream.next
    if token.kind == "sign" and token.value in EQUALITY | ORDER:
        return (EQUALITY | ORDER)[stream.take().value]
    if stream.took_word("is"):
        return "!=" if stream.took_word("not") else "=="
    if stream.took_word("in"):
        return "in"
    if stream.took_word("not"):
        if not stream.took_word("in"):
            raise stream.unexpected("'in' after 'not'", "in")
        return "not in"
    alone = left.bare
    if alone is not None and alone.kind == "word" and token.kind in {"ref", "word", "text"}:
        # Two things side by side: the first may be a keyword gone wrong.
        near = like(alone.value, ("when", "either", "table", "say", "rule"))
        near = "when" if alone.value.lower() == "if" else near
        if near and alone.value not in stream.meaning.words.groups:
            raise stream.meaning.fault(alone, "a comparison, 'when' or 'table'", suggestion=near)
    raise stream.unexpected(A_COMPARISON, "is", "in", "not")


def _verify_end(stream: Stream, right: Side) -> None:
    """A word after a number is most likely its unit; another comparison is one too many."""
    last = right.products[-1]
    token = stream.next
    is_next = token.value in stream.meaning.words.groups or stream.is_first_on_line()
    is_unit = token.kind == "word" and stream.is_name() and not is_next
    if not last.others and (is_unit or stream.is_sign(",")):
        raise stream.unexpected("the end of the comparison", *KEYWORDS, hint=UNITS)
    if token.kind == "sign" and token.value in EQUALITY | ORDER:
        hint = "compare two sides in one rule; write a second rule for the third"
        raise stream.unexpected("the end of the comparison", hint=hint)


def _subject(stream: Stream, token: Token) -> Ref:
    if token.kind == "ref":
        return stream.meaning.attribute(token)
    if token.kind == "number":
        raise stream.meaning.fault(token, "an attribute (group.attribute) or a group")
    return Ref(stream.meaning.group(token), CODE)


def _listed(stream: Stream, left: Side, op: Operator) -> Compare:
    token = left.bare
    if op in ORDERING or token is None:
        hint = "sums have no parentheses, and a list stands after 'in' or '='"
        raise stream.unexpected("a number or an attribute", hint=hint)
    subject, at = _subject(stream, token), stream.next
    members = stream.meaning.texts(read_texts(stream), subject)
    if op in MEMBERSHIP:
        stream.meaning.kinds(token, subject, {"text"}, "to be one of a list")
    elif not stream.meaning.words.kinds(subject) <= {"list of texts"}:
        hint = f"whether it is one of them is asked with 'in': {subject} in (…)"
        raise stream.meaning.fault(at, "one value after '='", hint=hint)
    return Compare(subject, op, members)


def _compare(stream: Stream, left: Token, op: Operator, right: Token) -> Compare:
    meaning = stream.meaning
    if op in ORDERING and left.kind != "ref" and meaning.words.is_quantity(left.value):
        subject = Ref(left.value, COUNT)  # "fan_quantity >= 1" asks how many
    else:
        subject = _subject(stream, left)
    needed = kinds_needed(op)
    if needed is not None:
        why = "to be in a list" if op in MEMBERSHIP else f"before {op}"
        meaning.kinds(left, subject, needed[0], why)
    if right.kind != "ref":
        return Compare(subject, op, _value(stream, subject, op, right))
    other = meaning.attribute(right, is_right=True)
    if needed is not None:
        meaning.kinds(right, other, needed[1], f"after {op!r}")
    else:
        meaning.kinds(left, subject, meaning.words.kinds(other), f"like {other}")
    return Compare(subject, op, other)


def _value(stream: Stream, subject: Ref, op: Operator, token: Token) -> Known:
    if op in MEMBERSHIP:
        expected = "a list such as (a, b), or an attribute that is a list"
        raise stream.meaning.fault(token, expected, suggestion=f"({token.value})")
    if op in ORDERING and token.kind != "number":
        is_group = token.value in stream.meaning.words.groups
        hint = f"an attribute is written {token.value}.attribute" if is_group else ""
        expected = "a number, or an attribute (group.attribute) that is one"
        raise stream.meaning.fault(token, expected, hint=hint)
    return stream.meaning.value(token, subject)


def _sum(stream: Stream, left: Side, op: Operator, right: Side) -> Sum:
    if not left.amounts or (is_limit(left) and not is_limit(right)):
        left, right, op = right, left, FLIPPED[op]
    if not left.amounts:
        raise stream.meaning.fault(left.start, "an attribute (group.attribute) in the sum")
    if not is_limit(right):
        hint = "put what adds up on one side, and one number or attribute on the other"
        raise stream.meaning.fault(right.start, "one limit for the sum", hint=hint)
    # "At least" is held as "at most" of the opposite.
    sign: Literal[1, -1] = 1 if op in {"<=", "<"} else -1
    limit = limit_of(stream, right)
    factor = sign * limit.divisor
    constant = factor * (sum(product.weight for product in left.constants) - limit.added)
    terms = tuple(term_of(stream, product, factor) for product in left.amounts)
    strict = 1 if op in {"<", ">"} else 0
    return Sum(terms, limit.value, constant=constant + strict, limit_weight=sign * limit.weight)
