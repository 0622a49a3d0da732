"""Prices: lines that sum to the total, quantities, and no silent gifts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configurator.engine.errors import IncompleteConfiguration, MissingPrice
from configurator.engine.evaluate import evaluate
from configurator.engine.price import PriceBook, PriceLine, price_lines, total_minor
from tests.configurator.engine import machines
from tests.configurator.engine.machines import books, configurations, models, thorough


def test_the_product_itself_comes_first_and_quantities_multiply_their_target():
    model = machines.desktop()
    choices = {**model.defaults, "memory_quantity": "two"}
    lines = price_lines(model, choices, machines.desktop_prices())
    assert lines[0] == PriceLine("base", "base", "Base", 1, 10000, 10000)
    assert PriceLine("memory", "kit", "Memory kit", 2, 9000, 18000) in lines
    assert [line.group for line in lines].count("memory_quantity") == 0


def test_an_option_without_a_price_is_not_free():
    book = PriceBook("USD", 0, {})
    with pytest.raises(MissingPrice, match=r"no price for cpu\.ryzen"):
        price_lines(machines.desktop(), machines.desktop().defaults, book)
    with pytest.raises(MissingPrice):
        evaluate(machines.desktop(), {}, book=book)


def test_an_open_group_has_no_price():
    with pytest.raises(IncompleteConfiguration, match="nothing is chosen in group 'board'"):
        total_minor(machines.desktop(), {"cpu": "ryzen"}, machines.desktop_prices())


@thorough
@given(st.data())
def test_the_total_is_the_sum_of_the_lines(data):
    model = data.draw(models())
    book = data.draw(books(model))
    for whole in configurations(model, {}):
        lines = price_lines(model, whole, book)
        assert total_minor(model, whole, book) == sum(line.amount_minor for line in lines)
        assert all(line.amount_minor == line.quantity * line.unit_minor for line in lines)
