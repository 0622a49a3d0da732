"""UVL as words: names, numbers, marks, and where lines are indented. Brackets span lines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from configurator.engine.uvl.errors import UvlError, shown
from configurator.engine.uvl.nodes import At

LARGEST = 16_000_000  # characters; the largest published models have a fifth of it
TAB = 8  # a tab reaches to the next multiple

type Kind = Literal[
    "name", "quoted", "text", "number", "range", "mark", "newline", "indent", "dedent", "end"
]

WORD = re.compile(
    r"""
    (?P<space>[ \t\f]+)
    | (?P<comment>//[^\r\n]*|/\*.*?\*/)
    | (?P<newline>\r\n|\r|\n)
    | (?P<quoted>"[^"\r\n]+")
    | (?P<text>'[^'\r\n]*')
    | (?P<range>\[[ \t]*[0-9]+[ \t]*(?:\.\.[ \t]*(?:[0-9]+|\*)[ \t]*)?\])
    | (?P<number>[0-9]*\.[0-9]+|[0-9]+)
    | (?P<name>[^\W\d_][\w§%?\\';#]*)
    | (?P<broken>/\*|["'])
    | (?P<mark><=>|=>|<=|>=|==|!=|[-<>!&|+*/(){}\[\],.])
    """,
    re.VERBOSE | re.DOTALL,
)
BROKEN = {"/*": "a comment that does not end", '"': "a name", "'": "a text"}


@dataclass(frozen=True, slots=True)
class Token:
    """A word and its place; `comment` has the comment lines right above its line.

    `start` and `end` are positions in the file.
    """

    kind: Kind
    text: str
    at: At
    start: int
    end: int
    comment: tuple[str, ...] = ()

    def told(self) -> str:
        """The token as an error message names it."""
        spoken = {"newline": "the end of the line", "end": "the end of the file"}
        spoken |= {"indent": "an indented line", "dedent": "a line that is indented less"}
        return spoken.get(self.kind) or shown(self.text)


def tokens_of(text: str) -> Iterator[Token]:
    """The words of a file, one at a time. Raises UvlError."""
    if len(text) > LARGEST:
        raise UvlError(f"the file has {len(text):,} characters, at most {LARGEST:,}", At(1, 1))
    return _Scanner(text).tokens()


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._start = 1 if text.startswith("\ufeff") else 0
        self._line, self._line_start = 1, self._start
        self._levels = [0]
        self._opened = 0
        self._comments: list[str] = []

    def tokens(self) -> Iterator[Token]:
        is_line_open = False
        position = self._start
        while position < len(self._text):
            found = WORD.match(self._text, position)
            at = At(self._line, position - self._line_start + 1)
            if found is None:
                raise UvlError(f"{shown(self._text[position])} means nothing here", at)
            kind, word, position = str(found.lastgroup), found.group(), found.end()
            if kind == "broken":
                raise UvlError(f"{BROKEN[word]} without its end on this line", at)
            if kind == "comment":
                self._remember(word, is_line_open=is_line_open)
                self._count_lines(found)
            elif kind == "newline":
                if self._opened == 0 and is_line_open:
                    yield Token("newline", "", at, found.start(), found.start())
                    is_line_open = False
                elif not self._is_comment_line(found.start()):
                    self._comments.clear()
                self._line, self._line_start = self._line + 1, position
            elif kind != "space":
                if not is_line_open:
                    yield from self._indented(found.start(), at)
                yield self._token(kind, word, at, found)
                is_line_open = True
        yield from self._ended(is_line_open=is_line_open)

    def _token(self, kind: str, word: str, at: At, found: re.Match[str]) -> Token:
        if kind == "mark":
            self._opened = max(self._opened + (word in "([{") - (word in ")]}"), 0)
        comment, self._comments = tuple(self._comments), []
        return Token(kind, word, at, found.start(), found.end(), comment)  # type: ignore[arg-type]

    def _remember(self, word: str, *, is_line_open: bool) -> None:
        if word.startswith("//") and not is_line_open:
            self._comments.append(word[2:].strip())

    def _is_comment_line(self, end: int) -> bool:
        return self._text[self._line_start : end].lstrip().startswith("//")

    def _count_lines(self, found: re.Match[str]) -> None:
        for newline in re.finditer(r"\r\n|\r|\n", found.group()):
            self._line += 1
            self._line_start = found.start() + newline.end()

    def _indented(self, position: int, at: At) -> Iterator[Token]:
        """The indents or dedents before the first word of a line."""
        width = 0
        for character in self._text[self._line_start : position]:
            width = width + TAB - width % TAB if character == "\t" else width + 1
        if width > self._levels[-1]:
            self._levels.append(width)
            yield Token("indent", "", at, position, position)
        while width < self._levels[-1]:
            self._levels.pop()
            yield Token("dedent", "", at, position, position)
        if width != self._levels[-1]:
            raise UvlError("this line is indented like none above it", at)

    def _ended(self, *, is_line_open: bool) -> Iterator[Token]:
        position = len(self._text)
        at = At(self._line, position - self._line_start + 1)
        if is_line_open and not self._opened:
            yield Token("newline", "", at, position, position)
        for _ in self._levels[1:] if not self._opened else ():
            yield Token("dedent", "", at, position, position)
        yield Token("end", "", at, position, position)
