"""What a customer's form, or a link, asks for.

Fields: `choice.<group>` names an option. `kept` and `auto` are what the page was made with, as
`group:option` pairs: chosen by the customer (oldest first), and filled in by us. A radio that
still says what we filled in is no choice of the customer's, so without script, too, we know
which choices are theirs. A link has neither field: then every choice in it is explicit, in the
order of the address. `take` is a button: this option now, whatever it takes. `show` names a
group of which all options are wanted, `q.<group>` a search in it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.http import QueryDict

from configurator.engine.ir import Model

CHOICE = "choice."
SEARCH = "q."
LONGEST_SEARCH = 60


@dataclass(frozen=True, slots=True)
class Wish:
    """`explicit` holds known choices, oldest first; `unknown` what the model does not have.

    `kept` and `auto` are the choices of the page that the form was on (empty for a link).
    """

    explicit: Mapping[str, str]
    kept: Mapping[str, str] = field(default_factory=dict)
    auto: Mapping[str, str] = field(default_factory=dict)
    unknown: tuple[tuple[str, str], ...] = ()
    version: int | None = None
    shown: str = ""
    searches: Mapping[str, str] = field(default_factory=dict)

    @property
    def before(self) -> Mapping[str, str]:
        """The complete configuration of the page that the form was on; empty for a link."""
        return {**self.auto, **self.kept}

    @property
    def newest(self) -> str | None:
        """The group that was chosen in this very request."""
        changed = [group for group in self.explicit if self.kept.get(group) != self.explicit[group]]
        return changed[-1] if changed else None


def read_wish(query: QueryDict, model: Model) -> Wish:
    """Read a form or link. Nothing in it is trusted: what the model does not have is set aside."""
    kept, auto = _known(query.get("kept", ""), model), _known(query.get("auto", ""), model)
    posted = dict(_prefixed(query, CHOICE))
    wanted = {g: option for g, option in kept.items() if posted.get(g, option) == option}
    for group, option in posted.items():
        if group not in wanted and auto.get(group) != option:
            wanted[group] = option
    for pair in query.getlist("take"):
        group, _, option = pair.partition(":")
        wanted.pop(group, None)
        wanted[group] = option
    explicit = {g: option for g, option in wanted.items() if _has(model, g, option)}
    version = query.get("version", "")
    return Wish(
        explicit=explicit,
        kept=kept,
        auto=auto,
        unknown=tuple((g, option) for g, option in wanted.items() if g not in explicit),
        version=int(version)
        if version.isascii() and version.isdigit() and len(version) < 19
        else None,
        # One group at a time, the last one asked for: the page stays light.
        shown=query.get("show", ""),
        searches={g: text.strip()[:LONGEST_SEARCH] for g, text in _prefixed(query, SEARCH)},
    )


def pairs(choices: Mapping[str, str]) -> str:
    """`cpu:ryzen,case:mini`; codes hold neither sign."""
    return ",".join(f"{group}:{option}" for group, option in choices.items())


def query_of(choices: Mapping[str, str]) -> str:
    """The part of an address that leads back to these choices, oldest first."""
    return urlencode({f"{CHOICE}{group}": option for group, option in choices.items()})


def _prefixed(query: QueryDict, prefix: str) -> Iterator[tuple[str, str]]:
    for name in query:
        if name.startswith(prefix) and (value := query.get(name)):
            yield name.removeprefix(prefix), value


def _has(model: Model, group: str, option: str) -> bool:
    return option in model.options_by_code.get(group, ())


def _known(text: str, model: Model) -> dict[str, str]:
    choices = dict(pair.partition(":")[::2] for pair in text.split(",") if pair)
    return {group: option for group, option in choices.items() if _has(model, group, option)}
