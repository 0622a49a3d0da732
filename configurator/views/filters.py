"""How a customer narrows a large group down: words, facets, only what fits, and the order.

Fields: `q.<group>` words; `f.<group>.<attribute>` a value of a facet, as often as wanted: values
of one facet widen, facets narrow; `fits.<group>`; `sort.<group>`, price or days. `filter` names
the group whose panel is open, `clear` is a button that empties one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from configurator.engine.evaluate import Evaluation
from configurator.engine.ir import Group, Model
from configurator.models import ModelVersion
from configurator.selectors import engine_model, option_details
from configurator.views.facets import Facet, facets_of

SEARCH, FACET, FITS, SORT = "q.", "f.", "fits.", "sort."
LONGEST_SEARCH = 60
KEPT_GROUPS = 256


@dataclass(frozen=True, slots=True)
class Filter:
    """What one group is narrowed to; `facets` maps attributes to the wanted values' codes."""

    words: str = ""
    facets: Mapping[str, frozenset[str]] = field(default_factory=dict)
    only_fitting: bool = False
    sort: str = ""

    @property
    def narrows(self) -> bool:
        """Whether it may leave options out."""
        return bool(self.words or self.facets or self.only_fitting)

    @property
    def is_in_panel(self) -> bool:
        """Whether something is set that only the open panel shows."""
        return bool(self.facets or self.only_fitting or self.sort)


NOTHING = Filter()


@dataclass(frozen=True, slots=True)
class Filters:
    """Those of all groups. `unknown` are (group, filter) that the machine does not have."""

    by_group: Mapping[str, Filter] = field(default_factory=dict)
    opened: str = ""
    unknown: tuple[tuple[str, str], ...] = ()

    def of(self, group: str) -> Filter:
        return self.by_group.get(group, NOTHING)

    @property
    def query(self) -> str:
        """The part of an address that brings them back."""
        fields: list[tuple[str, str]] = []
        for group, one in self.by_group.items():
            if one.words:
                fields.append((f"{SEARCH}{group}", one.words))
            for attribute, values in one.facets.items():
                fields += [(f"{FACET}{group}.{attribute}", value) for value in sorted(values)]
            if one.only_fitting:
                fields.append((f"{FITS}{group}", "1"))
            if one.sort:
                fields.append((f"{SORT}{group}", one.sort))
        return urlencode(fields)


def read_filters(query: QueryDict, model: Model) -> Filters:
    """Read what a form or link wants narrowed; what the machine does not have is set aside."""
    groups = {group.code: group for group in model.groups}
    cleared = query.get("clear", "")
    wanted: dict[str, dict[str, frozenset[str]]] = {}
    plain: dict[str, dict[str, str]] = {}
    unknown: list[tuple[str, str]] = []
    for name in query:
        prefix = name.partition(".")[0] + "."
        group, _dot, attribute = name.removeprefix(prefix).partition(".")
        if prefix not in {SEARCH, FACET, FITS, SORT} or group == cleared or not query.get(name):
            continue
        if group not in groups:
            unknown.append((group, ""))
        elif prefix == FACET:
            known = _codes(facets_of(model, group), attribute)
            values = frozenset(query.getlist(name))
            unknown += [(group, value) for value in sorted(values - known)[:1]]
            if values & known:
                wanted.setdefault(group, {})[attribute] = values & known
        else:
            plain.setdefault(group, {})[prefix] = query.get(name, "").strip()
    return Filters(
        by_group={
            code: _filter(plain.get(code, {}), wanted.get(code, {}))
            for code in groups
            if code in plain or code in wanted
        },
        opened=query.get("filter", "") if query.get("filter") in groups else "",
        unknown=tuple(unknown),
    )


def _codes(facets: Sequence[Facet], attribute: str) -> frozenset[str]:
    return frozenset(v.code for facet in facets if facet.code == attribute for v in facet.values)


def _filter(plain: Mapping[str, str], facets: Mapping[str, frozenset[str]]) -> Filter:
    sort = plain.get(SORT, "")
    return Filter(
        words=plain.get(SEARCH, "")[:LONGEST_SEARCH],
        facets=facets,
        only_fitting=FITS in plain,
        sort=sort if sort in {"price", "days"} else "",
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """A tick box or an entry of a list, in words."""

    value: str
    label: str
    is_on: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """The context of components/option_filters.html."""

    group: str
    facets: list[tuple[str, str, list[Choice]]]
    fits: Choice
    sorts: list[Choice]
    has_any: bool


class Narrowing:
    """One group under its filter: which options match, and what each further tick would leave."""

    def __init__(
        self, version: ModelVersion, group: Group, wanted: Filter, found: Evaluation
    ) -> None:
        self._group, self._wanted = group, wanted
        self._facets = facets_of(engine_model(version), group.code)
        self._fits = _mask(
            found.states[group.code, option.code].is_possible for option in group.options
        )
        self._said = (1 << len(group.options)) - 1
        if words := wanted.words.casefold().split():
            texts = _texts(version, group.code)
            self._said = _mask(all(word in text for word in words) for text in texts)

    @property
    def possible(self) -> int:
        """How many options fit, whatever else is wanted of them."""
        return self._fits.bit_count()

    @property
    def matching(self) -> int:
        """The options that match, as a bit mask."""
        return self._leaving_out("") & (self._fits if self._wanted.only_fitting else ~0)

    def _leaving_out(self, facet: str) -> int:
        """What matches all but one facet."""
        mask = self._said
        for one in self._facets:
            ticked = self._wanted.facets.get(one.code)
            if ticked and one.code != facet:
                mask &= _any_of(one, ticked)
        return mask

    def panel(self) -> Panel:
        """The tick boxes with their counts: how many options are left when one is ticked."""
        wanted, only = self._wanted, self._fits if self._wanted.only_fitting else ~0
        facets = []
        for facet in self._facets:
            rest, ticked = self._leaving_out(facet.code) & only, wanted.facets.get(facet.code, ())
            values = [
                Choice(v.code, v.label, v.code in ticked, (rest & v.mask).bit_count())
                for v in facet.values
            ]
            facets.append((f"{FACET}{self._group.code}.{facet.code}", facet.name, values))
        fitting = (self._leaving_out("") & self._fits).bit_count()
        orders = (
            ("", _("as listed")),
            ("price", _("cheapest first")),
            ("days", _("soonest first")),
        )
        return Panel(
            group=self._group.code,
            facets=facets,
            fits=Choice("1", _("Only what fits"), wanted.only_fitting, fitting),
            sorts=[Choice(code, words, wanted.sort == code) for code, words in orders],
            has_any=wanted.is_in_panel or bool(wanted.words),
        )


def _mask(flags: Iterable[bool]) -> int:
    """Bit i is flag i."""
    mask = 0
    for index, flag in enumerate(flags):
        if flag:
            mask |= 1 << index
    return mask


def _any_of(facet: Facet, ticked: Iterable[str]) -> int:
    mask = 0
    for value in facet.values:
        if value.code in ticked:
            mask |= value.mask
    return mask


@lru_cache(maxsize=KEPT_GROUPS)
def _texts(version: ModelVersion, code: str) -> tuple[str, ...]:
    """What a search looks through, option by option."""
    details = option_details(version)
    found = [details[code, option] for option in engine_model(version).options_by_code[code]]
    return tuple(f"{one.name} {one.facts} {one.part_number}".casefold() for one in found)
