"""What nobody should send, at the page and at the API: each is told in words, and nothing is lost.

What is not here stands beside the thing itself: expressions and bills in `bills/`, counts in
`test_stock_pages`, steps out of order in `test_console` and `test_api`, calendars in
`scheduling/test_plant`.
"""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from production.models import AssemblyJob, ScanEvent, SerialUnit, StockLevel, WorkCenter
from production.services.authoring import drafts
from production.services.authoring.content import state_of
from production.services.scheduling import reschedule
from production.services.stations import make_station
from shop.models import Order
from shop.services.orders import cancel_order
from suppliers.models import GoodsReceipt
from tests.factories.production import makeable_model, part, planned_order, stock_part
from tests.factories.suppliers import purchased
from tests.production.bills.written import RELEASE, page, post, writer
from tests.production.floor.floor import job_of, model_with_checks, need, planned_job, start
from tests.production.floor.test_station_api import SCANS, client_with
from tests.production.floor.test_station_api import post as scan_by
from tests.production.test_api import JOBS, client_of
from tests.production.test_console import press
from tests.production.test_job_page import MAY, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def floor() -> Client:
    client = Client()
    client.force_login(staff(*MAY))
    return client


def test_an_empty_bill_is_told_at_its_page_and_not_released():
    kit = part("KIT", kind="make")
    empty = drafts.begin_bill(part_id=kit.pk, actor="staff:ada", product_slug="")
    ada = writer(*RELEASE)
    assert "has no line" in page(ada, "bill_release", empty.pk)
    assert "has no line" in post(ada, "bill_release", empty.pk, status=422, read=state_of(empty))
    empty.refresh_from_db()
    assert empty.status == "draft"


def test_a_serial_number_used_twice_is_refused_to_a_station_with_the_machine_it_sits_in():
    version = model_with_checks()
    jobs = [planned_job(version=version) for _ in range(2)]
    center = WorkCenter.objects.get(code="kitting").pk
    station = client_with(make_station(name="Bench 1", work_center_id=center)[1])
    answers = []
    for job in jobs:
        start(job, "kitting")
        scan_by(station, SCANS, job=job.number, code="CPU-6")
        answers.append(scan_by(station, SCANS, job=job.number, code="SN-1"))
    assert [answer.status_code for answer in answers] == [200, 409]
    assert f"sits in {jobs[0].number} already" in answers[1].json()["detail"]
    assert SerialUnit.objects.get().requirement == need(jobs[0], "CPU-6")


@pytest.mark.parametrize("quantity", [-1, 0, 1.5, "two", None])
def test_a_number_of_pieces_that_is_none_is_a_400_that_names_the_field(quantity):
    job = planned_job(version=model_with_checks())
    start(job, "kitting")
    center = WorkCenter.objects.get(code="kitting").pk
    station = client_with(make_station(name="Bench 1", work_center_id=center)[1])
    answer = scan_by(station, SCANS, job=job.number, code="SCREW", quantity=quantity)
    assert answer.status_code == 400
    assert "quantity" in str(answer.json())
    assert not ScanEvent.objects.exists()


@pytest.mark.parametrize("way", ["page", "api"])
def test_the_kit_of_an_order_that_was_cancelled_first_is_refused_in_words(way, floor, drain):
    order = planned_order(version=makeable_model())
    job = job_of(order)
    cancel_order(order_id=order.pk, actor="staff:mira", why="The customer asked.")
    drain()
    if way == "api":
        robot = client_of("view_assemblyjob", "change_assemblyjob")
        answer = robot.post(f"{JOBS}{job.number}/operations/kitting/start/")
        assert (answer.status_code, answer.json()["code"]) == (409, "illegal_transition")
    else:
        said = press(floor, job, "kitting", "start").content.decode()
        assert "is cancelled" in said
    job.refresh_from_db()
    assert job.status == AssemblyJob.Status.CANCELLED


def test_more_than_was_ordered_does_not_come_in_at_the_page(admin_client):
    line = purchased(quantity=2).lines.get()
    address = reverse("ops:receive", args=[line.purchase_order.number])
    for quantity, told in (
        ("3", "expected at most 2 more, got 3"),
        ("-1", "a whole number from 1"),
    ):
        form = {"line_id": line.pk, "quantity": quantity, "key": str(uuid4())}
        assert told in admin_client.post(address, form, follow=True).content.decode()
    assert not GoodsReceipt.objects.exists()
    assert not StockLevel.objects.filter(part=line.part, on_hand__gt=0).exists()


def test_an_order_whose_kit_was_begun_first_is_not_cancelled_by_its_customer(client):
    order = planned_order(version=makeable_model())
    start(job_of(order), "kitting")
    address = reverse("shop:order_cancel", args=[order.token])
    said = client.post(address, follow=True).content.decode()
    assert "Kitting has begun: nothing can be changed any more." in said
    order.refresh_from_db()
    assert order.status == Order.Status.KITTING


def test_a_part_that_nobody_has_a_day_for_is_an_unknown_day_for_the_customer_and_the_floor(
    client, admin_client, drain
):
    version = makeable_model()
    stock_part("PSU-450", 0)
    order = planned_order(version=version)
    job = job_of(order)
    job.requirements.get(part__part_number="PSU-450").part.supply_profile.delete()
    reschedule()
    drain()
    told = client.get(reverse("shop:order", args=[order.token])).content.decode()
    assert "power supply: nobody has said when it comes" in told
    order.refresh_from_db()
    assert order.likely_ships_on is None
    answer = client.get(reverse("api-order-status", args=[order.token])).json()
    assert answer["likely_ships_on"] is None
    assert "no day yet" in admin_client.get(reverse("ops:job", args=[job.number])).content.decode()
    assert "nobody has a day" in admin_client.get(reverse("ops:board")).content.decode()
