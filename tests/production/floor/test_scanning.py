"""What is scanned counts once, and what is wrong is refused with what was expected."""

from uuid import uuid4

import pytest

from production.errors import ClientIdReused, KitIncomplete
from production.models import Bin, Part, ScanEvent, SerialUnit, StockLevel
from production.selectors.picking import pick_lines
from production.services.picking import confirm_by_hand
from tests.factories.production import DEFAULT_NEEDS, part
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
def job():
    return planned_job(version=model_with_checks())


@pytest.fixture
def kitting(job):
    start(job, "kitting")
    return job


def picked(job):
    lines = pick_lines(job_ids=[job.pk])
    return {line.requirement.part.part_number: line.picked for line in lines if line.picked}


def test_a_part_that_belongs_to_the_job_is_picked_and_says_what_comes_next(kitting):
    result = beep("CASE-MINI", kitting)
    assert result.is_accepted
    assert "1 of 1 picked" in result.message
    assert "7 more" in result.expected
    assert " from A-01" in result.expected
    assert picked(kitting) == {"CASE-MINI": 1}


@pytest.mark.parametrize("code", ["PSU-450", "cw:p:PSU-450", "  psu-450\r\n", "MAKER-450W"])
def test_a_part_is_known_by_its_number_its_label_and_its_makers_number(kitting, code):
    Part.objects.filter(part_number="PSU-450").update(mpn="MAKER-450W")
    assert beep(code, kitting).is_accepted
    assert picked(kitting) == {"PSU-450": 1}


def test_the_same_scan_sent_twice_is_answered_the_same_and_counts_once(kitting):
    client_id = uuid4()
    first = beep("SCREW", kitting, client_id=client_id)
    again = beep("SCREW", kitting, client_id=client_id)
    assert (again.outcome, again.message, again.expected) == (
        first.outcome,
        first.message,
        first.expected,
    )
    assert (first.is_repeat, again.is_repeat) == (False, True)
    assert picked(kitting) == {"SCREW": 1}
    assert ScanEvent.objects.filter(kind="pick").count() == 1


def test_what_was_refused_once_stays_refused_under_the_same_id(job):
    client_id = uuid4()
    assert not beep("SCREW", job, client_id=client_id).is_accepted
    start(job, "kitting")
    assert not beep("SCREW", job, client_id=client_id).is_accepted
    assert picked(job) == {}


def test_one_id_for_two_codes_is_refused(kitting):
    client_id = uuid4()
    beep("SCREW", kitting, client_id=client_id)
    with pytest.raises(ClientIdReused, match="came with 'SCREW' before"):
        beep("TIE", kitting, client_id=client_id)


def test_a_wrong_part_is_refused_with_what_was_expected(kitting):
    part("MEM-32", name="32 GB")
    result = beep("MEM-32", kitting)
    assert not result.is_accepted
    assert f"is not for {kitting.number}" in result.message
    assert "Expected: " in result.message
    assert picked(kitting) == {}


def test_several_pieces_are_counted_in_one_scan(kitting):
    assert beep("SCREW", kitting, quantity=6).is_accepted
    result = beep("SCREW", kitting, quantity=3)
    assert not result.is_accepted
    assert "expected at most 2 more, got 3" in result.message
    assert beep("SCREW", kitting, quantity=2).is_accepted
    assert picked(kitting) == {"SCREW": 8}


@pytest.mark.parametrize("quantity", [0, -1, 100_001])
def test_an_impossible_count_is_refused(kitting, quantity):
    result = beep("SCREW", kitting, quantity=quantity)
    assert not result.is_accepted
    assert "Expected 1 to 100,000 pieces" in result.message


def test_a_piece_too_many_is_refused(kitting):
    beep("CASE-MINI", kitting)
    result = beep("CASE-MINI", kitting)
    assert not result.is_accepted
    assert "1 wanted, 1 picked" in result.message


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("CPU-6\0", "characters that no label has"),
        ("\x1b[A", "characters that no label has"),
        ("x" * 10_000, "10,000 characters; expected at most 200"),
        ("CW:P:", "ends after CW:P:"),
        ("CW:P:NOTHING", "is no part of ours"),
        ("4006381333931", "Nothing has the code 4006381333931"),
        ("CW:J:CW-0-1", "There is no job CW-0-1"),
        ("CW:B:Z-99", "There is no bin Z-99"),
        ("CW:A:dance", "Expected one of start, finish, got dance"),
        ("CW:C:boots:maybe", "Expected pass, fail or a value"),
        ("CW:S:S-1", "Nothing has the code S-1"),
    ],
)
def test_a_code_that_cannot_be_used_is_refused_and_written_down(kitting, code, told):
    result = beep(code, kitting)
    assert not result.is_accepted
    assert told in result.message
    event = ScanEvent.objects.latest("pk")
    assert (event.outcome, event.message) == ("refused", result.message)
    assert len(event.code) <= 200
    assert "\0" not in event.code


@pytest.mark.parametrize("number", ["CW-0-1", "x" * 10_000, "\0"])
def test_an_unknown_job_is_said_to_be_unknown(number):
    from production.services.scanning import scan

    result = scan(client_id=uuid4(), job_number=number, code="CPU-6", actor=ACTOR)
    assert not result.is_accepted
    assert "There is no job" in result.message


def test_without_a_job_a_scan_says_to_scan_one_first(db):
    result = beep("CPU-6")
    assert "Scan a job first" in result.message
    assert result.expected == "A job."


