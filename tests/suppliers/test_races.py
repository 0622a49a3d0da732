"""Many at once: an order is bought for once, and a delivery is booked in once.

Each race has a negative control, without its lock: so it is a race that could do harm.
"""

from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction

from config.embedded.waiting import wait_until
from config.locks import lock_rows
from config.outbox import sources
from config.outbox.models import Delivery
from production.models import AssemblyJob, StockLevel
from production.services import free_supply
from production.services.stock import lock_free_stock
from shop.models import Order
from suppliers.errors import ReceiptRefused
from suppliers.models import GoodsReceipt, PromiseEvent, PurchaseOrder
from suppliers.services import purchase_orders, receipts, sourcing
from tests.concurrency.races import SUPPLY_WITHOUT_LOCKS, race
from tests.factories.production import makeable_model, planned_order, released_order, stock_part
from tests.factories.suppliers import offer, purchased, short_order

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]

RACERS = 8


def errors_of(results):
    return [it for it in results if isinstance(it, Exception)]


def unlocked(model, keys):
    """What `lock_rows` reads, without the lock."""
    return list(model.objects.filter(pk__in=list(keys)).order_by("pk"))


def all_at_once(monkeypatch, module, name, racers=RACERS):
    """Have every racer stand before `module.name` until all do."""
    gate, call = Barrier(racers, timeout=30), getattr(module, name)

    def wait(*args, **kwargs):
        gate.wait()
        return call(*args, **kwargs)

    monkeypatch.setattr(module, name, wait)


def test_eight_who_buy_for_one_order_send_one_purchase_order():
    offer("PSU-450")
    order = short_order("PSU-450")
    results = race(*[lambda: sourcing.source_order(order_id=order.pk)] * RACERS)
    assert errors_of(results) == []
    assert sorted(map(len, results)) == [0] * (RACERS - 1) + [1]
    assert PurchaseOrder.objects.count() == 1


def test_a_delivery_that_eight_workers_take_is_bought_for_once():
    version = makeable_model()
    stock_part("PSU-450", 0)
    offer("PSU-450")
    released_order(version=version)
    plan = Delivery.objects.get(subscriber="production.plan_order")
    assert sources.run(Delivery._meta.label_lower, plan.pk)
    delivery = Delivery.objects.get(subscriber="suppliers.source_order")
    results = race(*[lambda: sources.run(Delivery._meta.label_lower, delivery.pk)] * RACERS)
    assert sorted(results) == [False] * (RACERS - 1) + [True]
    assert PurchaseOrder.objects.count() == 1


def test_control_without_the_lock_the_buyers_collide_on_the_constraint(monkeypatch):
    offer("PSU-450")
    order = short_order("PSU-450")
    monkeypatch.setattr(sourcing, "lock_rows", unlocked)
    monkeypatch.setattr(free_supply, "FREE_SUPPLY", SUPPLY_WITHOUT_LOCKS)
    all_at_once(monkeypatch, sourcing, "_source_key")
    errors = errors_of(race(*[lambda: sourcing.source_order(order_id=order.pk)] * RACERS))
    assert len(errors) == RACERS - 1
    assert all(isinstance(it, IntegrityError) for it in errors)
    assert "purchase_order_once_per_source" in str(errors[0])
    assert PurchaseOrder.objects.count() == 1


def test_two_people_who_book_the_same_goods_in_at_once_book_them_once():
    line = purchased(quantity=3).lines.get()

    def book(key):
        return lambda: receipts.receive_goods(
            line_id=line.pk, quantity=2, key=key, received_by=f"staff:{key}"
        )

    errors = errors_of(race(book("anna"), book("bert")))
    assert [type(it) for it in errors] == [ReceiptRefused]
    assert "expected at most 1 more, got 2" in str(errors[0])
    level = StockLevel.objects.get(part__part_number="PSU-450")
    assert (level.on_hand, level.allocated) == (2, 2)
    assert AssemblyJob.objects.filter(status="ready").count() == 2


def test_control_without_the_lock_both_believe_that_they_may_and_the_database_refuses(monkeypatch):
    line = purchased(quantity=2).lines.get()
    monkeypatch.setattr(receipts, "lock_orders_served_by", lambda _: None)
    monkeypatch.setattr(receipts, "record_goods_receipts", lambda **_: None)
    all_at_once(monkeypatch, receipts, "record_goods_receipts", racers=2)

    def book(key):
        return lambda: receipts.receive_goods(
            line_id=line.pk, quantity=2, key=key, received_by=f"staff:{key}"
        )

    errors = errors_of(race(book("anna"), book("bert")))
    assert [type(it) for it in errors] == [IntegrityError]
    assert "purchase_order_line_quantities" in str(errors[0])


def test_a_double_click_books_in_once_and_both_clicks_are_answered():
    line = purchased(quantity=3).lines.get()
    results = race(
        *[
            lambda: receipts.receive_goods(
                line_id=line.pk, quantity=1, key="form-1", received_by="staff:anna"
            )
        ]
        * RACERS
    )
    assert errors_of(results) == []
    assert {it.pk for it in results} == {GoodsReceipt.objects.get().pk}


def test_everybody_who_books_the_rest_in_finds_it_booked_in_once():
    purchase_order = purchased(quantity=2, parts=("PSU-450", "CPU-6"))
    results = race(
        *[
            lambda: receipts.receive_everything(
                purchase_order_id=purchase_order.pk, received_by="staff:anna"
            )
        ]
        * RACERS
    )
    assert errors_of(results) == []
    assert sorted(results) == [0] * (RACERS - 1) + [4]


def is_somebody_waiting_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def test_a_delivery_waits_for_other_orders_before_it_touches_the_shelf():
    """One who holds an order and goes to the shelf must not meet one who does it the other way."""
    version = makeable_model()
    offer("PSU-450")
    offer("CPU-6")
    bought_for = short_order("PSU-450", "CPU-6", version=version)
    (purchase_order,) = sourcing.source_order(order_id=bought_for.pk)
    first, second = (line.part for line in purchase_order.lines.order_by("part_id"))
    stock_part(first.part_number, 1)
    waits_for_the_second = planned_order(version=version)

    def go_to_the_shelf_with_an_order():
        with transaction.atomic():
            lock_rows(Order, [waits_for_the_second.pk])
            assert wait_until(is_somebody_waiting_for_a_lock, within_s=30)
            return lock_free_stock([first.pk])

    def book_everything():
        with transaction.atomic():
            return receipts.receive_everything(
                purchase_order_id=purchase_order.pk, received_by="staff:anna"
            )

    assert errors_of(race(go_to_the_shelf_with_an_order, book_everything)) == []
    assert second.stock_level.on_hand == 1


def test_an_answer_that_arrives_while_goods_come_in_is_either_taken_or_refused():
    purchase_order = purchased(quantity=2)
    line = purchase_order.lines.get()
    results = race(
        lambda: receipts.receive_goods(
            line_id=line.pk, quantity=1, key="k", received_by="staff:anna"
        ),
        lambda: purchase_orders.confirm_purchase_order(
            token=purchase_order.token, promises={1: line.requested_on}
        ),
    )
    assert errors_of(results) == []
    purchase_order.refresh_from_db()
    assert purchase_order.status == PurchaseOrder.Status.PARTLY_RECEIVED
    assert PromiseEvent.objects.get().quantity in {1, 2}
