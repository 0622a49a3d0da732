"""Scanners and test stations post by a token of their own, and each event counts once."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from drf_spectacular.generators import SchemaGenerator
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from production.models import CheckResult, ScanEvent, Station, WorkCenter
from production.services.holds import hold_job
from production.services.stations import hash_token, make_station, renew_token, revoke_station
from tests.production.floor.floor import finish, go, model_with_checks, planned_job, start

pytestmark = pytest.mark.django_db

JOBS, SCANS, CHECKS = (f"/api/v1/floor/{name}/" for name in ("jobs", "scans", "checks"))


@pytest.fixture
def job():
    job = planned_job(version=model_with_checks())
    start(job, "kitting")
    return job


@pytest.fixture
def made(job):
    return make_station(name="Bench 1", work_center_id=WorkCenter.objects.get(code="build").pk)


@pytest.fixture
def station(made):
    return client_with(made[1])


def client_with(token):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Station {token}")
    return client


def post(client, url, **body):
    return client.post(url, {"client_id": str(uuid4()), **body}, format="json")


def test_a_scan_is_answered_with_what_comes_next(station, job):
    answer = post(station, SCANS, job=job.number, code="CASE-MINI", operator="ines")
    assert answer.status_code == 200, answer.json()
    body = answer.json()
    assert (body["outcome"], body["kind"], body["part_number"]) == ("accepted", "pick", "CASE-MINI")
    assert (body["job"], body["is_repeat"]) == (job.number, False)
    assert "more." in body["expected"]
    event = ScanEvent.objects.get()
    assert (event.actor, event.station.name) == ("station:Bench 1, ines", "Bench 1")


def test_a_refused_scan_is_a_409_that_says_what_was_expected(station, job):
    answer = post(station, SCANS, job=job.number, code="BRACKET")
    assert answer.status_code == 409
    body = answer.json()
    assert (body["code"], body["outcome"]) == ("scan_refused", "refused")
    assert "Expected: " in body["detail"]
    assert body["expected"]


def at(code, name):
    """A client of a station at another work center."""
    return client_with(
        make_station(name=name, work_center_id=WorkCenter.objects.get(code=code).pk)[1]
    )


def test_a_station_lists_the_jobs_before_it_with_what_each_waits_for(station, job):
    assert station.get(JOBS).json()["jobs"] == []
    (kit,) = at("kitting", "Cart").get(JOBS).json()["jobs"]
    assert (kit["number"], kit["status"], kit["expects"]) == (
        job.number,
        "in_progress",
        "Finish kitting.",
    )
    finish(job, "kitting")
    body = station.get(JOBS).json()
    (waiting,) = body["jobs"]
    assert (body["work_center"], body["operation"]) == ("Build", "build")
    assert (waiting["status"], waiting["expects"]) == ("pending", "Start build.")
    assert {"machine", "need_by", "started_at"} <= waiting.keys()
    hold_job(job_id=job.pk, cause="quality", reason="scratched", actor="staff:ines")
    (held,) = station.get(JOBS).json()["jobs"]
    assert (held["is_held"], held["expects"]) == (True, "")


def test_a_test_station_is_told_the_check_that_comes_next(job):
    finish(job, "kitting")
    go(job, "build")
    start(job, "test")
    tester = at("test", "Tester")
    (now,) = tester.get(JOBS).json()["jobs"]
    assert now["expects"] == "The result of: It boots (boots)."
    post(tester, CHECKS, job=job.number, check="boots", is_passed=True)
    (now,) = tester.get(JOBS).json()["jobs"]
    assert now["expects"] == "The result of: 12 V rail (rail-12v)."
    with CaptureQueriesContext(connection) as captured:
        tester.get(JOBS)
    assert len(captured) <= 5


def test_the_list_is_for_stations_alone(client, admin_client, made):
    revoke_station(station_id=made[0].pk)
    for one, status in ((client, 401), (admin_client, 401), (client_with(made[1]), 403)):
        assert one.get(JOBS).status_code == status


def test_the_same_event_sent_twice_is_answered_the_same_and_counts_once(station, job):
    event = {"client_id": str(uuid4()), "job": job.number, "code": "SCREW", "quantity": 3}
    first, again = (post(station, SCANS, **event).json() for _ in range(2))
    assert again == {**first, "is_repeat": True}
    assert ScanEvent.objects.count() == 1
    reused = post(station, SCANS, **{**event, "code": "TIE"})
    assert (reused.status_code, reused.json()["code"]) == (409, "client_id_reused")


def test_a_station_remembers_its_job(station, job):
    assert post(station, SCANS, code=f"CW:J:{job.number}").status_code == 200
    assert post(station, SCANS, code="CASE-MINI").json()["job"] == job.number


@pytest.mark.parametrize(
    "body",
    [
        {"client_id": "not-a-uuid"},
        {"code": "x" * 10_000},
        {"code": "CPU\0"},
        {"quantity": 0},
        {"quantity": "many"},
        {"job": "x" * 25},
        {"code": None},
    ],
)
def test_what_cannot_be_read_is_a_400_that_names_the_field(station, job, body):
    answer = post(station, SCANS, **{"job": job.number, "code": "SCREW", **body})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert set(answer.json()["fields"]) == set(body)
    assert not ScanEvent.objects.exists()


def test_a_check_is_recorded_once_and_judged_by_the_jobs_limits(station, job):
    finish(job, "kitting")
    go(job, "build")
    start(job, "test")
    event = {"client_id": str(uuid4()), "job": job.number, "check": "rail-12v", "value": "12.7"}
    first, again = (post(station, CHECKS, **event) for _ in range(2))
    assert first.status_code == 200, first.json()
    assert first.json() == again.json()
    assert (first.json()["is_passed"], first.json()["value"]) == (False, "12.700")
    assert post(station, CHECKS, job=job.number, check="boots", is_passed=True).json()["is_passed"]
    assert CheckResult.objects.count() == 2


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"job": "CW-0-1"}, 404, "unknown_job"),
        ({}, 409, "operation_out_of_order"),
        ({"value": "high"}, 400, "invalid"),
    ],
)
def test_a_check_that_cannot_be_taken_has_a_stable_code(station, job, body, status, code):
    answer = post(station, CHECKS, **{"job": job.number, "check": "boots", **body})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    "credentials", ["", "Station", "Station nobody", "Station a b", "Station é"]
)
def test_without_a_token_that_a_station_has_it_is_a_401(job, credentials):
    client = APIClient()
    if credentials:
        client.credentials(HTTP_AUTHORIZATION=credentials)
    answer = post(client, SCANS, job=job.number, code="SCREW")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Station"
    assert set(answer.json()) == {"code", "detail"}


def test_a_persons_token_or_session_does_not_count_here(job):
    user = User.objects.create_superuser("root")
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {Token.objects.create(user=user).key}")
    assert post(client, SCANS, job=job.number, code="SCREW").status_code == 401
    session = APIClient()
    session.force_login(user)
    assert post(session, SCANS, job=job.number, code="SCREW").status_code == 401


def test_a_stations_token_opens_nothing_else(station, job):
    assert station.get("/api/v1/jobs/").status_code == 401


def test_a_revoked_station_is_a_403_until_its_token_is_renewed(made, job):
    known, token = made
    revoke_station(station_id=known.pk)
    answer = post(client_with(token), SCANS, job=job.number, code="SCREW")
    assert (answer.status_code, answer.json()["code"]) == (403, "station_revoked")
    new = renew_token(station_id=known.pk)
    assert post(client_with(token), SCANS, job=job.number, code="SCREW").status_code == 401
    assert post(client_with(new), SCANS, job=job.number, code="SCREW").status_code == 200


def test_only_the_hash_of_a_token_is_kept(made, station, job):
    known, token = made
    known.refresh_from_db()
    assert known.token_sha256 == hash_token(token)
    assert token not in str(Station.objects.values().get())
    post(station, SCANS, job=job.number, code="SCREW")
    known.refresh_from_db()
    assert known.last_seen_at is not None


def test_staff_make_a_station_in_the_admin_and_see_its_token_once(client):
    center = WorkCenter.objects.create(code="build", name="Build", operation="build")
    client.force_login(User.objects.create_superuser("root"))
    add = reverse("admin:production_station_add")
    page = client.post(add, {"name": "Rack 2", "work_center": center.pk}, follow=True)
    made = Station.objects.get()
    shown = page.content.decode()
    token = next(word for word in shown.replace("<", " ").split() if word.startswith("cws_"))
    assert hash_token(token) == made.token_sha256
    changelist = reverse("admin:production_station_changelist")
    assert token not in client.get(changelist).content.decode()
    act = {"_selected_action": [made.pk]}
    client.post(changelist, {"action": "revoke", **act})
    made.refresh_from_db()
    assert not made.is_active
    renewed = client.post(changelist, {"action": "renew", **act}, follow=True)
    made.refresh_from_db()
    assert made.is_active
    assert made.token_sha256 != hash_token(token)
    assert "cws_" in renewed.content.decode()


def test_the_schema_describes_the_floor(capsys):
    schema = SchemaGenerator().get_schema(request=None, public=True)
    for path in (SCANS, CHECKS):
        assert schema["paths"][path]["post"]["security"] == [{"stationToken": []}]
    assert "stationToken" in schema["components"]["securitySchemes"]
    told = capsys.readouterr().err
    assert "production/api/floor" not in told
    assert "production/api/stations" not in told
