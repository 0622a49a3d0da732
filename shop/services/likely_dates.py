"""When an order is likely to ship, and which of its days the customer has to hear of.

Production says it by call, in its own transaction.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from config.audit.models import StateChange
from config.calendar import working_days_between
from config.locks import lock_rows
from shop import emails
from shop.models import Order

# A day that we have told of may slip by so many working days before we tell of it again.
SLIPS_UNTOLD = 1


class LikelyDate(Protocol):
    """When an order is likely to ship now (None: nobody can say), and what decides it."""

    @property
    def likely_on(self) -> date | None: ...
    @property
    def reason(self) -> str: ...


@transaction.atomic
def revise_likely_date(*, order_id: int, likely_on: date | None, reason: str) -> Order:
    """`revise_likely_dates` of one order."""
    (order,) = lock_rows(Order, [order_id])
    _revise_all([order], {order_id: _Likely(likely_on, reason)})
    return order


@transaction.atomic(savepoint=False)
def revise_likely_dates(*, dates: Mapping[int, LikelyDate]) -> None:
    """Say when orders are likely to ship now, and why. The first promise stays as it was.

    The customer is told at once when the promise will not be kept, and again when that day will
    not be kept either: not of every day that a plan moves to and fro. Where nobody knows a day,
    once the promised one has passed.
    """
    _revise_all(lock_rows(Order, dates), dates)


@dataclass(frozen=True, slots=True)
class _Likely:
    likely_on: date | None
    reason: str


def _revise_all(orders: Iterable[Order], dates: Mapping[int, LikelyDate]) -> None:
    known = {it.pk: it.likely_ships_on for it in orders}
    said = {order.pk: set_date(order, dates[order.pk]) for order in orders}
    moved = [it for it in orders if it.likely_ships_on != known[it.pk]]
    late = [order for order in orders if tells(order)]
    changed = {order.pk: order for order in (*moved, *late)}.values()
    if not changed:
        return
    Order.objects.bulk_update(changed, ["likely_ships_on", "promise_reason", "told_ships_on"])
    StateChange.objects.bulk_create(
        StateChange(
            subject_type=Order._meta.label_lower,
            subject_id=order.pk,
            from_state=str(order.status),
            to_state=str(order.status),
            actor="system",
            why=said[order.pk][:500],
        )
        for order in moved
    )
    for order in late:
        emails.queue_date_moved(order=order, reason=dates[order.pk].reason)


def set_date(order: Order, found: LikelyDate) -> str:
    """Set the new date on the order, unsaved; what is said about it."""
    order.likely_ships_on = found.likely_on
    order.promise_reason = found.reason[:200]
    day = date_format(found.likely_on, "D j M") if found.likely_on else "not known"
    return f"likely to ship: {day}; {found.reason}"


def tells(order: Order) -> bool:
    """Whether the customer has to hear of the new day; if so, it is what they were told last."""
    likely_on, promised_on = order.likely_ships_on, order.promised_ships_on
    if not has_to_hear(likely_on, promised_on, order.told_ships_on, timezone.localdate()):
        return False
    # Of a day that nobody knows we have told when the promise itself stands here.
    order.told_ships_on = likely_on or promised_on
    return True


def has_to_hear(
    likely_on: date | None, promised_on: date | None, told_on: date | None, today: date
) -> bool:
    """Whether the promise will not be kept, and that is news; `told_on`: the day told last."""
    if promised_on is None:
        return False
    if likely_on is None:
        return promised_on < today and told_on != promised_on
    if likely_on <= promised_on:
        return False
    if told_on is None:
        return True
    slipped = working_days_between(told_on, likely_on)
    return slipped > SLIPS_UNTOLD or (slipped > 0 and told_on < today)
