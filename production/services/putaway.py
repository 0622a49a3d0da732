"""Pieces change their place: from goods in to their bin, and from one bin to another."""

from django.db import transaction

from production.errors import MoveRefused, UnknownBin, UnknownPart
from production.models import Bin, Part, StockLevel, StockMovement
from production.services.moving import Move, has_moved, move_stock
from production.services.stock import lock_free_stock

MOST_PIECES = 1_000_000  # more in one move is a slip of the keyboard


@transaction.atomic
def move_between_bins(
    *,
    part_id: int,
    from_bin_id: int,
    to_bin_id: int,
    quantity: int,
    key: str,
    actor: str,
    is_new_home: bool = False,
) -> None:
    """Carry pieces of a part to another bin. `key` makes it happen once.

    `is_new_home`: later deliveries go there, and people pick there first. Raises `MoveRefused`
    for no pieces or the same bin, `ShortOfStock` when the bin holds fewer, `UnknownPart`, and
    `UnknownBin`, also for the place where held pieces lie: they leave it by a decision.
    """
    source, target = bin_to_use(from_bin_id), bin_to_use(to_bin_id)
    if source == target:
        raise MoveRefused(f"Expected two bins, got {source} twice.")
    if not 1 <= quantity <= MOST_PIECES:
        raise MoveRefused(f"Expected 1 to {MOST_PIECES:,} pieces, got {quantity:,}.")
    if not Part.objects.filter(pk=part_id).exists():
        raise UnknownPart(f"There is no part with the id {part_id}.")
    lock_free_stock([part_id])
    if has_moved(key):
        return
    move_stock(
        [
            Move(
                part_id=part_id,
                kind=StockMovement.Kind.TRANSFER,
                quantity=quantity,
                key=key,
                bin_id=source.pk,
                to_bin_id=target.pk,
                reference=f"{source} to {target}",
            )
        ],
        actor=actor,
    )
    if is_new_home:
        StockLevel.objects.filter(pk=part_id).update(home_bin=target)


def bin_to_use(bin_id: int) -> Bin:
    """A bin that people put into and count. Raises `UnknownBin`."""
    found = Bin.objects.filter(pk=bin_id).first()
    if found is None:
        raise UnknownBin(f"There is no bin with the id {bin_id}.")
    if found.purpose == Bin.Purpose.QUALITY:
        raise UnknownBin(f"What lies in {found} is on hold; it leaves by a decision.")
    return found
