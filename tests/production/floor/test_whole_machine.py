"""Stations that post all they have to say of a machine at once: all of it is taken, or nothing."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from drf_spectacular.generators import SchemaGenerator

from production.models import CheckResult, ScanEvent, SerialUnit, Station
from production.services.holds import hold_job
from production.services.serials import take_out_serial
from tests.production.floor.floor import (
    ACTOR,
    beep,
    finish,
    go,
    model_with_checks,
    planned_job,
    start,
)
from tests.production.floor.test_station_api import at

pytestmark = pytest.mark.django_db

PROTOCOLS, SERIALS = (f"/api/v1/floor/{name}/" for name in ("protocols", "serials"))


@pytest.fixture
def job():
    job = planned_job(version=model_with_checks(tracked=("CPU-6", "MEM-16")))
    go(job, "kitting")
    start(job, "build")
    return job


@pytest.fixture
def bench(job):
    return at("build", "Bench 1")


@pytest.fixture
def tester(job):
    return at("test", "Tester")


def post(station, url, job, **body):
    return station.post(url, {"job": job.number, **body}, format="json")


def named(*pieces):
    return [
        {"client_id": str(uuid4()), "part_number": number, "serial": serial}
        for number, serial in pieces
    ]


def found(**results):
    return [
        {"client_id": str(uuid4()), "check": code.replace("_", "-"), **result}
        for code, result in results.items()
    ]


def under_test(job):
    for code in ("CPU-6", "SN-1", "MEM-16", "SN-2"):
        assert beep(code, job).is_accepted
    finish(job, "build")
    start(job, "test")


PASSED = {"boots": {"is_passed": True}, "rail_12v": {"value": "12.01"}}


def test_a_whole_protocol_is_taken_and_says_what_has_not_passed(tester, job):
    under_test(job)
    results = found(rail_12v={"value": "12.7", "note": "warm"}, boots={"is_passed": True})
    answer = post(tester, PROTOCOLS, job, results=results, operator="ines")
    assert answer.status_code == 200, answer.json()
    body = answer.json()
    assert [(it["check"], it["is_passed"]) for it in body["results"]] == [
        ("rail-12v", False),
        ("boots", True),
    ]
    assert (body["job"], body["open_checks"]) == (job.number, ["rail-12v"])
    kept = CheckResult.objects.get(code="rail-12v")
    assert (kept.actor, kept.note, str(kept.value)) == ("station:Tester, ines", "warm", "12.700")
    again = post(tester, PROTOCOLS, job, results=found(rail_12v={"value": "12"}))
    assert again.json()["open_checks"] == []


def test_a_protocol_that_is_sent_twice_is_answered_the_same_and_counts_once(tester, job):
    under_test(job)
    results = found(**PASSED)
    first, again = (post(tester, PROTOCOLS, job, results=results) for _ in range(2))
    assert first.status_code == 200, first.json()
    assert first.json() == again.json()
    assert CheckResult.objects.count() == 2
    more = [*results, *found(boots={"is_passed": False})]
    assert post(tester, PROTOCOLS, job, results=more).json()["open_checks"] == ["boots"]
    assert CheckResult.objects.count() == 3


@pytest.mark.parametrize(
    ("results", "refusal", "said"),
    [
        ({"smell": {"is_passed": True}}, (404, "unknown_check"), "expected one of boots, rail-12v"),
        ({"rail_12v": {"is_passed": True}}, (400, "check_refused"), "12 V rail: expected a value"),
        ({"rail_12v": {"value": "high"}}, (400, "invalid"), "results.1.value: A valid number"),
        ({"rail_12v": {"value": None}}, (400, "check_refused"), "expected a value in V, got none"),
    ],
)
def test_of_a_protocol_with_one_bad_result_nothing_is_taken(tester, job, results, refusal, said):
    under_test(job)
    answer = post(tester, PROTOCOLS, job, results=found(boots={"is_passed": True}, **results))
    assert (answer.status_code, answer.json()["code"]) == refusal, answer.json()
    assert said in answer.json()["detail"]
    assert not CheckResult.objects.exists()


def test_a_result_whose_id_came_with_something_else_refuses_the_whole_protocol(tester, job):
    under_test(job)
    boots, rail = found(**PASSED)
    post(tester, PROTOCOLS, job, results=[boots])
    rail["client_id"] = boots["client_id"]
    reused = post(tester, PROTOCOLS, job, results=[*found(boots={"is_passed": False}), rail])
    assert (reused.status_code, reused.json()["code"]) == (409, "client_id_reused")
    assert CheckResult.objects.count() == 1


def test_a_protocol_before_the_test_has_begun_or_of_no_job_is_refused(tester, job):
    early = post(tester, PROTOCOLS, job, results=found(**PASSED))
    assert (early.status_code, early.json()["code"]) == (409, "operation_out_of_order")
    body = {"job": "CW-0-1", "results": found(**PASSED)}
    assert tester.post(PROTOCOLS, body, format="json").json()["code"] == "unknown_job"


def test_all_serial_numbers_of_a_machine_are_taken_at_once_each_like_a_scan(bench, job):
    pieces = named(("CPU-6", "SN-1"), ("mem-16", "SN-2"))
    answer = post(bench, SERIALS, job, pieces=pieces, operator="ines")
    assert answer.status_code == 200, answer.json()
    body = answer.json()
    assert [(it["part_number"], it["serial"]) for it in body["pieces"]] == [
        ("CPU-6", "SN-1"),
        ("MEM-16", "SN-2"),
    ]
    assert (body["job"], body["expected"]) == (job.number, "Finish build.")
    assert set(SerialUnit.objects.values_list("serial", "captured_by")) == {
        ("SN-1", "station:Bench 1, ines"),
        ("SN-2", "station:Bench 1, ines"),
    }
    kept = ScanEvent.objects.filter(kind=ScanEvent.Kind.SERIAL)
    assert set(kept.values_list("requirement__part__part_number", "station__name")) == {
        ("CPU-6", "Bench 1"),
        ("MEM-16", "Bench 1"),
    }


def test_serial_numbers_that_are_sent_twice_are_answered_the_same_and_count_once(bench, job):
    pieces = named(("CPU-6", "SN-1"), ("MEM-16", "SN-2"))
    first, again = (post(bench, SERIALS, job, pieces=pieces) for _ in range(2))
    assert first.status_code == 200, first.json()
    assert first.json() == again.json()
    unit = SerialUnit.objects.get(serial="SN-1")
    take_out_serial(serial_unit_id=unit.pk, reason="bent pin", actor=ACTOR)
    assert post(bench, SERIALS, job, pieces=pieces).json() == first.json()
    unit.refresh_from_db()
    assert unit.requirement is None  # a post that comes late builds nothing in again
    assert ScanEvent.objects.filter(kind=ScanEvent.Kind.SERIAL).count() == 2


@pytest.mark.parametrize(
    ("piece", "refusal", "said"),
    [
        (("GPU-9", "SN-2"), (404, "unknown_requirement"), "kept of CPU-6, MEM-16"),
        (("SCREW", "SN-2"), (409, "serial_refused"), "No serial numbers are kept of"),
        (("CPU-6", "SN-2"), (409, "serial_refused"), "has all serial numbers"),
        (("CPU-6", "sn-1"), (409, "serial_refused"), "sits in this machine already"),
        (("MEM-16", ""), (400, "invalid"), "pieces.1.serial: This field may not be blank"),
        (("MEM-16", "x" * 81), (400, "invalid"), "pieces.1.serial"),
    ],
)
def test_of_a_list_with_one_bad_piece_none_is_taken(bench, job, piece, refusal, said):
    answer = post(bench, SERIALS, job, pieces=named(("CPU-6", "SN-1"), piece))
    assert (answer.status_code, answer.json()["code"]) == refusal, answer.json()
    assert said in answer.json()["detail"]
    assert not SerialUnit.objects.exists()
    assert not ScanEvent.objects.filter(kind=ScanEvent.Kind.SERIAL).exists()


def test_a_piece_whose_id_came_with_something_else_refuses_the_whole_list(bench, job):
    cpu, memory = named(("CPU-6", "SN-1"), ("MEM-16", "SN-2"))
    post(bench, SERIALS, job, pieces=[cpu])
    memory["client_id"] = cpu["client_id"]
    reused = post(bench, SERIALS, job, pieces=[memory])
    assert (reused.status_code, reused.json()["code"]) == (409, "client_id_reused")
    assert SerialUnit.objects.count() == 1


@pytest.mark.parametrize(("url", "rows"), [(PROTOCOLS, "results"), (SERIALS, "pieces")])
def test_an_empty_an_endless_and_a_doubled_list_are_refused(bench, job, url, rows):
    one = {**named(("CPU-6", "SN-1"))[0], **found(boots={"is_passed": True})[0]}
    many = [{**one, "client_id": str(uuid4())} for _ in range(501)]
    for sent, said in (([], "empty"), (many, "500"), ([one, one], "a client id of its own")):
        answer = post(bench, url, job, **{rows: sent})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), said
        assert said in answer.json()["detail"]
        assert set(answer.json()["fields"]) == {rows}


def test_nothing_is_taken_of_a_job_on_hold(bench, job):
    hold_job(job_id=job.pk, cause="quality", reason="scratched", actor=ACTOR)
    answer = post(bench, SERIALS, job, pieces=named(("CPU-6", "SN-1")))
    assert (answer.status_code, answer.json()["code"]) == (409, "job_on_hold")


def test_people_and_strangers_cannot_post_here(client, admin_client, job):
    for one in (client, admin_client):
        for url in (PROTOCOLS, SERIALS):
            body = {"job": job.number}
            assert one.post(url, body, content_type="application/json").status_code == 401


def test_however_many_there_are_it_takes_as_many_statements(bench, job):
    def taken(*pieces):
        with CaptureQueriesContext(connection) as captured:
            assert post(bench, SERIALS, job, pieces=named(*pieces)).status_code == 200
        return len(captured)

    Station.objects.update(last_seen_at=None)
    one = taken(("CPU-6", "SN-1"))
    for unit in SerialUnit.objects.all():
        take_out_serial(serial_unit_id=unit.pk, reason="bent pin", actor=ACTOR)
    Station.objects.update(last_seen_at=None)
    # Of each part the customer's page is told.
    assert taken(("CPU-6", "SN-3"), ("MEM-16", "SN-2")) <= one + 2


def test_the_schema_describes_both(capsys):
    schema = SchemaGenerator().get_schema(request=None, public=True)
    for path in (PROTOCOLS, SERIALS):
        told = schema["paths"][path]["post"]
        assert told["security"] == [{"stationToken": []}]
        assert set(told["responses"]) == {"200", "400", "401", "403", "404", "409"}
    assert "production/api/floor" not in capsys.readouterr().err
