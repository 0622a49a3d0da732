"""The page behind a supplier's secret link."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from suppliers.models import PromiseEvent, PurchaseOrder, PurchaseOrderLine
from suppliers.services.receipts import receive_everything, receive_goods
from tests.factories.suppliers import purchased

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
SOON = TODAY + timedelta(days=7)


def url_of(purchase_order):
    return reverse("suppliers:purchase_order", args=[purchase_order.token])


def state():
    """All that an answer could change."""
    return (
        list(PurchaseOrder.objects.order_by("pk").values()),
        list(PurchaseOrderLine.objects.order_by("pk").values()),
        list(PromiseEvent.objects.order_by("pk").values()),
    )


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_the_link_shows_the_order_without_a_login(client):
    purchase_order = purchased(quantity=2)
    response = client.get(url_of(purchase_order))
    words = text_of(response)
    assert response.status_code == 200
    assert f"{purchase_order.number} waits for your word" in words
    assert "450 W supply" in words
    assert "$80 USD" in words
    line = purchase_order.lines.get()
    assert f'value="{line.requested_on.isoformat()}"' in response.content.decode()


def test_the_page_is_not_indexed_or_kept_and_shows_no_shop(client):
    response = client.get(url_of(purchased()))
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in response["Cache-Control"]
    assert "answer the mail that brought it" in text_of(response)
    assert "/cart/" not in response.text


@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_the_link_changes_nothing(client, method):
    purchase_order = purchased()
    before = state()
    getattr(client, method)(url_of(purchase_order), {"line_1": SOON.isoformat()})
    assert state() == before


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_token_that_is_nobodys_is_told_so_in_plain_words(client, method):
    purchased()
    before = state()
    for token in ("nobodys", "../admin", "%01", "ü" * 40, "x" * 300):
        response = getattr(client, method)(f"/po/{token}/", {"line_1": SOON.isoformat()})
        assert response.status_code == 404, token
    response = getattr(client, method)("/po/nobodys/", {"line_1": SOON.isoformat()})
    assert "This link names no purchase order. Please use the one in our mail." in text_of(response)
    assert "Nothing was changed" in text_of(response)
    assert state() == before


def test_the_token_of_another_order_opens_only_that_order(client):
    first = purchased()
    response = client.get(url_of(first)[:-2] + "/")
    assert response.status_code == 404


def test_confirming_writes_the_day_down_and_says_thank_you(client):
    purchase_order = purchased()
    response = client.post(url_of(purchase_order), {"line_1": SOON.isoformat()}, follow=True)
    words = text_of(response)
    assert response.redirect_chain == [(url_of(purchase_order), 302)]
    assert "Thank you. We plan with your days from now on." in words
    assert f"{purchase_order.number} is confirmed" in words
    assert PromiseEvent.objects.get().promised_on == SOON


def test_a_confirmed_day_can_be_moved_and_the_page_keeps_both(client):
    purchase_order = purchased()
    client.post(url_of(purchase_order), {"line_1": SOON.isoformat()})
    later = SOON + timedelta(days=3)
    response = client.post(url_of(purchase_order), {"line_1": later.isoformat()}, follow=True)
    assert "Change the days" in text_of(response)
    assert PurchaseOrderLine.objects.get().promised_on == later
    assert "before:" in text_of(response)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("next week", "Expected a day such as 2026-12-08."),
        ("08.12.2026", "Expected a day such as 2026-12-08."),
        ("2026-02-30", "Expected a day such as 2026-12-08."),
        ((TODAY - timedelta(days=1)).isoformat(), "Expected a day from"),
        ((TODAY + timedelta(days=400)).isoformat(), "Expected a day from"),
        ("", "Expected the day of one line at least"),
    ],
)
def test_a_day_that_cannot_be_is_refused_and_kept_in_the_form(client, typed, words):
    purchase_order = purchased()
    before = state()
    response = client.post(url_of(purchase_order), {"line_1": typed})
    assert response.status_code == 422
    assert words in text_of(response)
    assert not typed or f'value="{typed}"' in response.content.decode()
    assert state() == before


def test_a_line_that_the_order_has_not_is_refused(client):
    purchase_order = purchased()
    before = state()
    response = client.post(
        url_of(purchase_order), {"line_1": SOON.isoformat(), "line_9": SOON.isoformat()}
    )
    assert response.status_code == 422
    assert "Line 9 takes no day." in text_of(response)
    assert f'value="{SOON.isoformat()}"' in response.content.decode()
    assert state() == before


def test_a_day_left_empty_leaves_its_line_unanswered(client):
    purchase_order = purchased(parts=("PSU-450", "CPU-6"))
    client.post(url_of(purchase_order), {"line_1": "", "line_2": SOON.isoformat()})
    days = purchase_order.lines.values_list("promised_on", flat=True)
    assert list(days) == [None, SOON]


def test_an_overdue_day_said_before_may_stand_while_another_moves(client):
    purchase_order = purchased(parts=("PSU-450", "CPU-6"))
    past = TODAY - timedelta(days=2)
    purchase_order.lines.filter(line_number=1).update(promised_on=past)
    response = client.post(
        url_of(purchase_order), {"line_1": past.isoformat(), "line_2": SOON.isoformat()}
    )
    assert response.status_code == 302
    assert PromiseEvent.objects.get().line.line_number == 2


def test_the_page_shows_what_came_and_asks_only_for_the_rest(client):
    purchase_order = purchased(quantity=3, parts=("PSU-450", "CPU-6"))
    first, second = purchase_order.lines.all()
    receive_goods(line_id=first.pk, quantity=3, key="a", received_by="staff:anna")
    receive_goods(line_id=second.pk, quantity=1, key="b", received_by="staff:anna")
    response = client.get(url_of(purchase_order))
    assert "1 of 3 received" in text_of(response)
    assert 'name="line_2"' in response.content.decode()
    assert 'name="line_1"' not in response.content.decode()
    assert "anna" not in response.content.decode()


def test_a_complete_order_takes_no_answer(client):
    purchase_order = purchased()
    receive_everything(purchase_order_id=purchase_order.pk, received_by="staff:anna")
    page = client.get(url_of(purchase_order))
    assert f"{purchase_order.number} is complete" in text_of(page)
    assert "<button" not in page.content.decode().split("<main", 1)[1]
    before = state()
    response = client.post(url_of(purchase_order), {"line_1": SOON.isoformat()})
    assert response.status_code == 422
    assert state() == before


def test_a_form_of_another_site_is_refused():
    purchase_order = purchased()
    strict = Client(enforce_csrf_checks=True)
    response = strict.post(url_of(purchase_order), {"line_1": SOON.isoformat()})
    assert response.status_code == 403
    assert not PromiseEvent.objects.exists()


def test_the_page_is_kept_by_nobody_and_found_by_nobody(client):
    response = client.get(url_of(purchased()))
    assert "no-store" in response["Cache-Control"]
    assert 'name="robots" content="noindex' in response.content.decode()


def test_a_long_order_takes_few_statements(client):
    purchase_order = purchased(quantity=3, parts=("PSU-450", "CPU-6", "CASE-MINI", "MEM-16"))
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url_of(purchase_order)).status_code == 200
    assert len(captured) <= 5


def two_days(**changes):
    said = {
        "line_1": SOON.isoformat(),
        "later_quantity_1": "1",
        "later_on_1": (SOON + timedelta(days=5)).isoformat(),
    }
    return {name: value for name, value in {**said, **changes}.items() if value is not None}


def test_some_pieces_of_a_line_may_come_on_a_later_day(client):
    purchase_order = purchased(quantity=3)
    response = client.post(url_of(purchase_order), two_days(), follow=True)
    words = text_of(response)
    assert "1 of them on" in words
    assert "Line 1: 2 promised for" in words
    line = PurchaseOrderLine.objects.get()
    assert (line.promised_on, line.later_quantity) == (SOON, 1)
    assert 'name="later_quantity_1" value="1"' in response.text


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"later_on_1": None}, "Expected both: how many come later, and on which day."),
        ({"later_quantity_1": ""}, "Expected both: how many come later, and on which day."),
        ({"later_on_1": TODAY.isoformat()}, "Expected a day after that of the others."),
        ({"line_1": ""}, "Expected a day after that of the others."),
        ({"later_quantity_1": "3"}, "less than or equal to 2"),
    ],
)
def test_two_days_that_cannot_be_are_said_beside_the_field(client, changes, problem):
    purchase_order = purchased(quantity=3)
    before = state()
    response = client.post(url_of(purchase_order), two_days(**changes))
    assert response.status_code == 422
    assert problem in text_of(response)
    assert state() == before


def test_a_single_piece_has_one_day(client):
    purchase_order = purchased()
    assert "later_on_1" not in client.get(url_of(purchase_order)).text
    response = client.post(url_of(purchase_order), two_days())
    assert "Line 1 takes no day." in text_of(response)
