"""Purchasing at the console: the list, one order, goods in."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.mail.models import OutgoingMail
from production.models import StockLevel
from shop.models import Order
from suppliers.models import GoodsReceipt, PurchaseOrder
from tests.factories.suppliers import purchased, staff

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


def test_the_list_is_narrowed_by_state_and_by_name(buyer):
    purchase_order = purchased()
    for query, is_found in {
        "?q=nordk": True,
        "?q=halden": False,
        "?status=sent": True,
        "?status=received": False,
        "?status=nonsense": True,
        "?page=99": True,
    }.items():
        response = buyer.get(reverse("ops:purchase_orders") + query)
        assert response.status_code == 200, query
        assert (purchase_order.number in text_of(response)) is is_found, query


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


@pytest.mark.parametrize("number", ["PO-1", "%01", "ü"])
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
    assert "1 came in anna" in words
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
    response = buyer.post(url, {"why": "discon\x00tinued\n"}, follow=True)
    assert "Called off." in text_of(response)
    assert "discontinued · anna" in text_of(response)
    again = buyer.post(url, {"why": "discontinued"}, follow=True)
    assert "nothing more is to come" in text_of(again)


# Four of each are the session, its user and its rights; three count for the side bar.
BUDGETS = {"purchase_orders": 10, "purchase_order": 15, "offers": 10, "short_parts": 8}


@pytest.mark.parametrize("name", BUDGETS)
def test_a_page_takes_few_statements_however_much_it_shows(buyer, name):
    purchase_order = purchased(quantity=3, parts=("PSU-450", "CPU-6", "CASE-MINI", "MEM-16"))
    args = [purchase_order.number] if name == "purchase_order" else []
    with CaptureQueriesContext(connection) as captured:
        assert buyer.get(reverse(f"ops:{name}", args=args)).status_code == 200
    assert len(captured) <= BUDGETS[name], "\n".join(it["sql"][:200] for it in captured)
