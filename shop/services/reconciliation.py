"""Stripe's balance against our books, movement by movement.

What Stripe alone decides (fees, disputes, payouts) is booked from its balance; charges and refunds
were booked by us before, and are compared (`comparison`). A difference is a row that closes by
itself once both sides agree, or when staff say why they never will.

The balance is read in stretches of a day at most, each written down once it was compared: a run
that breaks off, or that comes weeks late, goes on where the last stretch ended.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from config.locks import lock_rows
from shop.errors import CashierAway, CashierRefused, ShopError
from shop.models import BalanceDifference, BalanceReading, BalanceRecord, Payment
from shop.services import ledger
from shop.services.balance_records import BOOKED_TO, take_in
from shop.services.comparison import compare
from shop.services.payments import sync_payment
from shop.stripe.balance import movements_between

logger = logging.getLogger(__name__)

STRETCH = timedelta(days=1)
# What appears in the balance with a time that was read before is found for so long.
OVERLAP = timedelta(hours=6)
# The webhook or the poller books a movement within so long; younger ones wait for the next run.
BOOKED_WITHIN = timedelta(minutes=2)
# Stripe settles a charge a moment after it; until then our books are ahead.
BOOKS_AHEAD_FOR = timedelta(days=1)
MOST_ASKED_AGAIN = 50


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a run found: movements read for the first time, and differences that are open now."""

    new_records: int
    open_differences: int


def reconcile(*, now: datetime | None = None) -> Reconciled:
    """Read Stripe's balance up to two minutes ago and compare. Repeatable. Raises `CashierAway`."""
    until = ((now or timezone.now()) - BOOKED_WITHIN).replace(microsecond=0)
    begins, new = _read_until(), 0
    while begins is not None and begins < until:
        ends = min(begins + STRETCH, until)
        new += _read(begins, ends)
        begins = ends
    _ask_again()
    return Reconciled(new, BalanceDifference.objects.filter(resolved_at=None).count())


def _read_until() -> datetime | None:
    """Where the last stretch ended; before the first one, when we first asked for money.

    None while nobody has paid anything.
    """
    if latest := BalanceReading.objects.first():
        return latest.ends_at
    first = Payment.objects.order_by("created_at").values_list("created_at", flat=True).first()
    return first.replace(microsecond=0) if first else None


def _read(begins: datetime, ends: datetime) -> int:
    """One stretch: read, taken in, compared, written down; returns how many movements were new."""
    new = take_in(movements_between(begins - OVERLAP, ends))
    records = BalanceRecord.objects.filter(
        happened_at__gte=begins - OVERLAP, happened_at__lt=ends
    ).exclude(category__in=BOOKED_TO)
    with transaction.atomic():
        ahead = BOOKS_AHEAD_FOR
        keys = ledger.clearing_keys_between(begins - ahead, ends - ahead)
        opened = compare(list(records), booked_keys=keys)
        BalanceReading.objects.create(
            begins_at=begins,
            ends_at=ends,
            movement_count=BalanceRecord.objects.filter(
                happened_at__gte=begins, happened_at__lt=ends
            ).count(),
            difference_count=opened,
        )
    return new


def _ask_again() -> None:
    """A difference may mean that no event reached us: look at its payment, and compare again."""
    open_ones = BalanceDifference.objects.filter(resolved_at=None, payment__isnull=False)
    # Differences may stay open for weeks: whoever was not looked at for longest comes first.
    payments = Payment.objects.filter(pk__in=open_ones.values("payment")).order_by(
        F("last_synced_at").asc(nulls_first=True), "pk"
    )
    for payment_id in list(payments.values_list("pk", flat=True)[:MOST_ASKED_AGAIN]):
        try:
            sync_payment(payment_id=payment_id)
        except CashierRefused:
            logger.exception("the cashier will not tell of payment %s", payment_id)
        except CashierAway as error:
            logger.warning("differences wait: %s", error)
            break
    compare()


@transaction.atomic
def resolve_difference(*, difference_id: int, actor: str, reason: str) -> BalanceDifference:
    """Staff say why two sides differ. A repeat changes nothing."""
    if not reason:
        raise ShopError("Reason: expected why the two differ, got nothing.")
    (difference,) = lock_rows(BalanceDifference, [difference_id])
    if difference.resolved_at is None:
        difference.resolved_at = timezone.now()
        difference.resolved_by, difference.reason = actor, reason[:300]
        difference.save(update_fields=["resolved_at", "resolved_by", "reason"])
    return difference
