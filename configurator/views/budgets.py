"""A budget as a customer types it."""

import re

from django.utils.translation import gettext as _

from config.money import Money, exponent

LONGEST_MAJOR = 9  # digits before the point
SIGNS = "$€£¥"
SPACES = " \u00a0\u202f'’"
# 1500, 1,500, 1500.5, 1,500.50
AMOUNT = re.compile(r"(?P<major>\d{1,3}(,\d{3})+|\d+)(\.(?P<minor>\d+))?", re.ASCII)


class UnreadableBudget(ValueError):
    """What was typed is no amount; the message says what is expected and what was got."""


def read_budget(text: str, currency: str) -> int:
    """`$1,500.50` → 150050 minor units. Raises UnreadableBudget."""
    places = exponent(currency)
    bare = text.upper().replace(currency, "").translate(dict.fromkeys(map(ord, SIGNS + SPACES)))
    found = AMOUNT.fullmatch(bare)
    if found is None or len(found["minor"] or "") > places:
        raise _unreadable(text, currency)
    major = found["major"].replace(",", "").lstrip("0")
    if len(major) > LONGEST_MAJOR:
        raise UnreadableBudget(
            _("Budget: expected at most %(most)s, got “%(got)s”.")
            % {"most": Money((10**LONGEST_MAJOR - 1) * 10**places, currency).format(), "got": text}
        )
    amount = int(f"{major}{(found['minor'] or '').ljust(places, '0')}" or "0")
    if not amount:
        raise _unreadable(text, currency)
    return amount


def _unreadable(text: str, currency: str) -> UnreadableBudget:
    return UnreadableBudget(
        _("Budget: expected an amount in %(currency)s above zero, such as 1,500, got “%(got)s”.")
        % {"currency": currency, "got": text}
    )
