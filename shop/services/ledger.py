"""The books: double entry, append-only. Money taken before shipping is owed, not earned."""

from django.db import connection

from shop.models import LedgerEntry, LedgerTransaction, Order, Payment, PaymentClearance

Account = LedgerEntry.Account


def post(
    *, order: Order, key: str, memo: str, currency: str, entries: dict[str, int]
) -> LedgerTransaction:
    """Write one transaction; `entries` maps an account to minor units (debit above zero).

    The same `key` twice posts once. The database refuses a sum other than zero at commit.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("post() belongs inside the transaction of the fact that it books")
    transaction, is_new = LedgerTransaction.objects.get_or_create(
        key=key, defaults={"order": order, "memo": memo}
    )
    if is_new:
        LedgerEntry.objects.bulk_create(
            LedgerEntry(
                transaction=transaction, account=account, amount_minor=amount, currency=currency
            )
            for account, amount in entries.items()
            if amount
        )
    return transaction


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
    """The machine has left: what was owed is earned."""
    post(
        order=order,
        key=f"shipment-{order.pk}",
        memo=f"{order.number} shipped",
        currency=order.currency,
        entries={
            Account.CUSTOMER_PREPAYMENTS: order.total_minor,
            Account.REVENUE: -order.total_minor,
        },
    )


def post_surplus(*, payment: Payment, amount_minor: int, currency: str) -> None:
    """Money came that no order waits for: it is owed back."""
    post(
        order=payment.order,
        key=f"surplus-{payment.pk}",
        memo=f"{payment} not needed",
        currency=currency,
        entries={Account.STRIPE_CLEARING: amount_minor, Account.SURPLUS_PAYMENTS: -amount_minor},
    )
