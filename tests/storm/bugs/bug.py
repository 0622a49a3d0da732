from collections.abc import Callable
from dataclasses import dataclass

from tests.storm.world import Faults


@dataclass(frozen=True, slots=True)
class Bug:
    """One thing that is wrong.

    `patch` puts the wrong function in the place of the right one, in every process of the shop;
    `sql` is run once, as the owner of the tables, after they are made. A storm of `orders`
    customers with these `faults` shows it, and breaks at least one of the invariants `catches`.
    """

    name: str
    sentence: str
    catches: tuple[str, ...]
    patch: Callable[[], None]
    faults: Faults | None = None
    orders: int = 20
    sql: tuple[str, ...] = ()
