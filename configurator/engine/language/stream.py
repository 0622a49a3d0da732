"""The tokens of a text, one after the other, and what is asked of the next one."""

from configurator.engine.errors import RuleSyntaxError
from configurator.engine.language.lexer import Source, Token, tokens
from configurator.engine.language.meaning import Meaning
from configurator.engine.language.words import Vocabulary, like
from configurator.engine.language.writer import RESERVED


class Stream:
    """Where reading has got to."""

    def __init__(self, text: str, words: Vocabulary) -> None:
        self.source = Source(text)
        self.meaning = Meaning(self.source, words)
        self._tokens = tokens(self.source)
        self._next = 0

    @property
    def next(self) -> Token:
        return self._tokens[self._next]

    @property
    def is_at_end(self) -> bool:
        return self.next.kind == "end"

    def take(self) -> Token:
        """The next token, and go past it."""
        token = self.next
        if token.kind != "end":
            self._next += 1
        return token

    def is_word(self, *words: str) -> bool:
        """Is the next token one of these words?"""
        return self.next.kind == "word" and self.next.value in words

    def is_sign(self, *signs: str) -> bool:
        """Is the next token one of these signs?"""
        return self.next.kind == "sign" and self.next.value in signs

    def took_word(self, *words: str) -> bool:
        """Go past one of these words, if it comes next."""
        return self._took(is_next=self.is_word(*words))

    def took_sign(self, *signs: str) -> bool:
        """Go past one of these signs, if it comes next."""
        return self._took(is_next=self.is_sign(*signs))

    def _took(self, *, is_next: bool) -> bool:
        if is_next:
            self.take()
        return is_next

    def is_name(self) -> bool:
        """Is the next token a code or a text: a word that is no keyword, or in quotes?"""
        return self.next.kind == "text" or (
            self.next.kind == "word" and self.next.value not in RESERVED
        )

    def is_value(self) -> bool:
        """Is the next token a text, a number, yes or no?"""
        return self.is_name() or self.next.kind == "number"

    def want_sign(self, sign: str, expected: str) -> Token:
        """Go past the sign, or raise."""
        if not self.is_sign(sign):
            raise self.unexpected(expected)
        return self.take()

    def unexpected(self, expected: str, *words: str, hint: str = "") -> RuleSyntaxError:
        """The error about the next token; `words` are those that could stand there."""
        near = like(self.next.value, words) if self.next.kind == "word" else ""
        if near == self.next.value:
            near = ""
        hint = "" if near else hint
        return self.meaning.fault(self.next, expected, suggestion=near, hint=hint)

    def is_first_on_line(self) -> bool:
        """Does the next token begin a line?"""
        before = self._tokens[self._next - 1] if self._next else None
        return before is None or self.source.line(before.start) < self.line()

    def line(self) -> int:
        """The line of the next token."""
        return self.source.line(self.next.start)
