"""Who gets what is free: first come, first served, from the shelf and then from what is coming.

Pure arithmetic over pieces; who comes first is the caller's to say.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Supply:
    """What is free of one part: on the shelf, and as (receipt, pieces) on its way, nearest first.

    Shrinks as pieces are taken.
    """

    shelf: int = 0
    coming: list[tuple[int, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Requirement[K]:
    """`quantity` pieces of a part, wanted by whoever `key` stands for."""

    key: K
    part: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Netted[K]:
    """A requirement, covered from the shelf and by receipts as far as they go; the rest is short.

    `from_stock` + the pieces of `coming` + `short` = `quantity`.
    """

    key: K
    part: int
    quantity: int
    from_stock: int
    coming: tuple[tuple[int, int], ...]
    short: int


def net[K](requirements: Iterable[Requirement[K]], free: Mapping[int, Supply]) -> list[Netted[K]]:
    """Serve the requirements in their order. A part that is not in `free` has nothing."""
    served = []
    for wanted in requirements:
        supply = free.get(wanted.part)
        from_stock, coming = take(supply, wanted.quantity) if supply else (0, ())
        short = wanted.quantity - from_stock - sum(pieces for _, pieces in coming)
        served.append(Netted(wanted.key, wanted.part, wanted.quantity, from_stock, coming, short))
    return served


def take(supply: Supply, wanted: int) -> tuple[int, tuple[tuple[int, int], ...]]:
    """Take up to `wanted` pieces: how many from the shelf, and how many of which receipts."""
    from_stock = min(wanted, max(0, supply.shelf))
    supply.shelf -= from_stock
    left = wanted - from_stock
    pegs: list[tuple[int, int]] = []
    while left and supply.coming:
        receipt, free = supply.coming[0]
        pieces = min(left, free)
        left -= pieces
        if pieces:
            pegs.append((receipt, pieces))
        if pieces == free:
            supply.coming.pop(0)
        else:
            supply.coming[0] = (receipt, free - pieces)
    return from_stock, tuple(pegs)
