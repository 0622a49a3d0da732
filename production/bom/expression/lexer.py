"""The words of the expression language, and where each of them stands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from production.bom.errors import ExpressionError

type TokenKind = Literal["word", "keyword", "text", "number", "sign", "end"]

LONGEST = 4_000  # characters of one expression
MOST_DIGITS = 9
KEYWORDS = frozenset(
    [
        *("and", "or", "not", "in", "if", "then", "else"),
        *("yes", "no", "true", "false"),
        *("min", "max", "ceil"),
    ]
)
SIGNS = {"=": "==", "≤": "<=", "≥": ">=", "≠": "!=", "<>": "!=", "−": "-", "×": "*"}
CURLY_QUOTES = "“”„«»‘’`"
TOKEN = re.compile(
    r"""
      (?P<blank>\s+)
    | (?P<text>"(?:[^"\\\n]|\\["\\])*" | '(?:[^'\\\n]|\\['\\])*')
    | (?P<number>[0-9]+)(?![\w])
    | (?P<word>\w(?:[\w-]*\w)?)
    | (?P<sign><=|>=|==|!=|<>|[=<>≤≥≠+\-−*×/(),.])
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text from `start` to `end`; `value` is a text without its quotes."""

    kind: TokenKind
    value: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """All tokens, an "end" last. Raises ExpressionError."""
    if len(text) > LONGEST:
        raise ExpressionError(
            text, LONGEST, f"at most {LONGEST:,} characters", f"{len(text):,} of them"
        )
    return list(_tokens(text))


def _tokens(text: str) -> Iterator[Token]:
    at = 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise _unreadable(text, at)
        raw = match[0]
        match match.lastgroup:
            case "text":
                yield Token("text", re.sub(r"\\(.)", r"\1", raw[1:-1]), at, match.end())
            case "number":
                yield _number(text, at, raw)
            case "word":
                kind: TokenKind = "keyword" if raw in KEYWORDS else "word"
                yield Token(kind, raw, at, match.end())
            case "sign":
                yield Token("sign", SIGNS.get(raw, raw), at, match.end())
        at = match.end()
    yield Token("end", "", at, at)


def _number(text: str, at: int, raw: str) -> Token:
    if len(raw) > MOST_DIGITS:
        raise ExpressionError(text, at, f"a number of at most {MOST_DIGITS} digits", "a longer one")
    return Token("number", raw, at, at + len(raw))


def _unreadable(text: str, at: int) -> ExpressionError:
    letter = text[at]
    if letter in "\"'":
        return ExpressionError(text, at, f"a closing {letter} on the same line", "none")
    if letter in CURLY_QUOTES:
        return ExpressionError(text, at, 'straight quotes, "…"', letter)
    found = letter if letter.isprintable() else f"the character {ord(letter):#x}"
    return ExpressionError(text, at, "words, numbers, texts in quotes and signs", found)
