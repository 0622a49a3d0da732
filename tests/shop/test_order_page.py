"""The customer's page of an order: the state in words, every part, and only by its link."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from config.templatetags.cartwright import day
from shop.models import Order, PaymentHold
from shop.services.fulfilment import (
    freeze_order,
    record_progress,
    record_shipment,
    start_pre_production,
)
from shop.services.likely_dates import revise_likely_date
from shop.services.orders import cancel_order
from shop.services.tracked_parts import TrackedPartFacts, record_tracked_parts
from tests.factories.shop import paid_order, pay, place_small_order
from tests.shop.browsing import page_of

pytestmark = pytest.mark.django_db

STAFF = "staff:mira"


def part(number: str, state: str = "reserved", **facts) -> TrackedPartFacts:
    return TrackedPartFacts(
        part_number=number, name=f"Part {number}", quantity=1, state=state, **facts
    )


def track(order: Order, *parts: TrackedPartFacts, unit: int = 1) -> None:
    record_tracked_parts(order_line_id=order.lines.get().pk, unit=unit, parts=parts)


def planned_order(**options) -> Order:
    return start_pre_production(order_id=paid_order(**options).pk)


def heading(client, order: Order) -> str:
    return client.get(page_of(order)).context["words"].heading


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def test_an_unpaid_order_says_that_nothing_happens_before_the_money(client):
    order = place_small_order()
    page = client.get(page_of(order)).text
    assert "Waiting for your payment" in page
    assert "Nothing is ordered or built until your payment has cleared." in page
    assert "Pay $558" in page
    assert "Cancel the order" in page


def test_every_stage_has_a_heading_of_its_own(client):
    order = paid_order()
    seen = [heading(client, order)]
    start_pre_production(order_id=order.pk)
    seen.append(heading(client, order))
    freeze_order(order_id=order.pk, actor=STAFF)
    seen.append(heading(client, order))
    for stage in ("build", "test", "boxing"):
        record_progress(order_id=order.pk, stage=stage, actor=STAFF)
        seen.append(heading(client, order))
    record_shipment(order_id=order.pk, carrier="Parcel Post", tracking_number="PP1", actor=STAFF)
    seen.append(heading(client, order))
    assert seen == [
        "Paid. Planning your build",
        "Getting your parts",
        "Every part is here",
        "On the bench",
        "Being tested",
        "Being boxed",
        "On its way to you",
    ]


def test_waiting_for_one_part_names_it_its_supplier_and_its_day(client):
    order, due_on = planned_order(), in_days(9)
    track(
        order,
        part("CPU"),
        part("PSU", "on_order", due_on=due_on, supplier_name="Nordkomp"),
    )
    response = client.get(page_of(order))
    assert response.context["words"].heading == "Waiting for one part"
    assert f"Part PSU arrives on {day(due_on)}; then kitting starts" in response.text
    assert f"on order from Nordkomp, due {day(due_on)}" in response.text
    assert "1 of 2 here" in response.text


def test_a_part_without_a_date_says_so(client):
    order = planned_order()
    track(order, part("PSU", "on_order", supplier_name="Nordkomp"), part("CPU", "needed"))
    page = client.get(page_of(order)).text
    assert "Waiting for two parts" in page
    assert "on order from Nordkomp, no date yet" in page
    assert "being ordered" in page


def test_parts_that_are_waited_for_stand_first(client):
    order = planned_order()
    track(order, part("A", position=1), part("B", "on_order", position=2))
    (machine,) = client.get(page_of(order)).context["machines"]
    assert [row["name"] for row in machine.parts] == ["Part B", "Part A"]


def test_machines_whose_parts_are_alike_share_one_table(client):
    order = planned_order(quantity=3)
    for unit in (1, 2, 3):
        track(order, part("CPU", "on_order" if unit == 2 else "reserved"), unit=unit)
    name = order.lines.get().name
    titles = [machine.title for machine in client.get(page_of(order)).context["machines"]]
    assert titles == [f"{name}, machine 1, 3 of 3", f"{name}, machine 2 of 3"]


def test_until_kitting_the_page_says_what_can_still_be_changed_and_then_that_it_is_frozen(client):
    order = planned_order()
    assert "Still cancellable" in client.get(page_of(order)).text
    freeze_order(order_id=order.pk, actor=STAFF)
    page = client.get(page_of(order)).text
    assert "Still cancellable" not in page
    assert "nothing can be changed any more" in page


@pytest.mark.parametrize("days", [-3, 10])
def test_a_day_that_nobody_knows_is_no_promise_that_is_kept(client, days):
    order = planned_order()
    Order.objects.filter(pk=order.pk).update(promised_ships_on=in_days(days))
    revise_likely_date(order_id=order.pk, likely_on=None, reason="case: nobody has said")
    page = client.get(page_of(order)).text
    assert "not known" in page
    assert f"promised by {day(in_days(days))}" in page
    assert "The date is decided by: case: nobody has said" in page
    assert "as promised" not in page


@pytest.mark.parametrize("others", [0, 1])
def test_no_day_that_has_passed_is_told_as_one_to_come(client, others):
    order = planned_order()
    late = [part(f"CPU-{n}", "on_order", due_on=in_days(-9)) for n in range(others + 1)]
    track(order, *late)
    revise_likely_date(order_id=order.pk, likely_on=None, reason="processor: nobody has said")
    page = client.get(page_of(order)).text
    assert page.count(day(in_days(-9))) == len(late)  # "was due", beside each of them
    assert "overdue" in page
    assert "No day is known" in page
    assert "kitting starts, any day now" in page


def test_a_part_that_is_overdue_was_due(client):
    order = planned_order()
    track(order, part("CPU-6", "on_order", due_on=in_days(-2), supplier_name="Nordkomp"))
    assert f"on order from Nordkomp, was due {day(in_days(-2))}" in client.get(page_of(order)).text


def test_a_late_date_is_shown_beside_the_promise_that_stays(client):
    order = planned_order()
    late = order.promised_ships_on + timedelta(days=3)
    revise_likely_date(order_id=order.pk, likely_on=late, reason="The case comes late.")
    side = client.get(page_of(order)).context["side"]
    assert side["value"] == day(late)
    assert side["note"] == f"promised by {day(order.promised_ships_on)}"
    assert "The case comes late." in client.get(page_of(order)).text


def test_what_happened_is_told_in_the_customers_words(client):
    order = planned_order()
    texts = [event["text"] for event in client.get(page_of(order)).context["events"]]
    assert texts == [
        "Build planned, parts reserved and ordered",
        "Payment cleared",
        "Ordered",
    ]


def test_a_held_payment_asks_for_patience_and_not_for_money(client):
    order = pay(place_small_order(), is_under_review=True)
    page = client.get(page_of(order)).text
    assert "Your payment is being checked" in page
    assert "Pay $" not in page
    assert PaymentHold.objects.filter(order=order).exists()


def test_a_failed_payment_repeats_what_the_cashier_said(client):
    order = place_small_order()
    pay(order, intent_status="requires_payment_method", failure="The card has expired.")
    page = client.get(page_of(order)).text
    assert "The payment did not go through" in page
    assert "The cashier says: “The card has expired.”" in page
    assert "Pay $558" in page


def test_a_cancelled_paid_order_says_that_the_money_goes_back(client):
    order = paid_order()
    cancel_order(order_id=order.pk, actor=STAFF, why="The case is no longer made.")
    page = client.get(page_of(order)).text
    assert "Your money goes back" in page
    assert "The case is no longer made." in page


def test_a_tampered_link_is_a_page_in_plain_words(client):
    order = place_small_order()
    for token in (order.token[:-1], order.token[::-1], order.number, "x" * 300):
        response = client.get(reverse("shop:order", args=[token]))
        assert response.status_code == 404
        assert "copy the whole link" in response.text


@pytest.mark.parametrize("action", ["order_pay", "order_cancel"])
def test_a_tampered_link_changes_nothing(client, action):
    order = place_small_order()
    response = client.post(reverse(f"shop:{action}", args=[order.token[::-1]]))
    assert response.status_code == 404
    order.refresh_from_db()
    assert order.status == "awaiting_payment"
    assert not order.payments.exists()


def test_the_link_is_not_indexed_stored_or_passed_on(client):
    response = client.get(page_of(place_small_order()))
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Cache-Control"] == "private, no-cache"
    assert response["Referrer-Policy"] == "same-origin"


def poll(client, order: Order, seen: str):
    return client.get(page_of(order), {"seen": seen}, headers={"HX-Request": "true"})


def test_a_poll_is_answered_by_one_query_and_no_page_while_nothing_changes(
    client, django_assert_num_queries
):
    order = planned_order()
    seen = client.get(page_of(order)).context["fingerprint"]
    with django_assert_num_queries(1):
        assert poll(client, order, seen).status_code == 204


def test_a_poll_brings_the_part_that_changed(client):
    order = planned_order()
    seen = client.get(page_of(order)).context["fingerprint"]
    track(order, part("CPU", "on_order"))
    response = poll(client, order, seen)
    assert response.status_code == 200
    assert "Waiting for one part" in response.text
    assert f"<title>Waiting for one part, order {order.number}" in response.text
    assert "<html" not in response.text


def test_a_finished_order_stops_asking(client):
    order = paid_order()
    assert "hx-trigger" in client.get(page_of(order)).text
    cancel_order(order_id=order.pk, actor=STAFF, why="x")
    assert "hx-trigger" not in client.get(page_of(order)).text


def test_an_order_of_many_machines_is_shown_in_few_queries(client, django_assert_max_num_queries):
    order = planned_order(quantity=20)
    for unit in range(1, 21):
        track(order, *(part(f"P{number}") for number in range(12)), unit=unit)
    with django_assert_max_num_queries(9):
        client.get(page_of(order))
