"""What the customer sees while a machine is put right: where it is, not where it was."""

import pytest
from django.urls import reverse

from production.services.rework import send_back
from shop.models import Order
from tests.factories.production import planned_order
from tests.production.floor.floor import ACTOR, beep, finish, go, job_of, model_with_checks, start

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    return planned_order(version=model_with_checks())


@pytest.fixture
def job(order):
    """A machine under test."""
    job = job_of(order)
    start(job, "kitting")
    beep("CPU-6", job)
    beep("C-1", job)
    finish(job, "kitting")
    go(job, "build")
    start(job, "test")
    return job


def shown(client, order):
    order.refresh_from_db()
    page = client.get(order.get_absolute_url())
    stages = page.context["stages"]
    now = [one["name"] for one in stages if one["state"] == "now"]
    return page.context["words"].heading, now, page


def test_a_machine_on_the_bench_again_is_not_said_to_be_tested(client, order, job):
    assert shown(client, order)[:2] == ("Being tested", ["Test"])
    send_back(job_id=job.pk, kind="build", reason="a cold joint; the apprentice", actor=ACTOR)
    heading, now, page = shown(client, order)
    assert (heading, now) == ("Being put right", ["Build"])
    assert "It is back on the bench, and goes on from there." in page.text
    assert "Being put right: back on the bench" in page.text
    assert "apprentice" not in page.text
    assert order.status == Order.Status.TEST  # what was reached stays reached
    start(job, "build")
    assert shown(client, order)[:2] == ("Being put right", ["Build"])
    finish(job, "build")
    start(job, "test")
    assert shown(client, order)[:2] == ("Being tested", ["Test"])


def test_a_test_that_is_repeated_is_a_test(client, order, job):
    send_back(job_id=job.pk, kind="test", reason="once more", actor=ACTOR)
    assert shown(client, order)[:2] == ("Being tested", ["Test"])


def test_of_several_machines_the_one_that_is_put_right_is_told(client):
    order = planned_order(version=model_with_checks(tracked=()), quantity=2)
    jobs = list(order.clearance.assembly_jobs.order_by("pk"))
    for job in jobs:
        go(job, "kitting", "build")
        start(job, "test")
    send_back(job_id=jobs[0].pk, kind="build", reason="loose", actor=ACTOR)
    assert "One is back on the bench" in shown(client, order)[2].text


def test_the_console_lists_the_order_all_the_same(admin_client, order, job):
    send_back(job_id=job.pk, kind="build", reason="loose", actor=ACTOR)
    page = admin_client.get(reverse("ops:order", args=[order.number])).text
    assert "set back to build" in page
