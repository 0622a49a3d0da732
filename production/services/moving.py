"""Pieces on the move: every change of what lies on the shelf, with bin, origin, cost and actor.

One function writes movements, levels and bins together; triggers compare the three at commit.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

from production.errors import ShortOfStock
from production.models import Bin, StockLevel, StockMovement
from production.services.shelf_rows import (
    held_in_bins,
    lock_levels,
    write_bins,
    write_movements,
)
from production.services.stock import LevelChange, change_levels

Origin = StockMovement.Origin
Kind = StockMovement.Kind

# What was bought for paid orders leaves first: so it never ages beside what nobody called for.
ISSUED_FIRST = (Origin.PEGGED, Origin.KANBAN, Origin.PUSH)
# What is missing or spoilt is nobody's before it is somebody's.
LOST_FIRST = (Origin.PUSH, Origin.KANBAN, Origin.PEGGED)
COST_STEP = Decimal("0.0001")

# The two places that are no shelf, made when they are first needed.
PLACES = {
    Bin.Purpose.GOODS_IN: ("GOODS-IN", "Goods in", 0),
    Bin.Purpose.QUALITY: ("ON-HOLD", "Quality", 9999),
}


@dataclass(frozen=True, slots=True)
class Move:
    """Pieces of one part that come (above zero) or go (below zero).

    `origin` empty: going pieces are taken from `origins` in turn; coming ones need it said.
    `bin_id` empty: they come to the home bin, or where goods come in, and go from the home bin
    first, then along the walk; `first_bins`: so many from these bins before, as far as they lie
    there. With `to_bin_id` they stay on hand and only change their bin.
    `unit_cost_minor` empty: what a piece has cost on average so far. `allocated` and `on_hold`
    change with it. `key` makes it happen once: of several rows it is the first's.
    """

    part_id: int
    kind: str
    quantity: int
    key: str
    origin: str = ""
    origins: Sequence[str] = ISSUED_FIRST
    bin_id: int | None = None
    to_bin_id: int | None = None
    first_bins: Sequence[tuple[int, int]] = ()
    unit_cost_minor: Decimal | None = None
    reference: str = ""
    reason: str = ""
    allocated: int = 0
    on_hold: int = 0


class Parcel(NamedTuple):
    """Pieces of one bin and one origin; below zero: they leave."""

    bin_id: int
    origin: str
    quantity: int


@dataclass(slots=True)
class PartOnShelf:
    """What lies of one part, by bin and by origin, while its level is locked."""

    level: StockLevel
    bins: dict[int, int]  # bin id → pieces, in the order in which they are picked
    aside: set[int]  # bins that nobody picks from
    touched: set[int] = field(default_factory=set)
    origins: dict[str, int] = field(init=False)
    before: dict[str, int] = field(init=False)
    average: Decimal | None = field(init=False)

    def __post_init__(self) -> None:
        self.origins = {
            Origin.PEGGED: self.level.pegged_on_hand,
            Origin.KANBAN: self.level.kanban_on_hand,
            Origin.PUSH: self.level.push_on_hand,
        }
        self.before = dict(self.origins)
        self.average = self.level.average_cost_minor

    @property
    def on_hand(self) -> int:
        return sum(self.origins.values())

    def put(self, parcel: Parcel) -> Parcel:
        """Book a parcel in or out."""
        self.bins[parcel.bin_id] = self.bins.get(parcel.bin_id, 0) + parcel.quantity
        self.origins[parcel.origin] += parcel.quantity
        self.touched.add(parcel.bin_id)
        return parcel

    def take(self, pieces: int, move: Move) -> list[Parcel]:
        """Choose bins and origins for pieces that leave. Raises `ShortOfStock`."""
        if move.bin_id is None:
            bins = {pk: held for pk, held in self.bins.items() if pk not in self.aside}
        else:
            bins = {move.bin_id: self.bins.get(move.bin_id, 0)}
        origins = {move.origin: self.origins[move.origin]} if move.origin else self.origins
        order = [move.origin] if move.origin else move.origins
        if pieces > min(sum(bins.values()), sum(origins.values())):
            raise ShortOfStock(
                f"{self.level.part.part_number} has less on the shelf than asked: "
                f"{min(sum(bins.values()), sum(origins.values()))} there, {pieces} wanted."
            )
        by_bin = list(_first(pieces, _heaps(bins, move.first_bins)))
        by_origin = list(_first(pieces, ((origin, origins[origin]) for origin in order)))
        return [
            self.put(Parcel(bin_id, origin, -many))
            for bin_id, origin, many in _overlaps(by_bin, by_origin)
        ]

    def value_in(self, pieces: int, unit_cost: Decimal | None) -> None:
        """Carry the moving average forward by pieces that come in, before they are booked."""
        if unit_cost is None:
            return
        here = self.on_hand
        if self.average is None or here == 0:
            self.average = unit_cost
        else:
            value = here * self.average + pieces * unit_cost
            self.average = (value / (here + pieces)).quantize(COST_STEP, ROUND_HALF_EVEN)

    def home(self) -> int:
        """Where pieces go that nobody has said a bin for."""
        return self.level.home_bin_id or place_for(Bin.Purpose.GOODS_IN).pk


def _heaps(bins: Mapping[int, int], named: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """What to take from in turn: so many from the bins that are named, then all the others."""
    left = dict(bins)
    for bin_id, wanted in named:
        taken = min(wanted, left.get(bin_id, 0))
        if taken:
            left[bin_id] -= taken
            yield bin_id, taken
    yield from left.items()


def _first[K](pieces: int, heaps: Iterable[tuple[K, int]]) -> Iterator[tuple[K, int]]:
    """The first so many pieces of heaps that are used up one after the other."""
    for key, many in heaps:
        taken = min(pieces, many)
        if taken:
            yield key, taken
        pieces -= taken


def _overlaps[A, B](
    first: Sequence[tuple[A, int]], second: Sequence[tuple[B, int]]
) -> Iterator[tuple[A, B, int]]:
    """Two divisions of the same pieces, laid over each other."""
    if not first:
        return
    others = iter(second)
    other, left = next(others)
    for key, many in first:
        wanted = many
        while wanted:
            if not left:
                other, left = next(others)
            taken = min(wanted, left)
            yield key, other, taken
            wanted, left = wanted - taken, left - taken


def place_for(purpose: str) -> Bin:
    """The one bin of a purpose that is no shelf."""
    found = Bin.objects.filter(purpose=purpose).first()
    if found is None:
        code, zone, sequence = PLACES[Bin.Purpose(purpose)]
        Bin.objects.bulk_create(
            [Bin(code=code, zone=zone, sequence=sequence, purpose=purpose)], ignore_conflicts=True
        )
        found = Bin.objects.get(purpose=purpose)
    return found


def has_moved(key: str) -> bool:
    """Whether what this key stands for has happened already."""
    return StockMovement.objects.filter(key=key).exists()


def move_stock(moves: Sequence[Move], *, actor: str) -> None:
    """Book pieces in, out or about: movements, levels and bins in a handful of statements.

    Inside a transaction. Locks the levels of the parts, in key order. The caller has looked
    whether the keys are new. Raises `ShortOfStock` when a bin, an origin or the free rest would
    fall below zero.
    """
    if not moves:
        return
    shelf = _lock(moves)
    rows: list[StockMovement] = []
    for move in moves:
        part = shelf[move.part_id]
        cost = part.average if move.unit_cost_minor is None else move.unit_cost_minor
        for number, parcel in enumerate(_parcels(part, move), start=1):
            rows.append(
                StockMovement(
                    part_id=move.part_id,
                    kind=move.kind,
                    origin=parcel.origin,
                    quantity=parcel.quantity,
                    key=move.key if number == 1 else f"{move.key}#{number}",
                    reference=move.reference[:120],
                    bin_id=parcel.bin_id,
                    unit_cost_minor=cost,
                    reason=move.reason[:200],
                    actor=actor[:120],
                )
            )
    write_movements(rows)
    _write_levels(shelf, moves)
    write_bins(
        {
            (part_id, bin_id): part.bins[bin_id]
            for part_id, part in shelf.items()
            for bin_id in part.touched
        }
    )


def _parcels(part: PartOnShelf, move: Move) -> list[Parcel]:
    if move.to_bin_id is not None:
        gone = part.take(move.quantity, move)
        return gone + [
            part.put(Parcel(move.to_bin_id, parcel.origin, -parcel.quantity)) for parcel in gone
        ]
    if move.quantity < 0:
        return part.take(-move.quantity, move)
    part.value_in(move.quantity, move.unit_cost_minor)
    bin_id = part.home() if move.bin_id is None else move.bin_id
    return [part.put(Parcel(bin_id, move.origin, move.quantity))]


def _lock(moves: Sequence[Move]) -> dict[int, PartOnShelf]:
    part_ids = {move.part_id for move in moves}
    coming = {move.part_id for move in moves if move.quantity > 0 and move.to_bin_id is None}
    levels = lock_levels(part_ids, coming=coming)
    shelf = {level.pk: PartOnShelf(level, {}, set()) for level in levels}
    if missing := part_ids - shelf.keys():
        raise ShortOfStock(
            f"{len(missing)} of {len(part_ids)} parts have less on the shelf than asked: "
            "they never lay there."
        )
    for part_id, bin_id, pieces, is_aside in held_in_bins(part_ids):
        shelf[part_id].bins[bin_id] = pieces
        if is_aside:
            shelf[part_id].aside.add(bin_id)
    return shelf


def _write_levels(shelf: dict[int, PartOnShelf], moves: Sequence[Move]) -> None:
    changes = []
    for part_id, part in shelf.items():
        of_part = [move for move in moves if move.part_id == part_id]
        changes.append(
            LevelChange(
                part_id,
                on_hand=part.on_hand - sum(part.before.values()),
                allocated=sum(move.allocated for move in of_part),
                on_hold=sum(move.on_hold for move in of_part),
                pegged=part.origins[Origin.PEGGED] - part.before[Origin.PEGGED],
                kanban=part.origins[Origin.KANBAN] - part.before[Origin.KANBAN],
                average_cost=part.average,
            )
        )
    change_levels(changes)
