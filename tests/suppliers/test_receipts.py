"""Goods that come in: once, never too many, and straight to the jobs that wait for them."""

import pytest
from django.db.models import Sum

from production.models import AssemblyJob, StockLevel, StockMovement
from suppliers.errors import NotFound, PurchaseOrderClosed, ReceiptRefused
from suppliers.models import GoodsReceipt, PurchaseOrder
from suppliers.services.purchase_orders import call_off_purchase_order
from suppliers.services.receipts import receive_everything, receive_goods
from tests.factories.suppliers import purchased

pytestmark = pytest.mark.django_db


def receive(line, quantity, key="k1"):
    return receive_goods(line_id=line.pk, quantity=quantity, key=key, received_by="staff:anna")


def jobs():
    return list(AssemblyJob.objects.order_by("unit").values_list("status", flat=True))


def level():
    return StockLevel.objects.values_list("on_hand", "allocated").get(part__part_number="PSU-450")


def test_part_of_a_delivery_serves_the_first_job_and_leaves_the_order_open():
    line = purchased(quantity=2).lines.get()
    receive(line, 1)
    assert jobs() == ["ready", "waiting_for_parts"]
    line.refresh_from_db()
    assert (line.received_quantity, line.open_quantity) == (1, 1)
    assert line.purchase_order.status == PurchaseOrder.Status.PARTLY_RECEIVED


def test_the_last_part_makes_the_job_ready_and_the_order_received():
    line = purchased(quantity=2).lines.get()
    receive(line, 1, "k1")
    receive(line, 1, "k2")
    assert jobs() == ["ready", "ready"]
    assert PurchaseOrder.objects.get().status == PurchaseOrder.Status.RECEIVED


def test_a_job_waits_until_the_last_of_its_parts_is_here():
    purchase_order = purchased(parts=("PSU-450", "CPU-6"))
    first, second = purchase_order.lines.all()
    receive(first, 1, "k1")
    assert jobs() == ["waiting_for_parts"]
    receive(second, 1, "k2")
    assert jobs() == ["ready"]


def test_what_was_bought_beyond_the_need_is_push_stock():
    line = purchased(quantity=2, moq=5).lines.get()
    receive(line, 5)
    assert level() == (5, 2)
    came = StockMovement.objects.filter(kind="receipt", reference=line.reference)
    assert set(came.values_list("origin", "quantity")) == {("pegged", 2), ("push", 3)}


def test_what_comes_first_is_for_the_orders_and_only_the_rest_for_the_shelf():
    line = purchased(quantity=2, moq=5).lines.get()
    receive(line, 3)
    assert level() == (3, 2)
    assert jobs() == ["ready", "ready"]


@pytest.mark.parametrize("quantity", [3, 0, -1])
def test_more_than_is_to_come_and_nothing_at_all_are_refused(quantity):
    line = purchased(quantity=2).lines.get()
    with pytest.raises(ReceiptRefused, match=f"expected at most 2 more, got {quantity}"):
        receive(line, quantity)
    assert level() == (0, 0)
    assert not GoodsReceipt.objects.exists()


def test_the_same_key_twice_counts_once():
    line = purchased(quantity=2).lines.get()
    assert receive(line, 1) == receive(line, 1)
    assert level() == (1, 1)


def test_a_key_does_not_stand_for_another_receipt():
    line = purchased(quantity=3).lines.get()
    receive(line, 1)
    with pytest.raises(ReceiptRefused, match="stands for 1 of"):
        receive(line, 2)
    assert level() == (1, 1)


def test_a_line_that_is_none_is_refused():
    with pytest.raises(NotFound, match="no purchase-order line 77"):
        receive_goods(line_id=77, quantity=1, key="k", received_by="staff:anna")


def test_nothing_comes_in_on_an_order_that_was_called_off():
    purchase_order = purchased()
    call_off_purchase_order(
        purchase_order_id=purchase_order.pk, why="out of production", actor="staff:anna"
    )
    with pytest.raises(PurchaseOrderClosed, match="is cancelled"):
        receive(purchase_order.lines.get(), 1)


def test_a_whole_delivery_is_booked_in_at_once_and_a_second_time_finds_nothing():
    purchase_order = purchased(quantity=2, parts=("PSU-450", "CPU-6"), moq=3)
    receive(purchase_order.lines.first(), 1)
    booked = [
        receive_everything(purchase_order_id=purchase_order.pk, received_by="staff:anna")
        for _ in range(2)
    ]
    assert booked == [5, 0]
    assert jobs() == ["ready", "ready"]
    assert GoodsReceipt.objects.aggregate(all=Sum("quantity"))["all"] == 6


def test_a_line_says_what_its_receipts_sum_to():
    line = purchased(quantity=4).lines.get()
    for count, key in ((1, "a"), (2, "b")):
        receive(line, count, key)
    line.refresh_from_db()
    assert line.received_quantity == 3
