"""What planning has found, before any of it is written down."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from production.bom import Need
from production.services.free_supply import PartSupply
from shop.models import Order


@dataclass(slots=True)
class PlannedNeed:
    """So much of one part for one machine: from the shelf, on its way (receipt, pieces), short."""

    supply: PartSupply
    quantity: int
    operation: str
    from_stock: int
    coming: tuple[tuple[int, int], ...] = ()

    @property
    def short(self) -> int:
        return self.quantity - self.from_stock - sum(pieces for _, pieces in self.coming)


@dataclass(slots=True)
class Machine:
    """One machine to be built; `number` is its job's, `unit` counts within its order line."""

    order: Order
    line_id: int
    configuration_sha256: str
    unit: int
    number: str
    snapshot_sha256: str = ""
    needs: list[PlannedNeed] = field(default_factory=list)

    @property
    def is_short(self) -> bool:
        return any(need.from_stock < need.quantity for need in self.needs)


class Shelf:
    """Stocked sub-assemblies as one machine finds them; keeps in mind who asked for how many."""

    def __init__(self, supplies: Mapping[str, PartSupply]) -> None:
        self.asked: list[tuple[str, int, int]] = []  # part number, wanted, taken
        self._supplies = supplies
        self._taken: dict[str, int] = {}

    def take(self, part_number: str, wanted: int) -> int:
        """How many of them the machine can have, beside those that it has been given already."""
        given = self._taken.get(part_number, 0)
        taken = max(0, min(wanted, self._supplies[part_number].shelf - given))
        self._taken[part_number] = given + taken
        self.asked.append((part_number, wanted, taken))
        return taken


@dataclass(frozen=True, slots=True)
class NetNeeds:
    """What a machine takes when the shelf answers so."""

    asked: list[tuple[str, int, int]]
    needs: tuple[Need, ...]
