"""Requests that make no sense: refused in words, whoever asks, and never a failure of ours."""

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path as address
from rest_framework.test import APIClient

from shop.models import Cart
from tests.factories.configurator import publish_small_model

pytestmark = pytest.mark.django_db


def cut_off(request: HttpRequest) -> HttpResponse:
    raise OperationalError("server closed the connection unexpectedly")


urlpatterns = [address("page/", cut_off), address("api/v1/page/", cut_off)]
handler500 = "config.error_pages.server_error"


@pytest.mark.parametrize(
    "path",
    [
        "/ops/find/?q=%00",
        "/ops/orders/?q=a%00",
        "/ops/orders/CW-1%00/",
        "/ops/jobs/%00/",
        "/ops/stock/?q=%00",
        "/api/v1/orders/?q=%00",
        "/?%00=1",
    ],
)
def test_an_address_with_a_nul_byte_is_refused(admin_client, path):
    response = admin_client.get(path)
    assert response.status_code == 400
    assert "could not be read" in response.text


@pytest.mark.parametrize(("path", "status"), [("/cart/add/", 400), ("/no-such-page/", 404)])
def test_a_form_that_is_not_utf_8_is_refused_with_a_page(path, status):
    client = Client(enforce_csrf_checks=True)
    client.cookies["csrftoken"] = "a" * 32
    form = "application/x-www-form-urlencoded; charset=utf-7"
    response = client.generic("POST", path, b"name=\xff", content_type=form)
    assert response.status_code == status
    assert "<h1>" in response.text


def test_an_address_that_only_takes_forms_says_so(client):
    response = client.get("/cart/add/")
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
    assert "only takes a form" in response.text
    assert not Cart.objects.exists()


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/v1/nothing/", 404, "not_found"),
        ("/api/v1/orders/", 401, "not_authenticated"),
        ("/api/v1/products/?q=%00", 400, "bad_request"),
        ("/api/v1/products/nothing/", 404, "unknown_product"),
    ],
)
def test_the_api_refuses_with_a_code_and_a_reason(path, status, code):
    response = APIClient().get(path)
    assert response.status_code == status
    assert response.json()["code"] == code
    assert response.json()["detail"]


def test_the_api_tells_which_field_is_wrong():
    slug = publish_small_model().product_model.slug
    response = APIClient().post(
        f"/api/v1/products/{slug}/evaluate/", {"choices": {"cpu": None}}, format="json"
    )
    assert response.status_code == 400
    assert response.json() == {
        "code": "invalid",
        "detail": "choices.cpu: This field may not be null.",
        "fields": {"choices": {"cpu": ["This field may not be null."]}},
    }


def test_json_nested_without_end_is_refused():
    slug = publish_small_model().product_model.slug
    response = APIClient().post(
        f"/api/v1/products/{slug}/evaluate/",
        "[" * 100_000 + "]" * 100_000,
        content_type="application/json",
    )
    assert response.status_code == 400
    assert response.json()["code"] == "parse_error"


@pytest.mark.urls(__name__)
def test_while_the_database_is_away_one_is_told_to_come_back():
    client = Client(raise_request_exception=False)
    page, answer = client.get("/page/"), client.get("/api/v1/page/")
    assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
    assert "Back in a moment" in page.text
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.json()["code"] == "unavailable"
