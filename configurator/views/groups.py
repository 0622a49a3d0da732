"""The option groups of the configure page: a window on each, its options in words and prices."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from configurator.engine.ir import Group, Model, Option
from configurator.engine.price import PriceBook, quantity_of
from configurator.selectors import OptionDetail
from configurator.views.answer import Answer, block
from configurator.views.delays import Delays
from configurator.views.phrases import Details, Phrases
from configurator.views.wish import CHOICE, SEARCH, Wish

WINDOW = 10  # options shown of a large group, beside the chosen one
DROP_INS_SHOWN = 7  # of which this many that change nothing else, where there are
BLOCKED_SHOWN = 2  # of which this many that are blocked, so that their reason can be read
LONGEST_GROUP = 14  # a group up to this size is always shown whole
FOUND_SHOWN = 30


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
    options: list[OptionRow]
    note: str
    more: dict[str, str] | None
    search: dict[str, str] | None
    is_quantity: bool
    is_newest: bool


@dataclass(frozen=True, slots=True)
class Window:
    """The options of a group that are shown, and how many there are to show."""

    group: Group
    options: Sequence[Option]
    matching: int
    possible: int


def windows(
    model: Model, now: Answer, wish: Wish, book: PriceBook, details: Details
) -> list[Window]:
    """Choose which options of each group to show."""
    return [_window(group, now, wish, book, details) for group in model.groups]


def _window(group: Group, now: Answer, wish: Wish, book: PriceBook, details: Details) -> Window:
    states = now.evaluation.states
    words = wish.searches.get(group.code, "").casefold().split()
    matching = [o for o in group.options if _matches(words, details[group.code, o.code])]
    possible = sum(states[group.code, option.code].is_possible for option in group.options)
    whole = group.code == wish.shown or len(matching) <= LONGEST_GROUP
    shown = matching if whole else _nearest(group.code, matching, now, book, is_search=bool(words))
    chosen = now.chosen[group.code]
    if not any(option.code == chosen for option in shown):
        mine = next(option for option in group.options if option.code == chosen)
        shown = [mine, *shown]
    return Window(group, shown, len(matching), possible)


def _matches(words: Sequence[str], detail: OptionDetail) -> bool:
    if not words:
        return True
    text = f"{detail.name} {detail.facts} {detail.part_number}".casefold()
    return all(word in text for word in words)


def _nearest(
    group: str, options: Sequence[Option], now: Answer, book: PriceBook, *, is_search: bool
) -> list[Option]:
    """The options that cost nearest to the chosen one, in the catalogue's order."""
    states, anchor = now.evaluation.states, book.option_minor.get((group, now.chosen[group]), 0)
    ranked = sorted(
        options, key=lambda option: abs(book.option_minor.get((group, option.code), 0) - anchor)
    )
    if is_search:
        kept = {option.code for option in ranked[:FOUND_SHOWN]}
    else:
        found = {option.code: states[group, option.code] for option in ranked}
        drops_in = [code for code, s in found.items() if s.is_possible and not s.changes]
        changing = [code for code, s in found.items() if s.is_possible and s.changes]
        blocked = [code for code, s in found.items() if not s.is_possible]
        easy = drops_in[: max(DROP_INS_SHOWN, WINDOW - len(changing))]
        possible = [*easy, *changing[: WINDOW - len(easy)]]
        # What is blocked before anything is chosen can never be had: it only shows on demand.
        fewest = max(BLOCKED_SHOWN, WINDOW - len(possible)) if now.explicit else 0
        kept = {*possible, *blocked[:fewest], now.chosen[group]}
    return [option for option in options if option.code in kept]


@dataclass(frozen=True, slots=True)
class RowMaker:
    """Puts options into words. `book` must be the one that the evaluation used."""

    model: Model
    now: Answer
    book: PriceBook
    details: Details
    delays: Delays
    phrases: Phrases

    def group(self, window: Window, wish: Wish) -> GroupRow:
        """A group as the page shows it."""
        group, size = window.group, len(window.group.options)
        is_large = size > LONGEST_GROUP
        search = {
            "name": f"{SEARCH}{group.code}",
            "value": wish.searches.get(group.code, ""),
        }
        return GroupRow(
            code=f"{CHOICE}{group.code}",
            name=group.name,
            options=[self.option(group, option) for option in window.options],
            note=_found(window) if search["value"] else _fitting(window.possible, size),
            more=self._more(window),
            search=search if is_large else None,
            is_quantity=group.quantity_for is not None,
            is_newest=group.code == wish.newest,
        )

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

    def _blocked(self, group: Group, option: Option, detail: OptionDetail) -> OptionRow:
        why = block(self.now, group.code, option.code)
        fix = None
        if why.way_out is not None:
            others = [code for code, _old, _new in why.way_out.changed if code != group.code]
            label = _("Take it, and change %(groups)s: %(price)s") % {
                "groups": self.phrases.named(others),
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

    def _list_price_delta(self, group: str, option: str) -> str:
        """The difference of the option's own price, without what it would change elsewhere."""
        new = self.book.option_minor.get((group, option))
        old = self.book.option_minor.get((group, self.now.chosen[group]))
        if new is None or old is None:
            return ""
        quantity = quantity_of(self.model, self.now.chosen, group) or 1
        return self.phrases.difference((new - old) * quantity)


def _found(window: Window) -> str:
    return ngettext("%(n)d found", "%(n)d found", window.matching) % {"n": window.matching}


def _fitting(possible: int, size: int) -> str:
    """How many of a group can still be had; silent where a glance tells."""
    if possible < size:
        return _("%(possible)d of %(all)d fit") % {"possible": possible, "all": size}
    return _("all %(all)d fit") % {"all": size} if size > LONGEST_GROUP else ""