def test_after_a_jobs_code_the_next_scans_are_for_that_job(kitting):
    assert beep(f"CW:J:{kitting.number}").job == kitting
    result = beep("CASE-MINI")
    assert result.is_accepted
    assert result.job == kitting
    assert not beep("PSU-450", actor="staff:max").is_accepted


def test_the_code_of_another_job_changes_to_that_job(kitting):
    other = planned_job(version=kitting.order_line.configuration.version)
    result = beep(other.number, kitting)
    assert (result.is_accepted, result.job) == (True, other)
    assert result.expected == "Start kitting."


def test_a_bin_says_what_is_to_be_taken_from_it(kitting):
    result = beep("CW:B:A-01", kitting)
    assert result.is_accepted
    assert "8 × Screw" in beep("a-01", kitting).message or "take" in result.message
    Bin.objects.create(code="Z-01")
    assert "Nothing for" in beep("Z-01", kitting).message


def test_a_job_that_has_not_been_started_is_not_picked(job):
    result = beep("CASE-MINI", job)
    assert not result.is_accepted
    assert "Start kitting first" in result.message


def test_kitting_ends_when_everything_was_scanned(kitting):
    for part_number, quantity in DEFAULT_NEEDS.items():
        with pytest.raises(KitIncomplete, match="not picked yet"):
            finish(kitting, "kitting", by_hand="")
        assert beep(part_number, kitting, quantity=quantity).is_accepted
    finish(kitting, "kitting", by_hand="")
    assert need(kitting, "SCREW").issued_quantity == 8
    assert not ScanEvent.objects.filter(kind="by_hand").exists()


def test_what_cannot_be_scanned_is_confirmed_by_hand_with_a_reason_once(kitting):
    line = need(kitting, "SCREW")
    by_hand = {"client_id": uuid4(), "requirement_id": line.pk, "actor": ACTOR}
    with pytest.raises(KitIncomplete, match="expected a reason, got none"):
        confirm_by_hand(**by_hand, reason="  ")
    for _ in range(2):
        confirm_by_hand(**by_hand, reason="bulk bin")
    assert picked(kitting) == {"SCREW": 8}
    with pytest.raises(KitIncomplete, match="expected nothing more"):
        confirm_by_hand(**{**by_hand, "client_id": uuid4()}, reason="bulk bin")
    with pytest.raises(ClientIdReused):
        confirm_by_hand(**{**by_hand, "requirement_id": need(kitting, "TIE").pk}, reason="bulk bin")


def test_the_rest_that_is_confirmed_by_hand_is_written_down_line_by_line(kitting):
    beep("CASE-MINI", kitting)
    finish(kitting, "kitting", by_hand="scanner is broken")
    by_hand = ScanEvent.objects.filter(kind="by_hand", job=kitting)
    assert by_hand.count() == len(DEFAULT_NEEDS) - 1
    assert {event.message for event in by_hand} == {"Confirmed by hand: scanner is broken"}


def test_a_serial_number_is_captured_after_its_part(kitting):
    beep("CPU-6", kitting)
    result = beep("SN-0001", kitting)
    assert result.is_accepted
    unit = SerialUnit.objects.get()
    assert (unit.serial, unit.requirement) == ("SN-0001", need(kitting, "CPU-6"))
    assert ScanEvent.objects.latest("pk").serial == "SN-0001"


def test_a_serial_number_after_another_part_is_not_taken_for_one(kitting):
    beep("CPU-6", kitting)
    beep("CASE-MINI", kitting)
    assert "Nothing has the code SN-0001" in beep("SN-0001", kitting).message
    assert not SerialUnit.objects.exists()


def test_in_build_a_part_is_named_again_to_capture_its_serial_number(job):
    go(job, "kitting")
    start(job, "build")
    assert "scan its serial number" in beep("CPU-6", job).message
    assert beep("CW:S:SN-1", job).is_accepted
    assert "belongs to" in beep("CPU-6", job).message
    assert picked(job)["CPU-6"] == 1


def test_operations_and_checks_are_moved_by_the_scanner_alone(job):
    go(job, "kitting")
    for code in ("CW:A:start", "CPU-6", "SN-7", "CW:A:finish", "CW:A:start"):
        assert beep(code, job).is_accepted, code
    assert beep("CW:A:start", job).message.endswith("test was started already.")
    assert beep("CW:C:boots:pass", job).message == "boots: passed."
    assert beep("CW:C:rail-12v:12.05", job).message == "rail-12v: passed at 12.05."
    for code in ("CW:A:finish", "CW:A:start", "CW:A:finish"):
        result = beep(code, job)
        assert result.is_accepted, result.message
    job.refresh_from_db()
    assert (job.status, result.expected) == ("done", "")
    assert "is done" in beep("CW:A:start", job).message


def test_a_refused_action_leaves_nothing_behind(job):
    result = beep("CW:A:finish", job)
    assert "kitting has not been started" in result.message
    assert job.operations.filter(status="pending").count() == 4


def test_a_replacement_that_is_scanned_in_build_leaves_the_shelf_at_once(job):
    from production.services.scrapping import scrap_issued

    go(job, "kitting")
    start(job, "build")
    on_hand = StockLevel.objects.get(part__part_number="MEM-16").on_hand
    memory = need(job, "MEM-16")
    scrap_issued(requirement_id=memory.pk, quantity=1, reason="cracked", key="scrap-1", actor=ACTOR)
    assert "1 × " in beep("CASE-MINI", job).expected
    assert beep("MEM-16", job).is_accepted
    memory.refresh_from_db()
    assert (memory.quantity, memory.issued_quantity) == (2, 2)
    assert StockLevel.objects.get(part__part_number="MEM-16").on_hand == on_hand - 1
