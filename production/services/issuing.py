"""Parts go from the shelf to a job: what was kept for it, and no piece more."""

from collections.abc import Sequence

from django.db.models import F

from production.models import MaterialRequirement, StockMovement
from production.services.moving import Move, move_stock
from production.services.scanned_bins import bins_picked_from


def issue_requirements(
    *,
    requirements: Sequence[MaterialRequirement],
    reference: str,
    actor: str,
    last_bins: Sequence[tuple[int, int]] = (),
) -> int:
    """Take what is kept for these requirements and was not taken yet; returns how many pieces.

    They leave the bins that were scanned when they were picked, as far as they lie there, and
    then the others in their order. `last_bins`: (bin, pieces) of a pick that is not written down
    yet, of a single requirement. Pegged pieces go before kanban and push ones. Inside a
    transaction that holds the lock of the requirements' jobs; what was issued before is left
    alone, so a repeat is a no-op. Raises `ShortOfStock` only when the books are wrong: it was
    reserved, so it is there.
    """
    picked = bins_picked_from(requirements)
    moves = [
        Move(
            part_id=one.part_id,
            kind=StockMovement.Kind.ISSUE,
            quantity=one.issued_quantity - one.allocated_quantity,
            # What replaces a scrapped piece is taken later, under a key of its own.
            key=f"issue:{one.pk}" + (f":{one.issued_quantity}" if one.issued_quantity else ""),
            reference=reference,
            first_bins=(*picked.get(one.pk, ()), *last_bins),
            allocated=one.issued_quantity - one.allocated_quantity,
        )
        for one in sorted(requirements, key=lambda one: one.part_id)
        if one.allocated_quantity > one.issued_quantity
    ]
    move_stock(moves, actor=actor)
    MaterialRequirement.objects.filter(
        pk__in=[one.pk for one in requirements], allocated_quantity__gt=F("issued_quantity")
    ).update(issued_quantity=F("allocated_quantity"))
    return -sum(move.quantity for move in moves)
