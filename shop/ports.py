"""What the shop asks of whoever plans, without importing it: when can this ship?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from configurator.models import Configuration

# A frozen configuration and how many machines of it.
type Line = tuple[Configuration, int]


@dataclass(frozen=True, slots=True)
class PromiseQuote:
    """`likely_on` is the probable shipping day, `ships_by_on` the one we stand by.

    None means that it cannot be said; `reason` then tells why, and otherwise what decides the date.
    """

    likely_on: date | None
    ships_by_on: date | None
    reason: str


class Promiser(Protocol):
    def __call__(self, *, lines: Sequence[Line], today: date) -> PromiseQuote:
        """Say when an order of these lines would ship if it were paid `today`."""


def promiser() -> Promiser:
    """The implementation that settings name (SHOP_PROMISER, a dotted path)."""
    return cast("Promiser", import_string(settings.SHOP_PROMISER))
