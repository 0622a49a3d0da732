"""The shop floor's pages: the board, a job, the shelf, a part."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from production.models import AssemblyJob, StockLevel, SupplyProfile
from production.selectors import open_shortages
from production.services import supply
from production.services.shop_floor import finish_operation, start_operation
from production.views import cards
from shop.services.holds import place_hold
from tests.factories.production import (
    makeable_model,
    planned_order,
    stock_part,
)

pytestmark = pytest.mark.django_db

FLOOR = ("view_assemblyjob", "change_assemblyjob", "view_stocklevel", "view_part")


@pytest.fixture
def version():
    return makeable_model()


def staff(*codenames):
    user = User.objects.create_user("ines", password="x", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="production", codename__in=codenames)
    )
    return user


@pytest.fixture
def floor(client):
    client.force_login(staff(*FLOOR))
    return client


def page(client, name, *args, **headers):
    response = client.get(reverse(name, args=args), **headers)
    assert response.status_code == 200, response.content[:2000]
    return response.content.decode()


def columns(client):
    response = client.get(reverse("ops:board"))
    return {
        column.title: [card.title for card in column.cards]
        for column in response.context["columns"]
    }


def press(client, job, kind, verb, **data):
    return client.post(reverse("ops:operation", args=[job.number, kind, verb]), data, follow=True)


def job_of(order):
    return AssemblyJob.objects.get(clearance=order.pk)


def test_a_job_goes_through_the_columns_by_its_buttons(version, floor):
    order = planned_order(version=version)
    job = job_of(order)
    stations = [
        ("kitting", "Ready", "Kitting"),
        ("build", "Build", "Build"),
        ("test", "Test", "Test"),
        ("box", "Boxing", "Boxing"),
    ]
    for kind, before, during in stations:
        assert columns(floor)[before] == [order.number]
        press(floor, job, kind, "start")
        assert columns(floor)[during] == [order.number]
        press(floor, job, kind, "finish", by_hand="counted")
    assert columns(floor)["Done today"] == [order.number]


@pytest.mark.parametrize(("days", "said"), [(4, "{day}, unconfirmed"), (-3, "overdue since {day}")])
def test_a_waiting_card_names_the_part_it_waits_for_and_its_day(version, floor, days, said):
    stock_part("PSU-450", 0)
    order = planned_order(version=version)
    (shortage,) = open_shortages(order.pk)
    due_on = timezone.localdate() + timedelta(days=days)
    supply.record_scheduled_receipt(
        reference="PO-1/1",
        part_id=shortage.requirement.part_id,
        quantity=1,
        due_on=due_on,
        supplier_name="Nordkomp",
        pegs=[(shortage.requirement.pk, 1)],
    )
    said = said.format(day=cards.short_day(due_on))
    assert f"power supply, {said}" in page(floor, "ops:board")
    assert said in page(floor, "ops:job", job_of(order).number)


def test_a_time_is_told_with_its_day_where_that_is_not_today():
    noon = timezone.localtime().replace(hour=12, minute=5)
    assert cards.clock(noon) == "12:05"
    yesterday = noon - timedelta(days=1)
    assert cards.clock(yesterday) == f"{cards.short_day(yesterday.date())},{cards.NO_BREAK}12:05"


def test_a_part_that_nobody_sells_is_told_on_the_card_and_needs_a_person(version, floor):
    stock_part("PSU-450", 0)
    SupplyProfile.objects.filter(part__part_number="PSU-450").delete()
    order = planned_order(version=version)
    assert "power supply, nobody has a day" in page(floor, "ops:board")
    assert "Nobody sells 450 W supply" in page(floor, "ops:today")
    assert f"{job_of(order).number} lacks 1" in page(floor, "ops:today")


def test_of_several_machines_each_card_says_which(version, floor):
    order = planned_order(version=version, quantity=2)
    assert columns(floor)["Ready"] == [f"{order.number} · 1 of 2", f"{order.number} · 2 of 2"]


def test_htmx_gets_the_board_alone(version, floor):
    planned_order(version=version)
    html = page(floor, "ops:board", headers={"HX-Request": "true"})
    assert html.lstrip().startswith('<div id="board"')
    assert "<h1>" not in html


def test_a_step_out_of_order_says_so_and_changes_nothing(version, floor):
    job = job_of(planned_order(version=version))
    response = press(floor, job, "build", "start")
    assert "kitting is not done; build comes after it" in response.content.decode()
    job.refresh_from_db()
    assert job.status == AssemblyJob.Status.READY


def test_who_may_look_but_not_touch_sees_no_buttons(version, client):
    job = job_of(planned_order(version=version))
    client.force_login(staff("view_assemblyjob"))
    for html in (page(client, "ops:board"), page(client, "ops:job", job.number)):
        assert "Start kitting" not in html
    assert press(client, job, "kitting", "start").status_code == 403


@pytest.mark.parametrize("name", ["ops:board", "ops:stock"])
def test_strangers_are_sent_to_the_login_and_staff_without_permission_are_refused(client, name):
    url = reverse(name)
    assert client.get(url).status_code == 302
    client.force_login(staff())
    assert client.get(url).status_code == 403


def test_the_job_page_says_where_each_part_is(version, floor):
    stock_part("CPU-6", 0)
    job = job_of(planned_order(version=version))
    html = page(floor, "ops:job", job.number)
    assert "on the shelf, kept for this job" in html
    assert "1 short, not on order" in html


def test_the_job_page_tells_what_happened_and_takes_the_tracking_number(version, floor):
    order = planned_order(version=version)
    job = job_of(order)
    for kind in ("kitting", "build", "test"):
        start_operation(job_id=job.pk, kind=kind, actor="staff:ines")
        finish_operation(job_id=job.pk, kind=kind, actor="staff:ines", by_hand="counted")
    press(floor, job, "box", "start")
    html = page(floor, "ops:job", job.number)
    assert "Test done" in html
    assert "Tracking number" in html
    press(floor, job, "box", "finish", tracking_number=" 1Z\x00 999\n", back="job")
    order.refresh_from_db()
    assert order.shipment.tracking_number == "1Z 999"


def test_a_job_of_a_held_order_is_made_and_its_last_box_stays_open(version, floor):
    order = planned_order(version=version)
    job = AssemblyJob.objects.get(clearance=order.pk)
    assert "keep it here" not in page(floor, "ops:job", job.number)
    place_hold(order_id=order.pk, actor="staff:mira", why="Looks odd.")
    assert "Held since" in page(floor, "ops:job", job.number)
    for kind in ("kitting", "build", "test"):
        press(floor, job, kind, "start")
        press(floor, job, kind, "finish", by_hand="counted")
    press(floor, job, "box", "start")
    said = press(floor, job, "box", "finish").content.decode()
    assert f"{order.number} stays in the house. Held since" in said
    job.refresh_from_db()
    assert job.status == AssemblyJob.Status.IN_PROGRESS


def test_an_unknown_job_or_part_is_not_found(floor):
    assert floor.get(reverse("ops:job", args=["CW-0-1"])).status_code == 404
    assert floor.get(reverse("ops:part", args=[0])).status_code == 404


def test_the_shelf_shows_levels_and_can_be_narrowed(version, floor):
    stock_part("CPU-6", 0)
    planned_order(version=version)
    held = floor.get(reverse("ops:stock")).context["page"].object_list
    assert "CPU-6" not in {part.part_number for part in held}
    short = floor.get(reverse("ops:stock"), {"show": "wanted"}).context["page"].object_list
    assert [(part.part_number, part.short) for part in short] == [("CPU-6", 1)]
    found = floor.get(reverse("ops:stock"), {"show": "all", "q": "supply"}).context["page"]
    assert {part.part_number for part in found} == {"PSU-450", "PSU-850"}


def test_a_count_corrects_the_level_once(version, client):
    client.force_login(staff(*FLOOR, "change_stocklevel"))
    part = stock_part("TIE", 100)
    form = client.get(reverse("ops:part", args=[part.pk])).context["form"]
    data = {"quantity": -3, "reason": "miscounted", "key": form["key"].value()}
    for _ in range(2):
        client.post(reverse("ops:part_adjust", args=[part.pk]), data)
    assert StockLevel.objects.get(part=part).on_hand == 97
    html = page(client, "ops:part", part.pk)
    assert "miscounted" in html
    assert '<td data-label="Who">ines</td>' in html


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"quantity": "0", "reason": "x"}, "expected a difference, got 0"),
        ({"quantity": "", "reason": "x"}, "expected a whole number, got nothing"),
        ({"quantity": "-1", "reason": ""}, "expected a few words, got nothing"),
        ({"quantity": "-1000", "reason": "gone"}, "less on the shelf than asked"),
    ],
)
def test_a_count_that_makes_no_sense_is_refused_in_words(version, client, data, said):
    client.force_login(staff(*FLOOR, "change_stocklevel"))
    part = stock_part("TIE", 100)
    data = {"key": "6f1f0a52-3b0e-4d0f-9d8c-1f5d7d6f7a01", **data}
    response = client.post(reverse("ops:part_adjust", args=[part.pk]), data, follow=True)
    assert said in response.content.decode()
    assert StockLevel.objects.get(part=part).on_hand == 100


def test_jobs_and_parts_are_found_by_their_numbers(version, floor):
    order = planned_order(version=version)
    find = reverse("ops:find")
    assert floor.get(find, {"q": f"{order.number}-1".lower()}).url == reverse(
        "ops:job", args=[f"{order.number}-1"]
    )
    part = stock_part("CPU-6", 5)
    assert floor.get(find, {"q": "cpu-6"}).url == reverse("ops:part", args=[part.pk])


def test_a_number_that_nothing_has_stays_in_the_field(floor):
    response = floor.get(reverse("ops:find"), {"q": "<CW-9>"})
    assert response.status_code == 200
    assert "has the number “&lt;CW-9&gt;”" in response.text
    assert 'name="q" value="&lt;CW-9&gt;"' in response.text


def test_whoever_may_not_see_a_page_is_told_which_right_is_missing(floor):
    response = floor.get(reverse("ops:offers"))
    assert response.status_code == 403
    assert "needs the permission suppliers.view_offer" in response.text
    assert "signed in as ines" in response.text


def test_the_jobs_of_an_order_stand_on_its_page(version, admin_client):
    order = planned_order(version=version, quantity=2)
    html = page(admin_client, "ops:order", order.number)
    assert "Assembly jobs" in html
    assert f"{order.number}-2" in html


def test_pages_ask_the_database_little_however_many_jobs_there_are(version, floor):
    stock_part("PSU-450", 0)
    for _ in range(2):
        planned_order(version=version, quantity=2)
    few = count_statements(floor, "ops:board")
    planned_order(version=version, quantity=5)
    assert count_statements(floor, "ops:board") == few <= 12
    assert count_statements(floor, "ops:job", AssemblyJob.objects.first().number) <= 12
    assert count_statements(floor, "ops:stock") <= 9
    assert count_statements(floor, "ops:part", StockLevel.objects.first().pk) <= 12


def count_statements(client, name, *args):
    with CaptureQueriesContext(connection) as captured:
        page(client, name, *args)
    return len(captured)
