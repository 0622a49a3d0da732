"""Of the balance: whom a comparison asks again, and fees that cost a fee."""

import pytest

from shop.models import BalanceDifference
from shop.services import reconciliation
from tests.factories.shop import paid_order
from tests.shop.payments.test_reconciliation import movement, take_in
from tests.shop.payments.test_refunding import balances

pytestmark = pytest.mark.django_db


def test_a_fee_of_the_account_and_what_is_kept_of_it_are_both_booked():
    payment = paid_order().payments.get()
    take_in(
        movement(
            payment, stripe_id="txn_f", category="fee", intent_id="", amount_minor=-900, fee_minor=9
        )
    )
    assert balances()["fees"] == 909


def test_differences_that_stay_open_do_not_keep_others_from_being_asked_about(monkeypatch):
    monkeypatch.setattr(reconciliation, "MOST_ASKED_AGAIN", 2)
    payments = [paid_order().payments.get() for _ in range(3)]
    for payment in payments:
        take_in(movement(payment, amount_minor=payment.amount_minor - 1))
    assert BalanceDifference.objects.filter(resolved_at=None).count() == 3
    asked = []

    def look(*, payment_id):
        asked.append(payment_id)
        reconciliation.Payment.objects.filter(pk=payment_id).update(
            last_synced_at=reconciliation.timezone.now()
        )

    monkeypatch.setattr(reconciliation, "sync_payment", look)
    for _ in range(2):
        reconciliation._ask_again()
    assert set(asked) == {payment.pk for payment in payments}
