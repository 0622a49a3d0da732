"""What the apps put into the operations console: menu entries, and what needs a person."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

# The side bar's sections, in order.
SECTIONS = ("Make", "Buy", "Sell", "Steer")
MOST_SHOWN = 20  # of one kind on the first page; a last line tells of the rest


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """`count` is how many things there need a person now; `permission` is who may see it."""

    section: str
    title: str
    url_name: str
    permission: str
    count: Callable[[], int] | None = None
    position: int = 0


@dataclass(frozen=True, slots=True)
class Concern:
    """What waits for a person: one thing (or `count`), since when, and where to deal with it."""

    title: str
    detail: str
    url: str
    count: int = 1


def concerns_about[Row](
    rows: "QuerySet[Any] | list[Row]", concern_of: Callable[[Any], Concern], *, rest: str, url: str
) -> Iterable[Concern]:
    """The first rows one by one, all others in a last line: `rest` names them, `url` lists them."""
    shown = list(rows[: MOST_SHOWN + 1])
    yield from map(concern_of, shown[:MOST_SHOWN])
    if len(shown) > MOST_SHOWN:
        more = (rows.count() if isinstance(rows, QuerySet) else len(rows)) - MOST_SHOWN
        yield Concern(f"{more} more", rest, url, more)


def sentence(text: str) -> str:
    """What a person or a program wrote, with one full stop, so that more can be said after it."""
    return f"{text.strip().rstrip('.')}."


ConcernProvider = Callable[[], Iterable[Concern]]

_entries: list[MenuEntry] = []
_providers: list[tuple[str, ConcernProvider]] = []
_told_by_their_apps: set[str] = set()


def register_entry(entry: MenuEntry) -> None:
    if entry.section not in SECTIONS:
        raise ValueError(f"{entry.title}: no section {entry.section!r}; there are {SECTIONS}")
    _entries.append(entry)
    _entries.sort(key=lambda e: (SECTIONS.index(e.section), e.position, e.title))


def register_concerns(permission: str, provider: ConcernProvider) -> None:
    _providers.append((permission, provider))


def tell_of_failures(subscriber: str) -> None:
    """The app has a concern of its own for events that this subscriber failed on: what was given
    up of them is not told a second time, by the subscriber's name.
    """
    _told_by_their_apps.add(subscriber)


def told_by_their_apps() -> frozenset[str]:
    return frozenset(_told_by_their_apps)


def entries() -> tuple[MenuEntry, ...]:
    return tuple(_entries)


def concern_providers() -> tuple[tuple[str, ConcernProvider], ...]:
    return tuple(_providers)


# Given what was typed or scanned, the address of the page about it, or None.
Finder = Callable[[str], str | None]

_finders: list[tuple[str, Finder]] = []


def register_finder(permission: str, finder: Finder) -> None:
    _finders.append((permission, finder))


def finders() -> tuple[tuple[str, Finder], ...]:
    return tuple(_finders)
