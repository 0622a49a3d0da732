"""Orders in the console: found, shown with all about them, and moved by services alone."""

import re

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from config.audit.models import StateChange
from config.console import registry
from config.mail.models import OutgoingMail
from config.outbox.models import Errand
from shop import concerns, selectors
from shop.models import Order, PaymentHold, Refund, StripeEvent
from shop.panels import Panel, register_order_panel
from shop.services.fulfilment import freeze_order, record_shipment, start_pre_production
from shop.services.orders import cancel_order
from tests.factories.shop import boxed_order, paid_order, pay, payment_of, place_small_order
from tests.shop.payments.test_refunding import ask as ask_for_refund

pytestmark = pytest.mark.django_db


def staff(*codenames: str) -> Client:
    user = User.objects.create_user(f"mira{User.objects.count()}", is_staff=True)
    permissions = Permission.objects.filter(content_type__app_label="shop", codename__in=codenames)
    assert permissions.count() == len(codenames)
    user.user_permissions.add(*permissions)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def finance() -> Client:
    return staff(
        "view_order", "view_payment", "change_payment", "change_paymenthold", "change_order"
    )


def url_of(order: Order) -> str:
    return f"/ops/orders/{order.number}/"


def test_strangers_are_sent_to_the_login(client):
    assert "/admin/login/" in client.get("/ops/orders/")["Location"]


def test_staff_without_the_permission_are_refused():
    assert staff("view_payment").get("/ops/orders/").status_code == 403


def test_the_list_is_filtered_by_state_and_searched_by_words(finance):
    paid, unpaid = paid_order(), place_small_order()
    assert paid.number in finance.get("/ops/orders/").text
    page = finance.get("/ops/orders/?status=released").text
    assert paid.number in page
    assert unpaid.number not in page
    assert unpaid.number in finance.get(f"/ops/orders/?q={unpaid.number}").text
    nobody = finance.get("/ops/orders/?q=<nobody>").text
    assert "No orders here" in nobody
    assert "holds “&lt;nobody&gt;”." in nobody
    assert finance.get("/ops/orders/?status=lost&page=99").status_code == 200


def test_an_order_shows_its_payments_and_history(finance):
    order = paid_order()
    page = finance.get(url_of(order)).text
    assert order.payments.get().payment_intent_id in page
    assert "Ask Stripe now" in page
    assert "payment: cleared" in page
    assert finance.get("/ops/orders/CW-0/").status_code == 404


def test_apps_above_put_their_panels_beside_it_for_those_who_may_see_them(finance):
    order = paid_order()
    assert "Assembly jobs" not in finance.get(url_of(order)).text
    with pytest.raises(ValueError, match="registered already"):
        register_order_panel(
            column=Panel.PAYMENTS,
            title="Again",
            template="ops/panels/order_payments.html",
            provider=lambda order_id: None,
            permission="shop.view_order",
        )


def test_syncing_has_a_worker_ask_stripe(finance, cashier, drain):
    order = place_small_order()
    url = f"/ops/payments/{payment_of(order).pk}/sync/"
    assert "Stripe is being asked" in finance.post(url, follow=True).text
    drain()
    errand = Errand.objects.get()
    assert errand.answer == "pending"
    assert errand.asked_by.startswith("staff:mira")


def test_syncing_says_why_the_cashier_could_not_be_asked(finance, no_cashier, drain):
    url = f"/ops/payments/{payment_of(place_small_order()).pk}/sync/"
    finance.post(url)
    drain()
    assert "The cashier could not open" in finance.post(url, follow=True).text


def test_closing_a_hold_releases_the_order_at_the_next_look(finance, cashier):
    order = pay(place_small_order(), is_under_review=True)
    hold = PaymentHold.objects.get(order=order)
    assert "Held: review" in finance.get(url_of(order)).text
    finance.post(f"/ops/holds/{hold.pk}/close/")
    hold.refresh_from_db()
    assert hold.closed_by.startswith("staff:mira")


def test_cancelling_needs_a_reason_and_tells_it(finance):
    order = paid_order()
    finance.post(f"{url_of(order)}cancel/", {"why": "  "})
    order.refresh_from_db()
    assert order.status == "released"
    finance.post(f"{url_of(order)}cancel/", {"why": "The customer\x00\nasked."})
    order.refresh_from_db()
    assert order.status == "cancelled"
    assert StateChange.objects.filter(why="The customer asked.").exists()


