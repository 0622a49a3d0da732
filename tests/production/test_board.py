"""The board: how full each station is, what is on hold, what it can be narrowed to."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from production.models import AssemblyJob, JobOperation, WorkCenter
from production.selectors import board as boards
from production.services.holds import hold_job
from tests.factories.production import makeable_model, planned_order
from tests.production.floor.floor import go, job_of, start

pytestmark = pytest.mark.django_db


@pytest.fixture
def version():
    return makeable_model()


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


def board(client, **asked):
    response = client.get(reverse("ops:board"), asked)
    assert response.status_code == 200, response.content[:2000]
    return response


def column(response, title):
    return next(one for one in response.context["columns"] if one.title == title)


def shown(response):
    return {card.number for one in response.context["columns"] for card in one.cards}


def card_of(response, job):
    return next(
        card
        for one in response.context["columns"]
        for card in one.cards
        if card.number == job.number
    )


def hold(job):
    return hold_job(job_id=job.pk, cause="quality", reason="scratched door", actor="staff:ines")


def test_a_full_station_says_so_and_offers_no_start(version, floor):
    WorkCenter.objects.filter(operation="kitting").update(wip_limit=2)
    jobs = [job_of(planned_order(version=version)) for _ in range(3)]
    start(jobs[0], "kitting")
    seen = board(floor)
    assert column(seen, "Kitting").limit == "1 of 2 under way"
    assert card_of(seen, jobs[2]).action
    start(jobs[1], "kitting")
    seen = board(floor)
    assert column(seen, "Kitting").is_full
    assert "2 of 2 under way · full" in seen.text
    card = card_of(seen, jobs[2])
    assert (card.action, card.blocked) == (
        None,
        "Kitting is full, 2 under way: finish one first.",
    )


def test_without_a_limit_nothing_is_full(version, floor):
    start(job_of(planned_order(version=version)), "kitting")
    assert (column(board(floor), "Kitting").limit, column(board(floor), "Kitting").count) == (
        "",
        "1",
    )


def test_a_held_job_carries_its_reason_and_nothing_to_press(version, floor):
    held, other = (job_of(planned_order(version=version)) for _ in range(2))
    hold(held)
    seen = board(floor)
    card = card_of(seen, held)
    assert card.held == "On hold (quality): scratched door"
    assert (card.action, card.is_pickable) == (None, False)
    assert card_of(seen, other).action
    assert shown(board(floor, show="held")) == {held.number}


def test_the_board_is_narrowed_by_lateness_machine_and_number_and_asks_again_so(version, floor):
    jobs = [job_of(planned_order(version=version)) for _ in range(3)]
    late = jobs[1]
    yesterday = timezone.localdate() - timedelta(days=1)
    AssemblyJob.objects.filter(pk=late.pk).update(due_on=yesterday)
    seen = board(floor, show="late")
    assert shown(seen) == {late.number}
    assert f'hx-get="{reverse("ops:board")}?show=late"' in seen.text
    assert [one["count"] for one in seen.context["filters"]] == [3, 1, 0]
    machine = jobs[0].order_line.name
    assert len(shown(board(floor, machine=machine))) == 3
    assert shown(board(floor, machine="Another")) == set()
    number = jobs[2].number.lower().removeprefix("cw-")
    assert shown(board(floor, number=number)) == {jobs[2].number}


@pytest.mark.parametrize("asked", [{"show": "%"}, {"number": "_%"}, {"machine": "'" * 200}])
def test_an_address_that_makes_no_sense_is_a_board_all_the_same(version, floor, asked):
    assert board(floor, **asked)


def test_jobs_that_are_ticked_stay_ticked_when_the_board_asks_again(version, floor):
    one, other = (job_of(planned_order(version=version)) for _ in range(2))
    seen = board(floor, job=one.number)
    assert card_of(seen, one).is_chosen
    assert not card_of(seen, other).is_chosen


def test_of_more_jobs_than_are_shown_the_most_urgent_are_and_the_rest_is_counted(
    version, floor, monkeypatch
):
    monkeypatch.setattr(boards, "MOST_CARDS", 2)
    jobs = [job_of(planned_order(version=version)) for _ in range(4)]
    first = jobs[-1]
    AssemblyJob.objects.filter(pk=first.pk).update(due_on=timezone.localdate())
    ready = column(board(floor), "Ready")
    assert (ready.count, ready.more) == ("4", 2)
    assert [card.number for card in ready.cards] == [first.number, jobs[0].number]


def test_a_job_is_as_late_as_its_plan_says_and_without_one_as_its_last_part(version):
    job = job_of(planned_order(version=version))
    today = timezone.localdate()
    AssemblyJob.objects.filter(pk=job.pk).update(
        status="waiting_for_parts", due_on=today + timedelta(days=20), parts_due_on=None
    )
    JobOperation.objects.filter(job=job).update(planned_start_at=None, planned_end_at=None)

    def judged():
        (found,) = boards.board(today=today).jobs
        return found.done_on, found.is_late

    assert judged() == (None, True)
    AssemblyJob.objects.filter(pk=job.pk).update(parts_due_on=today + timedelta(days=30))
    done_on, is_late = judged()
    assert is_late
    assert done_on > today + timedelta(days=30)
    planned = timezone.now() + timedelta(days=9)
    JobOperation.objects.filter(job=job).update(planned_start_at=planned, planned_end_at=planned)
    assert judged() == (timezone.localdate(planned), False)
    JobOperation.objects.filter(job=job).update(planned_start_at=None, planned_end_at=None)
    AssemblyJob.objects.filter(pk=job.pk).update(waits_for="nobody works at Test")
    assert judged() == (None, True)


def test_a_late_card_tells_what_decides_its_date(version, floor):
    job = job_of(planned_order(version=version))
    due_on = timezone.localdate() - timedelta(days=1)
    AssemblyJob.objects.filter(pk=job.pk).update(due_on=due_on, waits_for="the queue before test")
    assert card_of(board(floor), job).why == "the queue before test"
    assert "the queue before test" in board(floor).text
    AssemblyJob.objects.filter(pk=job.pk).update(due_on=timezone.localdate() + timedelta(days=60))
    planned = timezone.now() + timedelta(days=2)
    JobOperation.objects.filter(job=job).update(planned_start_at=planned, planned_end_at=planned)
    assert card_of(board(floor), job).why == ""


def test_the_board_asks_no_more_of_the_database_for_more_jobs(version, floor):
    job = job_of(planned_order(version=version))
    go(job, "kitting")
    AssemblyJob.objects.filter(pk=job_of(planned_order(version=version)).pk).update(
        status="waiting_for_parts"
    )
    counts = []
    for _ in range(2):
        planned_order(version=version, quantity=3)
        with CaptureQueriesContext(connection) as captured:
            board(floor)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 12
