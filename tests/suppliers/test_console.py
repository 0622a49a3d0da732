"""Purchasing at the console: lists, one order, goods in, offers, what needs a person."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from config.mail.models import OutgoingMail
from production.models import Part, StockLevel
from shop.models import Order
from suppliers import console
from suppliers.models import GoodsReceipt, Offer, PurchaseOrder, PurchaseOrderLine
from suppliers.services.receipts import receive_goods
from suppliers.services.sourcing import source_order
from tests.factories.suppliers import offer, purchased, short_order, staff

pytestmark = pytest.mark.django_db

SEE, BOOK, CHANGE = (
    "suppliers.view_purchaseorder",
    "suppliers.add_goodsreceipt",
    "suppliers.change_purchaseorder",
)


@pytest.fixture
def buyer(client):
    client.force_login(
        staff(SEE, BOOK, CHANGE, "suppliers.add_purchaseorder", "suppliers.view_offer")
    )
    return client


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def page_of(purchase_order, name="purchase_order", *args):
    return reverse(f"ops:{name}", args=[purchase_order.number, *args])


def test_strangers_are_sent_to_the_login_and_staff_without_the_right_are_refused(client):
    purchase_order = purchased()
    for url in (reverse("ops:purchase_orders"), page_of(purchase_order), reverse("ops:offers")):
        assert client.get(url).status_code == 302
    client.force_login(staff())
    for url in (reverse("ops:purchase_orders"), page_of(purchase_order), reverse("ops:offers")):
        assert client.get(url).status_code == 403


@pytest.mark.parametrize("name", ["receive", "receive_all", "resend_purchase_order"])
def test_who_may_only_look_changes_nothing(client, name):
    purchase_order = purchased()
    client.force_login(staff(SEE))
    assert client.post(page_of(purchase_order, name)).status_code == 403
    assert client.get(page_of(purchase_order, name)).status_code == 405
    assert "Book in" not in text_of(client.get(page_of(purchase_order)))


def test_the_list_shows_what_is_still_to_come_and_when(buyer):
    purchase_order = purchased(quantity=2)
    words = text_of(buyer.get(reverse("ops:purchase_orders")))
    assert purchase_order.number in words
    assert "Nordkomp" in words
    assert "$80" in words


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("?q=nordk", True),
        ("?q=halden", False),
        ("?status=sent", True),
        ("?status=received", False),
        ("?status=nonsense", True),
        ("?q=%00", True),
        ("?page=99", True),
    ],
)
def test_the_list_is_narrowed_by_state_and_by_name(buyer, query, is_found):
    purchase_order = purchased()
    response = buyer.get(reverse("ops:purchase_orders") + query)
    assert response.status_code == 200
    assert (purchase_order.number in text_of(response)) is is_found


def test_one_order_shows_what_each_line_is_for_and_who_was_told(buyer, drain):
    purchase_order = purchased(quantity=2, moq=5)
    drain()
    response = buyer.get(page_of(purchase_order))
    words = text_of(response)
    order = Order.objects.get()
    for shown in (
        f"{order.number}-1",
        f"{order.number}-2",
        "3 for the shelf: minimum order of 5",
        "asked for",
        "accepted",
        f"{purchase_order.number}-r1.csv",
        f"{order.number} needs it",
    ):
        assert shown in words
    assert response.content.decode().count("Book in") == 1


def test_the_files_are_what_the_supplier_got(buyer):
    purchase_order = purchased()
    name = f"{purchase_order.number}-r1.pdf"
    response = buyer.get(page_of(purchase_order, "purchase_order_file", name))
    kept = OutgoingMail.objects.get(about=purchase_order.number).attachments.get(filename=name)
    assert response.content == bytes(kept.content)
    assert response["Content-Type"] == "application/pdf"
    url = page_of(purchase_order, "purchase_order_file", "other.pdf")
    assert buyer.get(url).status_code == 404


@pytest.mark.parametrize("number", ["PO-1", "%00", "ü"])
def test_a_number_that_names_nothing_is_not_found(buyer, number):
    assert buyer.get(f"/ops/purchase-orders/{number}/").status_code == 404


def book(client, line, quantity, key="8b0ff7a6-3f5e-4d1c-9d5b-0f6e6ad0a001"):
    return client.post(
        page_of(line.purchase_order, "receive"),
        {"line_id": line.pk, "quantity": quantity, "key": key},
        follow=True,
    )


def test_goods_are_booked_in_by_whom_and_how_many(buyer):
    line = purchased(quantity=2).lines.get()
    words = text_of(book(buyer, line, 1))
    assert "One piece is in stock now." in words
    assert "1 of 2 here" in words
    assert "staff:anna" in words
    assert GoodsReceipt.objects.get().received_by == "staff:anna"


def test_a_double_click_books_in_once(buyer):
    line = purchased(quantity=2).lines.get()
    book(buyer, line, 1)
    book(buyer, line, 1)
    assert StockLevel.objects.get(part__part_number="PSU-450").on_hand == 1


@pytest.mark.parametrize(
    ("quantity", "words"),
    [
        ("3", "expected at most 2 more, got 3"),
        ("0", "expected a whole number from 1, got “0”"),
        ("many", "expected a whole number from 1, got “many”"),
        ("", "expected a whole number from 1, got “”"),
    ],
)
def test_a_count_that_cannot_be_is_told_and_changes_nothing(buyer, quantity, words):
    line = purchased(quantity=2).lines.get()
    assert words in text_of(book(buyer, line, quantity))
    assert not GoodsReceipt.objects.exists()


def test_a_line_of_another_order_is_not_booked_in_here(buyer):
    line = purchased(quantity=2).lines.get()
    other = PurchaseOrder.objects.create(
        number="PO-9", supplier=line.purchase_order.supplier, currency="USD", total_minor=0
    )
    response = buyer.post(
        page_of(other, "receive"),
        {"line_id": line.pk, "quantity": 1, "key": "8b0ff7a6-3f5e-4d1c-9d5b-0f6e6ad0a001"},
    )
    assert response.status_code == 404
    assert not GoodsReceipt.objects.exists()


def test_a_whole_delivery_is_one_click(buyer):
    purchase_order = purchased(quantity=2, parts=("PSU-450", "CPU-6"))
    response = buyer.post(page_of(purchase_order, "receive_all"), follow=True)
    assert "4 pieces are in stock now." in text_of(response)
    again = buyer.post(page_of(purchase_order, "receive_all"), follow=True)
    assert "Nothing was left to book in." in text_of(again)


def test_the_mail_is_sent_again_on_demand(buyer, drain):
    purchase_order = purchased()
    drain()
    buyer.post(page_of(purchase_order, "resend_purchase_order"))
    assert OutgoingMail.objects.get(about=purchase_order.number).done_at is None


def test_the_rest_is_called_off_with_a_reason(buyer):
    purchase_order = purchased()
    url = page_of(purchase_order, "call_off_purchase_order")
    assert "expected a sentence for the supplier" in text_of(buyer.post(url, follow=True))
    response = buyer.post(url, {"why": "discontinued"}, follow=True)
    assert "Called off." in text_of(response)
    assert "discontinued · staff:anna" in text_of(response)
    again = buyer.post(url, {"why": "discontinued"}, follow=True)
    assert "nothing more is to come" in text_of(again)


def test_a_part_that_nobody_sells_is_a_concern_until_it_has_an_offer_and_is_bought(buyer):
    order = short_order("CPU-6")
    source_order(order_id=order.pk)
    concern = next(iter(console.concerns()))
    assert concern.title == "Nobody sells Six cores"
    assert concern.detail == f"1 missing for {order.number}."
    assert "nobody sells it" in text_of(buyer.get(concern.url))
    offer("CPU-6")
    page = buyer.post(reverse("ops:buy_short_parts"), {"order": order.number}, follow=True)
    assert f"{PurchaseOrder.objects.get().number} is sent." in text_of(page)
    assert "Nothing is short" in text_of(page)
    assert list(console.concerns()) == []


def test_buying_what_nobody_sells_says_so(buyer):
    order = short_order("CPU-6")
    page = buyer.post(reverse("ops:buy_short_parts"), {"order": order.number}, follow=True)
    assert f"nobody sells what {order.number} lacks" in text_of(page)


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
    assert response["Location"] == page_of(purchase_order)


def test_the_panel_of_an_order_shows_its_purchase_orders_and_no_other():
    purchase_order = purchased()
    order = Order.objects.get()
    (row,) = console.purchases_panel(order.pk)["purchases"]
    assert row["purchase_order"] == purchase_order
    assert row["tone"] == "wait"
    assert console.purchases_panel(order.pk + 1) is None


def test_offers_are_found_by_part_and_by_the_suppliers_number(buyer):
    offer("PSU-450", sku="00-450")
    offer("PSU-450", supplier="halden", sku="H7", price_minor=3_000)
    offer("CPU-6", sku="C6")
    words = text_of(buyer.get(reverse("ops:offers"), {"q": "00-4"}))
    assert "PSU-450" in words
    assert "H7" in words
    assert "first choice" in words
    assert "CPU-6" not in words


def test_parts_that_nobody_sells_can_be_listed(buyer):
    offer("PSU-450")
    Part.objects.create(part_number="LONELY", name="Lonely part")
    words = text_of(buyer.get(reverse("ops:offers"), {"unsold": 1}))
    assert "Lonely part" in words
    assert "PSU-450" not in words


def test_an_offer_saved_in_the_admin_moves_the_lead_time_that_production_knows(client):
    client.force_login(get_user_model().objects.create_superuser("root"))
    it = offer("PSU-450")
    form = {
        "supplier": it.supplier_id, "part": it.part_id, "sku": it.sku, "price_minor": 4_000,
        "moq": 1, "pack_quantity": 1, "lead_days": 11, "is_active": "on",
    }  # fmt: skip
    response = client.post(reverse("admin:suppliers_offer_change", args=[it.pk]), form)
    assert response.status_code == 302
    profile = Part.objects.get(pk=it.part_id).supply_profile
    assert (profile.lead_days, profile.supplier_name) == (11, "Nordkomp")
    client.post(reverse("admin:suppliers_offer_delete", args=[it.pk]), {"post": "yes"}, follow=True)
    profile.refresh_from_db()
    assert profile.lead_days is None
    assert not Offer.objects.exists()


def test_a_supplier_that_stops_selling_is_not_promised_from(client):
    client.force_login(get_user_model().objects.create_superuser("root"))
    it = offer("PSU-450")
    seller = it.supplier
    form = {
        "code": seller.code, "name": seller.name, "email": seller.email, "address": "",
        "acknowledgement_hours": 24,
    }  # fmt: skip
    response = client.post(reverse("admin:suppliers_supplier_change", args=[seller.pk]), form)
    assert response.status_code == 302
    assert Part.objects.get(pk=it.part_id).supply_profile.lead_days is None


# Four of each are the session, its user and its rights; three count for the side bar.
BUDGETS = {"purchase_orders": 10, "purchase_order": 15, "offers": 10, "short_parts": 8}


@pytest.mark.parametrize("name", BUDGETS)
def test_a_page_takes_few_statements_however_much_it_shows(buyer, name):
    purchase_order = purchased(quantity=3, parts=("PSU-450", "CPU-6", "CASE-MINI", "MEM-16"))
    args = [purchase_order.number] if name == "purchase_order" else []
    with CaptureQueriesContext(connection) as captured:
        assert buyer.get(reverse(f"ops:{name}", args=args)).status_code == 200
    assert len(captured) <= BUDGETS[name], "\n".join(it["sql"][:200] for it in captured)
