"""A history is made in an empty database that is ours and at rest, or not at all."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from config.history.refusals import BEGAN, ENDED, write_down
from shop.models import Order
from tests.factories.production import makeable_model
from tests.factories.shop import place_small_order

pytestmark = pytest.mark.django_db


def refused(**options: object) -> str:
    with pytest.raises(CommandError) as caught:
        call_command("seed_history", **{"orders": 3, **options})
    return str(caught.value)


@pytest.mark.parametrize("orders", [0, -1, 100_001])
def test_a_number_of_orders_that_none_is_is_refused(orders):
    assert f"--orders: expected 1 to 100,000, got {orders:,}." in refused(orders=orders)


@pytest.mark.parametrize("day", ["tomorrow", "2026-02-30", "31.12.2025"])
def test_a_day_that_none_is_is_refused(day):
    assert f"--until: expected a day as 2026-03-31, got '{day}'." in refused(until=day)


def test_a_history_does_not_reach_into_the_future():
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert f"got {tomorrow}." in refused(until=tomorrow.isoformat())


def test_no_history_is_made_beside_real_money(settings):
    settings.STRIPE_SECRET_KEY = "sk_live_1"
    assert "got a live one" in refused()


def test_no_history_is_made_among_orders():
    place_small_order()
    assert "expected no orders, got 1." in refused()
    assert Order.objects.count() == 1


def test_no_history_is_made_in_a_shop_that_has_just_been_furnished():
    makeable_model()
    assert "expected an empty shop, got 1 products" in refused()


def test_a_second_history_is_told_of_the_first():
    write_down(BEGAN, before="", about="2,000 orders, seed 1")
    write_down(ENDED, before=BEGAN, about="2,000 orders, seed 1")
    assert "got one already (2,000 orders, seed 1)" in refused()


def test_a_history_that_broke_off_says_where():
    write_down(BEGAN, before="", about="2,000 orders, seed 1")
    told = refused()
    assert f"broke off on {timezone.localdate()}, after 0 orders." in told
    assert "CARTWRIGHT_HOME" in told