def test_a_frozen_order_is_not_cancelled(finance):
    order = paid_order()
    start_pre_production(order_id=order.pk)
    freeze_order(order_id=order.pk, actor="staff:mira")
    response = finance.post(f"{url_of(order)}cancel/", {"why": "Changed my mind."}, follow=True)
    assert "kitting has begun" in response.text


@pytest.mark.parametrize("path", ["payments/{payment}/sync/", "orders/{order}/cancel/"])
def test_actions_need_their_own_permission(path):
    order = paid_order()
    url = f"/ops/{path}".format(payment=order.payments.get().pk, order=order.number)
    assert staff("view_order", "view_payment").post(url, {"why": "x"}).status_code == 403


def test_what_needs_a_person_is_counted_and_listed():
    held = pay(place_small_order(), is_under_review=True)
    refund = paid_order()
    cancel_order(order_id=refund.pk, actor="staff:mira", why="x")
    StripeEvent.objects.create(
        event_id="evt_dead", type="x", payload={}, dead_at="2026-11-21T00:00Z", last_error="broke"
    )
    key = f"order-cancelled-{refund.pk}"
    OutgoingMail.objects.filter(key=key).update(dead_at="2026-11-21T00:00Z", last_error="550")
    titles = [concern.title for concern in concerns.concerns()]
    assert selectors.trouble().total == 4
    assert titles == [
        f"{held.number} is held: review",
        f"$558 of {refund.number} is due for refund",
        f"A mail of {refund.number} did not reach its customer",
        "A Stripe event could not be worked off: x",
    ]


@pytest.mark.parametrize("kind", ["held", "due", "refund", "mail"])
def test_of_many_things_the_list_tells_how_many_more_there_are_and_leads_to_all(
    finance, monkeypatch, kind
):
    monkeypatch.setattr(registry, "MOST_SHOWN", 1)
    others = [paid_order(), place_small_order()]
    waiting = [waits_for_a_person(kind) for _ in range(3)]
    _, rest = concerns.concerns()
    assert (rest.title, rest.count) == ("2 more", 2)
    page = finance.get(rest.url)
    shown = {row["order"] for row in page.context["rows"]}
    assert shown == set(waiting)
    assert shown.isdisjoint(others)
    assert re.search(r'aria-current="true">Waits for a person <span class="numbers">3<', page.text)


def waits_for_a_person(kind: str) -> Order:
    if kind == "held":
        return pay(place_small_order(), is_under_review=True)
    order = paid_order()
    if kind == "due":
        cancel_order(order_id=order.pk, actor="staff:mira", why="x")
    elif kind == "refund":
        payment = order.payments.get()
        refund = ask_for_refund(payment, 1_000)
        Refund.objects.filter(pk=refund.pk).update(status=Refund.Status.FAILED)
    else:
        mails = OutgoingMail.objects.filter(about=order.number)
        mails.filter(pk=mails.first().pk).update(dead_at="2026-11-21T00:00Z")
    return order


def test_a_list_without_orders_says_why(finance):
    assert "They appear when" in finance.get("/ops/orders/").text
    place_small_order()
    assert (
        "Nothing of an order waits for a person" in finance.get("/ops/orders/?status=waiting").text
    )
    assert "None is in this state now" in finance.get("/ops/orders/?status=shipped").text
    assert "Waits for a person" not in finance.get("/ops/orders/").text


def test_of_a_shipped_order_the_day_is_told_and_no_likely_one(finance):
    order = boxed_order(paid_order())
    Order.objects.filter(pk=order.pk).update(promise_reason="waits for the case")
    assert "waits for the case" in finance.get(url_of(order)).text
    record_shipment(order_id=order.pk, carrier="Parcel Post", tracking_number="PP-7", actor="x")
    page = finance.get(url_of(order)).text
    assert "<dt>Shipped</dt>" in page
    assert "Likely" not in page
    assert "waits for the case" not in page


def test_a_number_typed_or_scanned_leads_to_its_order(finance):
    order = place_small_order()
    for typed in (order.number, order.number.lower(), order.number.removeprefix("CW-")):
        assert finance.get("/ops/find/", {"q": typed})["Location"] == url_of(order)


def test_the_list_asks_the_same_few_queries_however_long_it_is(
    finance, django_assert_max_num_queries
):
    for _ in range(4):
        paid_order()
    finance.get("/ops/orders/")
    with django_assert_max_num_queries(16):
        finance.get("/ops/orders/")
