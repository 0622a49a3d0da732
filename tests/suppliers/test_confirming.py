"""What a supplier says about its days, and what happens when it will not deliver."""

from datetime import timedelta

import pytest
from django.utils import timezone

from config.audit.models import StateChange
from config.mail.models import OutgoingMail
from config.mail.services import message_id
from production.models import Allocation, AssemblyJob, ScheduledReceipt
from production.selectors import open_shortages
from shop.models import Order, TrackedPart
from shop.services.orders import cancel_order
from suppliers.errors import BadPromise, NotFound, PurchaseOrderClosed
from suppliers.models import PromiseEvent, PurchaseOrder, PurchaseOrderLine
from suppliers.services.promised_days import Later
from suppliers.services.purchase_orders import (
    call_off_purchase_order,
    confirm_purchase_order,
    mail_key,
)
from suppliers.services.receipts import receive_everything, receive_goods
from suppliers.services.sourcing import source_order
from tests.factories.suppliers import offer, purchased

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
SOON, LATER = TODAY + timedelta(days=7), TODAY + timedelta(days=14)


def confirm(purchase_order, **days):
    promises = {int(name.removeprefix("line")): day for name, day in days.items()}
    return confirm_purchase_order(token=purchase_order.token, promises=promises)


def said():
    return list(PromiseEvent.objects.order_by("pk").values_list("promised_on", "quantity"))


def test_a_confirmed_day_is_written_down_and_planned_with():
    purchase_order = purchased(quantity=2)
    confirm(purchase_order, line1=SOON)
    purchase_order.refresh_from_db()
    assert purchase_order.status == PurchaseOrder.Status.ACKNOWLEDGED
    assert purchase_order.acknowledged_at is not None
    assert said() == [(SOON, 2)]
    receipt = ScheduledReceipt.objects.get()
    assert (receipt.due_on, receipt.is_confirmed) == (SOON, True)
    assert set(AssemblyJob.objects.values_list("parts_due_on", flat=True)) == {SOON}
    assert set(TrackedPart.objects.filter(part_number="PSU-450").values_list("due_on")) == {(SOON,)}
    change = StateChange.objects.get(to_state="acknowledged")
    assert (change.actor, change.why) == ("supplier:nordkomp", "confirmed 1 of 1 lines")


def test_a_later_day_is_written_beside_the_first_and_moves_the_order():
    purchase_order = purchased()
    confirm(purchase_order, line1=SOON)
    confirm(purchase_order, line1=LATER)
    assert said() == [(SOON, 1), (LATER, 1)]
    assert PurchaseOrderLine.objects.get().promised_on == LATER
    assert Order.objects.get().likely_ships_on > LATER


def test_the_same_day_said_twice_is_one_promise():
    purchase_order = purchased()
    confirm(purchase_order, line1=SOON)
    confirm(purchase_order, line1=SOON)
    assert len(said()) == 1


def test_a_line_that_is_not_named_stays_unanswered():
    purchase_order = purchased(parts=("PSU-450", "CPU-6"))
    confirm(purchase_order, line2=SOON)
    assert list(purchase_order.lines.values_list("promised_on", flat=True)) == [None, SOON]
    assert StateChange.objects.get(to_state="acknowledged").why == "confirmed 1 of 2 lines"


def test_a_day_for_the_rest_is_a_promise_for_the_rest():
    purchase_order = purchased(quantity=3)
    line = purchase_order.lines.get()
    receive_goods(line_id=line.pk, quantity=1, key="k", received_by="staff:anna")
    confirm(purchase_order, line1=LATER)
    assert said() == [(LATER, 2)]
    purchase_order.refresh_from_db()
    assert purchase_order.status == PurchaseOrder.Status.PARTLY_RECEIVED
    assert purchase_order.acknowledged_at is not None


