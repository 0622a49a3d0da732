"""What the shop tells those above it."""

from dataclasses import dataclass
from typing import ClassVar

from config.outbox.bus import Event


@dataclass(frozen=True, slots=True)
class OrderReleased(Event):
    """The money of an order has cleared: it may be built."""

    name: ClassVar[str] = "shop.order_released"
    order_id: int

    @property
    def key(self) -> str:
        return str(self.order_id)


@dataclass(frozen=True, slots=True)
class OrderShipped(Event):
    """The last box of an order has left: what its customer paid ahead is earned."""

    name: ClassVar[str] = "shop.order_shipped"
    order_id: int

    @property
    def key(self) -> str:
        return str(self.order_id)


@dataclass(frozen=True, slots=True)
class OrderCancelled(Event):
    """A released order will not be built."""

    name: ClassVar[str] = "shop.order_cancelled"
    order_id: int

    @property
    def key(self) -> str:
        return str(self.order_id)
