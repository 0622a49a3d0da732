"""What every part of the cashier is handed: its memory, its clock and its settings."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from shop.stripe.sandbox.store import Store

type Clock = Callable[[], float]


class KeysInUse:
    """The idempotency keys of requests that are being answered at this moment."""

    def __init__(self) -> None:
        self._keys: set[str] = set()
        self._lock = threading.Lock()

    @contextmanager
    def hold(self, key: str) -> Iterator[bool]:
        """Hold a key while inside; false if somebody else does."""
        with self._lock:
            is_free = key not in self._keys
            self._keys.add(key)
        try:
            yield is_free
        finally:
            if is_free:
                with self._lock:
                    self._keys.discard(key)


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
    keys: KeysInUse = field(default_factory=KeysInUse)  # of requests being answered
    closing: threading.Event = field(default_factory=threading.Event)  # nobody waits any more
    public_url: str = ""  # where customers reach the pages; known once the socket is bound

    def now(self) -> int:
        return int(self.clock())
