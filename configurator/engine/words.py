"""Words for people, as a sentence needs them."""

from collections.abc import Iterable

MOST_LISTED = 10  # more than a sentence can hold


def listed(words: Iterable[str], conjunction: str = "and", *, most: int = MOST_LISTED) -> str:
    """`a, b and c`; of more than `most` only the first ones, and how many more there are."""
    named = list(words)
    if len(named) > most:
        named = [*named[: most - 1], f"{len(named) - most + 1:,} more"]
    if len(named) < 2:
        return "".join(named)
    return f"{', '.join(named[:-1])} {conjunction} {named[-1]}"
