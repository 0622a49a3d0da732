"""Which options of each group are shown: all of a small one, a window on a large one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from configurator.engine.ir import Group, Model, Option
from configurator.engine.price import PriceBook
from configurator.views.answer import Answer
from configurator.views.facets import LONGEST_GROUP
from configurator.views.filters import Filter, Narrowing, Panel
from configurator.views.wish import Wish

WINDOW = 10  # options shown of a large group, beside the chosen one
DROP_INS_SHOWN = 7  # of which this many that change nothing else, where there are
# Of which so many that are blocked: one to read its reason, more where little else is to be had.
BLOCKED_SHOWN, MOST_BLOCKED_SHOWN = 1, 4
FOUND_SHOWN = 30  # of what a filter or an order leaves

type Wait = Callable[[Group, Option], int | None]


@dataclass(frozen=True, slots=True)
class Window:
    """The options of a group that are shown, and how many there are to show."""

    group: Group
    options: Sequence[Option]
    matching: int
    possible: int
    wanted: Filter
    panel: Panel | None
    is_whole: bool


def windows(model: Model, now: Answer, wish: Wish, book: PriceBook) -> list[Window]:
    """Choose which options of each group to show."""
    return [_window(group, now, wish, book) for group in model.groups]


def soonest_first(window: Window, now: Answer, wait: Wait) -> Window:
    """Put a window whose order is by date in order; only now are the dates at hand.

    `wait` gives the days of a possible option; what has no date, or is blocked, comes last.
    """
    if window.wanted.sort != "days":
        return window
    states, far = now.evaluation.states, float("inf")

    def days(option: Option) -> float:
        if not states[window.group.code, option.code].is_possible:
            return far
        found = wait(window.group, option)
        return far if found is None else found

    ranked = sorted(window.options, key=days)
    ranked = ranked if window.is_whole else ranked[:FOUND_SHOWN]
    return replace(window, options=_with_chosen(ranked, window.group, now))


def _window(group: Group, now: Answer, wish: Wish, book: PriceBook) -> Window:
    wanted = wish.filters.of(group.code)
    narrowing = Narrowing(now.version, group, wanted, now.evaluation)
    mask = narrowing.matching
    matching = [option for index, option in enumerate(group.options) if mask >> index & 1]
    whole = group.code == wish.shown or len(matching) <= LONGEST_GROUP
    is_open = wanted.is_in_panel or group.code == wish.filters.opened
    return Window(
        group=group,
        options=_shown(group, matching, now, book, wanted, whole=whole),
        matching=len(matching),
        possible=narrowing.possible,
        wanted=wanted,
        panel=narrowing.panel() if is_open and len(group.options) > LONGEST_GROUP else None,
        is_whole=whole,
    )


def _shown(
    group: Group,
    matching: Sequence[Option],
    now: Answer,
    book: PriceBook,
    wanted: Filter,
    *,
    whole: bool,
) -> Sequence[Option]:
    if wanted.sort == "days":
        return matching  # until the dates are known
    if wanted.sort == "price":
        ranked = sorted(matching, key=lambda option: _price(group.code, option, now, book))
        return _with_chosen(ranked if whole else ranked[:FOUND_SHOWN], group, now)
    if whole:
        return _with_chosen(matching, group, now)
    near = _nearest(group.code, matching, now, book, is_narrowed=wanted.narrows)
    return _with_chosen(near, group, now)


def _with_chosen(shown: Sequence[Option], group: Group, now: Answer) -> Sequence[Option]:
    """The chosen option is always there, whatever was looked for."""
    chosen = now.chosen[group.code]
    if any(option.code == chosen for option in shown):
        return shown
    return [next(option for option in group.options if option.code == chosen), *shown]


def _price(group: str, option: Option, now: Answer, book: PriceBook) -> tuple[bool, int]:
    """What taking it costs with all that changes; blocked ones come last, by their own price."""
    state = now.evaluation.states[group, option.code]
    if state.is_possible:
        return False, state.delta_minor or 0
    return True, book.option_minor.get((group, option.code), 0)


def _nearest(
    group: str, options: Sequence[Option], now: Answer, book: PriceBook, *, is_narrowed: bool
) -> list[Option]:
    """The options that cost nearest to the chosen one, in the catalogue's order."""
    states, prices = now.evaluation.states, book.option_minor
    anchor = prices.get((group, now.chosen[group]), 0)
    ranked = sorted(options, key=lambda option: abs(prices.get((group, option.code), 0) - anchor))
    if is_narrowed:
        kept = {option.code for option in ranked[:FOUND_SHOWN]}
    else:
        found = {option.code: states[group, option.code] for option in ranked}
        drops_in = [code for code, s in found.items() if s.is_possible and not s.changes]
        changing = [code for code, s in found.items() if s.is_possible and s.changes]
        blocked = [code for code, s in found.items() if not s.is_possible]
        easy = drops_in[: max(DROP_INS_SHOWN, WINDOW - len(changing))]
        possible = [*easy, *changing[: WINDOW - len(easy)]]
        # What is blocked before anything is chosen can never be had: it only shows on demand.
        room = min(MOST_BLOCKED_SHOWN, max(BLOCKED_SHOWN, WINDOW - len(possible)))
        kept = {*possible, *blocked[: room if now.explicit else 0], now.chosen[group]}
    return [option for option in options if option.code in kept]
