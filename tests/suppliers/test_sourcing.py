"""From what a paid order lacks to purchase orders."""

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.audit.models import StateChange
from config.calendar import add_working_days
from config.mail.models import OutgoingMail
from production.models import Part, ScheduledReceipt
from production.selectors import open_shortages
from shop.models import Order, TrackedPart
from suppliers.models import Offer, Pegging, PurchaseOrder, PurchaseOrderLine, Supplier
from suppliers.selectors import short_parts
from suppliers.services.offers import tell_production
from suppliers.services.sourcing import source_order
from tests.factories.production import (
    makeable_model,
    planned_order,
    released_order,
    stock_part,
    unpaid_order,
)
from tests.factories.shop import paid_order
from tests.factories.suppliers import SupplierFactory, offer, purchased, short_order

pytestmark = pytest.mark.django_db


def test_each_supplier_gets_one_purchase_order_with_all_that_it_sells():
    offer("PSU-450")
    offer("CASE-MINI")
    offer("CPU-6", supplier="halden")
    order = short_order("PSU-450", "CASE-MINI", "CPU-6", quantity=2)
    source_order(order_id=order.pk)
    bought = {
        it.supplier.code: sorted(it.lines.values_list("part__part_number", "quantity"))
        for it in PurchaseOrder.objects.all()
    }
    assert bought == {
        "nordkomp": [("CASE-MINI", 2), ("PSU-450", 2)],
        "halden": [("CPU-6", 2)],
    }


def test_a_purchase_order_says_what_the_offer_says():
    purchase_order = purchased(quantity=2, price_minor=4_250, lead_days=4, sku="00-450")
    line = purchase_order.lines.get()
    assert purchase_order.status == PurchaseOrder.Status.SENT
    assert (purchase_order.total_minor, purchase_order.currency) == (8_500, "USD")
    assert (line.sku, line.price_minor, line.description) == ("00-450", 4_250, "450 W supply")
    assert line.requested_on == add_working_days(timezone.localdate(), 4)
    assert line.promised_on is None


def test_what_is_bought_beyond_the_need_is_declared_and_the_rest_is_pegged():
    line = purchased(quantity=2, moq=5, pack_quantity=3).lines.get()
    assert (line.quantity, line.push_quantity) == (6, 4)
    assert line.push_reason == "minimum order of 5, packs of 3"
    assert line.peggings.aggregate(it=Sum("quantity"))["it"] == 2
    assert line.peggings.count() == 2  # one a job


def test_the_customer_sees_the_part_on_order_with_its_day():
    line = purchased().lines.get()
    shown = TrackedPart.objects.get(part_number="PSU-450")
    assert (shown.state, shown.due_on, shown.supplier_name) == (
        "on_order", line.requested_on, "Nordkomp",
    )  # fmt: skip


def test_every_state_is_written_down():
    purchase_order = purchased()
    order = Order.objects.get()
    rows = StateChange.objects.filter(
        subject_type="suppliers.purchaseorder", subject_id=purchase_order.pk
    ).order_by("pk")
    assert list(rows.values_list("from_state", "to_state", "why")) == [
        ("", "draft", f"{order.number} needs it"),
        ("draft", "sent", "mailed to the supplier"),
    ]


def test_a_repeated_delivery_buys_nothing_more():
    purchased()
    order = Order.objects.get()
    assert source_order(order_id=order.pk) == []
    assert PurchaseOrder.objects.count() == 1
    assert ScheduledReceipt.objects.count() == 1
    assert OutgoingMail.objects.filter(key__startswith="purchase-order-").count() == 1


def test_a_part_that_nobody_offers_stays_short_and_is_shown():
    offer("PSU-450")
    order = short_order("PSU-450", "CPU-6")
    source_order(order_id=order.pk)
    (shortage,) = open_shortages(order.pk)
    assert shortage.requirement.part.part_number == "CPU-6"
    (shown,) = short_parts()
    assert (shown.part.part_number, shown.quantity, shown.orders, shown.has_offer) == (
        "CPU-6", 1, (order.number,), False,
    )  # fmt: skip


