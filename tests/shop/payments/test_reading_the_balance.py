"""How Stripe's balance and its events are read: stretch by stretch, and kept as they were said."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shop.errors import CashierAway
from shop.models import BalanceReading, BalanceRecord, Order, Payment, StripeEvent
from shop.services import payments, reconciliation
from shop.services.inbox import work_off
from shop.tasks import fetch_undelivered_events, reconcile
from tests.factories.shop import paid_order, place_small_order
from tests.shop.payments.test_reconciliation import (
    movement,
    open_differences,
    reconcile_later,
    take_in,
)
from tests.shop.sandbox.browser_double import GOOD, visit

pytestmark = pytest.mark.django_db


def test_the_balance_is_read_in_stretches_that_follow_each_other(cashier):
    paid_order()
    reconcile_later(days=3)
    reconcile_later(days=3, hours=1)
    readings = list(BalanceReading.objects.order_by("ends_at"))
    lengths = [it.ends_at - it.begins_at for it in readings]
    assert len(readings) == 4
    assert max(lengths) == reconciliation.STRETCH
    for earlier, later in pairwise(readings):
        assert earlier.ends_at == later.begins_at


def test_a_run_that_broke_off_goes_on_where_it_was_and_leaves_nothing_out(cashier, monkeypatch):
    order = place_small_order()
    visit(payments.open_payment(order_id=order.pk), GOOD)
    payments.sync_payment(payment_id=order.payments.get().pk)
    begun = timezone.now() - timedelta(days=10)
    Payment.objects.update(created_at=begun)
    read, calls = reconciliation.movements_between, []

    def breaks_off(begins, ends):
        calls.append(ends)
        if len(calls) == 4:
            raise CashierAway("nobody there")
        return read(begins, ends)

    monkeypatch.setattr(reconciliation, "movements_between", breaks_off)
    with pytest.raises(CashierAway):
        reconcile_later()
    assert BalanceReading.objects.count() == 3
    reconcile_later()
    assert len(calls) == 4 + 8
    assert BalanceRecord.objects.filter(category="charge").count() == 1
    assert open_differences() == []


def test_old_movements_are_not_compared_again(cashier, django_assert_max_num_queries):
    for number in range(12):
        payment = paid_order().payments.get()
        old = timezone.now() - timedelta(days=3)
        take_in(movement(payment, stripe_id=f"txn_old_{number}", happened_at=old))
    reconcile_later()
    with django_assert_max_num_queries(20), CaptureQueriesContext(connection) as seen:
        reconcile_later(minutes=10)
    names = [query["sql"] for query in seen if "txn_old" in query["sql"]]
    assert names == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE shop_balancerecord SET amount_minor = 1",
        "DELETE FROM shop_balancerecord",
        "UPDATE shop_balancereading SET ends_at = ends_at + interval '1 day'",
        "DELETE FROM shop_balancereading",
    ],
)
def test_what_stripe_said_and_how_far_it_was_read_is_not_rewritten(statement):
    take_in(movement(paid_order().payments.get()))
    now = timezone.now()
    BalanceReading.objects.create(
        begins_at=now - timedelta(days=1), ends_at=now, movement_count=1, difference_count=0
    )
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_cashier_that_is_away_leaves_everything_for_the_next_time(no_cashier):
    paid_order()
    Payment.objects.update(created_at=timezone.now() - timedelta(days=1))
    reconcile()
    fetch_undelivered_events()
    assert not BalanceReading.objects.exists()
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
