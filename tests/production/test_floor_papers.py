"""Travellers, pick lists and labels: what stands on them, and what does not."""

import io

import pytest
import segno
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from config.qr import qr
from production.models import AssemblyJob, Bin, Part
from production.services.holds import hold_job
from tests.factories.production import planned_order
from tests.production.floor.floor import ACTOR, job_of, model_with_checks, planned_job

pytestmark = pytest.mark.django_db


@pytest.fixture
def job():
    return planned_job(version=model_with_checks())


@pytest.fixture
def floor(client):
    user = User.objects.create_user("ines", password="x", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(
            content_type__app_label="production",
            codename__in=("view_assemblyjob", "change_assemblyjob", "view_part"),
        )
    )
    client.force_login(user)
    return client


def get(client, name, *args, **asked):
    response = client.get(reverse(name, args=args), asked)
    assert response.status_code == 200, response.content[:2000]
    return response


def words_of(response):
    assert response["Content-Type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(response.content)).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


def private(job):
    order = job.order_line.order
    return {order.name, order.email, order.line1, order.postal_code}


def test_a_code_is_drawn_as_its_modules_are():
    code = qr("CW:P:CPU-6")
    dark = {(x + step, y) for x, y, length in code.runs for step in range(length)}
    matrix = segno.make("CW:P:CPU-6", error="m", micro=False).matrix
    assert dark == {
        (x, y) for y, row in enumerate(matrix) for x, is_dark in enumerate(row) if is_dark
    }
    assert code.path.count("M") == len(code.runs)


def test_a_traveller_tells_the_machine_its_operations_parts_and_checks_and_no_customer(floor, job):
    seen = get(floor, "ops:traveller", job.number).text
    paper = words_of(get(floor, "ops:traveller_paper", job.number))
    for told in (
        job.order_line.order.number,
        job.order_line.name,
        "CPU-6",
        "Boxing",
        "It boots",
        "11.4 to 12.6 V",
    ):
        assert told in seen
        assert told in paper
    for code in (f"CW:J:{job.number}", "CW:A:start", "CW:A:finish"):
        assert f'aria-label="{code}"' in seen
    assert "machine-drawing" in seen
    for secret in private(job):
        assert secret not in seen
        assert secret not in paper


def test_a_held_machines_traveller_says_so_first(floor, job):
    hold_job(job_id=job.pk, cause="quality", reason="scratched door", actor=ACTOR)
    assert "On hold (quality)" in get(floor, "ops:traveller", job.number).text
    assert "ON HOLD: scratched door" in words_of(get(floor, "ops:traveller_paper", job.number))


def test_the_same_traveller_gives_the_same_bytes(floor, job):
    first, again = (get(floor, "ops:traveller_paper", job.number).content for _ in range(2))
    assert first == again


def test_a_pick_list_on_paper_names_each_jobs_share_and_the_bin(floor, job):
    other = job_of(planned_order(version=job.order_line.configuration.version))
    asked = {"job": [job.number, other.number]}
    paper = words_of(get(floor, "ops:pick_paper", **asked))
    assert f"8 for {job.number} (1)" in paper
    assert f"8 for {other.number} (2)" in paper
    assert "A-01" in paper
    assert "Everything is picked." in words_of(get(floor, "ops:pick_paper"))


def test_labels_are_made_for_jobs_boxes_parts_and_bins_in_copies(floor, job):
    part = Part.objects.get(part_number="CPU-6")
    asked = {
        "job": job.number.lower(), "box": job.number, "part": part.pk, "bin": "A-01", "copies": 2,
    }  # fmt: skip
    seen = get(floor, "ops:labels", **asked)
    assert [label.code for label in seen.context["labels"]][::2] == [
        f"CW:J:{job.number}",
        f"CW:J:{job.number}",
        "CW:P:CPU-6",
        "CW:B:A-01",
    ]
    answer = get(floor, "ops:labels_paper", **asked)
    assert len(PdfReader(io.BytesIO(answer.content)).pages) == 8
    words = words_of(answer)
    for told in ("CPU-6", "A-01", job.order_line.order.number):
        assert told in words
    for secret in private(job):
        assert secret not in words + seen.text


def test_a_zone_gets_the_labels_of_all_its_bins(floor):
    Bin.objects.create(code="Q-1", zone="Q", sequence=1)
    Bin.objects.create(code="Q-2" + "x" * 17, zone="Q", sequence=2)
    assert "Q-1" in words_of(get(floor, "ops:labels_paper", zone="Q"))
    assert len(get(floor, "ops:labels", zone="Q").context["labels"]) == 2


@pytest.mark.parametrize(
    "asked", [{}, {"part": "x"}, {"copies": "-1"}, {"job": "CW-0-1"}, {"copies": "9" * 30}]
)
def test_labels_of_nothing_are_an_empty_page_that_says_where_they_come_from(floor, asked):
    assert "No labels" in get(floor, "ops:labels", **asked).text


def test_papers_are_for_who_may_see_them_and_of_jobs_that_exist(client, floor, job):
    assert floor.get(reverse("ops:traveller", args=["CW-0-1"])).status_code == 404
    client.logout()
    for name, args in (("ops:traveller", [job.number]), ("ops:labels", []), ("ops:pick", [])):
        assert client.get(reverse(name, args=args)).status_code == 302


def test_papers_ask_the_database_little(floor, job):
    for name, args, asked in (
        ("ops:traveller", [job.number], {}),
        ("ops:labels", [], {"job": [one.number for one in AssemblyJob.objects.all()]}),
    ):
        get(floor, name, *args, **asked)
        with CaptureQueriesContext(connection) as captured:
            get(floor, name, *args, **asked)
        assert len(captured) <= 12, name


def test_a_jobs_page_leads_to_its_papers(floor, job):
    html = get(floor, "ops:job", job.number).text
    for url in (
        reverse("ops:traveller", args=[job.number]),
        f"{reverse('ops:labels')}?box={job.number}",
    ):
        assert f'href="{url}"' in html
