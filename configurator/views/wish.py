"""What a customer's form, or a link, asks for.

Fields: `choice.<group>` names an option. `kept` and `auto` are what the page was made with, as
`group:option` pairs: chosen by the customer (oldest first), and filled in by us. A radio that
still says what we filled in is no choice of the customer's, so without script, too, we know
which choices are theirs. A link has neither field: then every choice in it is explicit, in the
order of the address.

Buttons: `take` is an option, now, whatever it takes; `apply` the pairs of a proposal, `taken`
those of earlier ones; `way` asks for a proposal (with `budget`, an amount); `why` for the reason
of one blocked option; `show` names a group of which all options are wanted. Filters have a module
of their own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.http import QueryDict

from configurator.engine.ir import Model
from configurator.views.filters import Filters, read_filters

CHOICE = "choice."
WAYS = ("cheapest", "quickest", "budget")
LONGEST_BUDGET = 40
LONGEST_NUMBER = 19  # digits of a primary key


@dataclass(frozen=True, slots=True)
class Wish:
    """`explicit` holds known choices, oldest first; `unknown` what the model does not have.

    `kept` and `auto` are the choices of the page that the form was on (empty for a link).
    `taken` are explicit choices that came from proposals: further proposals may change them.
    """

    explicit: Mapping[str, str]
    kept: Mapping[str, str] = field(default_factory=dict)
    auto: Mapping[str, str] = field(default_factory=dict)
    taken: Mapping[str, str] = field(default_factory=dict)
    unknown: tuple[tuple[str, str], ...] = ()
    version: int | None = None
    shown: str = ""
    filters: Filters = field(default_factory=Filters)
    why: tuple[str, str] = ("", "")
    way: str = ""
    budget: str = ""
    is_applied: bool = False

    @property
    def before(self) -> Mapping[str, str]:
        """The complete configuration of the page that the form was on; empty for a link."""
        return {**self.auto, **self.kept}

    @property
    def own(self) -> Mapping[str, str]:
        """The choices that the customer made one by one."""
        return _without(self.explicit, self.taken)

    @property
    def newest(self) -> str | None:
        """The group that was chosen in this very request."""
        changed = [group for group in self.explicit if self.kept.get(group) != self.explicit[group]]
        return changed[-1] if changed else None


def read_wish(query: QueryDict, model: Model) -> Wish:
    """Read a form or link. Nothing in it is trusted: what the model does not have is set aside."""
    kept, auto = _known(query.get("kept", ""), model), _known(query.get("auto", ""), model)
    applied = _known(query.get("apply", ""), model)
    is_applied = "apply" in query  # a proposal may need no choice at all
    before = _known(query.get("taken", ""), model)
    if is_applied:  # a proposal takes the place of the one before
        wanted = _wanted(query, _without(kept, before), auto | before, applied)
    else:
        wanted = _wanted(query, kept, auto, {})
    explicit = {g: option for g, option in wanted.items() if _has(model, g, option)}
    taken = applied if is_applied else before
    return Wish(
        explicit=explicit,
        kept=kept,
        auto=auto,
        taken={g: option for g, option in taken.items() if explicit.get(g) == option},
        unknown=tuple((g, option) for g, option in wanted.items() if g not in explicit),
        version=_number(query.get("version", "")),
        # One group at a time, the last one asked for: the page stays light.
        shown=query.get("show", ""),
        filters=read_filters(query, model),
        why=_pair(query.get("why", "")),
        way=_way(query),
        budget=query.get("budget", "").strip()[:LONGEST_BUDGET],
        is_applied=is_applied,
    )


def _wanted(
    query: QueryDict, kept: Mapping[str, str], auto: Mapping[str, str], applied: Mapping[str, str]
) -> dict[str, str]:
    """Every choice that is asked for, oldest first, whether or not there is such an option."""
    posted = dict(_prefixed(query, CHOICE))
    wanted = {g: option for g, option in kept.items() if posted.get(g, option) == option}
    for group, option in posted.items():
        if group not in wanted and auto.get(group) != option:
            wanted[group] = option
    for group, option in (*applied.items(), *map(_pair, query.getlist("take"))):
        wanted.pop(group, None)
        wanted[group] = option
    return wanted


def _way(query: QueryDict) -> str:
    """The proposal that is asked for: by a button, or by another budget than before."""
    way = query.get("way", "")
    if way in WAYS:
        return way
    budget = query.get("budget", "").strip()
    return "budget" if budget and budget != query.get("budget_was", "").strip() else ""


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


def _without(choices: Mapping[str, str], taken: Mapping[str, str]) -> dict[str, str]:
    return {group: option for group, option in choices.items() if taken.get(group) != option}


def _pair(text: str) -> tuple[str, str]:
    group, _colon, option = text.partition(":")
    return group, option


def _known(text: str, model: Model) -> dict[str, str]:
    choices = dict(_pair(pair) for pair in text.split(",") if pair)
    return {group: option for group, option in choices.items() if _has(model, group, option)}


def _number(text: str) -> int | None:
    is_number = text.isascii() and text.isdigit() and len(text) < LONGEST_NUMBER
    return int(text) if is_number else None
