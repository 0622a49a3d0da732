"""The pages that trace: any number → what it is; a machine → its record; a delivery → a recall."""

import csv
import io

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from production.models import BillOfMaterial, Part
from production.selectors import recall
from production.selectors.trace import as_built
from production.services.rework import send_back
from shop.models import Order
from tests.factories.production import stock_part
from tests.production.floor.floor import ACTOR, go, model_with_checks, planned_job
from tests.production.floor.test_trace import build, deliver

pytestmark = pytest.mark.django_db


def staff(*permissions):
    user = User.objects.create_user("ines", password="x", is_staff=True)
    for one in permissions:
        app, codename = one.split(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=codename)
        )
    return user


@pytest.fixture
def floor(client):
    client.force_login(staff("production.view_assemblyjob", "shop.view_order"))
    return client


@pytest.fixture
def job():
    """One machine, built and boxed, with a processor of the delivery PO-7/1."""
    version = model_with_checks()
    Part.objects.filter(part_number="CPU-6").update(name="=Processor")
    stock_part("CPU-6", 0)
    deliver("CPU-6", "PO-7/1", 2, "r1")
    job = planned_job(version=version)
    build(job, "SN-1")
    return job


def ask(client, query):
    response = client.get(reverse("ops:trace"), {"q": query})
    assert response.status_code == 200, response.content[:2000]
    return response.text


def test_every_kind_of_number_leads_to_the_machine(floor, job):
    order = job.order_line.order
    order.shipment.tracking_number = "1Z999"
    order.shipment.save()
    record = reverse("ops:trace_job", args=[job.number])
    for number in (job.number, order.number, "1Z999", "sn-1", "PO-7/1", "PO-7", "CPU-6"):
        assert record in ask(floor, number), number


@pytest.mark.parametrize("query", ["NOTHING", "x" * 500, "'; --", "<script>"])
def test_what_nobody_knows_is_said(floor, query):
    assert "Nobody knows" in ask(floor, query)


def test_the_scan_field_of_the_console_finds_pieces_deliveries_and_machines(floor, job):
    for number in ("SN-1", "PO-7/1"):
        response = floor.get(reverse("ops:find"), {"q": number})
        assert response.url.startswith(reverse("ops:trace")), number
    for number in (job.number, f"CW:J:{job.number}"):
        response = floor.get(reverse("ops:find"), {"q": number})
        assert response.url == reverse("ops:job", args=[job.number])


def test_a_recall_is_a_file_without_formulas_and_names_customers_to_those_who_may(
    floor, client, job
):
    Order.objects.update(name="=Ada")
    url = reverse("ops:trace_recall")

    def rows(**query):
        text = b"".join(client.get(url, query)).decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text)))

    (row,) = rows(receipt="PO-7/1")
    assert (row["machine"], row["serials"], row["customer"]) == (job.number, "SN-1", "'=Ada")
    assert row["part"] == "'=Processor"
    assert rows(part=str(Part.objects.get(part_number="CPU-6").pk)) == [row]
    User.objects.get().user_permissions.remove(Permission.objects.get(codename="view_order"))
    (row,) = rows(receipt="PO-7/1")
    assert "customer" not in row
    assert "=Ada" not in ask(client, "PO-7/1")
    assert client.get(url).status_code == 404


def test_a_long_list_says_how_much_of_it_is_shown(floor, job, monkeypatch):
    other = planned_job(version=job.order_line.configuration.version)
    build(other, "SN-2")
    found = recall.machines_with_receipt("PO-7/1", most=1)
    assert (len(found.machines), found.total, found.is_cut) == (1, 2, True)
    monkeypatch.setattr(recall.machines_with_receipt, "__kwdefaults__", {"most": 1})
    assert "The first 1 of 2 machines that it went into" in ask(floor, "PO-7/1")


def test_a_machine_with_two_parts_of_a_delivery_is_counted_once(floor):
    version = model_with_checks()
    for line, number in enumerate(("CPU-6", "CASE-MINI"), start=1):
        stock_part(number, 0)
        deliver(number, f"PO-8/{line}", 1, f"r{line}")
    job = planned_job(version=version)
    build(job, "SN-8")
    page = ask(floor, "PO-8")
    assert page.count('<td data-label="Part">') == 4  # two that came, two that went in
    assert "It went into one machine." in page


def test_the_record_of_a_machine_tells_who_what_from_where_and_what_went_wrong(floor):
    version = model_with_checks()
    old = BillOfMaterial.objects.filter(status="released").exclude(product_slug="").get()
    BillOfMaterial.objects.create(
        part=old.part,
        revision=7,
        product_slug=old.product_slug,
        status="superseded",
        released_at=timezone.now(),
    )
    job = planned_job(version=version)
    go(job, "kitting", "build")
    send_back(job_id=job.pk, kind="build", reason="loose plug", actor=ACTOR)
    html = floor.get(reverse("ops:trace_job", args=[job.number])).text
    assert "sent back once" in html
    assert html.count("Back to build: loose plug") == 1
    assert "Revision 7" in html
    assert "lay there at the start" in html


def test_the_record_of_an_unknown_machine_is_not_found(floor):
    assert floor.get(reverse("ops:trace_job", args=["CW-0-1"])).status_code == 404


@pytest.mark.parametrize("query", ["", "SN-1", "PO-7/1", "CPU-6", "JOB"])
def test_a_trace_takes_at_most_ten_statements(floor, job, query):
    with CaptureQueriesContext(connection) as asked:
        if query == "JOB":
            as_built(job.number)
        else:
            recall.find(query)
    assert len(asked) <= 10, asked.captured_queries


def test_pages_of_the_trace_ask_no_more_for_more_machines(floor, job):
    urls = (
        reverse("ops:trace_job", args=[job.number]),
        f"{reverse('ops:trace')}?q=PO-7/1",
        f"{reverse('ops:trace')}?q=CPU-6",
    )

    def statements(url):
        with CaptureQueriesContext(connection) as asked:
            assert floor.get(url).status_code == 200
        return len(asked)

    before = [statements(url) for url in urls]
    build(planned_job(version=job.order_line.configuration.version), "SN-2")
    assert [statements(url) for url in urls] == before


def test_strangers_and_staff_without_the_permission_see_no_trace(client, job):
    urls = (
        reverse("ops:trace"),
        reverse("ops:trace_job", args=[job.number]),
        f"{reverse('ops:trace_recall')}?receipt=PO-7/1",
    )
    assert [client.get(url).status_code for url in urls] == [302] * 3
    client.force_login(staff())
    assert [client.get(url).status_code for url in urls] == [403] * 3
