"""A dispute's movement that two read at once: by the letter about the dispute and by comparing the
balance. Both begin with the order, so that neither stands in the other's way.
"""

from threading import Event

import pytest

from shop.models import BalanceRecord, LedgerTransaction, Order
from shop.services import balance_records, disputes
from tests.concurrency.races import race
from tests.factories.disputes import dispute_facts, movement_of
from tests.factories.shop import paid_order

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]


@pytest.fixture
def order() -> Order:
    return paid_order()


def meet(order: Order, monkeypatch) -> list[object]:
    """The balance is read just as the order is locked for the letter, which waits for that."""
    payment = order.payments.get()
    taken = movement_of(payment, "dispute", -payment.amount_minor, 1_500)
    is_locked, is_read = Event(), Event()
    take_in, post_fee = balance_records.take_in, balance_records.ledger.post_fee

    def take_in_later(movements):
        is_locked.set()
        is_read.wait(timeout=1)  # with the order locked first, nobody comes so far
        return take_in(movements)

    def post_fee_and_tell(*, record):
        is_read.set()
        return post_fee(record=record)

    def letter() -> str:
        monkeypatch.setattr(disputes.balance_records, "take_in", take_in_later)
        disputes.apply_disputes(payment_id=payment.pk, found=[dispute_facts(payment)])
        return "written down"

    def balance() -> str:
        is_locked.wait(timeout=10)
        take_in([taken])
        return "taken in"

    monkeypatch.setattr(balance_records.ledger, "post_fee", post_fee_and_tell)
    return race(letter, balance)


def test_a_letter_and_the_balance_tell_of_the_same_movement_and_neither_fails(order, monkeypatch):
    assert meet(order, monkeypatch) == ["written down", "taken in"]
    assert BalanceRecord.objects.count() == 1
    assert LedgerTransaction.objects.filter(order=order).count() == 3  # paid, fee, dispute


def test_without_the_orders_lock_first_the_two_would_wait_for_each_other(order, monkeypatch):
    """The negative control."""
    monkeypatch.setattr(balance_records, "lock_rows", lambda model, keys: None)
    assert meet(order, monkeypatch) != ["written down", "taken in"]
