"""The books: double entry, append-only. Money taken before shipping is owed, not earned."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Sum

from config.rows import rows_of
from shop.models import (
    BalanceRecord,
    LedgerEntry,
    LedgerTransaction,
    Order,
    Payment,
    PaymentClearance,
    Refund,
)

Account = LedgerEntry.Account


# The fact and its entries; nothing where its key is known.
POST = """
WITH fact AS (
    INSERT INTO {table} (order_id, key, memo) VALUES (%s, %s, %s) ON CONFLICT (key) DO NOTHING
    RETURNING {columns}
), entries AS (
    INSERT INTO shop_ledgerentry (transaction_id, account, amount_minor, currency)
    SELECT fact.id, it.account, it.amount_minor, %s
    FROM fact, unnest(%s::text[], %s::bigint[]) WITH ORDINALITY
        AS it (account, amount_minor, place)
    ORDER BY place
)
SELECT * FROM fact
"""


def post(
    *, order: Order | None, key: str, memo: str, currency: str, entries: dict[str, int]
) -> LedgerTransaction:
    """Write one transaction; `entries` maps an account to minor units (debit above zero).

    The same `key` twice posts once. The database refuses a sum other than zero at commit.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("post() belongs inside the transaction of the fact that it books")
    moved = {str(account): amount for account, amount in entries.items() if amount}
    values = [order.pk if order else None, key, memo, currency, list(moved), list(moved.values())]
    written = rows_of(LedgerTransaction, POST, values)
    return written[0] if written else LedgerTransaction.objects.get(key=key)


def post_capture(*, clearance: PaymentClearance) -> None:
    """The customer's money is here, and owed to the customer until the machine ships."""
    post(
        order=clearance.order,
        key=f"capture-{clearance.pk}",
        memo=f"{clearance.order.number} paid",
        currency=clearance.currency,
        entries={
            Account.STRIPE_CLEARING: clearance.amount_minor,
            Account.CUSTOMER_PREPAYMENTS: -clearance.amount_minor,
        },
    )


def post_shipment(*, order: Order) -> None:
    """The machine has left: what is still owed of its price, after refunds, is earned."""
    owed = owed_to_customer(order)
    post(
        order=order,
        key=f"shipment-{order.pk}",
        memo=f"{order.number} shipped",
        currency=order.currency,
        entries={Account.CUSTOMER_PREPAYMENTS: owed, Account.REVENUE: -owed},
    )


def owed_to_customer(order: Order) -> int:
    """What the customer has paid ahead for this order and neither got nor got back."""
    entries = LedgerEntry.objects.filter(
        transaction__order=order, account=Account.CUSTOMER_PREPAYMENTS, currency=order.currency
    )
    return -int(entries.aggregate(total=Sum("amount_minor"))["total"] or 0)


def post_surplus(*, payment: Payment, amount_minor: int, currency: str) -> None:
    """Money came that no order waits for: it is owed back."""
    post(
        order=payment.order,
        key=f"surplus-{payment.pk}",
        memo=f"{payment} not needed",
        currency=currency,
        entries={Account.STRIPE_CLEARING: amount_minor, Account.SURPLUS_PAYMENTS: -amount_minor},
    )


def post_refund(*, refund: Refund) -> None:
    """A refund has left our balance at Stripe, or our bank by transfer. Idempotent.

    A surplus is owed no more; of an order that has not shipped the prepayment shrinks; what goes
    beyond it was earned already, and is given back. The caller holds the order's lock.
    """
    order = refund.payment.order
    key = f"refund-{refund.pk}"
    if LedgerTransaction.objects.filter(key=key).exists():
        return
    is_transfer = refund.way == Refund.Way.TRANSFER
    source = Account.BANK if is_transfer else Account.STRIPE_CLEARING
    entries: dict[str, int] = {source: -refund.amount_minor}
    if LedgerTransaction.objects.filter(key=f"surplus-{refund.payment_id}").exists():
        entries[Account.SURPLUS_PAYMENTS] = refund.amount_minor
    else:
        unearned = min(refund.amount_minor, max(owed_to_customer(order), 0))
        entries[Account.CUSTOMER_PREPAYMENTS] = unearned
        entries[Account.REFUNDS] = refund.amount_minor - unearned
    how = f"transferred on {refund.paid_on}, {refund.reference}" if is_transfer else "refunded"
    post(
        order=order,
        key=key,
        memo=f"{refund.payment} {how}: {refund.reason}"[:200],
        currency=refund.currency,
        entries=entries,
    )


