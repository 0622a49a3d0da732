"""A reader of tokens that looks one ahead, and says what it expected."""

from collections.abc import Iterator

from configurator.engine.uvl.errors import UvlError
from configurator.engine.uvl.tokens import Kind, Token, tokens_of

KEYWORDS = frozenset(
    {"include", "features", "imports", "namespace", "as", "constraint", "constraints"}
    | {"cardinality", "or", "alternative", "optional", "mandatory", "true", "false"}
    | {"String", "Boolean", "Integer", "Real", "Type", "Arithmetic"}
    | {"len", "sum", "avg", "floor", "ceil"}
)


class Words:
    """The tokens of a file, read one after the other."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._tokens: Iterator[Token] = tokens_of(text)
        self.next = next(self._tokens)
        self.last = self.next

    def take(self) -> Token:
        """The next token."""
        self.last = self.next
        if self.next.kind != "end":
            self.next = next(self._tokens)
        return self.last

    def is_next(self, *texts: str) -> bool:
        """Is the next token one of these marks or keywords?"""
        return self.next.kind in {"name", "mark"} and self.next.text in texts

    def accept(self, *texts: str) -> bool:
        """Take the next token if it is one of these marks or keywords."""
        if self.is_next(*texts):
            self.take()
            return True
        return False

    def accept_kind(self, kind: Kind) -> bool:
        """Take the next token if it is of this kind."""
        if self.next.kind == kind:
            self.take()
            return True
        return False

    def expect(self, text: str) -> Token:
        """Take this mark or keyword. Raises UvlError."""
        if not self.is_next(text):
            raise self.fault(f"expected {text!r}")
        return self.take()

    def expect_kind(self, kind: Kind, told: str) -> Token:
        """Take a token of this kind. Raises UvlError."""
        if self.next.kind != kind:
            raise self.fault(f"expected {told}")
        return self.take()

    def fault(self, expected: str) -> UvlError:
        """The error to raise about the next token."""
        return UvlError(f"{expected}, got {self.next.told()}", self.next.at)

    def name(self, told: str) -> str:
        """A name, quoted or plain. Raises UvlError."""
        if self.next.kind == "quoted":
            return self.take().text[1:-1]
        if self.next.kind != "name" or self.next.text in KEYWORDS:
            raise self.fault(f"expected {told}")
        return self.take().text

    def dotted(self, told: str) -> tuple[str, ...]:
        """Names with dots between them."""
        parts = [self.name(told)]
        while self.accept("."):
            parts.append(self.name(told))
        return tuple(parts)
