"""The names of groups, options and attributes in a UVL file: each once, and legal there."""

import re
from collections.abc import Collection

from configurator.engine.nodes import Model
from configurator.engine.uvl.drafts import RESERVED, Codes
from configurator.engine.uvl.words import KEYWORDS

PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
FORBIDDEN = re.compile(r'["\r\n.]')  # in a quoted name


class Spelling:
    """Feature names of a model: a switch by its name, an option as "group/option"."""

    def __init__(self, model: Model, switches: Collection[str]) -> None:
        names = Codes()
        self.root = names.take(_legal(model.code))
        self._groups: dict[str, str] = {}
        self._options: dict[tuple[str, str], str] = {}
        for group in model.groups:
            wanted = group.name if group.code in switches else group.code
            self._groups[group.code] = names.take(_legal(wanted or group.code))
            if group.code in switches:
                continue
            for option in group.options:
                name = names.take(_legal(f"{group.code}/{option.code}"))
                self._options[group.code, option.code] = name
        keys = dict.fromkeys(k for g in model.groups for o in g.options for k in o.attributes)
        attributes = Codes(RESERVED)
        self._attributes = {key: attributes.take(_legal(key)) for key in keys}

    def group(self, code: str) -> str:
        """The feature of a group."""
        return self._groups[code]

    def option(self, group: str, option: str) -> str | None:
        """The feature of an option; None where the group is a switch."""
        return self._options.get((group, option))

    def attribute(self, key: str) -> str:
        """An attribute's name."""
        return self._attributes[key]


def quoted(name: str | None) -> str:
    """A name as it is written, in quotes where it needs them."""
    if name is None:
        raise ValueError("a switch has no options of its own")
    return name if PLAIN.fullmatch(name) and name not in KEYWORDS else f'"{name}"'


def quoted_text(text: str) -> str:
    """A text in single quotes, which it cannot contain itself."""
    return "'" + re.sub(r"\s+", " ", text.replace("'", "’")) + "'"


def _legal(name: str) -> str:
    return FORBIDDEN.sub("_", name) or "_"
