"""Corrections of the shelf: by hand, and by counting a bin."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction

from production.errors import CountRefused, ShortOfStock, UnknownPart
from production.models import (
    AssemblyJob,
    Bin,
    BinCount,
    BinStock,
    MaterialRequirement,
    Part,
    StockLevel,
    StockMovement,
)
from production.selectors.picking import with_picked
from production.services.free_supply import lock_free_supply
from production.services.moving import LOST_FIRST, Move, has_moved, move_stock
from production.services.outlook import write_down_outlook
from production.services.pegging import lock_orders, make_ready, serve_waiting
from production.services.promises import holders_in_words
from production.services.putaway import MOST_PIECES, bin_to_use
from production.services.scanned_bins import bins_picked_from


@dataclass(frozen=True, slots=True)
class Counted:
    """One part of a counted bin. `expected`: what the books said when the count was compared."""

    part_id: int
    counted: int
    expected: int
    reason: str = ""

    @property
    def difference(self) -> int:
        return self.counted - self.expected


@transaction.atomic
def adjust_stock(
    *,
    part_id: int,
    quantity: int,
    reason: str,
    key: str,
    actor: str,
    bin_id: int | None = None,
) -> None:
    """Correct a level after counting: `quantity` is the difference, not the new level.

    What is found goes to jobs that wait for it; what is missing was push stock first. `key` makes
    it happen once. Raises `ShortOfStock`, which names the jobs, when promised pieces would be
    gone, `CountRefused` for nothing or too much, `UnknownBin` and `UnknownPart`.
    """
    if not 0 < abs(quantity) <= MOST_PIECES:
        raise CountRefused(f"Expected a difference up to {MOST_PIECES:,}, got {quantity:,}.")
    if bin_id is not None:
        bin_to_use(bin_id)
    order_ids = _lock([part_id])
    if not has_moved(key):
        _correct({part_id: quantity}, [_correction(part_id, quantity, reason, key, bin_id)], actor)
        _pass_on([part_id], order_ids, actor)


@transaction.atomic
def record_count(*, bin_id: int, counts: Sequence[Counted], key: str, actor: str) -> int:
    """Write down what somebody counted in a bin, and correct what differs; returns how many rows.

    All of it or nothing. `key` makes a sheet that is sent twice count once. A difference needs a
    reason. Raises `CountRefused` for one without, for a part named twice, where something moved
    since the count was compared, and for what lies in a kit that is being picked; `ShortOfStock`,
    which names the jobs, when promised pieces would be gone; `UnknownBin` and `UnknownPart`.
    """
    place = bin_to_use(bin_id)
    part_ids = [one.part_id for one in counts]
    order_ids = _lock(part_ids)
    if BinCount.objects.filter(key__startswith=f"{key}:").exists():
        return 0
    _check(place, counts)
    BinCount.objects.bulk_create(
        BinCount(
            part_id=one.part_id,
            bin=place,
            expected=one.expected,
            counted=one.counted,
            reason=one.reason[:200],
            actor=actor[:120],
            key=f"{key}:{one.part_id}",
        )
        for one in counts
    )
    wrong = [one for one in counts if one.difference]
    _correct(
        {one.part_id: one.difference for one in wrong},
        [
            _correction(
                one.part_id, one.difference, one.reason, f"count:{key}:{one.part_id}", place.pk
            )
            for one in wrong
        ],
        actor,
    )
    _pass_on([one.part_id for one in wrong], order_ids, actor)
    return len(counts)


def _lock(part_ids: Collection[int]) -> set[int]:
    """Orders, then receipts and levels: nobody promises or takes a piece until this is over."""
    known = set(Part.objects.filter(pk__in=part_ids).values_list("pk", flat=True))
    if missing := set(part_ids) - known:
        raise UnknownPart(f"There is no part with the id {min(missing)}.")
    order_ids = lock_orders(requirement_ids=(), part_ids=part_ids)
    StockLevel.objects.bulk_create(
        [StockLevel(part_id=part_id) for part_id in sorted(known)], ignore_conflicts=True
    )
    lock_free_supply(part_ids=part_ids, is_tied_too=True)
    return order_ids


def _check(place: Bin, counts: Sequence[Counted]) -> None:
    held = dict(BinStock.objects.filter(bin=place).values_list("part_id", "quantity"))
    names = dict(
        Part.objects.filter(pk__in=[one.part_id for one in counts]).values_list("pk", "part_number")
    )
    if len(names) < len(counts):
        raise CountRefused(f"{place}: expected every part once, got one twice.")
    in_kits = _in_kits(place, [one.part_id for one in counts if one.difference < 0])
    for one in counts:
        what = f"{place}, {names[one.part_id]}"
        if not 0 <= one.counted <= MOST_PIECES:
            raise CountRefused(f"{what}: expected 0 to {MOST_PIECES:,}, got {one.counted:,}.")
        if held.get(one.part_id, 0) != one.expected:
            raise CountRefused(
                f"{what}: something moved while you counted. The books said {one.expected} and "
                f"say {held.get(one.part_id, 0)} now. Count it again."
            )
        if one.difference and not one.reason.strip():
            raise CountRefused(f"{what}: {one.difference:+} needs a reason, got none.")
        if one.part_id in in_kits:
            raise CountRefused(
                f"{what}: {in_kits[one.part_id]}, and leaves the books when that kit is done. "
                "Count it again then."
            )


def _in_kits(place: Bin, part_ids: Collection[int]) -> dict[int, str]:
    """Part → what was picked of it and is on the books all the same, in words.

    Not what is known to come from another bin.
    """
    told: dict[int, str] = {}
    if not part_ids:
        return told
    begun = MaterialRequirement.objects.filter(
        part__in=part_ids, job__status=AssemblyJob.Status.IN_PROGRESS
    )
    kits = [
        one for one in with_picked(begun).select_related("job") if one.picked > one.issued_quantity
    ]
    known = bins_picked_from(kits)
    for one in kits:
        elsewhere = sum(pieces for bin_id, pieces in known.get(one.pk, ()) if bin_id != place.pk)
        if pieces := one.picked - one.issued_quantity - elsewhere:
            words = f"{pieces} of it were picked for {one.job.number}"
            told[one.part_id] = f"{told[one.part_id]}, {words}" if one.part_id in told else words
    return told


def _correction(part_id: int, quantity: int, reason: str, key: str, bin_id: int | None) -> Move:
    return Move(
        part_id=part_id,
        kind=StockMovement.Kind.ADJUSTMENT,
        quantity=quantity,
        key=key,
        # What is found was called for by nobody.
        origin=StockMovement.Origin.PUSH if quantity > 0 else "",
        origins=LOST_FIRST,
        bin_id=bin_id,
        reference="counted",
        reason=reason,
    )


def _correct(differences: dict[int, int], moves: Sequence[Move], actor: str) -> None:
    """Promised pieces are not counted away: a person decides whose job waits again."""
    levels = StockLevel.objects.filter(pk__in=differences).select_related("part")
    for level in levels:
        missing = -differences[level.pk]
        if missing > level.free:
            raise ShortOfStock(
                f"{level.part.part_number} has less on the shelf than asked: {missing} cannot be "
                f"missing, for {level.free} of {level.on_hand} are free. "
                f"{holders_in_words(level.pk)} Put what is missing on hold to let them wait."
            )
    move_stock(moves, actor=actor)


def _pass_on(part_ids: Collection[int], order_ids: Collection[int], actor: str) -> None:
    if part_ids:
        served = serve_waiting(part_ids=part_ids, order_ids=order_ids)
        make_ready(order_ids=served, actor=actor)
        write_down_outlook(order_ids=served)
