"""What an option changes elsewhere, told by part and price."""

from configurator.engine.evaluate import Change
from configurator.selectors import OptionDetail
from configurator.views.phrases import Phrases
from tests.configurator.engine import machines


def also_changes(group, option, *changes):
    model = machines.desktop()
    details = {
        (g.code, o.code): OptionDetail(o.name, "", "") for g in model.groups for o in g.options
    }
    phrases = Phrases(model, model.defaults, machines.desktop_prices(), details)
    return phrases.also_changes(group, option, [Change(*change) for change in changes])


def test_a_change_is_told_by_its_part_and_price():
    told = also_changes("graphics", "short", ("supply", "w650"))
    assert told == "also changes the supply to Supply w650 (+$50)"


def test_two_changes_are_named_and_more_are_counted():
    three = [("board", "z790"), ("graphics", "short"), ("supply", "w650")]
    two_named = "also changes the board to Board z790 (+$90)"
    assert (
        also_changes("cpu", "core", *three[:2])
        == f"{two_named} and the graphics to Graphics short (+$300)"
    )
    assert (
        also_changes("cpu", "core", *three)
        == f"{two_named}, the graphics to Graphics short (+$300) and 1 more part"
    )


def test_a_quantity_is_told_at_the_price_of_what_it_counts():
    told = also_changes("board", "x670", ("memory_quantity", "two"))
    assert told == "also changes the memory Quantity to Memory_Quantity two (+$90)"


def test_a_price_line_is_told_once():
    # Two sticks instead of one kit: $100 instead of $90, and it is one line.
    both = also_changes("board", "x670", ("memory", "stick"), ("memory_quantity", "two"))
    assert both == (
        "also changes the memory to Memory stick (+$10) "
        "and the memory Quantity to Memory_Quantity two"
    )
    mine = also_changes("memory", "stick", ("memory_quantity", "two"))
    assert mine == "also changes the memory Quantity to Memory_Quantity two"


def test_a_change_that_costs_nothing_says_so():
    assert also_changes("board", "x670", ("cpu", "ryzen")).endswith("Cpu ryzen (same price)")
