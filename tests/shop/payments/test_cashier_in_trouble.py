"""The shop's gateway, and checkout behind it, when the cashier's API misbehaves."""

import time
from collections.abc import Callable

import pytest
from django.urls import reverse

from shop.errors import CashierAway, CashierRefused
from shop.models import Order, Payment
from shop.services import payments
from shop.stripe import gateway
from shop.stripe.patience import MOST_IN_VAIN
from shop.stripe.sandbox import chaos
from shop.stripe.sandbox.server import Server
from tests.factories.shop import payment_of, place_small_order
from tests.shop.sandbox.browser_double import GOOD, visit

pytestmark = pytest.mark.django_db

# How long a customer may be left without a word, in seconds.
PATIENCE_S = 3.0

type Disturb = Callable[..., None]


@pytest.fixture
def disturb(cashier: Server) -> Disturb:
    """Turns the knobs: ``disturb(cut=1)``; without any, all is calm again."""

    def turn(**knobs: float) -> None:
        with cashier.cashier.store.transaction():
            chaos.set_chaos(cashier.cashier, chaos.Chaos(**knobs))

    return turn


def sessions_of(payment: Payment) -> list[str]:
    listed = gateway.client().v1.checkout.sessions.list({"limit": 100}).data
    return [one.id for one in listed if one.metadata[gateway.REFERENCE] == payment.idempotency_key]


@pytest.mark.parametrize("knob", ["hang", "limit", "lock", "busy", "fault", "stuck", "cut"])
def test_every_trouble_is_an_absence_and_told_in_time(disturb: Disturb, knob: str):
    order = place_small_order()
    disturb(**{knob: 1})
    began = time.monotonic()
    with pytest.raises(CashierAway) as caught:
        payments.open_payment(order_id=order.pk)
    assert time.monotonic() - began < PATIENCE_S
    assert not isinstance(caught.value, CashierRefused)
    assert order.payments.get().session_id is None


def test_a_slow_cashier_is_waited_for_and_a_very_slow_one_is_not(disturb: Disturb):
    disturb(slow=0.5)
    assert payments.open_payment(order_id=place_small_order().pk)
    disturb(slow=10)
    order = place_small_order()
    began = time.monotonic()
    with pytest.raises(CashierAway):
        payments.open_payment(order_id=order.pk)
    assert time.monotonic() - began < PATIENCE_S


@pytest.mark.parametrize("knob", ["hang", "limit", "lock", "busy", "fault", "cut"])
def test_the_next_try_uses_the_same_key_and_makes_one_session(disturb: Disturb, knob: str):
    order = place_small_order()
    disturb(**{knob: 1})
    for _ in range(MOST_IN_VAIN - 1):  # one more, and a cashier that hangs is left alone
        with pytest.raises(CashierAway):
            payments.open_payment(order_id=order.pk)
    disturb()
    url = payments.open_payment(order_id=order.pk)
    payment = order.payments.get()
    assert sessions_of(payment) == [payment.session_id]
    visit(url, GOOD)
    payments.sync_payment(payment_id=payment.pk)
    order.refresh_from_db()
    assert order.status == Order.Status.RELEASED
    assert len(gateway.client().v1.charges.list().data) == 1


def test_the_page_of_the_order_offers_to_try_again_when_an_answer_was_cut_off(
    disturb: Disturb, client
):
    order = place_small_order()
    disturb(cut=1)
    began = time.monotonic()
    answer = client.post(reverse("shop:order_pay", args=[order.token]), follow=True)
    assert time.monotonic() - began < PATIENCE_S
    assert answer.status_code == 200
    disturb()
    answer = client.post(reverse("shop:order_pay", args=[order.token]))
    assert "/c/pay/" in answer["Location"]
    assert len(sessions_of(order.payments.get())) == 1


def test_browsing_does_not_wait_for_a_cashier_that_hangs(disturb: Disturb, client):
    disturb(hang=1)
    began = time.monotonic()
    assert client.get("/").status_code == 200
    assert time.monotonic() - began < PATIENCE_S


def test_an_answer_about_a_payment_that_fails_changes_nothing(disturb: Disturb):
    order = place_small_order()
    visit(payments.open_payment(order_id=order.pk), GOOD)
    payment = payment_of(order)
    for knob in ("hang", "lock", "fault", "cut"):
        disturb(**{knob: 1})
        with pytest.raises(CashierAway):
            payments.sync_payment(payment_id=payment.pk)
    payment.refresh_from_db()
    assert payment.status == Payment.Status.PENDING
    disturb()
    assert payments.sync_payment(payment_id=payment.pk).status == Payment.Status.CLEARED
