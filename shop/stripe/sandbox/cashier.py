"""What every part of the cashier is handed: its memory, its clock and its settings."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from shop.stripe.sandbox.store import Store

type Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Settings:
    """How this cashier was started."""

    merchant: str = "Cartwright"
    webhook_url: str = ""  # empty: events are stored but sent to nobody
    webhook_secret: str = ""
    chaos: str = ""  # trouble from the start, as ``chaos.parse_chaos`` reads it
    debit_delay_seconds: float = 3.0  # a bank takes days; a demo should not


@dataclass(slots=True)
class Cashier:
    """The cashier at work. ``clock`` gives seconds since the epoch and may be replaced."""

    store: Store
    settings: Settings
    clock: Clock = field(default=time.time)
    public_url: str = ""  # where customers reach the pages; known once the socket is bound

    def now(self) -> int:
        return int(self.clock())
