"""Many truths are asked for by one statement: those that do not hold are still told apart."""

import pytest

from shop.models import Order
from tests.factories.production import makeable_model
from tests.factories.shop import place_small_order
from tests.shop.timelines.truths import ALWAYS, AT_REST, broken

pytestmark = [pytest.mark.django_db]


def test_each_truth_that_does_not_hold_is_named_with_its_rows():
    said = {
        "holds": "SELECT 1 WHERE false",
        "does not": "SELECT unnest(%(paid)s::text[])",
        "nor does this": "SELECT 2",
    }
    assert broken(said, paid=["a", "b"]) == {
        "does not": [("a",), ("b",)],
        "nor does this": [(2,)],
    }


def test_a_status_that_nobody_wrote_down_and_an_order_without_clearance_are_seen():
    order = place_small_order(version=makeable_model())
    assert broken(ALWAYS) == broken(AT_REST, paid=[]) == {}
    Order.objects.filter(pk=order.pk).update(status="released")
    assert set(broken(ALWAYS)) == {
        "I3: no order is on its way without a clearance",
        "I9: the last word on every state is its state",
    }
