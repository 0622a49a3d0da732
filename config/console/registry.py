"""What the apps put into the operations console: menu entries, and what needs a person."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

# The side bar's sections, in order.
SECTIONS = ("Make", "Buy", "Sell", "Steer")


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
    """One thing that waits for a person: what it is, since when, and where to deal with it."""

    title: str
    detail: str
    url: str


ConcernProvider = Callable[[], Iterable[Concern]]

_entries: list[MenuEntry] = []
_providers: list[tuple[str, ConcernProvider]] = []


def register_entry(entry: MenuEntry) -> None:
    if entry.section not in SECTIONS:
        raise ValueError(f"{entry.title}: no section {entry.section!r}; there are {SECTIONS}")
    _entries.append(entry)
    _entries.sort(key=lambda e: (SECTIONS.index(e.section), e.position, e.title))


def register_concerns(permission: str, provider: ConcernProvider) -> None:
    _providers.append((permission, provider))


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
