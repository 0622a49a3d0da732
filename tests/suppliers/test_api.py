"""Purchase orders for staff's own programs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from production.models import StockLevel
from suppliers.models import GoodsReceipt
from tests.factories.suppliers import purchased, staff

pytestmark = pytest.mark.django_db

LIST = "/api/v1/purchase-orders/"
SEE, BOOK = "suppliers.view_purchaseorder", "suppliers.add_goodsreceipt"


def api(*permissions, username="anna"):
    client = APIClient()
    client.force_authenticate(staff(*permissions, username=username))
    return client


def one(purchase_order, action=""):
    return f"{LIST}{purchase_order.number}/{action}"


def test_strangers_customers_and_staff_without_the_right_see_nothing(django_user_model):
    purchase_order = purchased()
    customer = APIClient()
    customer.force_authenticate(django_user_model.objects.create_user("ada"))
    for client, status in ((APIClient(), 401), (customer, 403), (api(), 403)):
        assert client.get(LIST).status_code == status
        assert client.get(one(purchase_order)).status_code == status
        assert client.post(one(purchase_order, "receive/"), {}).status_code == status


def test_a_token_opens_it():
    from rest_framework.authtoken.models import Token

    purchased()
    token = Token.objects.create(user=staff(SEE))
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token.key}")
    assert client.get(LIST).json()["count"] == 1


def test_a_purchase_order_is_told_exactly_and_its_secret_is_not():
    purchase_order = purchased(quantity=2, moq=3, sku="00-450")
    answer = api(SEE).get(one(purchase_order)).json()
    (line,) = answer.pop("lines")
    assert answer | {"created_at": None} == {
        "number": purchase_order.number,
        "revision": 1,
        "supplier": "nordkomp",
        "status": "sent",
        "currency": "USD",
        "total_minor": 12_000,
        "created_at": None,
        "acknowledged_at": None,
    }
    assert (line["sku"], line["quantity"], line["push_quantity"]) == ("00-450", 3, 1)
    assert line["part_number"] == "PSU-450"
    assert purchase_order.token not in str(answer)


def test_goods_are_booked_in_once_under_the_callers_key():
    purchase_order = purchased(quantity=2)
    client = api(SEE, BOOK)
    body = {"line_number": 1, "quantity": 1, "key": "scan-1"}
    for _ in range(2):
        answer = client.post(one(purchase_order, "receive/"), body, format="json")
        assert answer.status_code == 200
        assert answer.json()["lines"][0]["received_quantity"] == 1
        assert answer.json()["status"] == "partly_received"
    assert StockLevel.objects.get(part__part_number="PSU-450").on_hand == 1
    assert GoodsReceipt.objects.get().received_by == "staff:anna"


def test_who_may_look_may_not_book_in():
    purchase_order = purchased()
    body = {"line_number": 1, "quantity": 1, "key": "scan-1"}
    answer = api(SEE).post(one(purchase_order, "receive/"), body, format="json")
    assert answer.status_code == 403
    assert not GoodsReceipt.objects.exists()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"line_number": 1, "quantity": 3, "key": "k"}, 409, "receipt_refused"),
        ({"line_number": 9, "quantity": 1, "key": "k"}, 404, "not_found"),
        ({"line_number": 1, "quantity": 0, "key": "k"}, 400, "invalid"),
        ({"line_number": 1, "quantity": 1, "key": ""}, 400, "invalid"),
        ({"line_number": 1, "quantity": 1, "key": "k\0"}, 400, "invalid"),
        ({"line_number": 1, "quantity": 2**40, "key": "k"}, 409, "receipt_refused"),
        ({}, 400, "invalid"),
    ],
)
def test_what_cannot_be_booked_in_is_refused_with_a_code_and_changes_nothing(body, status, code):
    purchase_order = purchased(quantity=2)
    answer = api(SEE, BOOK).post(one(purchase_order, "receive/"), body, format="json")
    assert answer.status_code == status
    assert answer.json().get("code") == code
    assert not GoodsReceipt.objects.exists()


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_a_purchase_order_is_never_written_to(method):
    purchase_order = purchased()
    client = api(SEE, BOOK, "suppliers.change_purchaseorder", "suppliers.delete_purchaseorder")
    answer = getattr(client, method)(one(purchase_order), {"status": "received"}, format="json")
    assert answer.status_code == 405


def test_the_list_takes_few_statements():
    purchased(quantity=2, parts=("PSU-450", "CPU-6", "CASE-MINI"))
    client = api(SEE)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(LIST).status_code == 200
    assert len(captured) <= 7


def test_the_addresses_are_in_the_schema(client):
    schema = client.get(reverse("schema"), HTTP_ACCEPT="application/json").content.decode()
    assert "/purchase-orders/{number}/receive/" in schema