@pytest.mark.parametrize(
    ("number", "day", "words"),
    [
        (2, SOON, "has lines 1 to 1, got 2"),
        (1, TODAY - timedelta(days=1), "Line 1: expected a day from"),
        (1, TODAY + timedelta(days=366), "Line 1: expected a day from"),
    ],
)
def test_a_line_or_day_that_cannot_be_changes_nothing(number, day, words):
    purchase_order = purchased()
    with pytest.raises(BadPromise, match=words):
        confirm_purchase_order(token=purchase_order.token, promises={number: day})
    purchase_order.refresh_from_db()
    assert purchase_order.status == PurchaseOrder.Status.SENT
    assert said() == []


def test_one_bad_line_spoils_the_whole_answer():
    purchase_order = purchased(parts=("PSU-450", "CPU-6"))
    with pytest.raises(BadPromise):
        confirm(purchase_order, line1=SOON, line3=SOON)
    assert said() == []
    assert not purchase_order.lines.filter(promised_on__isnull=False).exists()


def test_a_token_that_is_nobodys_is_refused():
    with pytest.raises(NotFound):
        confirm_purchase_order(token="nobodys", promises={1: SOON})


def test_a_line_that_has_come_takes_no_new_day():
    purchase_order = purchased(parts=("PSU-450", "CPU-6"))
    line = purchase_order.lines.first()
    receive_goods(line_id=line.pk, quantity=1, key="k", received_by="staff:anna")
    with pytest.raises(BadPromise, match="everything has arrived"):
        confirm(purchase_order, line1=SOON)


def test_an_order_that_is_complete_takes_no_word_any_more():
    purchase_order = purchased()
    receive_everything(purchase_order_id=purchase_order.pk, received_by="staff:anna")
    with pytest.raises(PurchaseOrderClosed, match="is received"):
        confirm(purchase_order, line1=SOON)


def test_a_day_for_a_part_whose_order_was_cancelled_ties_it_to_nobody(drain):
    purchase_order = purchased()
    cancel_order(order_id=Order.objects.get().pk, actor="customer", why="changed my mind")
    drain()
    confirm(purchase_order, line1=SOON)
    assert not Allocation.objects.exists()
    assert ScheduledReceipt.objects.get().due_on == SOON


def call_off(purchase_order):
    return call_off_purchase_order(
        purchase_order_id=purchase_order.pk, why="discontinued", actor="staff:anna"
    )


def test_what_is_called_off_is_short_again_and_can_be_bought_elsewhere():
    purchase_order = purchased(quantity=2)
    call_off(purchase_order)
    purchase_order.refresh_from_db()
    assert purchase_order.status == PurchaseOrder.Status.CANCELLED
    order = Order.objects.get()
    assert sum(it.short for it in open_shortages(order.pk)) == 2
    purchase_order.supplier.offers.update(is_active=False)
    offer("PSU-450", supplier="halden")
    (second,) = source_order(order_id=order.pk)
    assert second.supplier.code == "halden"
    assert open_shortages(order.pk) == []


def test_the_supplier_is_told_in_the_thread_of_the_order():
    purchase_order = purchased(quantity=3)
    line = purchase_order.lines.get()
    receive_goods(line_id=line.pk, quantity=1, key="k", received_by="staff:anna")
    call_off(purchase_order)
    mail = OutgoingMail.objects.get(key=f"purchase-order-{purchase_order.number}-called-off")
    assert mail.in_reply_to == message_id(mail_key(purchase_order))
    assert f"1. 2 × {line.sku}" in mail.body_text
    assert "discontinued" in mail.body_text
    assert "discontinued" in mail.body_html


def test_what_came_stays_and_the_order_is_then_received():
    purchase_order = purchased(quantity=3)
    line = purchase_order.lines.get()
    receive_goods(line_id=line.pk, quantity=1, key="k", received_by="staff:anna")
    call_off(purchase_order)
    purchase_order.refresh_from_db()
    assert purchase_order.status == PurchaseOrder.Status.RECEIVED
    assert ScheduledReceipt.objects.get().quantity == 1
    assert sum(it.short for it in open_shortages(Order.objects.get().pk)) == 2


