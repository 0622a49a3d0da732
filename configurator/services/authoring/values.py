"""Attributes as a person writes them: `socket = AM5`, `tdp_w = 65`, `sockets = [AM4, AM5]`.

    yes, no             true or false
    65, -5              a whole number
    AM5, M.2 2280       text; in double quotes where it would read as something else: "65", "yes"
    [AM4, AM5]          a list of texts; [] is an empty one
    ?                   not known

`read_value(write_value(v)) == v` for every value within the engine's limits; what is beyond them is
refused where it is typed.
"""

import json
import re
from collections.abc import Iterator, Mapping

from configurator.engine.limits import LARGEST_NUMBER, LONGEST_TEXT
from configurator.engine.nodes import Value
from configurator.errors import UnreadableAttributes

UNKNOWN = "?"
TRUE, FALSE = frozenset({"yes", "true"}), frozenset({"no", "false"})
WHOLE = re.compile(r"-?(0|[1-9][0-9]*)")
# Reads as a number to a person: never silently text.
NUMBER_LIKE = re.compile(r"[+-]?[0-9][0-9.,_' ]*|[+-]?[.,][0-9]+")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
RESERVED = "code"  # every option has it already
LONGEST_LINE = 100_000  # of a value as it is written; a cell of a sheet may hold 131,072
HOW = "a whole number, yes, no, text, a list such as [AM4, AM5], or ? when nobody knows"


def write_value(value: object) -> str:
    """A value as one line. What no reader would accept, such as 1.5 from elsewhere, as JSON."""
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return _text(value, stops="")
    if isinstance(value, list | tuple):
        return f"[{', '.join(_text(str(item), stops=',]') for item in value)}]"
    return json.dumps(value, ensure_ascii=False)


def _text(text: str, *, stops: str) -> str:
    """Bare where reading it gives the same text, else in quotes. A list's texts have no types."""
    is_plain = text == text.strip() and text.isprintable() and text[:1] not in {"", '"', "["}
    if is_plain and not any(stop in text for stop in stops):
        try:
            if stops or _value(text) == text:
                return text
        except ValueError:
            pass
    return json.dumps(text, ensure_ascii=False)


def read_value(text: str) -> Value:
    """The inverse of `write_value`. Raises ValueError saying what was expected and got."""
    text = text.strip()
    if not text:
        raise ValueError(f'nothing after the "="; expected {HOW}')
    if len(text) > LONGEST_LINE:
        raise ValueError(f"{len(text):,} signs; expected {LONGEST_LINE:,} at most")
    value = _value(text)
    for one in value if isinstance(value, tuple) else (value,):
        if isinstance(one, str):
            _check_text(one)
    # What is written for it is read again: signs that are written as \u0001 count six.
    if len(write_value(value)) > LONGEST_LINE:
        raise ValueError(f"it is written with more than {LONGEST_LINE:,} signs")
    return value


def _check_text(text: str) -> None:
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"a text of {len(text):,} signs; expected {LONGEST_TEXT:,} at most")
    if "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ValueError("a NUL byte or half a character, which cannot be stored")


def _value(text: str) -> Value:
    if text == UNKNOWN:
        return None
    if text.startswith("["):
        return _list(text)
    if text.startswith('"'):
        quoted, end = _quoted(text, 0)
        if text[end:].strip():
            raise ValueError(f"something follows the closing quote: {_short(text[end:].strip())}")
        return quoted
    return _bare(text)


def _bare(text: str) -> Value:
    if text.casefold() in TRUE | FALSE:
        return text.casefold() in TRUE
    if WHOLE.fullmatch(text):
        if len(text) > len(f"-{LARGEST_NUMBER}") or abs(int(text)) > LARGEST_NUMBER:
            raise ValueError(
                f"{_short(text)} is too large; expected {LARGEST_NUMBER:,} at most: "
                "choose a larger unit, or write it in double quotes if it is a name"
            )
        return int(text)
    if NUMBER_LIKE.fullmatch(text):
        raise ValueError(
            f"{_short(text)} is not a whole number; choose a smaller unit, "
            f'or write "{_short(text)}" in double quotes if it is a name'
        )
    if not text.isprintable():
        raise ValueError("a sign that cannot be printed; expected plain text")
    return text


def _short(text: str) -> str:
    return f"{text[:40]}…" if len(text) > 40 else text


def _quoted(text: str, start: int) -> tuple[str, int]:
    try:
        value, end = json.JSONDecoder().raw_decode(text, start)
    except json.JSONDecodeError:
        raise ValueError(f"a quote that is not closed: {_short(text[start:])}") from None
    return str(value), end


def _list(text: str) -> tuple[str, ...]:
    """`[AM4, "a, b"]`: texts between commas, in quotes where they hold a comma or a bracket."""
    items: list[str] = []
    at = 1
    while True:
        at = _skip(text, at)
        if text[at : at + 1] == "]" and not items:
            return _ended(items, text, at)
        item, at = _item(text, at)
        items.append(item)
        at = _skip(text, at)
        if text[at : at + 1] == "]":
            return _ended(items, text, at)
        if text[at : at + 1] != ",":
            raise ValueError(f"the list has no closing ]: {_short(text)}")
        at += 1


def _item(text: str, at: int) -> tuple[str, int]:
    if text[at : at + 1] == '"':
        return _quoted(text, at)
    end = next((i for i in range(at, len(text)) if text[i] in ",]"), len(text))
    item = text[at:end].strip()
    if not item:
        raise ValueError(f"the list has an empty place: {_short(text)}")
    return item, end


def _skip(text: str, at: int) -> int:
    while text[at : at + 1] == " ":
        at += 1
    return at


def _ended(items: list[str], text: str, at: int) -> tuple[str, ...]:
    if text[at + 1 :].strip():
        raise ValueError(f"something follows the closing ]: {_short(text[at + 1 :].strip())}")
    return tuple(items)


def check_name(name: str) -> str:
    """An attribute's name. Raises ValueError."""
    if not NAME.fullmatch(name) or len(name) > 60:
        raise ValueError(
            f"{name[:60] or 'nothing'} is no attribute's name; expected letters, digits and _, "
            "such as length_mm"
        )
    if name == RESERVED:
        raise ValueError("every option has its code as the attribute “code”; choose another name")
    return name


def write_attributes(attributes: Mapping[str, object]) -> str:
    """One `name = value` a line, in their order."""
    return "\n".join(f"{name} = {write_value(value)}" for name, value in attributes.items())


def read_attributes(text: str) -> dict[str, Value]:
    """The inverse of `write_attributes`; empty lines and those that begin with # are skipped.

    Raises UnreadableAttributes with every line that is wrong.
    """
    attributes: dict[str, Value] = {}
    problems = []
    for number, line in _lines(text):
        try:
            name, value = _assignment(line, attributes)
        except ValueError as error:
            problems.append(f"Line {number}: {error}.")
        else:
            attributes[name] = value
    if problems:
        raise UnreadableAttributes(problems)
    return attributes


def _assignment(line: str, taken: Mapping[str, Value]) -> tuple[str, Value]:
    name, equals, value = line.partition("=")
    if not equals:
        raise ValueError(f"{line[:60]} has no “=”; expected name = value")
    name = check_name(name.strip())
    if name in taken:
        raise ValueError(f"{name} is there twice")
    return name, read_value(value)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, line.strip()


def stored(value: Value) -> object:
    """As JSON keeps it: a tuple is a list there."""
    return list(value) if isinstance(value, tuple) else value
