"""One walk for several jobs: the list by bin, and the scan that says into which slot."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from production.errors import ClientIdReused
from production.models import Bin, JobOperation, ScanEvent, StockLevel, WorkCenter
from production.selectors.pick_lists import pick_list
from production.services.carts import scan_into_cart
from production.services.holds import hold_job
from production.services.putaway import move_between_bins
from tests.factories.production import planned_order, stock_part
from tests.production.floor.floor import ACTOR, job_of, model_with_checks, start

pytestmark = pytest.mark.django_db


@pytest.fixture
def version():
    return model_with_checks()


@pytest.fixture
def jobs(version):
    return [job_of(planned_order(version=version)) for _ in range(2)]


@pytest.fixture
def floor(client):
    user = User.objects.create_user("ines", password="x", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(
            content_type__app_label="production",
            codename__in=("view_assemblyjob", "change_assemblyjob"),
        )
    )
    client.force_login(user)
    return client


def numbers(jobs):
    return [job.number for job in jobs]


def page(client, jobs, **asked):
    response = client.get(reverse("ops:pick"), {"job": numbers(jobs), **asked})
    assert response.status_code == 200, response.content[:2000]
    return response


def beep(code, jobs, *, client_id=None, **options):
    return scan_into_cart(
        client_id=client_id or uuid4(),
        job_numbers=numbers(jobs),
        code=code,
        actor=options.pop("actor", ACTOR),
        **options,
    )


def line_of(jobs, part_number):
    return next(
        line for line in pick_list(numbers(jobs)).lines if line.part.part_number == part_number
    )


def start_all(jobs):
    for job in jobs:
        start(job, "kitting")


def test_one_line_a_part_along_the_walk_says_how_much_goes_into_which_slot(jobs):
    found = pick_list(numbers(reversed(jobs)))
    assert [(slot.place, slot.number) for slot in found.slots] == [
        (1, jobs[1].number),
        (2, jobs[0].number),
    ]
    screws = line_of(jobs, "SCREW")
    assert [(take.slot.place, take.left, take.here) for take in screws.takes] == [
        (1, 8, 8),
        (2, 8, 8),
    ]
    assert (screws.bin, screws.left) == ("A-01", 16)
    bins = [line.bin for line in found.lines]
    assert bins == sorted(bins)


def test_each_piece_goes_to_the_first_slot_that_still_wants_it(jobs):
    start_all(jobs)
    assert beep("CASE-MINI", jobs).job == jobs[0]
    assert beep("CW:P:CASE-MINI", jobs).job == jobs[1]
    assert not beep("CASE-MINI", jobs).is_accepted
    assert line_of(jobs, "CASE-MINI").left == 0
    assert not beep("SCREW", jobs, quantity=9).is_accepted
    assert [take.left for take in line_of(jobs, "SCREW").takes] == [8, 8]


def test_a_job_that_is_not_started_gets_nothing_and_a_later_slot_does(jobs):
    start(jobs[1], "kitting")
    assert beep("CASE-MINI", jobs).job == jobs[1]
    refused = beep("CASE-MINI", jobs)
    assert (refused.job, refused.is_accepted) == (jobs[0], False)
    assert "Start kitting first" in refused.message


def test_a_serial_number_goes_to_the_job_whose_part_was_scanned(jobs):
    start_all(jobs)
    beep("CPU-6", jobs)
    second = beep("CPU-6", jobs)
    assert second.job == jobs[1]
    serial = beep("C-77", jobs)
    assert (serial.job, serial.kind, serial.is_accepted) == (jobs[1], "serial", True)


def test_a_part_that_no_job_wants_is_refused_with_what_the_walk_has_come_to(jobs):
    start_all(jobs)
    stock_part("BRACKET", 5)
    result = beep("BRACKET", jobs)
    assert (result.is_accepted, result.kind) == (False, "part")
    first = pick_list(numbers(jobs)).next_line
    assert f"({first.part.part_number}) from A-01" in result.message


def test_the_same_scan_twice_is_answered_for_the_same_slot_and_counts_once(jobs):
    start_all(jobs)
    client_id = uuid4()
    first, again = (beep("CASE-MINI", jobs, client_id=client_id) for _ in range(2))
    assert (again.job, again.is_repeat, again.message) == (first.job, True, first.message)
    assert line_of(jobs, "CASE-MINI").left == 1
    with pytest.raises(ClientIdReused):
        beep("SCREW", jobs, client_id=client_id)


def test_a_bin_tells_what_to_take_out_of_it(jobs):
    start_all(jobs)
    assert "A-01: take" in beep("CW:B:A-01", jobs).message


def test_what_is_short_swapped_held_or_numbered_is_marked(version, floor):
    stock_part("CASE-MINI", 1)
    jobs = [job_of(planned_order(version=version)) for _ in range(2)]
    hold_job(job_id=jobs[1].pk, cause="quality", reason="scratched door", actor=ACTOR)
    third = job_of(planned_order(version=version))
    seen = page(floor, [*jobs, third])
    assert "1 short" in seen.text
    assert "serial number" in seen.text
    assert "on hold: scratched door" in seen.text
    assert jobs[1].number not in {
        take.slot.number for line in seen.context["cart"].lines for take in line.takes
    }


def test_the_walk_follows_the_bins_and_a_part_in_two_bins_names_the_second(jobs, floor):
    Bin.objects.create(code="Z-99", sequence=999)
    Bin.objects.create(code="0-FIRST", sequence=0)
    level = StockLevel.objects.get(part__part_number="TIE")
    bins = dict(Bin.objects.values_list("code", "pk"))
    move_between_bins(
        part_id=level.pk,
        quantity=5,
        from_bin_id=bins["A-01"],
        to_bin_id=bins["Z-99"],
        actor=ACTOR,
        key="move:1",
    )
    assert line_of(jobs, "TIE").part.bins == ["A-01", "Z-99"]
    start_all(jobs[1:])
    assert beep("CW:B:Z-99", jobs).job == jobs[1]
    assert "then Z-99" in page(floor, jobs).text


def test_a_picker_scans_on_the_page_and_reads_slot_and_job(jobs, floor):
    floor.post(reverse("ops:pick_start"), {"job": numbers(jobs)})
    seen = page(floor, jobs)
    assert seen.text.count("autofocus") == 1
    sent = {"job": numbers(jobs), "client_id": str(uuid4()), "code": "CASE-MINI", "quantity": "1"}
    answer = floor.post(reverse("ops:pick_scan"), sent, follow=True)
    assert f"Put into slot 1: {jobs[0].number}" in answer.text
    wrong = floor.post(
        reverse("ops:pick_scan"),
        {**sent, "client_id": str(uuid4()), "code": "PSU-850"},
        follow=True,
    )
    assert "Wrong part" in wrong.text
    assert "Expected: " in wrong.text
    assert ScanEvent.objects.filter(outcome="accepted").count() == 1


def test_when_all_is_picked_the_kit_is_finished_from_the_list(jobs, floor):
    (job, _) = jobs
    start(job, "kitting")
    for line in pick_list([job.number]).lines:
        assert beep(line.part.part_number, [job], quantity=line.left).is_accepted
    assert "Everything is picked" in page(floor, [job]).text
    finish = reverse("ops:operation", args=[job.number, "kitting", "finish"])
    back = floor.post(finish, {"back": "pick", "job": [job.number]})
    assert back.url.endswith(f"?job={job.number}")
    assert job.operations.get(kind="kitting").status == JobOperation.Status.DONE


def test_a_start_beyond_the_limit_is_told_and_the_others_start(jobs, floor):
    WorkCenter.objects.filter(operation="kitting").update(wip_limit=1)
    said = floor.post(reverse("ops:pick_start"), {"job": numbers(jobs)}, follow=True).text
    assert "Kitting started: one job." in said
    assert "at most 1 jobs are under way" in said


@pytest.mark.parametrize("asked", [{"ready": "5"}, {"ready": "0"}, {"ready": "9" * 40}])
def test_the_first_ready_jobs_make_a_list_with_an_address_of_its_own(jobs, floor, asked):
    hold_job(job_id=jobs[0].pk, cause="other", reason="wait", actor=ACTOR)
    response = floor.get(reverse("ops:pick"), asked, follow=True)
    assert response.status_code == 200
    slots = [slot.number for slot in response.context["cart"].slots]
    assert slots == ([jobs[1].number] if asked["ready"] == "5" else [])


def test_numbers_that_no_job_has_make_no_slots(floor, jobs):
    seen = floor.get(reverse("ops:pick"), {"job": ["CW-0-1", "", jobs[0].number.lower()]})
    assert [slot.number for slot in seen.context["cart"].slots] == [jobs[0].number]
    assert floor.get(reverse("ops:pick"), {"said": "no id"}).status_code == 200


def test_a_list_for_more_jobs_asks_no_more_of_the_database(version, floor):
    counts = []
    for jobs in (1, 5):
        made = [job_of(planned_order(version=version)) for _ in range(jobs)]
        start_all(made)
        with CaptureQueriesContext(connection) as captured:
            page(floor, made)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 12
