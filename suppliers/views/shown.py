"""What the pages' components expect, from what the selectors give."""

from collections.abc import Iterable

from config.templatetags.cartwright import moment
from suppliers.selectors import Happening


def shown_events(happenings: Iterable[Happening]) -> list[dict[str, str]]:
    """Rows of components/events.html."""
    return [
        {
            "at": moment(it.at),
            "datetime": it.at.isoformat(),
            "text": it.text,
            "why": it.why,
        }
        for it in happenings
    ]