def test_an_order_is_called_off_once():
    purchase_order = purchased()
    call_off(purchase_order)
    with pytest.raises(PurchaseOrderClosed):
        call_off(purchase_order)
    assert OutgoingMail.objects.filter(key__endswith="called-off").count() == 1


# --- a line that comes on two days


@pytest.fixture
def split():
    """Three computers wait for a power supply each; two come soon, one later, and one is spare."""
    purchase_order = purchased(quantity=3, moq=4)
    say_two_days(purchase_order, pieces=2)
    return purchase_order


def say_two_days(purchase_order, *, pieces, days=(SOON, LATER)):
    confirm_purchase_order(
        token=purchase_order.token,
        promises={1: days[0]},
        later={1: Later(pieces, days[1])},
    )


def coming():
    rows = ScheduledReceipt.objects.order_by("reference")
    return [(it.due_on, it.quantity, it.received_quantity, it.pegged_quantity) for it in rows]


def test_who_is_served_first_keeps_the_nearer_pieces_of_a_line_that_comes_on_two_days(split):
    assert coming() == [(SOON, 2, 0, 2), (LATER, 2, 0, 1)]
    jobs = AssemblyJob.objects.order_by("pk")
    assert list(jobs.values_list("parts_due_on", flat=True)) == [SOON, SOON, LATER]
    assert said() == [(SOON, 2), (LATER, 2)]
    line = split.lines.get()
    assert (line.promised_on, line.later_quantity, line.later_on) == (SOON, 2, LATER)
    say_two_days(split, pieces=2)
    assert len(said()) == 2


def test_one_day_for_all_puts_a_line_together_again(split):
    confirm(split, line1=LATER)
    assert coming() == [(LATER, 4, 0, 3)]
    assert split.lines.get().later_on is None


def test_once_the_nearer_pieces_are_here_the_rest_has_one_day(split):
    line = split.lines.get()
    for key, pieces in (("a", 1), ("b", 1)):
        receive_goods(line_id=line.pk, quantity=pieces, key=key, received_by="staff:anna")
    assert coming() == [(LATER, 4, 2, 1)]
    line.refresh_from_db()
    assert (line.due_on, line.later_quantity) == (LATER, 0)
    assert AssemblyJob.objects.filter(status="ready").count() == 2
    receive_everything(purchase_order_id=split.pk, received_by="staff:anna")
    assert AssemblyJob.objects.filter(status="ready").count() == 3


def test_more_than_the_nearer_pieces_may_come_at_once(split):
    line = split.lines.get()
    receive_goods(line_id=line.pk, quantity=3, key="a", received_by="staff:anna")
    assert coming() == [(LATER, 4, 3, 0)]
    assert AssemblyJob.objects.filter(status="ready").count() == 3


def test_calling_off_a_line_that_comes_on_two_days_lets_go_of_both(split):
    call_off_purchase_order(purchase_order_id=split.pk, why="too late", actor="staff:anna")
    assert coming() == []
    assert not Allocation.objects.filter(scheduled_receipt__isnull=False).exists()


@pytest.mark.parametrize(
    ("pieces", "days", "message"),
    [
        (4, (SOON, LATER), "1 to 3 of them can come later, got 4"),
        (0, (SOON, LATER), "got 0"),
        (1, (LATER, SOON), "expected a later day than"),
        (1, (SOON, TODAY + timedelta(days=999)), "expected a day from"),
    ],
)
def test_parts_that_cannot_be_are_refused_and_change_nothing(split, pieces, days, message):
    with pytest.raises(BadPromise, match=message):
        say_two_days(split, pieces=pieces, days=days)
    assert coming() == [(SOON, 2, 0, 2), (LATER, 2, 0, 1)]


def test_a_later_day_needs_a_first_one(split):
    with pytest.raises(BadPromise, match="needs a first one"):
        confirm_purchase_order(token=split.token, promises={}, later={1: Later(1, LATER)})
