"""Netting: who gets what lies free on the shelf, first come first served."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Requirement[K: Hashable]:
    """`key` wants `quantity` of `part`."""

    key: K
    part: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Netted[K: Hashable]:
    """`from_stock + short` is what the requirement asked for."""

    key: K
    part: int
    from_stock: int
    short: int


def net[K: Hashable](
    requirements: Iterable[Requirement[K]], free: Mapping[int, int]
) -> tuple[Netted[K], ...]:
    """Serve the requirements from `free` (part → units) in the order given.

    Never takes more of a part than is free; a part that `free` does not name has none.
    """
    left = {part: max(0, units) for part, units in free.items()}
    served = []
    for requirement in requirements:
        taken = min(requirement.quantity, left.get(requirement.part, 0))
        if taken:
            left[requirement.part] -= taken
        served.append(
            Netted(requirement.key, requirement.part, taken, requirement.quantity - taken)
        )
    return tuple(served)
