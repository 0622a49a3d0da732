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
