"""What the pages' components expect, from what the selectors give."""

from collections.abc import Iterable

from django.utils import timezone
from django.utils.formats import date_format

from suppliers.selectors import Happening


def shown_events(happenings: Iterable[Happening]) -> list[dict[str, str]]:
    """Rows of components/events.html."""
    return [
        {
            "at": date_format(timezone.localtime(it.at), "j M, H:i"),
            "datetime": it.at.isoformat(),
            "text": it.text,
            "why": it.why,
        }
        for it in happenings
    ]
