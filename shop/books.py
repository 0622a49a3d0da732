"""Reading the books: a trial balance, and the journal as an accountant takes it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from config.money import Money
from config.spreadsheets import BYTE_ORDER_MARK, as_text, csv_line
from shop.models import LedgerEntry

JOURNAL_COLUMNS = (
    "posted_at",
    "transaction",
    "order",
    "memo",
    "account",
    "debit",
    "credit",
    "currency",
)


@dataclass(frozen=True, slots=True)
class Balance:
    """One account in one currency over a range of days, in minor units; credits count from zero
    up, so that a balance is debits less credits.
    """

    account: str
    currency: str
    debit_minor: int
    credit_minor: int

    @property
    def name(self) -> str:
        return self.account.replace("_", " ").capitalize()

    @property
    def balance_minor(self) -> int:
        return self.debit_minor - self.credit_minor


def entries_between(first: date | None, last: date | None) -> QuerySet[LedgerEntry]:
    """Entries posted from `first` to `last`, both included, in the shop's time zone."""
    entries = LedgerEntry.objects.all()
    if first:
        entries = entries.filter(transaction__posted_at__gte=_midnight(first))
    if last:
        entries = entries.filter(transaction__posted_at__lt=_midnight(last + timedelta(days=1)))
    return entries


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def trial_balance(first: date | None, last: date | None) -> list[Balance]:
    """Every account that was used, by currency; debits and credits of a currency are equal."""
    rows = (
        entries_between(first, last)
        .values_list("account", "currency")
        .annotate(
            debit=Sum("amount_minor", filter=Q(amount_minor__gt=0), default=0),
            credit=Sum("amount_minor", filter=Q(amount_minor__lt=0), default=0),
        )
        .order_by("currency", "account")
    )
    return [Balance(account, currency, debit, -credit) for account, currency, debit, credit in rows]


def totals(balances: Iterable[Balance]) -> list[Balance]:
    """One line a currency: what its debits and its credits come to."""
    sums: dict[str, tuple[int, int]] = {}
    for one in balances:
        debit, credit = sums.get(one.currency, (0, 0))
        sums[one.currency] = (debit + one.debit_minor, credit + one.credit_minor)
    return [Balance("total", currency, *both) for currency, both in sums.items()]


def journal_csv(first: date | None, last: date | None) -> Iterator[bytes]:
    """UTF-8 with a mark that spreadsheets know, comma, CRLF; a row an entry, in posting order.

    Piece by piece: a year of bookings never lies in memory at once.
    """
    yield BYTE_ORDER_MARK + csv_line(JOURNAL_COLUMNS)
    entries = entries_between(first, last).select_related("transaction__order")
    in_order = entries.order_by("transaction__posted_at", "transaction_id", "pk")
    for entry in in_order.iterator(chunk_size=1_000):
        yield csv_line(_cells(entry))


def _cells(entry: LedgerEntry) -> tuple[object, ...]:
    booked = entry.transaction
    amount = Money(abs(entry.amount_minor), entry.currency).decimal
    return (
        timezone.localtime(booked.posted_at).isoformat(timespec="seconds"),
        as_text(booked.key),
        as_text(booked.order.number if booked.order else ""),
        as_text(booked.memo),
        entry.account,
        amount if entry.amount_minor > 0 else "",
        amount if entry.amount_minor < 0 else "",
        entry.currency,
    )
