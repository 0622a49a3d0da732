"""What purchasing shows to a person: parts without an offer, late answers, late goods."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from config.console import registry
from config.mail.models import OutgoingMail
from config.outbox.models import Errand
from shop.models import Order
from suppliers import console
from suppliers.models import PurchaseOrder, PurchaseOrderLine
from suppliers.services.receipts import receive_goods
from suppliers.services.sourcing import SOURCE_AGAIN, source_order
from tests.factories.suppliers import offer, purchased, short_order, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def buyer(client):
    client.force_login(
        staff("suppliers.view_purchaseorder", "suppliers.add_purchaseorder", "suppliers.view_offer")
    )
    return client


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_a_part_that_nobody_sells_is_a_concern_until_it_has_an_offer_and_is_bought(buyer, drain):
    order = short_order("CPU-6")
    drain()
    concern = next(iter(console.concerns()))
    assert concern.title == "Nobody sells Six cores"
    assert concern.detail == f"1 missing for {order.number}."
    assert "nobody sells it" in text_of(buyer.get(concern.url))
    offer("CPU-6")
    page = buyer.post(reverse("ops:buy_short_parts"), {"order": order.number}, follow=True)
    assert f"Offers for {order.number} are looked for" in text_of(page)
    drain()
    assert (
        Errand.objects.get(name=SOURCE_AGAIN).answer
        == f"{PurchaseOrder.objects.get().number} is sent."
    )
    assert "Nothing is short" in text_of(buyer.get(reverse("ops:short_parts")))
    assert list(console.concerns()) == []


def test_buying_what_nobody_sells_says_so(buyer, drain):
    order = short_order("CPU-6")
    buyer.post(reverse("ops:buy_short_parts"), {"order": order.number})
    drain()
    assert "nobody sells what this order lacks" in Errand.objects.get(name=SOURCE_AGAIN).answer


def titles():
    return [it.title for it in console.concerns()]


def test_an_order_that_is_not_confirmed_in_time_is_a_concern():
    purchase_order = purchased()
    assert titles() == []
    late = timezone.now() - timedelta(hours=purchase_order.supplier.acknowledgement_hours + 1)
    PurchaseOrder.objects.update(created_at=late)
    assert titles() == [f"{purchase_order.number} is not confirmed"]


def test_an_order_whose_day_has_passed_is_one_concern_until_its_goods_are_here():
    purchase_order = purchased(quantity=2)
    line = purchase_order.lines.get()
    PurchaseOrder.objects.update(created_at=timezone.now() - timedelta(days=9))
    PurchaseOrderLine.objects.update(requested_on=timezone.localdate() - timedelta(days=1))
    assert titles() == [f"{purchase_order.number} is overdue"]
    receive_goods(line_id=line.pk, quantity=2, key="k", received_by="staff:anna")
    assert titles() == []


def test_a_mail_that_no_server_takes_is_a_concern():
    purchase_order = purchased()
    OutgoingMail.objects.update(dead_at=timezone.now(), last_error="550 no such mailbox")
    (concern,) = console.concerns()
    assert concern.title == f"{purchase_order.number} did not reach its supplier"
    assert "550 no such mailbox" in concern.detail


@pytest.mark.parametrize("how", [str, lambda it: it.lower(), lambda it: it.removeprefix("PO-")])
def test_a_purchase_order_is_found_by_its_number(buyer, how):
    purchase_order = purchased()
    response = buyer.get(reverse("ops:find"), {"q": how(purchase_order.number)})
    assert response["Location"] == reverse("ops:purchase_order", args=[purchase_order.number])


def test_the_panel_of_an_order_shows_its_purchase_orders_and_no_other():
    purchase_order = purchased()
    order = Order.objects.get()
    (row,) = console.purchases_panel(order.pk)["purchases"]
    assert row["purchase_order"] == purchase_order
    assert row["tone"] == "wait"
    assert console.purchases_panel(order.pk + 1) is None


def test_a_long_list_is_cut_and_says_how_much_more_there_is(buyer, monkeypatch):
    monkeypatch.setattr(registry, "MOST_SHOWN", 1)
    for number, part in enumerate(["PSU-450", "CPU-6", "CASE-MINI"]):
        offer(part, supplier=f"house-{number}")
    source_order(order_id=short_order("PSU-450", "CPU-6", "CASE-MINI").pk)
    PurchaseOrder.objects.update(created_at=timezone.now() - timedelta(days=9))
    first, rest = console.concerns()
    assert "is not confirmed" in first.title
    assert (rest.title, rest.count) == ("2 more", 2)
    assert "3 things wait for a person" in text_of(buyer.get("/ops/"))


def test_of_many_mails_that_no_server_takes_the_list_tells_how_many_more(admin_client, monkeypatch):
    monkeypatch.setattr(registry, "MOST_SHOWN", 1)
    for number, part in enumerate(["PSU-450", "CPU-6", "CASE-MINI"]):
        offer(part, supplier=f"house-{number}")
    source_order(order_id=short_order("PSU-450", "CPU-6", "CASE-MINI").pk)
    to_suppliers = OutgoingMail.objects.filter(about__startswith="PO-")
    assert to_suppliers.update(dead_at=timezone.now()) == 3
    _, rest = console.concerns()
    assert (rest.title, rest.count) == ("2 more", 2)
    assert admin_client.get(rest.url).context["cl"].result_count == 3
