"""Pieces that nobody may use until someone has looked at them, and what came of it."""

from django.db import transaction
from django.utils import timezone

from config.locks import lock_rows
from production.errors import IllegalTransition, MoveRefused, ShortOfStock, UnknownHold, UnknownPart
from production.models import (
    Bin,
    MaterialRequirement,
    Part,
    QualityHold,
    StockLevel,
    StockMovement,
)
from production.services.free_supply import lock_free_supply
from production.services.moving import (
    LOST_FIRST,
    Move,
    Origin,
    move_stock,
    place_for,
)
from production.services.origins import turn_orphans_into_push
from production.services.outlook import write_down_outlook
from production.services.pegging import lock_orders, make_ready, serve_waiting
from production.services.promises import holders, take_back, tell_who_is_short
from production.services.putaway import MOST_PIECES, bin_to_use

Outcome = QualityHold.Outcome
KINDS = {Outcome.SCRAPPED: StockMovement.Kind.SCRAP, Outcome.RETURNED: StockMovement.Kind.RETURN}


@transaction.atomic
def hold_stock(
    *,
    part_id: int,
    quantity: int,
    reason: str,
    key: str,
    actor: str,
    bin_id: int | None = None,
) -> QualityHold:
    """Set pieces aside. `key` makes it happen once.

    Free pieces go first. Where they do not suffice, promises are taken back, the least urgent
    first: those jobs wait for parts again, and what they lack is announced. Raises
    `ShortOfStock` when fewer lie there, `MoveRefused`, `UnknownPart`, `UnknownBin`.
    """
    if not 1 <= quantity <= MOST_PIECES:
        raise MoveRefused(f"Expected 1 to {MOST_PIECES:,} pieces, got {quantity:,}.")
    if not reason.strip():
        raise MoveRefused("A hold needs a reason, got none.")
    if bin_id is not None:
        bin_to_use(bin_id)
    order_ids = _lock(part_id)
    if existing := QualityHold.objects.filter(key=key).first():
        return existing
    level = StockLevel.objects.select_related("part").get(pk=part_id)
    if quantity > level.on_hand - level.on_hold:
        raise ShortOfStock(
            f"{level.part.part_number} has less on the shelf than asked: "
            f"{level.on_hand - level.on_hold} can be held, {quantity} wanted."
        )
    short_again: set[int] = set()
    if quantity > level.free:
        short_again = take_back(
            part_id=part_id,
            pieces=quantity - level.free,
            why=f"{level.part.part_number} on hold: {reason}"[:200],
            actor=actor,
        )
    hold = QualityHold.objects.create(
        part_id=part_id, quantity=quantity, reason=reason[:200], opened_by=actor[:120], key=key
    )
    move_stock([_set_aside(hold, bin_id)], actor=actor)
    if short_again:
        write_down_outlook(order_ids=short_again & order_ids)
        tell_who_is_short(order_ids=short_again, since=f"hold:{hold.pk}")
    return hold


def _set_aside(hold: QualityHold, bin_id: int | None) -> Move:
    return Move(
        part_id=hold.part_id,
        kind=StockMovement.Kind.TRANSFER,
        quantity=hold.quantity,
        key=f"hold:{hold.pk}",
        bin_id=bin_id,
        to_bin_id=place_for(Bin.Purpose.QUALITY).pk,
        reference=f"hold {hold.pk}",
        reason=hold.reason,
        on_hold=hold.quantity,
    )


