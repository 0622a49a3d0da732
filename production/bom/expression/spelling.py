"""What was probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches

CLOSE = 0.6  # difflib's measure, from 0 (nothing in common) to 1 (the same)
FEWEST_LETTERS = 3  # of a word that is looked for inside others


def like(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant: a similar one, else one that has it in it."""
    words = sorted(known)
    found = get_close_matches(word, words, n=1, cutoff=CLOSE)
    if not found and len(word) >= FEWEST_LETTERS:
        found = [other for other in words if word in other]
    return found[0] if found else ""
