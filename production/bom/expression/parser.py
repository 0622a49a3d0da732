"""Reads an expression from text; `writer` is the inverse. Nothing is ever evaluated.

either     := all ("or" all)*
all        := claim ("and" claim)*
claim      := "not" claim | sum [sign sum | ["not"] "in" ("(" value ("," value)* ")" | reference)]
sum        := product (("+" | "-") product)*
product    := factor ("*" factor)*
factor     := "-" factor | number | text | "yes" | "no" | reference | "(" either ")"
            | ("min" | "max") "(" sum ("," sum)* ")" | "ceil" "(" product "/" factor ")"
            | "if" either "then" either "else" either
reference  := group ["." attribute]
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from production.bom.errors import ExpressionError
from production.bom.expression import nodes
from production.bom.expression.lexer import KEYWORDS, Token, tokens
from production.bom.expression.nodes import Node, Reference
from production.bom.expression.spelling import like

DEEPEST = 40  # brackets, conditions and signs inside each other
KEPT = 8_192  # expressions; a shop has some hundreds
COMPARISONS: dict[str, nodes.Comparison] = {
    "==": "==", "!=": "!=", "<=": "<=", "<": "<", ">=": ">=", ">": ">",
}  # fmt: skip


@lru_cache(maxsize=KEPT)
def parse(text: str) -> Node:
    """The expression that a text is. Raises ExpressionError at the first thing that is wrong."""
    reader = _Reader(text)
    node = reader.either()
    if reader.next.kind != "end":
        raise reader.unexpected("the end")
    return node


class _Reader:
    """Where reading has got to."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._tokens = tokens(text)
        self._place = 0
        self._depth = 0

    @property
    def next(self) -> Token:
        return self._tokens[self._place]

    def take(self) -> Token:
        """The next token, and go past it."""
        token = self.next
        self._place += token.kind != "end"
        return token

    def is_next(self, *values: str) -> bool:
        """Is the next token one of these keywords or signs?"""
        return self.next.kind in {"keyword", "sign"} and self.next.value in values

    def took(self, *values: str) -> bool:
        """Go past one of these keywords or signs, if it comes next."""
        is_next = self.is_next(*values)
        self._place += is_next
        return is_next

    def want(self, value: str, expected: str) -> None:
        if not self.took(value):
            raise self.unexpected(expected)

    def unexpected(self, expected: str, hint: str = "") -> ExpressionError:
        """The error to raise about the next token."""
        token = self.next
        found = self.text[token.start : token.end] or "the end"
        suggestion = like(token.value.lower(), KEYWORDS) if token.kind == "word" else ""
        if token.value == "/":
            hint = "pieces are whole: write ceil(a / b), which rounds up, or ceil(a / (b * c))"
        return ExpressionError(
            self.text, token.start, expected, found, suggestion=suggestion, hint=hint
        )

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """One more bracket or sign that encloses what is read here."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise self.unexpected(f"at most {DEEPEST} brackets inside each other")
        yield
        self._depth -= 1

    def either(self) -> Node:
        at = self.next.start
        claims = [self.every()]
        while self.took("or"):
            claims.append(self.every())
        return claims[0] if len(claims) == 1 else nodes.AnyOf(tuple(claims), at)

    def every(self) -> Node:
        at = self.next.start
        claims = [self.claim()]
        while self.took("and"):
            claims.append(self.claim())
        return claims[0] if len(claims) == 1 else nodes.All(tuple(claims), at)

    def claim(self) -> Node:
        token = self.next
        if self.took("not"):
            with self.deeper():
                return nodes.Not(self.claim(), token.start)
        left = self.sum()
        at = self.next.start
        if self.is_next(*COMPARISONS):
            op = COMPARISONS[self.take().value]
            right = self.sum()
            if self.is_next(*COMPARISONS):
                raise self.unexpected("one comparison", hint="join two of them with 'and'")
            return nodes.Compare(left, op, right, at)
        if self.took("in"):
            return nodes.Member(left, self.members(), is_in=True, at=at)
        if self.took("not"):
            self.want("in", "'in' after 'not'")
            return nodes.Member(left, self.members(), is_in=False, at=at)
        return left

    def members(self) -> tuple[Node, ...] | Reference:
        if self.next.kind == "word":
            return self.reference()
        self.want("(", 'a list in brackets, ("AM4", "AM5"), or an attribute that is a list')
        return self.listed()

    def listed(self) -> tuple[Node, ...]:
        """What stands between an opening bracket that was read and its end."""
        members = [self.sum()]
        while self.took(","):
            members.append(self.sum())
        self.want(")", "a comma, or ) at the end of the list")
        return tuple(members)

    def sum(self) -> Node:
        at = self.next.start
        first = self.product()
        rest = []
        while self.is_next("+", "-"):
            rest.append((self.take().value, self.product()))
        return nodes.Sum(first, tuple(rest), at) if rest else first

    def product(self) -> Node:
        at = self.next.start
        factors = [self.factor()]
        while self.took("*"):
            factors.append(self.factor())
        return factors[0] if len(factors) == 1 else nodes.Product(tuple(factors), at)

    def factor(self) -> Node:
        with self.deeper():
            return self._factor()

    def _factor(self) -> Node:  # noqa: PLR0911 - one case a kind of node
        token = self.next
        match token.kind:
            case "number":
                return nodes.Number(int(self.take().value), token.start)
            case "text":
                return nodes.Text(self.take().value, token.start)
            case "word":
                return self.reference()
        if self.took("yes", "true", "no", "false"):
            return nodes.Truth(token.value in {"yes", "true"}, token.start)
        if self.took("-"):
            return nodes.Negative(self.factor(), token.start)
        if self.took("("):
            inside = self.either()
            self.want(")", "a closing )")
            return inside
        if self.took("min", "max"):
            self.want("(", f"( after {token.value}")
            return nodes.Extreme(
                "min" if token.value == "min" else "max", self.listed(), token.start
            )
        if self.took("ceil"):
            return self.ceil(token.start)
        if self.took("if"):
            return self.conditional(token.start)
        raise self.unexpected("a number, a text in quotes, a group or group.attribute")

    def ceil(self, at: int) -> Node:
        self.want("(", "( after ceil")
        dividend = self.product()
        self.want("/", "/ after what is divided, which stands in brackets if it is a sum")
        divisor = self.factor()
        self.want(")", "a closing ); what is divided by stands in brackets if it is a calculation")
        return nodes.Ceil(dividend, divisor, at)

    def conditional(self, at: int) -> Node:
        claim = self.either()
        self.want("then", "'then' after the condition")
        yes = self.either()
        self.want("else", "'else': what holds otherwise")
        return nodes.Conditional(claim, yes, self.either(), at)

    def reference(self) -> Reference:
        group = self.take()
        if not self.took("."):
            return Reference(group.value, "", group.start)
        if self.next.kind not in {"word", "keyword", "number"}:
            raise self.unexpected(f"an attribute of {group.value} after the dot")
        return Reference(group.value, self.take().value, group.start)
