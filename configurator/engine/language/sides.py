"""The two sides of a comparison as they stand in the text: sums of products."""

from dataclasses import dataclass
from math import gcd, prod

from configurator.engine.language.lexer import Token
from configurator.engine.language.stream import Stream
from configurator.engine.language.writer import RESERVED
from configurator.engine.nodes import Ref, Term
from configurator.engine.references import COUNT


@dataclass(frozen=True, slots=True)
class Product:
    """Factors that are multiplied, and the sign before them."""

    sign: int
    numbers: tuple[Token, ...]
    others: tuple[Token, ...]  # attributes and quantities
    is_percent: bool = False

    @property
    def start(self) -> Token:
        return min((*self.numbers, *self.others), key=lambda token: token.start)

    @property
    def weight(self) -> int:
        """The product of its numbers."""
        return self.sign * prod(int(token.value) for token in self.numbers)


@dataclass(frozen=True, slots=True)
class Side:
    """Products that are added."""

    products: tuple[Product, ...]

    @property
    def bare(self) -> Token | None:
        """The only token, where nothing is calculated."""
        (first, *others) = self.products
        tokens = (*first.numbers, *first.others)
        is_bare = not others and len(tokens) == 1 and first.sign > 0
        return tokens[0] if is_bare else None

    @property
    def start(self) -> Token:
        return self.products[0].start

    @property
    def constants(self) -> list[Product]:
        return [product for product in self.products if not product.others]

    @property
    def amounts(self) -> list[Product]:
        return [product for product in self.products if product.others]


def read_side(stream: Stream) -> Side:
    """A value, an attribute or a group by itself, or something to calculate."""
    products = [_product(stream, -1 if stream.took_sign("-") else 1)]
    while True:
        if stream.took_sign("+"):
            products.append(_product(stream, 1))
        elif stream.took_sign("-"):
            products.append(_product(stream, -1))
        elif _is_subtracted(stream):
            products.append(_product(stream, 1))
        else:
            return Side(tuple(products))


def _is_subtracted(stream: Stream) -> bool:
    """Is it the 5 of "cpu.watts -5"? On a line of its own -5 begins something else."""
    token = stream.next
    is_negative = token.kind == "number" and token.value.startswith("-")
    return is_negative and not stream.is_first_on_line()


def _product(stream: Stream, sign: int) -> Product:
    numbers: list[Token] = []
    others: list[Token] = []
    while True:
        token = stream.next
        if token.kind == "number":
            numbers.append(stream.take())
            if not others and len(numbers) == 1 and stream.took_sign("%"):
                return _share(stream, sign, numbers[0])
        elif token.kind == "ref" or stream.is_name():
            others.append(stream.take())
        elif stream.is_sign("("):
            hint = "sums have no parentheses, and a list stands after 'in' or '='"
            raise stream.unexpected("an attribute or a number", hint=hint)
        else:
            hint = ""
            if stream.is_word("not"):
                hint = "'not' is written: a is not b, a != b, a not in (b, c)"
            elif token.kind == "word" and token.value in RESERVED:
                hint = f"a group or text that is called {token.value!r} is written in quotes"
            raise stream.unexpected("an attribute (group.attribute) or a group", hint=hint)
        if not stream.took_sign("*"):
            return Product(sign, tuple(numbers), tuple(others))


def _share(stream: Stream, sign: int, percent: Token) -> Product:
    if not stream.took_word("of"):
        raise stream.unexpected("'of' after %", "of")
    if stream.next.kind != "ref":
        raise stream.unexpected("an attribute (group.attribute) of which it is a share")
    return Product(sign, (percent,), (stream.take(),), is_percent=True)


def term_of(stream: Stream, product: Product, factor: int) -> Term:
    """The product, `factor` times, as a term of a sum."""
    meaning = stream.meaning
    if product.is_percent:
        raise meaning.fault(product.start, "a share (% of) only as the limit of a sum")
    refs = [token for token in product.others if token.kind == "ref"]
    names = [token for token in product.others if token.kind != "ref"]
    if len(refs) == 2 and not names:
        counts = [t for t in refs if _is_count(stream, t)]
        if counts:
            refs.remove(counts[-1])
            names = [Token("word", _group(counts[-1]), counts[-1].start, counts[-1].end)]
    if not refs:
        expected = "an attribute (group.attribute) to count"
        raise meaning.fault(names[0], expected, hint=f"write {names[0].value}.attribute")
    if len(refs) > 1 or len(names) > 1:
        expected = "a product of one attribute, one quantity and numbers"
        raise meaning.fault((*refs[1:], *names[1:])[0], expected)
    times = meaning.quantity(names[0]) if names else None
    return Term(meaning.number_of(refs[0]), times, factor * product.weight)


def _is_count(stream: Stream, token: Token) -> bool:
    assert token.ref is not None  # noqa: S101 - held by the lexer
    return token.ref.attribute == COUNT and stream.meaning.words.is_quantity(token.ref.group)


def _group(token: Token) -> str:
    assert token.ref is not None  # noqa: S101 - held by the lexer
    return token.ref.group


@dataclass(frozen=True, slots=True)
class Limit:
    """`weight * value / divisor + added`, with which a sum is compared."""

    value: Ref | int
    weight: int = 1
    added: int = 0
    divisor: int = 1


def limit_of(stream: Stream, side: Side) -> Limit:
    """The side as the limit of a sum; `is_limit` must hold."""
    if not side.amounts:
        (first, *others) = side.products
        if others:
            return Limit(sum(product.weight for product in side.products))
        *factors, last = first.numbers
        weight = prod(int(token.value) for token in factors)
        if first.sign < 0 and not factors:
            return Limit(-int(last.value))
        return Limit(int(last.value), first.sign * weight)
    (amount,) = side.amounts
    (token,) = amount.others
    added = sum(product.weight for product in side.constants)
    value, weight = stream.meaning.number_of(token), amount.weight
    if not amount.is_percent:
        return Limit(value, weight, added)
    common = gcd(weight, 100)
    return Limit(value, weight // common, added, 100 // common)


def is_limit(side: Side) -> bool:
    """Can the side be a limit: a number, or one attribute and numbers?"""
    if len(side.amounts) > 1:
        return False
    return all(len(p.others) == 1 and p.others[0].kind == "ref" for p in side.amounts)
