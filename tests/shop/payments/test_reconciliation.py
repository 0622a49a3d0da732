"""Stripe's balance beside our books: what it alone decides is booked, what differs is a row."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from shop import concerns
from shop.errors import ShopError
from shop.models import (
    BalanceDifference,
    BalanceRecord,
    LedgerTransaction,
    Order,
    Payment,
)
from shop.services import balance_records, payments, reconciliation, refund_requests, refunds
from shop.services.balance_records import BOOKED_TO
from shop.services.comparison import compare
from shop.services.reconciliation import Reconciled
from shop.stripe.balance import Movement
from tests.factories.shop import facts_of, paid_order, payment_of, place_small_order
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
    balance_records.take_in(movements)
    compare(BalanceRecord.objects.exclude(category__in=BOOKED_TO))


def reconcile_later(**later) -> Reconciled:
    """As `reconcile`, when what is asked for here has had the time to be booked."""
    return reconciliation.reconcile(now=timezone.now() + timedelta(**(later or {"minutes": 5})))


def open_differences() -> list[str]:
    return list(BalanceDifference.objects.filter(resolved_at=None).values_list("what", flat=True))


def test_a_payment_and_its_refund_at_the_cashier_agree_with_the_books_to_the_cent(cashier):
    order = place_small_order()
    visit(payments.open_payment(order_id=order.pk), GOOD)
    payment = payments.sync_payment(payment_id=order.payments.get().pk)
    refund = refund_requests.request_refund(
        payment_id=payment.pk, amount_minor=1_000, reason="x", actor="staff:a"
    )
    refunds.perform_refund(refund.call)
    for minutes in (5, 10):
        reconcile_later(minutes=minutes)
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
    compare()
    difference.refresh_from_db()
    assert (difference.resolved_by, difference.reason) == ("staff:a", "Rounded by the bank.")
    assert open_differences() == []


def test_money_that_no_payment_of_ours_explains_is_a_difference():
    payment = paid_order().payments.get()
    take_in(movement(payment), movement(payment, stripe_id="txn_x", intent_id="pi_foreign"))
    assert open_differences() == [f"charge ch_{payment.pk}, of no payment that we know"]
    (concern,) = concerns.differences()
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
    compare()
    assert open_differences() == []
    assert BalanceDifference.objects.get().reason == "both sides agree now"


def test_what_only_our_books_know_is_a_difference_after_a_day(cashier):
    order = paid_order()  # the cashier knows nothing of it
    reconcile_later(hours=23)
    assert open_differences() == []
    reconcile_later(hours=25)
    assert open_differences() == [f"{order.number} paid: Stripe's balance has no such movement"]
    take_in(movement(order.payments.get()))
    assert open_differences() == []


def test_a_movement_whose_payment_becomes_known_later_is_explained_then():
    order = place_small_order()
    payment = payment_of(order)
    take_in(movement(payment, intent_id=f"pi_test_{payment.pk}"))
    assert "of no payment that we know" in open_differences()[0]
    payments.apply_facts(payment_id=payment.pk, facts=facts_of(payment))
    compare()
    assert open_differences() == []


def test_a_payment_whose_event_never_came_is_found_by_its_movement(cashier):
    order = place_small_order()
    visit(payments.open_payment(order_id=order.pk), GOOD)
    payment = order.payments.get()
    gone = payments.gateway.retrieve_checkout(payment.session_id)
    # Nobody polls what is thought to have failed.
    Payment.objects.update(status="failed", payment_intent_id=gone.intent_id)
    reconcile_later()
    order.refresh_from_db()
    assert order.status == Order.Status.RELEASED
    assert open_differences() == []


def test_money_of_an_order_that_is_held_is_no_difference():
    order = place_small_order()
    payment = payment_of(order)
    payments.apply_facts(payment_id=payment.pk, facts=facts_of(payment, is_under_review=True))
    take_in(movement(Payment.objects.get(pk=payment.pk)))
    assert open_differences() == []


def test_money_in_another_currency_is_a_difference_even_of_the_same_number():
    payment = paid_order().payments.get()
    take_in(movement(payment, currency="EUR"))
    assert open_differences() == [f"{payment.order.number} paid: at Stripe in EUR"]


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
