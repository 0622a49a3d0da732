"""Taking in what Stripe's balance shows, once, and booking what Stripe alone decides."""

from collections.abc import Iterable

from django.db import transaction

from config.locks import lock_rows
from shop.models import BalanceRecord, LedgerEntry, Order, Payment
from shop.services import ledger
from shop.stripe.balance import Movement

Account = LedgerEntry.Account

BOOKED_TO = {
    "dispute": Account.DISPUTES,
    "dispute_reversal": Account.DISPUTES,
    "payout": Account.BANK,
    "payout_reversal": Account.BANK,
    "fee": Account.FEES,
    "network_cost": Account.FEES,
    "tax": Account.FEES,
}


def take_in(movements: Iterable[Movement]) -> int:
    """Write down movements that are new, and book what Stripe alone decides."""
    return sum(_take_in_one(movement) for movement in movements)


@transaction.atomic
def _take_in_one(movement: Movement) -> bool:
    payment = None
    if movement.intent_id:
        payment = Payment.objects.filter(payment_intent_id=movement.intent_id).first()
    if payment is not None:
        # Whoever reads of the same movement elsewhere holds this lock when they write it down.
        lock_rows(Order, [payment.order_id])
    record, is_new = BalanceRecord.objects.get_or_create(
        stripe_id=movement.stripe_id,
        defaults={
            "category": movement.category,
            "source_id": movement.source_id,
            "intent_id": movement.intent_id,
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
