"""Templates: files with $names. Every value is escaped unless it is Markup already."""

from functools import cache
from html import escape
from importlib.resources import files
from string import Template
from typing import Any


class Markup(str):
    """Text that is HTML already, made by a template of this package."""

    __slots__ = ()


@cache
def _template(name: str) -> Template:
    source = files(__package__).joinpath("templates", f"{name}.html")
    return Template(source.read_text(encoding="utf-8").strip())


def render(template: str, **values: Any) -> Markup:
    """Fill a template. A name in it without a value is an error (KeyError)."""
    safe = {
        name: value if isinstance(value, Markup) else escape(str(value))
        for name, value in values.items()
    }
    return Markup(_template(template).substitute(safe))


def join(parts: list[Markup]) -> Markup:
    return Markup("\n".join(parts))


NOTHING = Markup("")
