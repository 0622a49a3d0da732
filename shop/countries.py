"""Where we deliver, named by CLDR in the reader's language, and how postal codes look there."""

import re
from functools import lru_cache

from babel import Locale
from django.utils.translation import get_language

DELIVERED_TO = frozenset(
    {"AT", "AU", "BE", "BG", "CA", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB"}
    | {"GR", "HR", "HU", "IE", "IS", "IT", "JP", "KR", "LI", "LT", "LU", "LV", "MT", "NL", "NO"}
    | {"NZ", "PL", "PT", "RO", "SE", "SG", "SI", "SK", "TW", "US"}
)

# Countries where an address is incomplete without its state, province or prefecture.
NEEDS_REGION = frozenset({"AU", "CA", "JP", "US"})

# Pattern and an example to show. Elsewhere a code is 3 to 10 letters, digits, spaces or hyphens.
POSTAL_CODES = {
    "AT": (r"\d{4}", "1010"),
    "AU": (r"\d{4}", "2000"),
    "CA": (r"[A-Z]\d[A-Z] ?\d[A-Z]\d", "K1A 0B1"),
    "CH": (r"\d{4}", "8001"),
    "DE": (r"\d{5}", "10115"),
    "ES": (r"\d{5}", "28013"),
    "FR": (r"\d{5}", "75001"),
    "GB": (r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}", "SW1A 1AA"),
    "IT": (r"\d{5}", "00184"),
    "NL": (r"\d{4} ?[A-Z]{2}", "1012 AB"),
    "PL": (r"\d{2}-?\d{3}", "00-001"),
    "SE": (r"\d{3} ?\d{2}", "111 20"),
    "US": (r"\d{5}(-\d{4})?", "94107"),
}
ANYWHERE = r"[A-Z0-9][A-Z0-9 -]{1,8}[A-Z0-9]"


@lru_cache(maxsize=8)
def _names(language: str) -> tuple[tuple[str, str], ...]:
    territories = Locale.parse(language, sep="-").territories
    return tuple(sorted(((code, territories[code]) for code in DELIVERED_TO), key=lambda c: c[1]))


def country_choices() -> tuple[tuple[str, str], ...]:
    """(code, name) of every country that we deliver to, by name."""
    return _names(get_language() or "en")


def country_name(code: str) -> str:
    return dict(country_choices()).get(code, code)


def is_postal_code(code: str, country: str) -> bool:
    """Whether `code`, in capitals, can be a postal code of the country."""
    pattern, _ = POSTAL_CODES.get(country, (ANYWHERE, ""))
    return re.fullmatch(pattern, code, re.ASCII) is not None


def postal_code_shape(country: str) -> str:
    """What a postal code of the country looks like: "such as 94107"."""
    _, example = POSTAL_CODES.get(country, (ANYWHERE, ""))
    return f"such as {example}" if example else "of 3 to 10 letters, digits, spaces or hyphens"
