"""Stripe's balance beside our books: what it alone decides is booked, what differs is a row."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from shop import console
from shop.errors import ShopError
from shop.models import (
    BalanceDifference,
    BalanceRecord,
    LedgerTransaction,
    Order,
    Payment,
    StripeEvent,
)
from shop.services import payments, reconciliation, refunds
from shop.services.inbox import work_off
from shop.stripe.balance import Movement
from shop.tasks import fetch_undelivered_events, reconcile
from tests.factories.shop import paid_order, place_small_order
from tests.shop.payments.test_refunding import balances
from tests.shop.sandbox.browser_double import GOOD, visit

pytestmark = pytest.mark.django_db


def movement(payment: Payment, **changes) -> Movement:
    return Movement(
        **{
            "stripe_id": f"txn_{payment.pk}",
            "category": "charge",
            "source_id": f"ch_{payment.pk}",
            "intent_id": payment.payment_intent_id,
            "amount_minor": payment.amount_minor,
            "fee_minor": 0,
            "currency": payment.currency,
            "happened_at": timezone.now(),
            **changes,
        }
    )


def take_in(*movements: Movement) -> None:
    reconciliation.take_in(movements)
    reconciliation.compare()


def open_differences() -> list[str]:
    return list(BalanceDifference.objects.filter(resolved_at=None).values_list("what", flat=True))


def test_a_payment_and_its_refund_at_the_cashier_agree_with_the_books_to_the_cent(cashier):
    order = place_small_order()
    visit(payments.open_payment(order_id=order.pk), GOOD)
    payment = payments.sync_payment(payment_id=order.payments.get().pk)
    refund = refunds.request_refund(
        payment_id=payment.pk, amount_minor=1_000, reason="x", actor="staff:a"
    )
    refunds.perform_refund(refund.call)
    for _ in range(2):
        reconcile()
    assert open_differences() == []
    assert set(BalanceRecord.objects.values_list("category", flat=True)) == {"charge", "refund"}
    at_stripe = sum(it.amount_minor - it.fee_minor for it in BalanceRecord.objects.all())
    assert balances()["stripe_clearing"] == at_stripe
    assert balances()["fees"] > 0


def test_a_charge_of_another_amount_is_a_difference_until_staff_say_why():
    order = paid_order()
    take_in(movement(order.payments.get(), amount_minor=order.total_minor - 1))
    difference = BalanceDifference.objects.get(record__isnull=False)
    assert (difference.at_stripe_minor, difference.in_books_minor) == (
        order.total_minor - 1,
        order.total_minor,
    )
    with pytest.raises(ShopError):
        reconciliation.resolve_difference(difference_id=difference.pk, actor="staff:a", reason="")
    for actor in ("staff:a", "staff:b"):
        reconciliation.resolve_difference(
            difference_id=difference.pk, actor=actor, reason="Rounded by the bank."
        )
    reconciliation.compare()
    difference.refresh_from_db()
    assert (difference.resolved_by, difference.reason) == ("staff:a", "Rounded by the bank.")
    assert open_differences() == []


def test_money_that_no_payment_of_ours_explains_is_a_difference():
    payment = paid_order().payments.get()
    take_in(movement(payment), movement(payment, stripe_id="txn_x", intent_id="pi_foreign"))
    assert open_differences() == [f"charge ch_{payment.pk}, of no payment that we know"]
    (concern,) = console.differences()
    assert concern.detail == "1 difference without a reason"


def test_a_difference_closes_by_itself_once_the_books_catch_up():
    order = place_small_order()
    visit_later = order.payments.create(
        attempt=1,
        amount_minor=order.total_minor,
        currency="USD",
        idempotency_key="late",
        payment_intent_id="pi_late",
    )
    take_in(movement(visit_later))
    assert len(open_differences()) == 1
    with transaction.atomic():
        payments.ledger.post_surplus(
            payment=visit_later, amount_minor=order.total_minor, currency="USD"
        )
    reconciliation.compare()
    assert open_differences() == []
    assert BalanceDifference.objects.get().reason == "both sides agree now"


def test_what_only_our_books_know_is_a_difference_after_a_day(monkeypatch):
    order = paid_order()
    reconciliation.compare()
    assert open_differences() == []
    monkeypatch.setattr(reconciliation, "BOOKS_AHEAD_FOR", timedelta(seconds=-1))
    reconciliation.compare()
    assert open_differences() == [f"{order.number} paid: Stripe's balance has no such movement"]
    take_in(movement(order.payments.get()))
    assert open_differences() == []


def test_fees_disputes_and_payouts_are_booked_once_from_the_balance():
    order = paid_order()
    payment = order.payments.get()
    charge = movement(payment, fee_minor=1_648)
    taken = movement(
        payment,
        stripe_id="txn_d",
        category="dispute",
        source_id="du_1",
        amount_minor=-order.total_minor,
        fee_minor=1_500,
    )
    won = replace(
        taken,
        stripe_id="txn_w",
        category="dispute_reversal",
        amount_minor=order.total_minor,
        fee_minor=-1_500,
    )
    payout = movement(
        payment, stripe_id="txn_p", category="payout", intent_id="", amount_minor=-10_000
    )
    for _ in range(2):
        take_in(charge, taken)
    assert balances()["disputes"] == order.total_minor
    assert balances()["fees"] == 1_648 + 1_500
    take_in(won, payout)
    assert balances() == {
        "stripe_clearing": order.total_minor - 1_648 - 10_000,
        "customer_prepayments": -order.total_minor,
        "fees": 1_648,
        "bank": 10_000,
    }
    assert LedgerTransaction.objects.get(key="payout-txn_p").order is None
    assert open_differences() == []


@pytest.mark.parametrize(
    "statement",
    ["UPDATE shop_balancerecord SET amount_minor = 1", "DELETE FROM shop_balancerecord"],
)
def test_what_stripe_said_is_not_rewritten(statement):
    take_in(movement(paid_order().payments.get()))
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_cashier_that_is_away_leaves_everything_for_the_next_time(no_cashier):
    reconcile()
    fetch_undelivered_events()
    assert not BalanceRecord.objects.exists()


def test_events_that_never_arrived_are_fetched_once(cashier):
    order = place_small_order()
    visit(payments.open_payment(order_id=order.pk), GOOD)
    for _ in range(2):
        fetch_undelivered_events()
    types = set(StripeEvent.objects.values_list("type", flat=True))
    assert "checkout.session.completed" in types
    assert StripeEvent.objects.filter(type="checkout.session.completed").count() == 1
    event = StripeEvent.objects.get(type="checkout.session.completed")
    work_off(event)
    order.refresh_from_db()
    assert order.status == Order.Status.RELEASED
