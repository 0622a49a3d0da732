"""QR codes as squares: on paper and in pages, sharp at any size."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

import segno

KEPT = 4_096  # codes; each is about two kilobytes


@dataclass(frozen=True, slots=True)
class Qr:
    """`side`: modules along an edge, without the quiet zone. `path`: the dark ones, for an SVG."""

    content: str
    side: int
    runs: tuple[tuple[int, int, int], ...]
    path: str


@lru_cache(maxsize=KEPT)
def qr(content: str) -> Qr:
    """The code for a text. `runs`: dark modules as (column, row, how many), rows from the top."""
    matrix = segno.make(content, error="m", micro=False).matrix
    runs = []
    for y, row in enumerate(matrix):
        x = 0
        for is_dark, modules in groupby(row, key=bool):
            length = len(list(modules))
            if is_dark:
                runs.append((x, y, length))
            x += length
    path = "".join(f"M{x} {y}h{length}v1h-{length}z" for x, y, length in runs)
    return Qr(content, len(matrix), tuple(runs), path)
