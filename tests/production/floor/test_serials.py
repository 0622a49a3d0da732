"""One piece sits in one machine, and the machine is boxed when all of its pieces are known."""

import pytest
from django.db import Error, IntegrityError, connection, transaction

from config.audit.models import StateChange
from production.errors import (
    IllegalTransition,
    MachineIncomplete,
    MoveRefused,
    OperationOutOfOrder,
    SerialRefused,
    UnknownRequirement,
    UnknownSerial,
)
from production.models import SerialUnit
from production.services.serials import capture_serial, capture_serials, take_out_serial
from shop.models import TrackedPart
from tests.production.floor.floor import (
    ACTOR,
    beep,
    finish,
    go,
    model_with_checks,
    need,
    planned_job,
    start,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def version():
    return model_with_checks()


@pytest.fixture
def job(version):
    job = planned_job(version=version)
    go(job, "kitting")
    start(job, "build")
    return job


def capture(job, serial, part_number="CPU-6"):
    line = need(job, part_number)
    return capture_serial(requirement_id=line.pk, serial=serial, actor=ACTOR)


def test_a_serial_number_is_written_down_for_the_customer(job):
    capture(job, " SN-1 ")
    assert TrackedPart.objects.get(part_number="CPU-6").serial == "SN-1"
    finish(job, "build")
    assert TrackedPart.objects.get(part_number="CPU-6").serial == "SN-1"


def test_a_serial_number_used_twice_is_refused_with_the_machine_it_sits_in(job, version):
    capture(job, "SN-1")
    other = planned_job(version=version)
    start(other, "kitting")
    beep("CPU-6", other)
    for again in ("SN-1", "sn-1"):
        result = beep(again, other)
        assert not result.is_accepted
        assert f"sits in {job.number} already" in result.message
    with pytest.raises(SerialRefused, match=f"sits in {job.number} already"):
        capture(other, "SN-1")
    assert SerialUnit.objects.count() == 1


def test_the_same_number_of_another_part_is_another_piece():
    version = model_with_checks(tracked=("CPU-6", "MEM-16"))
    job = planned_job(version=version)
    start(job, "kitting")
    for code in ("CPU-6", "SN-1", "MEM-16", "SN-1"):
        assert beep(code, job).is_accepted
    assert SerialUnit.objects.count() == 2


def test_a_second_serial_number_for_one_piece_is_refused(job):
    capture(job, "SN-1")
    with pytest.raises(SerialRefused, match="has all serial numbers"):
        capture(job, "SN-2")
    with pytest.raises(SerialRefused, match="sits in this machine already"):
        capture(job, "SN-1")


@pytest.mark.parametrize("serial", ["", "   ", "x" * 81, "S\0N", "S\nN"])
def test_what_is_no_serial_number_is_refused(job, serial):
    with pytest.raises(SerialRefused, match="A serial number has"):
        capture(job, serial)


def test_of_a_part_without_serial_numbers_none_is_taken(job):
    with pytest.raises(SerialRefused, match="No serial numbers are kept"):
        capture(job, "SN-1", "SCREW")
    with pytest.raises(UnknownRequirement):
        capture_serial(requirement_id=0, serial="SN-1", actor=ACTOR)


def test_a_piece_that_was_taken_out_may_be_built_in_again(job, version):
    unit = capture(job, "SN-1")
    with pytest.raises(MoveRefused, match="needs a reason"):
        take_out_serial(serial_unit_id=unit.pk, reason=" ", actor=ACTOR)
    for _ in range(2):
        take_out_serial(serial_unit_id=unit.pk, reason="bent pin?", actor=ACTOR)
    assert TrackedPart.objects.get(part_number="CPU-6").serial == ""
    assert StateChange.objects.filter(why="took out SN-1: bent pin?", actor=ACTOR).count() == 1
    other = planned_job(version=version)
    start(other, "kitting")
    beep("CPU-6", other)
    assert beep("SN-1", other).is_accepted
    unit.refresh_from_db()
    assert unit.requirement == need(other, "CPU-6")


def test_a_scrapped_piece_is_never_built_in_again(job, version):
    unit = capture(job, "SN-1")
    take_out_serial(serial_unit_id=unit.pk, reason="cracked", actor=ACTOR, is_scrapped=True)
    with pytest.raises(SerialRefused, match="was scrapped"):
        capture(job, "SN-1")
    with pytest.raises(UnknownSerial):
        take_out_serial(serial_unit_id=0, reason="cracked", actor=ACTOR)


def test_a_machine_whose_serial_number_is_missing_is_not_boxed(job):
    finish(job, "build")
    start(job, "test")
    for code in ("CW:C:boots:pass", "CW:C:rail-12v:12"):
        assert beep(code, job).is_accepted
    finish(job, "test")
    with pytest.raises(MachineIncomplete, match="serial numbers are missing: 1 of Six cores"):
        start(job, "box")


def test_a_serial_number_is_captured_while_something_is_under_way(job):
    finish(job, "build")
    with pytest.raises(OperationOutOfOrder, match="Start test first"):
        capture(job, "SN-1")


def test_a_boxed_machine_is_not_taken_apart(job):
    unit = capture(job, "SN-1")
    finish(job, "build")
    start(job, "test")
    for code in ("CW:C:boots:pass", "CW:C:rail-12v:12"):
        beep(code, job)
    finish(job, "test")
    go(job, "box")
    with pytest.raises(IllegalTransition, match="is done"):
        take_out_serial(serial_unit_id=unit.pk, reason="late idea", actor=ACTOR)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("sql", "refusal"),
    [
        (
            (
                "INSERT INTO production_serialunit"
                " (part_id, serial, receipt_reference, is_scrapped, captured_by)"
                " SELECT part_id, lower(serial), '', false, 'x' FROM production_serialunit"
            ),
            "serial_once_per_part",
        ),
        (
            (
                "UPDATE production_serialunit SET part_id = (SELECT id FROM production_part"
                " WHERE part_number = 'SCREW')"
            ),
            "serial_is_of_the_part_needed",
        ),
        ("UPDATE production_serialunit SET is_scrapped = true", "serial_scrapped_is_in_no_machine"),
    ],
)
def test_the_database_keeps_a_piece_in_one_machine_of_its_part(job, sql, refusal):
    capture(job, "SN-1")
    with (
        pytest.raises(IntegrityError, match=refusal),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", ["scanevent", "checkresult", "piecesource"])
@pytest.mark.parametrize("sql", ["DELETE FROM {}", "UPDATE {} SET id = id"])
def test_what_was_scanned_and_tested_cannot_be_rewritten(job, table, sql):
    finish(job, "build")
    start(job, "test")
    beep("CW:C:boots:pass", job)
    with (
        pytest.raises(Error, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql.format(f"production_{table}"))


def test_the_serial_numbers_of_a_machine_are_written_down_at_once_or_not_at_all(job):
    cpu = need(job, "CPU-6").pk
    with pytest.raises(SerialRefused, match="has all serial numbers"):
        capture_serials(job_id=job.pk, serials={cpu: ["SN-1", "SN-2"]}, actor=ACTOR)
    with pytest.raises(UnknownRequirement):
        capture_serials(job_id=job.pk, serials={cpu: ["SN-1"], cpu + 1_000_000: []}, actor=ACTOR)
    assert not SerialUnit.objects.exists()
    capture_serials(job_id=job.pk, serials={cpu: ["SN-1"]}, actor=ACTOR)
    assert TrackedPart.objects.get(part_number="CPU-6").serial == "SN-1"
