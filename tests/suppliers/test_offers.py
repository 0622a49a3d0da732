"""Which offer is taken, and how many are ordered: plain arithmetic, no database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suppliers.models import Offer
from suppliers.services.offers import best_purchase, purchase


def an_offer(key: int = 1, **terms) -> Offer:
    return Offer(
        **{
            "pk": key,
            "price_minor": 1_000,
            "currency": "USD",
            "moq": 1,
            "pack_quantity": 1,
            "lead_days": 5,
            **terms,
        }
    )


counts = st.integers(1, 5_000)


@given(needed=counts, moq=counts, pack=counts)
def test_the_smallest_quantity_that_meets_need_minimum_and_pack_is_ordered(needed, moq, pack):
    it = purchase(an_offer(moq=moq, pack_quantity=pack), needed)
    assert it.quantity >= needed
    assert it.quantity >= moq
    assert it.quantity % pack == 0
    assert it.quantity - pack < max(needed, moq)
    assert it.needed + it.push_quantity == it.quantity
    assert bool(it.push_reason) == bool(it.push_quantity)


terms = st.fixed_dictionaries(
    {
        "price_minor": st.integers(0, 100_000),
        "currency": st.sampled_from(["USD", "EUR", "JPY"]),
        "moq": st.integers(1, 40),
        "pack_quantity": st.integers(1, 40),
        "lead_days": st.integers(0, 60),
    }
)


@given(needed=st.integers(1, 200), rows=st.lists(terms, min_size=1, max_size=8))
def test_the_choice_is_near_the_cheapest_and_nobody_near_is_quicker(needed, rows):
    offers = [an_offer(key, **row) for key, row in enumerate(rows, start=1)]
    best = best_purchase(offers, needed)
    comparable = [purchase(it, needed) for it in offers if it.currency == best.offer.currency]
    limit = min(it.cost_minor for it in comparable) * 110 // 100
    assert best.cost_minor <= limit
    assert all(
        it.offer.lead_days >= best.offer.lead_days for it in comparable if it.cost_minor <= limit
    )
    assert best_purchase(reversed(offers), needed) == best


def test_the_cheapest_offer_wins():
    dear, cheap = an_offer(1, price_minor=2_000, lead_days=1), an_offer(2, price_minor=1_000)
    assert best_purchase([dear, cheap], 3).offer is cheap


def test_among_offers_that_cost_nearly_the_same_the_quickest_wins():
    cheap, quick = an_offer(1, lead_days=9), an_offer(2, price_minor=1_100, lead_days=2)
    assert best_purchase([cheap, quick], 1).offer is quick
    quick.price_minor = 1_101
    assert best_purchase([cheap, quick], 1).offer is cheap


def test_a_minimum_order_makes_a_low_price_dear():
    bulk, single = an_offer(1, price_minor=500, moq=10), an_offer(2, price_minor=1_000)
    assert best_purchase([bulk, single], 2).offer is single
    assert best_purchase([bulk, single], 8).offer is bulk


@pytest.mark.parametrize(
    ("needed", "moq", "pack", "quantity", "reason"),
    [
        (4, 4, 1, 4, ""),
        (3, 5, 1, 5, "minimum order of 5"),
        (3, 1, 10, 10, "packs of 10"),
        (3, 5, 4, 8, "minimum order of 5, packs of 4"),
        (7, 5, 4, 8, "packs of 4"),
    ],
)
def test_what_is_bought_beyond_the_need_says_why(needed, moq, pack, quantity, reason):
    it = purchase(an_offer(moq=moq, pack_quantity=pack), needed)
    assert (it.quantity, it.push_reason) == (quantity, reason)


def test_an_offer_in_another_currency_counts_only_where_ours_has_none():
    yen, dollars = an_offer(1, price_minor=90, currency="JPY"), an_offer(2, price_minor=9_000)
    assert best_purchase([yen, dollars], 1).offer is dollars
    assert best_purchase([yen], 1).offer is yen


def test_without_an_offer_there_is_nothing_to_buy():
    assert best_purchase([], 1) is None