def post_refund_failed(*, refund: Refund) -> None:
    """A refund came back to our balance: what it booked is booked the other way round."""
    booked = LedgerTransaction.objects.filter(key=f"refund-{refund.pk}").first()
    if booked is None:
        return
    post(
        order=refund.payment.order,
        key=f"refund-failed-{refund.pk}",
        memo=f"{refund.payment} refund failed: {refund.failure}"[:200],
        currency=refund.currency,
        entries={entry.account: -entry.amount_minor for entry in booked.entries.all()},
    )


def post_refund_dropped(*, refund: Refund) -> None:
    """Nobody has to be paid for a failed refund any more: of a shipped order it is earned.

    Before that the shipment earns it. The caller holds the order's lock.
    """
    order = refund.payment.order
    back = LedgerEntry.objects.filter(
        transaction__key=f"refund-failed-{refund.pk}", account=Account.CUSTOMER_PREPAYMENTS
    ).first()
    has_shipped = LedgerTransaction.objects.filter(key=f"shipment-{order.pk}").exists()
    if back is None or not has_shipped:
        return
    earned = min(-back.amount_minor, owed_to_customer(order))
    post(
        order=order,
        key=f"refund-dropped-{refund.pk}",
        memo=f"{refund.payment} failed refund not owed any more",
        currency=refund.currency,
        entries={Account.CUSTOMER_PREPAYMENTS: earned, Account.REVENUE: -earned},
    )


def post_fee(*, record: BalanceRecord) -> None:
    """What Stripe keeps of a movement, or gives back (a fee below zero)."""
    _post_record(record, "fee", Account.FEES, -record.fee_minor)


def post_movement(*, record: BalanceRecord, account: str) -> None:
    """A movement that nobody but Stripe decides on: a dispute, a payout, a fee of the account."""
    # A fee may cost a fee (its tax): each has a key of its own.
    what = "account_fee" if record.category == "fee" else record.category
    _post_record(record, what, account, record.amount_minor)


def _post_record(record: BalanceRecord, what: str, account: str, amount_minor: int) -> None:
    payment = record.payment
    about = str(payment) if payment else "Stripe account"
    post(
        order=payment.order if payment else None,
        key=f"{what}-{record.stripe_id}"[:120],
        memo=f"{about}: {what.replace('_', ' ')}",
        currency=record.currency,
        entries={Account.STRIPE_CLEARING: amount_minor, account: -amount_minor},
    )


@dataclass(frozen=True, slots=True)
class Cleared:
    """What one transaction moved on the clearing account, in minor units."""

    amount_minor: int
    currency: str
    memo: str


def clearing_keys_between(begins: datetime, ends: datetime) -> list[str]:
    """Keys of what was booked in [begins, ends) and should have a movement at Stripe."""
    found = LedgerEntry.objects.filter(
        account=Account.STRIPE_CLEARING,
        transaction__posted_at__gte=begins,
        transaction__posted_at__lt=ends,
        transaction__key__regex=r"^(capture|surplus|refund|refund-failed)-\d+$",
    )
    return list(found.values_list("transaction__key", flat=True))


def clearing_of(keys: Iterable[str]) -> dict[str, Cleared]:
    """What these transactions moved on the clearing account, by key."""
    found = (
        LedgerEntry.objects.filter(account=Account.STRIPE_CLEARING, transaction__key__in=list(keys))
        .values_list("transaction__key", "currency", "transaction__memo")
        .annotate(total=Sum("amount_minor"))
        .order_by()
    )
    return {key: Cleared(int(total), *rest) for key, *rest, total in found}
