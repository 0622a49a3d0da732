"""A machine is lost in the making: what is good of it is saved, and it is made again."""

import pytest
from django.contrib.auth.models import Permission, User
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from production.errors import IllegalTransition, MoveRefused
from production.models import (
    AssemblyJob,
    JobHold,
    MaterialRequirement,
    QualityHold,
    SerialUnit,
    StockLevel,
    StockMovement,
)
from production.selectors import open_shortages
from production.selectors.trace import as_built
from production.services.holds import hold_job
from production.services.scrapping_machines import scrap_machine
from shop.models import Order
from tests.factories.production import DEFAULT_NEEDS, planned_order, stock_part
from tests.production.floor.floor import (
    ACTOR,
    beep,
    finish,
    go,
    job_of,
    model_with_checks,
    need,
    start,
)
from tests.production.machine.truths import broken

pytestmark = pytest.mark.django_db
Status = AssemblyJob.Status


@pytest.fixture
def order():
    return planned_order(version=model_with_checks(tracked=("CPU-6", "MEM-16")))


@pytest.fixture
def job(order):
    """A machine under test, with two serial numbers in it."""
    job = job_of(order)
    start(job, "kitting")
    for code in ("CPU-6", "C-1", "MEM-16", "M-1"):
        assert beep(code, job).is_accepted
    finish(job, "kitting")
    go(job, "build")
    start(job, "test")
    return job


def lose(job, **options):
    return scrap_machine(job_id=job.pk, reason="it fell", actor=ACTOR, **options)


def level(part_number):
    one = StockLevel.objects.get(part__part_number=part_number)
    return one.on_hand, one.allocated, one.on_hold


def test_another_job_is_made_for_the_same_machine_by_the_same_bill(job, order):
    new = lose(job)
    job.refresh_from_db()
    assert (job.status, new.status, new.number) == (
        Status.SCRAPPED,
        Status.READY,
        f"{job.number}-R1",
    )
    assert (new.order_line_id, new.unit, new.snapshot_id, new.due_on, new.replaces) == (
        job.order_line_id,
        job.unit,
        job.snapshot_id,
        job.due_on,
        job,
    )
    needs = MaterialRequirement.objects.filter(job=new)
    assert dict(needs.values_list("part__part_number", "quantity")) == DEFAULT_NEEDS
    assert [one.status for one in new.operations.order_by("sequence")] == ["pending"] * 4
    assert broken() == {}


def test_what_has_a_serial_number_is_held_for_quality_and_the_rest_is_thrown_away(job):
    before = {number: level(number) for number in ("CPU-6", "SCREW")}
    lose(job)
    on_hand, allocated, on_hold = level("CPU-6")
    # One piece came back and is held; one is kept for the new machine.
    assert (on_hand, allocated, on_hold) == (before["CPU-6"][0] + 1, before["CPU-6"][1] + 1, 1)
    assert level("SCREW") == (before["SCREW"][0], before["SCREW"][1] + 8, 0)
    assert QualityHold.objects.filter(outcome="").count() == 2
    assert set(SerialUnit.objects.values_list("serial", "requirement", "is_scrapped")) == {
        ("C-1", None, False),
        ("M-1", None, False),
    }
    thrown = StockMovement.objects.get(kind="scrap", part__part_number="SCREW")
    assert (thrown.quantity, thrown.reason, thrown.actor) == (-8, "it fell", ACTOR)


def test_each_part_may_go_another_way(job):
    before = {number: level(number) for number in ("CPU-6", "MEM-16", "SCREW")}
    outcomes = {need(job, "CPU-6").pk: "scrapped", need(job, "MEM-16").pk: "shelf"}
    new = lose(job, outcomes=outcomes)
    assert level("CPU-6")[0] == before["CPU-6"][0]
    assert level("MEM-16")[0] == before["MEM-16"][0] + 1
    assert SerialUnit.objects.get(serial="C-1").is_scrapped
    # A good piece may be built in again, a scrapped one may not.
    start(new, "kitting")
    assert not (beep("CPU-6", new).is_accepted and beep("C-1", new).is_accepted)
    assert beep("MEM-16", new).is_accepted
    assert beep("M-1", new).is_accepted
    assert broken() == {}


def test_the_order_ships_with_the_new_machine_and_not_before(job, order):
    new = lose(job)
    order.refresh_from_db()
    assert (order.status, order.set_back_to) == (Order.Status.TEST, "kitting")
    start(new, "kitting")
    for code in ("CPU-6", "C-2", "MEM-16", "M-2"):
        assert beep(code, new).is_accepted
    finish(new, "kitting")
    go(new, "build")
    start(new, "test")
    for code in ("CW:C:pass", "12"):
        beep(code, new)
    finish(new, "test")
    order.refresh_from_db()
    assert (order.status, order.set_back_to) == (Order.Status.TEST, "")
    go(new, "box")
    order.refresh_from_db()
    assert order.status == Order.Status.SHIPPED
    assert [one.serials[0].serial for one in as_built(new.number).parts if one.serials] == [
        "C-2",
        "M-2",
    ]


