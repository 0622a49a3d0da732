"""Two read the same payment at Stripe, and the one who read first writes last: what is older tells
nothing against what is newer.
"""

from datetime import timedelta

import pytest
from django.utils import timezone

from shop.models import Order
from shop.services import holds, payments
from tests.factories.shop import facts_of, paid_order, pay, place_small_order

pytestmark = pytest.mark.django_db


def look(order: Order, *, ago: timedelta = timedelta(), **changes) -> Order:
    """Write down what was read at Stripe so long ago."""
    payment = order.payments.get()
    facts = facts_of(payment, read_at=timezone.now() - ago, **changes)
    payments.apply_facts(payment_id=payment.pk, facts=facts)
    order.refresh_from_db()
    return order


def is_held(order: Order) -> bool:
    return order.holds.filter(closed_at=None).exists()


LATE = timedelta(seconds=2)


def test_a_reading_from_before_the_review_does_not_release_what_is_under_review():
    order = pay(place_small_order(), is_under_review=True, read_at=timezone.now())
    assert look(order, ago=LATE).status == Order.Status.AWAITING_PAYMENT
    assert look(order).status == Order.Status.RELEASED


def test_a_reading_from_before_the_review_does_not_let_the_box_leave():
    order = look(paid_order(), is_under_review=True)
    assert is_held(look(order, ago=LATE))
    assert not is_held(look(order))


def test_a_look_for_warnings_from_before_the_warning_does_not_end_its_hold():
    order = paid_order()
    now = timezone.now()
    holds.follow_warning(order_id=order.pk, detail="the card's bank says fraud", read_at=now)
    holds.follow_warning(order_id=order.pk, detail="", read_at=now - LATE)
    assert is_held(order)
    holds.follow_warning(order_id=order.pk, detail="", read_at=timezone.now())
    assert not is_held(order)
