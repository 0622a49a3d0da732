"""The option groups of the configure page in words and prices."""

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache

from django.template import Context, Engine, Template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from configurator.engine.ir import Group, Model, Option
from configurator.engine.price import PriceBook, quantity_of
from configurator.selectors import OptionDetail
from configurator.views.answer import Answer, block
from configurator.views.delays import Delays
from configurator.views.facets import LONGEST_GROUP
from configurator.views.filters import SEARCH, Panel
from configurator.views.phrases import Details, Phrases
from configurator.views.windows import Window
from configurator.views.wish import CHOICE, Wish

# Of one group; the reasons of further blocked options are told on demand, one by one.
MOST_EXPLAINED = 10
KEPT_ROWS = 16_384  # one is about half a kilobyte


@dataclass(frozen=True, slots=True)
class Fix:
    """A button that takes a blocked option with what must change for it."""

    name: str
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class OptionRow:
    """The context of components/option_row.html."""

    code: str
    name: str
    facts: str
    state: str
    price: str
    days: str = ""
    days_tone: str = ""
    changes: str = ""
    reason: str = ""
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class GroupRow:
    """The context of components/option_group.html; `code` is the radios' name."""

    code: str
    name: str
    rows: SafeString
    note: str
    more: dict[str, str] | None
    search: dict[str, str] | None
    panel: Panel | None
    is_quantity: bool
    is_newest: bool


@dataclass(frozen=True, slots=True)
class RowMaker:
    """Puts options into words. `book` must be the one that the evaluation used."""

    model: Model
    now: Answer
    book: PriceBook
    details: Details
    delays: Delays
    phrases: Phrases
    wish: Wish
    url: str
    explained: Counter[str] = field(default_factory=Counter)

    def group(self, window: Window) -> GroupRow:
        """A group as the page shows it."""
        group, size, wanted = window.group, len(window.group.options), window.wanted
        search = {
            "name": f"{SEARCH}{group.code}",
            "value": wanted.words,
            "group": group.code,
        }
        return GroupRow(
            code=f"{CHOICE}{group.code}",
            name=group.name,
            rows=self._rows(window),
            note=_found(window) if wanted.narrows else _fitting(window.possible, size),
            more=self._more(window),
            search=search if size > LONGEST_GROUP else None,
            panel=window.panel,
            is_quantity=group.quantity_for is not None,
            is_newest=group.code == self.wish.newest,
        )

    def _rows(self, window: Window) -> SafeString:
        group, language = window.group, get_language() or ""
        rows = (self.option(group, option) for option in window.options)
        html = "".join(_row_html(row, group.code, self.url, language) for row in rows)
        return mark_safe(html)  # noqa: S308 - by our own template, which escapes

    def _more(self, window: Window) -> dict[str, str] | None:
        if len(window.options) >= window.matching:
            return None
        label = _("Show all %(count)d") % {"count": window.matching}
        return {"name": "show", "value": window.group.code, "label": label}

    def option(self, group: Group, option: Option) -> OptionRow:
        """An option: chosen, possible, possible with changes elsewhere, or blocked and why."""
        key = (group.code, option.code)
        state, detail = self.now.evaluation.states[key], self.details[key]
        if option.code == self.now.chosen[group.code]:
            days, tone = self.delays.of_chosen(group.code)
            price = _("chosen")
            return OptionRow(option.code, detail.name, detail.facts, "chosen", price, days, tone)
        if not state.is_possible:
            return self._blocked(group, option, detail)
        price = self.phrases.difference(state.delta_minor or 0)
        days, tone = self.delays.of_taking(group.code, option.code, state.changes)
        row = OptionRow(option.code, detail.name, detail.facts, "possible", price, days, tone)
        if not state.changes:
            return row
        words = self.phrases.also_changes(group.code, option.code, state.changes)
        return replace(row, state="changes", changes=words)

    def wait(self, group: Group, option: Option) -> int | None:
        """Working days until the machine ships with a possible option."""
        changes = self.now.evaluation.states[group.code, option.code].changes
        return self.delays.days_of_taking(group.code, option.code, changes)

    def _blocked(self, group: Group, option: Option, detail: OptionDetail) -> OptionRow:
        key = (group.code, option.code)
        if self.explained[group.code] >= MOST_EXPLAINED and self.wish.why != key:
            return self._unexplained(key, detail)
        self.explained[group.code] += 1
        why = block(self.now, group.code, option.code)
        fix = None
        if why.way_out is not None:
            changed = [(g, new) for g, _old, new in why.way_out.changed if g != group.code]
            label = _("Take it, and change %(groups)s: %(price)s") % {
                "groups": self.phrases.changed(changed),
                "price": self.phrases.difference(why.way_out.delta_minor or 0),
            }
            fix = Fix("take", f"{group.code}:{option.code}", label)
        return OptionRow(
            code=option.code,
            name=detail.name,
            facts=detail.facts,
            state="blocked",
            price=self._list_price_delta(group.code, option.code),
            reason=" ".join(why.sentences),
            fix=fix,
        )

    def _unexplained(self, key: tuple[str, str], detail: OptionDetail) -> OptionRow:
        return OptionRow(
            code=key[1],
            name=detail.name,
            facts=detail.facts,
            state="blocked",
            price=self._list_price_delta(*key),
            reason=_("Does not fit your other choices."),
            fix=Fix("why", ":".join(key), _("Why?")),
        )

    def _list_price_delta(self, group: str, option: str) -> str:
        """The difference of the option's own price, without what it would change elsewhere."""
        new = self.book.option_minor.get((group, option))
        old = self.book.option_minor.get((group, self.now.chosen[group]))
        if new is None or old is None:
            return ""
        quantity = quantity_of(self.model, self.now.chosen, group) or 1
        return self.phrases.difference((new - old) * quantity)


@lru_cache(maxsize=KEPT_ROWS)
def _row_html(row: OptionRow, group: str, url: str, language: str) -> str:
    """A click leaves most rows of a page as they were; they are put into HTML once.

    The language is only here to be part of the key.
    """
    context = {"group": f"{CHOICE}{group}", "option": row, "hx_url": url}
    return _row_template().render(Context(context))


@cache
def _row_template() -> Template:
    """Rows need nothing of the request, so no context processor runs for them."""
    return Engine.get_default().get_template("components/option_row.html")


def _found(window: Window) -> str:
    return ngettext("%(n)d found", "%(n)d found", window.matching) % {"n": window.matching}


def _fitting(possible: int, size: int) -> str:
    """How many of a group can still be had; silent where a glance tells."""
    if possible < size:
        return _("%(possible)d of %(all)d fit") % {"possible": possible, "all": size}
    return _("all %(all)d fit") % {"all": size} if size > LONGEST_GROUP else ""
