"""Orders by API: public by the secret link, all of them for staff, nothing for others."""

import pytest
from django.contrib.auth.models import Permission, User
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from shop.services.tracked_parts import TrackedPartFacts, record_tracked_parts
from tests.factories.shop import CONTACT, paid_order, place_small_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def api() -> APIClient:
    return APIClient()


def token_for(*, is_staff: bool, may_view: bool) -> str:
    user = User.objects.create_user("mira", is_staff=is_staff)
    if may_view:
        user.user_permissions.add(Permission.objects.get(codename="view_order"))
    return Token.objects.create(user=user).key


@pytest.fixture
def staff_api(api) -> APIClient:
    api.credentials(HTTP_AUTHORIZATION=f"Token {token_for(is_staff=True, may_view=True)}")
    return api


def test_the_link_shows_state_dates_and_parts(api):
    order = paid_order()
    record_tracked_parts(
        order_line_id=order.lines.get().pk,
        unit=1,
        parts=[TrackedPartFacts(part_number="CPU-6", name="Six", quantity=1, state="reserved")],
    )
    body = api.get(f"/api/v1/orders/{order.token}/status/").json()
    assert body["number"] == order.number
    assert body["status"] == "released"
    assert body["total_minor"] == order.total_minor
    assert body["promised_ships_on"] == order.promised_ships_on.isoformat()
    assert body["lines"][0]["parts"][0]["state"] == "reserved"


def test_the_link_tells_no_name_and_no_address(api):
    order = paid_order()
    text = api.get(f"/api/v1/orders/{order.token}/status/").content.decode()
    for private in (CONTACT.email, CONTACT.name, CONTACT.line1, CONTACT.phone):
        assert private not in text


def test_a_foreign_link_is_not_found_under_a_stable_code(api):
    order = place_small_order()
    response = api.get(f"/api/v1/orders/{order.token[::-1]}/status/")
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(("is_staff", "may_view"), [(False, False), (False, True), (True, False)])
def test_orders_are_listed_only_for_staff_who_may_see_them(api, is_staff, may_view):
    place_small_order()
    api.credentials(HTTP_AUTHORIZATION=f"Token {token_for(is_staff=is_staff, may_view=may_view)}")
    assert api.get("/api/v1/orders/").status_code == 403


def test_strangers_get_no_list(api):
    assert api.get("/api/v1/orders/").status_code == 401


def test_staff_filter_the_list_by_state_and_words(staff_api):
    paid, unpaid = paid_order(), place_small_order()

    def numbers(**query) -> list[str]:
        return [row["number"] for row in staff_api.get("/api/v1/orders/", query).json()["results"]]

    assert numbers() == [unpaid.number, paid.number]
    assert numbers(status="released") == [paid.number]
    assert numbers(q=unpaid.number) == [unpaid.number]
    assert numbers(q="nobody") == []


def test_an_unknown_state_says_which_are_known(staff_api):
    response = staff_api.get("/api/v1/orders/", {"status": "lost"})
    assert (response.status_code, response.json()["code"]) == (400, "unknown_status")
    assert "expected one of awaiting_payment" in response.json()["detail"]


def test_staff_see_an_order_with_its_payments(staff_api):
    order = paid_order()
    body = staff_api.get(f"/api/v1/orders/{order.number}/").json()
    assert body["payments"][0]["status"] == "cleared"
    assert body["cleared_at"]
    assert body["line1"] == CONTACT.line1


def test_an_order_cannot_be_changed_by_api(staff_api):
    order = place_small_order()
    url = f"/api/v1/orders/{order.number}/"
    for method in (staff_api.put, staff_api.patch, staff_api.delete, staff_api.post):
        assert method(url, {"status": "released"}, format="json").status_code == 405
    order.refresh_from_db()
    assert order.status == "awaiting_payment"


def test_the_list_asks_the_same_few_queries_however_long_it_is(
    staff_api, django_assert_max_num_queries
):
    for _ in range(4):
        paid_order()
    with django_assert_max_num_queries(6):
        staff_api.get("/api/v1/orders/")
