"""Stripe's movements beside our bookings: where the two sides differ, a row says so.

Both sides are facts that never change, so what once agreed is not looked at again: a comparison
takes a stretch of time, and what is still open from before.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from shop.models import BalanceDifference, BalanceRecord, Payment, Refund
from shop.services import ledger

CHARGES, REFUNDS, REFUND_FAILURES = {"charge"}, {"refund"}, {"refund_failure"}


@dataclass(slots=True)
class _Side:
    """What was moved under one key, by currency, in minor units."""

    amounts: dict[str, int] = field(default_factory=dict)
    what: str = ""
    record: BalanceRecord | None = None

    def add(self, amount_minor: int, currency: str) -> None:
        self.amounts[currency] = self.amounts.get(currency, 0) + amount_minor


@transaction.atomic(savepoint=False)
def compare(records: Collection[BalanceRecord] = (), *, booked_keys: Collection[str] = ()) -> int:
    """Compare these movements, these bookings of ours, and all that is open from before.

    Returns how many differences that opened; those that agree by now are closed. Movements that
    only Stripe decides on are booked from its balance, so there is nothing to compare.
    """
    open_ones = {one.key: one for one in BalanceDifference.objects.filter(resolved_at=None)}
    if not (records or booked_keys or open_ones):
        return 0
    of_open_ones = BalanceRecord.objects.filter(balancedifference__in=open_ones.values())
    explained, unexplained = _sort([*records, *of_open_ones])
    keys = {*explained, *booked_keys, *(key for key in open_ones if not key.startswith("record-"))}
    at_stripe, _ = _sort(_records_of(keys))
    in_books = ledger.clearing_of(keys)
    opened = 0
    for key in sorted(keys):
        mine = in_books.get(key)
        books = _Side({mine.currency: mine.amount_minor}, mine.memo) if mine else _Side()
        opened += _note(key, at_stripe.get(key, _Side()), books, open_ones.get(key))
    for key, side in unexplained.items():
        opened += _note(key, side, _Side(), open_ones.get(key))
    for key in open_ones.keys() - keys - unexplained.keys():
        _close(open_ones[key])  # a movement that is explained by now, under a key of its own
    return opened


def _sort(records: Iterable[BalanceRecord]) -> tuple[dict[str, _Side], dict[str, _Side]]:
    """Movements by the key of our books that should have them; and those that none explains.

    A charge whose order is held is neither: it is booked when the order is released or cancelled,
    and compared then.
    """
    every = {record.pk: record for record in records}
    key_of = _Keys(every.values())
    explained: dict[str, _Side] = {}
    unexplained: dict[str, _Side] = {}
    for record in every.values():
        if key_of.is_held(record):
            continue
        key = key_of(record)
        sides = explained if key else unexplained
        side = sides.setdefault(key or f"record-{record.stripe_id}", _Side())
        side.add(record.amount_minor, record.currency)
        side.what = f"{record.category.replace('_', ' ')} {record.source_id}"
        if not key:
            side.what += ", of no payment that we know"
        side.record = record
    return explained, unexplained


class _Keys:
    """Under which key our books should have a movement, by what they know now."""

    def __init__(self, records: Iterable[BalanceRecord]) -> None:
        intents = {it.intent_id for it in records if it.category in CHARGES and it.intent_id}
        sources = {it.source_id for it in records if it.category in REFUNDS | REFUND_FAILURES}
        self.payments: dict[str, int] = {}
        self.held: set[str] = set()
        self.orders: dict[int, int] = {}
        if intents:
            self._look_up(intents)
        refunds = Refund.objects.filter(stripe_id__in=sources) if sources else Refund.objects.none()
        self.refunds = dict(refunds.values_list("stripe_id", "pk"))

    def _look_up(self, intents: Collection[str]) -> None:
        payments = Payment.objects.filter(payment_intent_id__in=intents).values_list(
            "payment_intent_id", "pk", "status", "paymentclearance__order"
        )
        for intent_id, payment_id, status, order_id in payments:
            self.payments[str(intent_id)] = payment_id
            if status == Payment.Status.PROCESSING:
                self.held.add(str(intent_id))
            if order_id is not None:
                self.orders[payment_id] = order_id

    def is_held(self, record: BalanceRecord) -> bool:
        return record.category in CHARGES and record.intent_id in self.held

    def __call__(self, record: BalanceRecord) -> str:
        """The key; empty for a movement that none of our facts explains."""
        if record.category in CHARGES:
            payment_id = self.payments.get(record.intent_id)
            if payment_id is None:
                return ""
            order_id = self.orders.get(payment_id)
            return f"capture-{order_id}" if order_id else f"surplus-{payment_id}"
        refund_id = self.refunds.get(record.source_id)
        if refund_id is None:
            return ""
        is_back = record.category in REFUND_FAILURES
        return f"refund-{'failed-' if is_back else ''}{refund_id}"


def _records_of(keys: Iterable[str]) -> Iterable[BalanceRecord]:
    """Every movement that these keys stand for, of whatever time."""
    ids: dict[str, set[int]] = {}
    for key in keys:
        what, _, number = key.rpartition("-")
        ids.setdefault(what, set()).add(int(number))
    found = Q(pk__in=())
    if ids.keys() & {"capture", "surplus"}:
        payments = Payment.objects.filter(
            Q(paymentclearance__order__in=ids.get("capture", ())) | Q(pk__in=ids.get("surplus", ()))
        ).exclude(payment_intent_id=None)
        intents = list(payments.values_list("payment_intent_id", flat=True))
        found |= Q(category__in=CHARGES, intent_id__in=intents)
    if numbers := ids.get("refund", set()) | ids.get("refund-failed", set()):
        refunds = Refund.objects.filter(pk__in=numbers).exclude(stripe_id=None)
        sources = list(refunds.values_list("stripe_id", flat=True))
        found |= Q(category__in=REFUNDS | REFUND_FAILURES, source_id__in=sources)
    return BalanceRecord.objects.filter(found)


def _note(key: str, at_stripe: _Side, books: _Side, known: BalanceDifference | None) -> int:
    """Open or close the difference of one key; 1 where this opened it."""
    mine = {currency: amount for currency, amount in books.amounts.items() if amount}
    theirs = {currency: amount for currency, amount in at_stripe.amounts.items() if amount}
    currency = next(iter(mine or theirs), "")
    sums = {
        "at_stripe_minor": theirs.get(currency, 0),
        "in_books_minor": mine.get(currency, 0),
    }
    if mine == theirs:
        if known:
            _close(known, **sums)
        return 0
    if known:
        return 0
    what = books.what or at_stripe.what
    if not theirs:
        what = f"{what}: Stripe's balance has no such movement"
    elif others := sorted(theirs.keys() - {currency}):
        what = f"{what}: at Stripe in {', '.join(others)}"
    record = at_stripe.record
    _, is_new = BalanceDifference.objects.get_or_create(
        key=key,
        defaults={
            "what": what[:200],
            "currency": currency,
            "record": record,
            "payment": _payment_of(record),
            **sums,
        },
    )
    return int(is_new)


def _payment_of(record: BalanceRecord | None) -> Payment | None:
    if record is None or not record.intent_id:
        return None
    return Payment.objects.filter(payment_intent_id=record.intent_id).first()


def _close(difference: BalanceDifference, **sums: int) -> None:
    BalanceDifference.objects.filter(pk=difference.pk).update(
        **sums,
        resolved_at=timezone.now(),
        resolved_by="system",
        reason="both sides agree now",
    )