def test_of_two_machines_the_other_one_does_not_ship_alone():
    order = planned_order(version=model_with_checks(tracked=()), quantity=2)
    first, second = AssemblyJob.objects.filter(clearance=order.pk).order_by("pk")
    start(first, "kitting")
    lose(first)
    go(second, "kitting", "build")
    start(second, "test")
    for code in ("CW:C:pass", "12"):
        beep(code, second)
    finish(second, "test")
    go(second, "box")
    order.refresh_from_db()
    assert order.status == Order.Status.KITTING
    assert not hasattr(order, "shipment")


def test_a_machine_that_is_lost_in_kitting_has_taken_nothing(order):
    job = job_of(order)
    start(job, "kitting")
    before = level("CPU-6")
    new = lose(job)
    assert level("CPU-6") == before  # what was kept for it is kept for the new one
    assert new.status == Status.READY
    assert broken() == {}


def test_what_is_short_is_announced_and_the_date_moves_with_it(job, order):
    stock_part("SCREW", 3)
    new = lose(job)
    assert new.status == Status.WAITING_FOR_PARTS
    (short,) = open_shortages(order.pk)
    assert (short.requirement.job, short.short) == (new, 5)
    order.refresh_from_db()
    assert "Screw" in order.promise_reason
    parts = order.lines.get().tracked_parts.all()
    assert {one.state for one in parts} <= {"reserved", "on_order", "needed"}
    assert {one.serial for one in parts} == {""}
    assert broken() == {}


def test_scrapped_twice_is_scrapped_once(job):
    assert lose(job) == lose(job)
    assert AssemblyJob.objects.count() == 2


def test_a_machine_that_was_made_again_can_be_lost_as_well(job):
    new = lose(job)
    start(new, "kitting")
    assert lose(new).number == f"{job.number}-R2"


def test_its_hold_ends_with_it_and_its_place_on_the_bench_is_free(job):
    hold_job(job_id=job.pk, cause="quality", reason="smoke", actor=ACTOR)
    lose(job)
    hold = JobHold.objects.get()
    assert (hold.lifted_by, hold.note) == (ACTOR, "the machine was scrapped")


def test_the_record_of_the_lost_machine_tells_what_became_of_it(job):
    lose(job)
    told = [one.why for one in as_built(job.number).on_the_way]
    thrown, held, why = told
    assert "8 × Screw" in thrown
    assert held == "taken out, held for quality: 1 × 16 GB kit (M-1), 1 × Six cores (C-1)"
    assert why == "it fell"


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_machine_is_not_lost_without_a_reason(job, reason):
    with pytest.raises(MoveRefused, match="needs a reason"):
        scrap_machine(job_id=job.pk, reason=reason, actor=ACTOR)


def test_what_becomes_of_parts_is_one_of_three_and_of_parts_that_are_there(job):
    for outcomes in ({0: "scrapped"}, {need(job, "CPU-6").pk: "burnt"}):
        with pytest.raises(MoveRefused):
            lose(job, outcomes=outcomes)
    job.refresh_from_db()
    assert job.status == Status.IN_PROGRESS


def test_only_a_machine_that_is_being_made_can_be_lost(order):
    with pytest.raises(IllegalTransition, match="is ready"):
        lose(job_of(order))


def test_the_database_lets_a_job_stand_in_for_one_of_its_own_machine_alone(job):
    other = job_of(planned_order(version=job.order_line.configuration.version))
    with (
        pytest.raises(IntegrityError, match="job_replaces_one_of_its_unit"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE production_assemblyjob SET replaces_id = %s WHERE id = %s", [job.pk, other.pk]
        )


@pytest.fixture
def floor(client):
    user = User.objects.create_user("ines", password="x", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(codename__in=("view_assemblyjob", "change_assemblyjob"))
    )
    client.force_login(user)
    return client


def test_the_page_asks_what_becomes_of_each_part_and_a_worker_does_it(floor, job, drain):
    url = reverse("ops:scrap_machine", args=[job.number])
    page = floor.get(url).text
    assert "C-1" in page
    assert "This cannot be undone" in page
    assert "expected a few words" in floor.post(url, {"reason": ""}).text
    cpu = need(job, "CPU-6").pk
    floor.post(url, {"reason": "it fell", f"part-{cpu}": "shelf"})
    drain()
    job.refresh_from_db()
    assert job.status == Status.SCRAPPED
    assert not SerialUnit.objects.get(serial="C-1").is_scrapped
    assert job.replaced_by.number in floor.get(url).text
    assert job.replaced_by.number in floor.get(reverse("ops:trace_job", args=[job.number])).text
    assert "CW" in floor.get(reverse("ops:job", args=[job.number])).text


def test_who_may_not_move_jobs_cannot_scrap_machines(client, job):
    url = reverse("ops:scrap_machine", args=[job.number])
    assert client.post(url, {"reason": "x"}).status_code == 302
    client.force_login(User.objects.create_user("eve", password="x", is_staff=True))
    assert client.post(url, {"reason": "x"}).status_code == 403
