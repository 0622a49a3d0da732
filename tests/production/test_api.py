"""Jobs by API, for staff tokens only."""

import pytest
from django.contrib.auth.models import Permission, User
from drf_spectacular.generators import SchemaGenerator
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from production.models import AssemblyJob
from tests.factories.production import makeable_model, planned_order, stock_part

pytestmark = pytest.mark.django_db

JOBS = "/api/v1/jobs/"


def client_of(*codenames, is_staff=True):
    user = User.objects.create_user("robot", is_staff=is_staff)
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="production", codename__in=codenames)
    )
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {Token.objects.create(user=user).key}")
    return client


@pytest.fixture
def job():
    return AssemblyJob.objects.get(clearance=planned_order().pk)


def test_everybody_else_is_refused(job):
    assert APIClient().get(JOBS).status_code == 401
    assert client_of("view_assemblyjob", is_staff=False).get(JOBS).status_code == 403


def test_staff_without_permission_are_refused(job):
    robot = client_of()
    assert robot.get(JOBS).status_code == 403
    assert robot.post(f"{JOBS}{job.number}/operations/kitting/start/").status_code == 403


def test_jobs_are_listed_and_narrowed_by_status(job):
    robot = client_of("view_assemblyjob")
    assert [row["number"] for row in robot.get(JOBS).json()["results"]] == [job.number]
    assert robot.get(JOBS, {"status": "done"}).json()["results"] == []


def test_a_job_is_shown_with_its_operations_and_parts(job):
    body = client_of("view_assemblyjob").get(f"{JOBS}{job.number}/").json()
    assert (body["order"], body["status"]) == (job.number.rpartition("-")[0], "ready")
    assert [row["kind"] for row in body["operations"]] == ["kitting", "build", "test", "box"]
    memory = next(row for row in body["requirements"] if row["part_number"] == "MEM-16")
    assert (memory["quantity"], memory["allocated_quantity"]) == (1, 1)


def test_operations_are_started_and_finished_by_named_actions(job):
    robot = client_of("view_assemblyjob", "change_assemblyjob")
    for kind in ("kitting", "build", "test"):
        for verb in ("start", "finish"):
            answer = robot.post(
                f"{JOBS}{job.number}/operations/{kind}/{verb}/",
                {"by_hand": "counted"} if verb == "finish" else {},
                format="json",
            )
            assert answer.status_code == 200, answer.json()
    robot.post(f"{JOBS}{job.number}/operations/box/start/")
    answer = robot.post(
        f"{JOBS}{job.number}/operations/box/finish/", {"tracking_number": "1Z"}, format="json"
    )
    assert answer.json()["status"] == "done"
    job.refresh_from_db()
    assert job.order_line.order.shipment.tracking_number == "1Z"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("operations/build/start/", 409, "operation_out_of_order"),
        ("operations/kitting/finish/", 409, "operation_out_of_order"),
        ("operations/paint/start/", 404, "unknown_operation"),
    ],
)
def test_what_cannot_be_done_has_a_stable_code(job, path, status, code):
    robot = client_of("view_assemblyjob", "change_assemblyjob")
    answer = robot.post(f"{JOBS}{job.number}/{path}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_job_that_waits_for_parts_cannot_be_kitted():
    version = makeable_model()
    stock_part("CPU-6", 0)
    job = AssemblyJob.objects.get(clearance=planned_order(version=version).pk)
    answer = client_of("view_assemblyjob", "change_assemblyjob").post(
        f"{JOBS}{job.number}/operations/kitting/start/"
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "illegal_transition")


def test_the_schema_describes_the_actions(capsys):
    schema = SchemaGenerator().get_schema(request=None, public=True)
    assert "/api/v1/jobs/{number}/operations/{kind}/start/" in schema["paths"]
    warned = capsys.readouterr().err
    assert "/production/" not in warned
