"""What making shows to a person: paid orders that could not be planned."""

import pytest
from django.urls import reverse
from django.utils import timezone

from config.console import registry
from config.outbox.models import Delivery
from production import console
from production.models import BomLine
from tests.factories.production import change_line, makeable_model, released_order

pytestmark = pytest.mark.django_db

PLAN_ORDER = "production.plan_order"


def unplannable(count, drain):
    version = makeable_model()
    change_line(BomLine.objects.get(component_group="memory"), quantity_per="cpu.count")
    orders = [released_order(version=version) for _ in range(count)]
    drain()
    assert Delivery.objects.filter(subscriber=PLAN_ORDER, failures=1).count() == count
    return orders


def test_an_order_that_cannot_be_planned_needs_a_person(admin_client, drain):
    (order,) = unplannable(1, drain)
    page = admin_client.get("/ops/").content.decode()
    assert page.count("A paid order could not be planned") == 1
    assert reverse("ops:order", args=[order.number]) in page


def test_an_order_whose_planning_was_given_up_stands_there_once_and_can_be_tried_again(
    admin_client, drain
):
    (order,) = unplannable(1, drain)
    given_up = Delivery.objects.filter(subscriber=PLAN_ORDER)
    given_up.update(dead_at=timezone.now(), failures=20)
    told = [it for it in admin_client.get("/ops/").context["concerns"] if "plan" in it.title]
    (concern,) = told
    assert concern.title == f"A paid order could not be planned: {order.number}"
    assert "Given up after 20 tries: have it tried again" in concern.detail
    assert admin_client.get(concern.url).status_code == 200
    again = {"action": "try_again_action", "_selected_action": [given_up.get().pk]}
    admin_client.post(reverse("admin:outbox_delivery_changelist"), again)
    assert given_up.get().dead_at is None


def test_of_many_orders_that_cannot_be_planned_the_list_tells_how_many_more(
    admin_client, drain, monkeypatch
):
    monkeypatch.setattr(registry, "MOST_SHOWN", 1)
    unplannable(3, drain)
    _, rest = console.concerns()
    assert (rest.title, rest.count) == ("2 more", 2)
    assert admin_client.get(rest.url).context["cl"].result_count == 3