def test_an_offer_that_comes_late_is_bought_in_a_second_round_from_the_same_supplier():
    offer("PSU-450")
    order = short_order("PSU-450", "CPU-6")
    source_order(order_id=order.pk)
    offer("CPU-6")
    (second,) = source_order(order_id=order.pk)
    assert second.lines.get().part.part_number == "CPU-6"
    assert PurchaseOrder.objects.filter(supplier__code="nordkomp").count() == 2
    assert open_shortages(order.pk) == []


def test_an_offer_or_supplier_that_is_switched_off_is_not_bought():
    offer("PSU-450", is_active=False)
    offer("PSU-450", supplier="halden")
    Supplier.objects.filter(code="halden").update(is_active=False)
    order = short_order("PSU-450")
    assert source_order(order_id=order.pk) == []


def test_a_cancelled_order_buys_nothing():
    offer("PSU-450")
    order = short_order("PSU-450")
    Order.objects.filter(pk=order.pk).update(status=Order.Status.CANCELLED)
    assert source_order(order_id=order.pk) == []


def test_an_order_whose_parts_are_all_here_buys_nothing():
    offer("PSU-450")
    order = short_order()
    assert source_order(order_id=order.pk) == []


def test_money_that_clears_sends_a_purchase_order_by_itself(drain):
    version = makeable_model()
    stock_part("PSU-450", 0)
    offer("PSU-450")
    order = paid_order(version=version)
    drain()
    purchase_order = PurchaseOrder.objects.get()
    pegged = Pegging.objects.get(line__purchase_order=purchase_order)
    assert pegged.requirement.clearance.order == order
    mail = OutgoingMail.objects.get(about=purchase_order.number)
    assert mail.done_at is not None


def test_an_order_that_was_never_paid_calls_for_nothing(drain):
    offer("PSU-450")
    version = makeable_model()
    stock_part("PSU-450", 0)
    unpaid_order(version=version)
    drain()
    assert not PurchaseOrder.objects.exists()


def test_buying_takes_the_same_few_statements_however_many_parts_and_machines_there_are():
    parts = ("PSU-450", "CASE-MINI", "CPU-6", "MEM-16")
    for part_number in parts:
        offer(part_number)
    few = short_order(*parts)
    many = planned_order(version=few.lines.get().configuration.version, quantity=4)
    assert statements_of(few) <= 34
    # One more a machine: what the customer sees of each.
    assert statements_of(many) <= 34 + 3
    assert PurchaseOrderLine.objects.count() == 2 * len(parts)


def statements_of(order: Order) -> int:
    with CaptureQueriesContext(connection) as captured:
        source_order(order_id=order.pk)
    return len([query for query in captured if "SAVEPOINT" not in query["sql"]])


def test_production_learns_the_lead_time_of_the_offer_that_would_be_taken():
    dear = offer("PSU-450", lead_days=1, price_minor=9_000)
    offer("PSU-450", supplier="halden", lead_days=6)
    tell_production(part_ids=[dear.part_id])
    part = Part.objects.select_related("supply_profile").get(pk=dear.part_id)
    assert (part.supply_profile.lead_days, part.supply_profile.supplier_name) == (6, "Halden")
    Offer.objects.update(is_active=False)
    tell_production(part_ids=[dear.part_id])
    part.supply_profile.refresh_from_db()
    assert (part.supply_profile.lead_days, part.supply_profile.supplier_name) == (None, "")


def test_a_released_order_that_is_not_planned_yet_has_nothing_to_buy():
    offer("PSU-450")
    assert source_order(order_id=released_order().pk) == []


def test_the_cheaper_supplier_gets_the_order():
    SupplierFactory.create(code="halden")
    offer("PSU-450", price_minor=5_000)
    offer("PSU-450", supplier="halden", price_minor=3_000)
    order = short_order("PSU-450")
    (purchase_order,) = source_order(order_id=order.pk)
    assert purchase_order.supplier.code == "halden"
