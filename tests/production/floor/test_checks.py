"""A machine is tested for what its snapshot says, and boxed when everything has passed."""

from decimal import Decimal
from uuid import uuid4

import pytest

from production.errors import (
    CheckRefused,
    ClientIdReused,
    MachineIncomplete,
    OperationOutOfOrder,
    UnknownCheck,
    UnknownJob,
)
from production.models import CheckResult
from production.selectors.checks import check_states, limits_in_words
from production.services.checks import Found, record_check, record_checks
from production.services.rework import send_back
from tests.production.floor.floor import (
    ACTOR,
    finish,
    go,
    model_with_checks,
    planned_job,
    start,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def job():
    job = planned_job(version=model_with_checks(tracked=()))
    go(job, "kitting", "build")
    start(job, "test")
    return job


def check(job, code, *, client_id=None, **result):
    return record_check(
        client_id=client_id or uuid4(), job_id=job.pk, code=code, actor=ACTOR, **result
    )


def states(job):
    return {state.check.code: state.is_passed for state in check_states(job)}


@pytest.mark.parametrize(
    ("value", "is_passed"),
    [("11.4", True), ("12", True), ("12.6", True), ("11.399", False), ("12.6004", False)],
)
def test_a_measured_value_passes_within_the_limits_of_the_snapshot(job, value, is_passed):
    assert check(job, "rail-12v", value=Decimal(value)).is_passed is is_passed


def test_the_limits_are_told_in_words(job):
    assert [limits_in_words(state.check) for state in check_states(job)] == ["", "11.4 to 12.6 V"]


def test_a_repeated_check_is_another_result_and_the_last_one_counts(job):
    check(job, "boots", is_passed=False, note="no picture")
    assert states(job) == {"boots": False, "rail-12v": False}
    check(job, "boots", is_passed=True)
    assert states(job)["boots"]
    check(job, "boots", is_passed=False)
    assert not states(job)["boots"]
    assert CheckResult.objects.count() == 3


def test_one_result_sent_twice_counts_once(job):
    client_id = uuid4()
    first = check(job, "boots", is_passed=True, client_id=client_id)
    assert check(job, "boots", is_passed=False, client_id=client_id) == first
    assert CheckResult.objects.get().is_passed
    with pytest.raises(ClientIdReused):
        check(job, "rail-12v", value=Decimal(12), client_id=client_id)


@pytest.mark.parametrize(
    ("code", "result", "told"),
    [
        ("boots", {}, "expected passed or failed, got nothing"),
        ("boots", {"value": Decimal(1)}, "expected passed or failed, got the value 1"),
        ("rail-12v", {"is_passed": True}, "expected a value in V, got none"),
        ("rail-12v", {"value": Decimal("NaN")}, "expected a value in V, got NaN"),
        ("rail-12v", {"value": Decimal("1e12")}, "expected a value in V"),
    ],
)
def test_a_result_that_does_not_answer_the_check_is_refused(job, code, result, told):
    with pytest.raises(CheckRefused, match=told):
        check(job, code, **result)
    assert not CheckResult.objects.exists()


@pytest.mark.parametrize("code", ["paint", "", "x" * 10_000, "\0"])
def test_an_unknown_check_is_answered_with_those_there_are(job, code):
    with pytest.raises(UnknownCheck, match="expected one of boots, rail-12v"):
        check(job, code, is_passed=True)


def test_nothing_is_tested_before_its_test_began():
    job = planned_job(version=model_with_checks(tracked=()))
    go(job, "kitting")
    with pytest.raises(OperationOutOfOrder, match="test has not been started"):
        check(job, "boots", is_passed=True)
    with pytest.raises(UnknownJob):
        record_check(client_id=uuid4(), job_id=0, code="boots", actor=ACTOR, is_passed=True)


def test_a_test_does_not_end_and_a_box_does_not_begin_before_all_checks_passed(job):
    check(job, "boots", is_passed=True)
    check(job, "rail-12v", value=Decimal(13))
    with pytest.raises(MachineIncomplete, match="not passed yet: 12 V rail"):
        finish(job, "test")
    check(job, "rail-12v", value=Decimal(12))
    finish(job, "test")
    check(job, "boots", is_passed=False)
    with pytest.raises(MachineIncomplete, match="not passed yet: It boots"):
        start(job, "box")


def test_a_check_that_fails_while_the_machine_is_packed_keeps_the_box_open(job):
    check(job, "boots", is_passed=True)
    check(job, "rail-12v", value=Decimal(12))
    finish(job, "test")
    start(job, "box")
    check(job, "boots", is_passed=False)
    with pytest.raises(MachineIncomplete, match="not passed yet: It boots"):
        finish(job, "box")
    send_back(job_id=job.pk, kind="build", reason="loose plug", actor=ACTOR)
    with pytest.raises(OperationOutOfOrder, match="test has not been started"):
        check(job, "boots", is_passed=True)


def test_a_whole_protocol_is_written_down_at_once_or_not_at_all(job):
    good = [Found(uuid4(), "boots", is_passed=True), Found(uuid4(), "rail-12v", value=Decimal(12))]
    with pytest.raises(UnknownCheck):
        record_checks(job_id=job.pk, found=[*good, Found(uuid4(), "smell")], actor=ACTOR)
    assert states(job) == {"boots": False, "rail-12v": False}
    assert len(record_checks(job_id=job.pk, found=good, actor=ACTOR)) == 2
    assert record_checks(job_id=job.pk, found=good, actor=ACTOR) == []
    assert states(job) == {"boots": True, "rail-12v": True}
    other = Found(good[0].client_id, "rail-12v", value=Decimal(12))
    with pytest.raises(ClientIdReused):
        record_checks(job_id=job.pk, found=[other], actor=ACTOR)
