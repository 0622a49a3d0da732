"""Tables: a line of columns, then the combinations that go together, one a line."""

from collections.abc import Callable

from configurator.engine.language.claims import read_texts
from configurator.engine.language.lexer import Token, quoted
from configurator.engine.language.stream import Stream
from configurator.engine.nodes import CODE, Known, Ref, Table


def read_table(stream: Stream) -> Table:
    """The lines after the word "table"."""
    if not stream.is_sign("|"):
        raise stream.unexpected("the columns of the table: | group.attribute | group |")
    began = stream.next
    refs = _row(stream, lambda _: _column(stream))
    if len(set(refs)) < len(refs):
        raise stream.meaning.fault(began, "each column once")
    rows = []
    while stream.is_sign("|"):
        rows.append(_cells(stream, refs))
    if not rows:
        raise stream.unexpected("the rows of the table, each on a line of its own")
    return Table(tuple(refs), tuple(rows))


def _row[Cell](stream: Stream, read: Callable[[int], Cell]) -> list[Cell]:
    """The cells of a line, each between two bars; `read` gets the number of the column."""
    line = stream.line()
    stream.take()
    cells: list[Cell] = []
    while True:
        if stream.line() != line:
            raise stream.unexpected("the row on one line, with | at its end")
        cells.append(read(len(cells)))
        if stream.line() != line:
            raise stream.unexpected("| at the end of the line before")
        stream.want_sign("|", "| after the cell")
        if stream.is_at_end or stream.line() != line:
            return cells


def _column(stream: Stream) -> Ref:
    if stream.next.kind == "ref":
        return stream.meaning.attribute(stream.take())
    if not stream.is_name():
        raise stream.unexpected("an attribute (group.attribute) or a group as column")
    return Ref(stream.meaning.group(stream.take()), CODE)


def _cells(stream: Stream, refs: list[Ref]) -> tuple[Known, ...]:
    began = stream.next
    cells = _row(stream, lambda at: _cell(stream, refs[at] if at < len(refs) else None))
    if len(cells) != len(refs):
        expected = f"{len(refs)} cells, one a column"
        raise stream.source.fault(began.start, expected, f"{len(cells)}")
    return tuple(cells)


def _cell(stream: Stream, ref: Ref | None) -> Known:
    began = stream.next
    if stream.is_sign("("):
        texts = read_texts(stream)
        if ref is not None and not stream.meaning.words.kinds(ref) <= {"list of texts"}:
            raise stream.meaning.fault(began, f"one value, as {ref} is")
        return tuple(text.value for text in texts)
    if not stream.is_value():
        raise stream.unexpected("a value: a text, a number, yes or no", hint=_hint(began))
    token = stream.take()
    return token.value if ref is None else stream.meaning.value(token, ref)


def _hint(token: Token) -> str:
    return f"in quotes: {quoted(token.value)}" if token.kind in {"ref", "word"} else ""
