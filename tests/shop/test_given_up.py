"""Work that failed so often that it is not tried again: somebody has to hear of it."""

import pytest
from django.utils import timezone

from config.console import registry
from config.outbox.errands import ask
from config.outbox.models import Delivery, Errand
from shop import concerns, selectors
from shop.models import RefundCall
from shop.services.asking import SYNC_PAYMENT
from shop.services.orders import cancel_order
from tests.factories.shop import paid_order
from tests.shop.payments.test_refunding import ask as ask_for_refund

pytestmark = pytest.mark.django_db


def give_up(rows) -> None:
    rows.update(dead_at=timezone.now(), failures=20, last_error="OperationalError: locked")


def test_an_event_that_a_subscriber_could_not_work_off_is_a_concern():
    cancel_order(order_id=paid_order().pk, actor="customer", why="changed my mind")
    assert list(concerns.given_up()) == []
    give_up(Delivery.objects.all())
    (concern,) = concerns.given_up()  # planning has a concern of its own, in better words
    assert concern.title == "Work was given up after 20 tries: production.cancel_jobs"
    assert "locked" in concern.detail
    assert concern.url.startswith("/admin/outbox/delivery/")


def test_an_errand_that_was_given_up_is_a_concern():
    ask(SYNC_PAYMENT, asked_by="customer", payment_id=1)
    give_up(Errand.objects.all())
    (concern,) = concerns.given_up()
    assert concern.title.endswith(SYNC_PAYMENT)


def test_a_refund_that_stripe_could_not_be_asked_for_is_a_concern(admin_client):
    order = paid_order()
    ask_for_refund(order.payments.get(), 1_000)
    before = selectors.trouble().refunds
    give_up(RefundCall.objects.all())
    assert selectors.trouble().refunds == before + 1
    (concern,) = concerns.concerns()
    assert concern.title == f"Stripe could not be asked for a refund of $10 of {order}"
    assert admin_client.get(concern.url).status_code == 200


def test_of_much_work_that_was_given_up_the_list_tells_how_much_more_there_is(
    admin_client, monkeypatch
):
    monkeypatch.setattr(registry, "MOST_SHOWN", 1)
    for number in range(3):
        ask(SYNC_PAYMENT, asked_by="customer", payment_id=number)
    give_up(Errand.objects.all())
    _, rest = concerns.given_up()
    assert (rest.title, rest.count) == ("2 more", 2)
    page = admin_client.get(rest.url)
    assert page.context["cl"].result_count == 3
