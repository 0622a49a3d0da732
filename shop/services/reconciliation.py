"""Stripe's balance against our books, movement by movement.

What Stripe alone decides (fees, disputes, payouts) is booked from its balance; charges and refunds
were booked by us before, and are compared. A difference is a row that closes by itself once both
sides agree, or when staff say why they never will.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from config.locks import lock_rows
from shop.errors import ShopError
from shop.models import (
    BalanceDifference,
    BalanceRecord,
    LedgerEntry,
    Payment,
    PaymentClearance,
    Refund,
)
from shop.services import ledger
from shop.stripe.balance import Movement, movements_since

Account = LedgerEntry.Account

# How far back a run reads again, so that one that was missed is made up for.
OVERLAP = timedelta(days=7)
FIRST_READ = timedelta(days=90)
# Stripe settles a charge a moment after it; until then our books are ahead.
BOOKS_AHEAD_FOR = timedelta(days=1)

CHARGES = {"charge", "partial_capture_reversal"}
REFUNDS, REFUND_FAILURES = {"refund"}, {"refund_failure"}
TAKEN_IN_AT_ONCE = {"dispute", "dispute_reversal"}
BOOKED_TO = {
    "dispute": Account.DISPUTES,
    "dispute_reversal": Account.DISPUTES,
    "payout": Account.BANK,
    "payout_reversal": Account.BANK,
    "fee": Account.FEES,
    "network_cost": Account.FEES,
    "tax": Account.FEES,
}


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a run found: movements read for the first time, and differences that are open now."""

    new_records: int
    open_differences: int


def reconcile() -> Reconciled:
    """Read Stripe's balance and compare. Repeatable. Raises `CashierAway`."""
    # A dispute is taken in as soon as it is read, so it says nothing of how far we have come.
    ours = BalanceRecord.objects.exclude(category__in=TAKEN_IN_AT_ONCE)
    latest = ours.order_by("-happened_at").first()
    since = latest.happened_at - OVERLAP if latest else timezone.now() - FIRST_READ
    new = take_in(movements_since(since))
    compare()
    still_open = BalanceDifference.objects.filter(resolved_at=None).count()
    return Reconciled(new, still_open)


def take_in(movements: Iterable[Movement]) -> int:
    """Write down movements that are new, and book what Stripe alone decides."""
    return sum(_take_in_one(movement) for movement in movements)


@transaction.atomic
def _take_in_one(movement: Movement) -> bool:
    payment = None
    if movement.intent_id:
        payment = Payment.objects.filter(payment_intent_id=movement.intent_id).first()
    record, is_new = BalanceRecord.objects.get_or_create(
        stripe_id=movement.stripe_id,
        defaults={
            "category": movement.category,
            "source_id": movement.source_id,
            "payment": payment,
            "amount_minor": movement.amount_minor,
            "fee_minor": movement.fee_minor,
            "currency": movement.currency,
            "happened_at": movement.happened_at,
        },
    )
    if not is_new:
        return False
    if record.fee_minor:
        ledger.post_fee(record=record)
    if movement.category in BOOKED_TO and record.amount_minor:
        ledger.post_movement(record=record, account=BOOKED_TO[movement.category])
    return True


class _Keys:
    """Under which key our books should have a movement, by what they know now."""

    def __init__(self) -> None:
        self.cleared: dict[int | None, int] = dict(
            PaymentClearance.objects.exclude(payment=None).values_list("payment_id", "order_id")
        )
        self.refunds: dict[str | None, int] = dict(
            Refund.objects.exclude(stripe_id=None).values_list("stripe_id", "pk")
        )

    def of(self, record: BalanceRecord) -> str:
        """The key; empty for a movement that none of our facts explains."""
        if record.category in CHARGES and record.payment_id is not None:
            order_id = self.cleared.get(record.payment_id)
            return f"capture-{order_id}" if order_id else f"surplus-{record.payment_id}"
        if record.category in REFUNDS | REFUND_FAILURES and record.source_id in self.refunds:
            is_back = record.category in REFUND_FAILURES
            return f"refund-{'failed-' if is_back else ''}{self.refunds[record.source_id]}"
        return ""


@transaction.atomic
def compare() -> None:
    """Open a difference for each movement that the books do not have as Stripe has it, and each
    booking that Stripe does not know; close those that agree by now.
    """
    keys, open_ones = _Keys(), _open_keys()
    booked = ledger.clearing_by_key(r"^(capture|surplus|refund|refund-failed)-\d+$")
    known = set()
    for record in BalanceRecord.objects.exclude(category__in=BOOKED_TO):
        key = keys.of(record)
        known.add(key)
        in_books = booked[key].amount_minor if key in booked else 0
        what = f"{record.category.replace('_', ' ')} {record.source_id}"
        side = _Side(
            key=f"record-{record.stripe_id}",
            what=what if record.payment_id else f"{what}, of no payment that we know",
            at_stripe=record.amount_minor,
            in_books=in_books,
            currency=record.currency,
        )
        _note(side, open_ones, record)
    too_old = timezone.now() - BOOKS_AHEAD_FOR
    for key, found in booked.items():
        is_known = key in known
        if is_known or found.posted_at < too_old:
            side = _Side(
                key=f"books-{key}",
                what=f"{found.memo}: Stripe's balance has no such movement",
                at_stripe=found.amount_minor if is_known else 0,
                in_books=found.amount_minor,
                currency=found.currency,
            )
            _note(side, open_ones, None)


def _open_keys() -> set[str]:
    return set(BalanceDifference.objects.filter(resolved_at=None).values_list("key", flat=True))


@dataclass(frozen=True, slots=True)
class _Side:
    """One movement as Stripe and as our books have it, in minor units."""

    key: str
    what: str
    at_stripe: int
    in_books: int
    currency: str


def _note(side: _Side, open_ones: set[str], record: BalanceRecord | None) -> None:
    if side.at_stripe != side.in_books:
        BalanceDifference.objects.get_or_create(
            key=side.key,
            defaults={
                "what": side.what[:200],
                "at_stripe_minor": side.at_stripe,
                "in_books_minor": side.in_books,
                "currency": side.currency,
                "record": record,
                "payment_id": record.payment_id if record else None,
            },
        )
    elif side.key in open_ones:
        BalanceDifference.objects.filter(key=side.key).update(
            in_books_minor=side.in_books,
            at_stripe_minor=side.at_stripe,
            resolved_at=timezone.now(),
            resolved_by="system",
            reason="both sides agree now",
        )


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
