"""The words of the rule language: refs, words, numbers, quoted texts and signs."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from configurator.engine.errors import RuleSyntaxError
from configurator.engine.nodes import Ref

type TokenKind = Literal["word", "text", "number", "ref", "sign", "end"]

LONGEST_SOURCE = 1_000_000  # characters; every rule of a large product is a tenth of it
WIDEST_EXCERPT = 100
MOST_DIGITS = 18

WORD = r"\w(?:[\w-]*\w)?"
TEXT = r'"(?:[^"\\\n]|\\[^\n])*"'
NUMBER = r"-?[0-9]+(?!\w|-\w)"
TOKEN = re.compile(
    rf"""
      (?P<blank>[^\S\n]+|\n|\#[^\n]*)
    | (?P<ref>(?:{WORD}|{TEXT})\.(?:{WORD}|{TEXT}))
    | (?P<text>{TEXT})
    | (?P<number>{NUMBER})
    | (?P<word>{WORD})
    | (?P<sign><=|>=|!=|==|<>|[=<>≤≥≠+\-*%|(),:])
    """,
    re.VERBOSE,
)
PART_OF_REF = re.compile(rf"{TEXT}|[^.\"]+")
SIGNS = {"==": "=", "<>": "!=", "≤": "<=", "≥": ">=", "≠": "!="}
ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|(.))", re.DOTALL)
ESCAPED = {'"': '"', "\\": "\\", "n": "\n", "t": "\t"}
CURLY_QUOTES = "“”„«»‘’'`"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text from `start` to `end`; `value` is a text without its quotes."""

    kind: TokenKind
    value: str
    start: int
    end: int
    ref: Ref | None = None


@dataclass(frozen=True)
class Source:
    """The text that is read, and where its lines begin."""

    text: str

    @cached_property
    def _lines(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    def line(self, at: int) -> int:
        """The number of the line, from 1."""
        return bisect_right(self._lines, at)

    def fault(
        self, at: int, expected: str, found: str, *, suggestion: str = "", hint: str = ""
    ) -> RuleSyntaxError:
        """The error to raise about this place."""
        line = self.line(at)
        column = at - self._lines[line - 1]
        return RuleSyntaxError(
            line=line,
            column=column + 1,
            expected=expected,
            found=found,
            suggestion=suggestion,
            hint=hint,
            excerpt=self._excerpt(line, column),
        )

    def _excerpt(self, line: int, column: int) -> str:
        begin = self._lines[line - 1]
        whole = self.text[begin:].partition("\n")[0]
        cut = max(0, column - WIDEST_EXCERPT * 3 // 4) if len(whole) > WIDEST_EXCERPT else 0
        seen = whole[cut : cut + WIDEST_EXCERPT]
        seen = "".join(letter if letter.isprintable() else " " for letter in seen)
        return f"{seen}\n{' ' * (column - cut)}^"


def tokens(source: Source) -> list[Token]:
    """All tokens, an "end" last. Raises RuleSyntaxError."""
    if len(source.text) > LONGEST_SOURCE:
        expected = f"at most {LONGEST_SOURCE:,} characters of rules"
        raise source.fault(LONGEST_SOURCE, expected, f"{len(source.text):,}")
    return list(_tokens(source))


def _tokens(source: Source) -> Iterator[Token]:
    at, text = 0, source.text
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise _unreadable(source, at)
        if match.lastgroup != "blank":
            yield _token(source, match)
        at = match.end()
    yield Token("end", "", at, at)


def _token(source: Source, match: re.Match[str]) -> Token:
    start, end, raw = match.start(), match.end(), match[0]
    if match["ref"]:
        parts = list(PART_OF_REF.finditer(raw))
        group, attribute = (_part(source, start + part.start(), part[0]) for part in parts)
        return Token("ref", raw, start, end, Ref(group, attribute))
    if match["text"]:
        return Token("text", unquoted(source, start, raw), start, end)
    if match["number"]:
        if len(raw) > MOST_DIGITS:
            raise source.fault(start, f"a number of at most {MOST_DIGITS} digits", "a longer one")
        return Token("number", raw, start, end)
    if match["word"]:
        return Token("word", raw, start, end)
    return Token("sign", SIGNS.get(raw, raw), start, end)


def _part(source: Source, at: int, raw: str) -> str:
    return unquoted(source, at, raw) if raw.startswith('"') else raw


def unquoted(source: Source, at: int, raw: str) -> str:
    """The text that a quoted text at this place stands for."""

    def meant(match: re.Match[str]) -> str:
        number, letter = match.groups()
        if number and int(number, 16) <= 0x10FFFF:
            return chr(int(number, 16))
        if letter in ESCAPED:
            return ESCAPED[letter]
        expected = 'one of \\" \\\\ \\n \\t \\u{…} after a backslash'
        raise source.fault(at + 1 + match.start(), expected, match[0])

    return ESCAPE.sub(meant, raw[1:-1])


def quoted(text: str) -> str:
    """The text in quotes, as the language reads it."""
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(letter: str) -> str:
    for short, meant in ESCAPED.items():
        if letter == meant:
            return f"\\{short}"
    return letter if letter.isprintable() else f"\\u{{{ord(letter):x}}}"


def _unreadable(source: Source, at: int) -> RuleSyntaxError:
    letter = source.text[at]
    if letter == '"':
        line = source.text[at:].partition("\n")[0]
        hint = "a text ends on the line where it begins"
        return source.fault(at, 'a closing "', f"the end of the line after {line[:20]}", hint=hint)
    if letter in CURLY_QUOTES:
        return source.fault(at, 'straight quotes: "', letter)
    if letter == ".":
        hint = "an attribute is written group.attribute, without spaces"
        return source.fault(at, "a word on both sides of the dot", letter, hint=hint)
    found = letter if letter.isprintable() else f"the character {ord(letter):#x}"
    return source.fault(at, "words, numbers, texts in quotes and signs", found)