@transaction.atomic
def close_hold(
    *, hold_id: int, outcome: str, actor: str, quantity: int | None = None, note: str = ""
) -> QualityHold:
    """Decide about held pieces: fit for use, scrapped, or returned to the supplier.

    `quantity`: so many of them; the rest stays held. What is fit goes to whoever waits for it.
    The same decision twice is a no-op. Raises `IllegalTransition` when another was made,
    `MoveRefused` for more pieces than are held, `UnknownHold`.
    """
    hold = QualityHold.objects.filter(pk=hold_id).first()
    if hold is None:
        raise UnknownHold(f"There is no hold {hold_id}.")
    if outcome not in Outcome.values:
        raise MoveRefused(f"Expected one of {', '.join(Outcome.values)}, got {outcome!r}.")
    order_ids = _lock(hold.part_id)
    (hold,) = lock_rows(QualityHold, [hold_id])
    if hold.outcome == outcome:
        return hold
    if hold.outcome:
        raise IllegalTransition(f"Hold {hold.pk} is {hold.outcome} already.")
    _split(hold, hold.quantity if quantity is None else quantity)
    hold.outcome, hold.closed_by, hold.note = outcome, actor[:120], note[:200]
    hold.closed_at = timezone.now()
    hold.save(update_fields=["outcome", "closed_by", "closed_at", "note", "quantity"])
    move_stock([_out_of_hold(hold)], actor=actor)
    if outcome == Outcome.RELEASED:
        served = serve_waiting(part_ids=[hold.part_id], order_ids=order_ids)
        make_ready(order_ids=served, actor=actor)
        write_down_outlook(order_ids=served)
    turn_orphans_into_push(part_ids=[hold.part_id], reference=f"hold {hold.pk}", actor=actor)
    return hold


def _split(hold: QualityHold, decided: int) -> None:
    """What is not decided yet stays held, under a hold of its own."""
    if not 1 <= decided <= hold.quantity:
        raise MoveRefused(f"Hold {hold.pk}: expected 1 to {hold.quantity} pieces, got {decided}.")
    if decided < hold.quantity:
        QualityHold.objects.create(
            part_id=hold.part_id,
            quantity=hold.quantity - decided,
            reason=hold.reason,
            opened_by=hold.opened_by,
            opened_at=hold.opened_at,
            key=f"rest:{hold.pk}",
        )
        hold.quantity = decided


def _out_of_hold(hold: QualityHold) -> Move:
    aside = place_for(Bin.Purpose.QUALITY).pk
    level = StockLevel.objects.get(pk=hold.part_id)
    if hold.outcome == Outcome.RELEASED:
        return Move(
            part_id=hold.part_id,
            kind=StockMovement.Kind.TRANSFER,
            quantity=hold.quantity,
            key=f"release:{hold.pk}",
            bin_id=aside,
            to_bin_id=level.home_bin_id or place_for(Bin.Purpose.GOODS_IN).pk,
            reference=f"hold {hold.pk}",
            reason=hold.note or hold.reason,
            on_hold=-hold.quantity,
        )
    # What was bought for a paid order and is kept for none is what was set aside for being bad.
    is_pegged = level.pegged_on_hand > level.allocated
    return Move(
        part_id=hold.part_id,
        kind=KINDS[Outcome(hold.outcome)],
        quantity=-hold.quantity,
        key=f"{hold.outcome}:{hold.pk}",
        origins=(Origin.PEGGED, Origin.PUSH, Origin.KANBAN) if is_pegged else LOST_FIRST,
        bin_id=aside,
        reference=f"hold {hold.pk}",
        reason=hold.note or hold.reason,
        on_hold=-hold.quantity,
    )


def _lock(part_id: int) -> set[int]:
    """The orders that have or want pieces of a part, then its receipts and its level."""
    if not Part.objects.filter(pk=part_id).exists():
        raise UnknownPart(f"There is no part with the id {part_id}.")
    kept: set[int] = set(holders(part_id).values_list("pk", flat=True))
    order_ids = lock_orders(requirement_ids=kept, part_ids=[part_id])
    StockLevel.objects.bulk_create([StockLevel(part_id=part_id)], ignore_conflicts=True)
    lock_free_supply(part_ids=[part_id], is_tied_too=True)
    return order_ids | set(
        MaterialRequirement.objects.filter(pk__in=kept).values_list("clearance_id", flat=True)
    )
