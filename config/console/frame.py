"""What stands around every page of the console."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from config.console.registry import SECTIONS, entries


@dataclass(frozen=True, slots=True)
class ShownEntry:
    title: str
    url: str
    count: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class ShownSection:
    title: str
    entries: tuple[ShownEntry, ...]


def ops_menu(request: HttpRequest) -> tuple[ShownSection, ...]:
    """The side bar for this member of staff, with counts of what needs a person."""
    shown: dict[str, list[ShownEntry]] = {section: [] for section in SECTIONS}
    for entry in entries():
        if request.user.has_perm(entry.permission):
            url = reverse(entry.url_name)
            shown[entry.section].append(
                ShownEntry(
                    title=entry.title,
                    url=url,
                    count=entry.count() if entry.count else 0,
                    is_current=request.path.startswith(url),
                )
            )
    return tuple(ShownSection(title, tuple(shown[title])) for title in SECTIONS if shown[title])


def frame(request: HttpRequest) -> dict[str, object]:
    """Context processor: the side bar, for pages under /ops/ only.

    It counts when it is drawn, so panels and answers to htmx, which have no side bar, cost nothing.
    """
    if not request.path.startswith("/ops/"):
        return {}
    menu = SimpleLazyObject(lambda: ops_menu(request))
    return {"ops_menu": menu, "ops_title": "Operations"}
