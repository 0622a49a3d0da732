"""The style sheet, the mark and the house font."""

from functools import cache
from importlib.resources import files
from pathlib import Path

from shop.stripe.sandbox.exchange import Answer

# The shop's own copy; without it the pages fall back to the system's font.
FONT = Path(__file__).parents[4] / "static/fonts/instrument-sans-latin-wght-normal.woff2"
TYPES = {
    "cashier.css": "text/css; charset=utf-8",
    "mark.svg": "image/svg+xml",
    "font.woff2": "font/woff2",
}


def answer_asset(name: str) -> Answer | None:
    """One of three files, or None."""
    body = _read(name) if name in TYPES else None
    if body is None:
        return None
    headers = {"Cache-Control": "max-age=300", "X-Content-Type-Options": "nosniff"}
    return Answer(200, body, TYPES[name], headers)


@cache
def _read(name: str) -> bytes | None:
    if name == "font.woff2":
        return FONT.read_bytes() if FONT.is_file() else None
    return files(__package__).joinpath("assets", name).read_bytes()
