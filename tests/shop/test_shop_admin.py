"""Records in the admin: all open, facts cannot be written, dead work can be revived."""

import html
import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from config.audit.models import StateChange
from config.mail.models import OutgoingMail
from config.outbox.models import Delivery, OutboxEvent
from shop.models import (
    LedgerTransaction,
    Order,
    Payment,
    PaymentClearance,
    PaymentHold,
    RejectedEvent,
    ShippingMethod,
    StripeEvent,
)
from tests.factories.shop import paid_order, pay, place_small_order

pytestmark = pytest.mark.django_db

RECORDS = [
    Delivery, LedgerTransaction, Order, OutboxEvent, OutgoingMail, Payment, PaymentClearance,
    PaymentHold, RejectedEvent, StateChange, StripeEvent,
]  # fmt: skip


@pytest.fixture
def boss(client):
    client.force_login(User.objects.create_superuser("boss"))
    return client


@pytest.fixture
def one_of_each() -> None:
    paid_order()
    pay(place_small_order(), is_under_review=True)
    StripeEvent.objects.create(event_id="evt_1", type="x", payload={}, failures=20)
    RejectedEvent.objects.create(event_id="evt_2", type="x", reason="of the other mode")


@pytest.mark.parametrize("model", [*RECORDS, ShippingMethod], ids=lambda model: model.__name__)
def test_lists_and_pages_open(boss, one_of_each, model):
    base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    assert boss.get(reverse(f"{base}_changelist")).status_code == 200
    row = model.objects.first()
    if row is not None:
        assert boss.get(reverse(f"{base}_change", args=[row.pk])).status_code == 200


@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model.__name__)
def test_facts_and_states_cannot_be_written_by_hand(rf, model):
    request = rf.get("/")
    request.user = User(is_superuser=True, is_staff=True, is_active=True)
    shown = admin.site._registry[model]
    assert not shown.has_add_permission(request)
    assert not shown.has_change_permission(request)
    assert not shown.has_delete_permission(request)


def test_the_secret_of_an_orders_link_is_not_shown(boss):
    order = paid_order()
    page = boss.get(reverse("admin:shop_order_change", args=[order.pk])).text
    assert order.token not in page


def act(client, model, action: str, row) -> None:
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    response = client.post(url, {"action": action, "_selected_action": [row.pk]})
    assert response.status_code == 302


def test_a_dead_event_is_worked_off_again(boss, one_of_each):
    event = StripeEvent.objects.get()
    StripeEvent.objects.update(dead_at="2026-11-21T00:00Z")
    act(boss, StripeEvent, "try_again_action", event)
    event.refresh_from_db()
    assert (event.dead_at, event.failures) == (None, 0)


@pytest.mark.parametrize("model", [Delivery, OutgoingMail, StripeEvent])
def test_what_was_given_up_is_tried_again_from_its_own_page(boss, one_of_each, model):
    row = model.objects.first()
    model.objects.filter(pk=row.pk).update(dead_at="2026-11-21T00:00Z", failures=12)
    name = f"{model._meta.app_label}_{model._meta.model_name}"
    page = boss.get(reverse(f"admin:{name}_change", args=[row.pk])).text
    (form,) = re.findall(r'<form method="post" action="([^"]+)"(.+?)</form>', page, re.DOTALL)
    assert "Given up after 12 tries." in form[1]
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]+)"', form[1]))
    said = boss.post(html.unescape(form[0]), fields, follow=True).text
    assert "Due again now: 1 of 1." in said
    row.refresh_from_db()
    assert (row.dead_at, row.failures) == (None, 0)


def test_a_page_of_what_is_done_offers_no_other_try(boss, one_of_each, drain):
    drain()
    mail = OutgoingMail.objects.filter(done_at__isnull=False).first()
    page = boss.get(reverse("admin:mail_outgoingmail_change", args=[mail.pk])).text
    assert "Try again now" not in page


def test_a_sent_mail_is_sent_again_under_its_message_id(boss, one_of_each, drain):
    drain()
    mail = OutgoingMail.objects.first()
    assert mail.done_at
    act(boss, OutgoingMail, "send_again", mail)
    mail.refresh_from_db()
    assert mail.done_at is None


def test_who_may_only_look_cannot_replay(client, one_of_each):
    user = User.objects.create_user("mira", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_stripeevent"))
    client.force_login(user)
    event = StripeEvent.objects.get()
    url = reverse("admin:shop_stripeevent_changelist")
    client.post(url, {"action": "replay", "_selected_action": [event.pk]})
    event.refresh_from_db()
    assert event.failures == 20
    page = client.get(reverse("admin:shop_stripeevent_change", args=[event.pk]))
    assert page.status_code == 200
    assert "Try again now" not in page.text
