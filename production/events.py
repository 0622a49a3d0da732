"""What production tells those above it."""

from dataclasses import dataclass
from typing import ClassVar

from config.outbox.bus import Event


@dataclass(frozen=True, slots=True)
class MaterialRequired(Event):
    """An order is planned: what its jobs still lack may be bought. Once an order."""

    name: ClassVar[str] = "production.material_required"
    order_id: int

    @property
    def key(self) -> str:
        return str(self.order_id)


@dataclass(frozen=True, slots=True)
class MaterialShortAgain(Event):
    """A planned order lacks parts that it had: spoilt, set aside, swapped. Once a cause."""

    name: ClassVar[str] = "production.material_short_again"
    order_id: int
    since: str  # the cause: "hold:12", "scrap:…"

    @property
    def key(self) -> str:
        return f"{self.order_id}:{self.since}"
