"""The demo's shelf: bins along one walk, stock at its cost, and much of a part in two bins."""

import pytest

from config.demo.catalogue.suppliers import opening_stock
from config.demo.loading import making, shelf
from production.models import Bin, BinStock, StockLevel, StockMovement

pytestmark = pytest.mark.django_db


@pytest.fixture
def parts():
    found = making.load_parts()
    shelf.load_bins()
    shelf.open_stock(found)
    return found


def test_everything_lies_in_a_bin_of_a_zone_at_a_known_cost(parts):
    levels = StockLevel.objects.filter(on_hand__gt=0)
    assert levels.count() == len(opening_stock())
    assert not levels.filter(average_cost_minor__isnull=True).exists()
    assert not Bin.objects.filter(zone="").exists()


def test_the_walk_goes_up_one_shelf_and_down_the_next(parts):
    walk = [one.code for one in Bin.objects.filter(zone__in=["Shelf A", "Shelf B"])]
    assert walk[:2] == ["A-01", "A-02"]
    assert walk[12:14] == ["B-12", "B-11"]


def test_what_is_much_lies_in_two_bins(parts):
    held = BinStock.objects.filter(part=parts["CRD-POWER"], quantity__gt=0)
    assert min(held.values_list("bin__zone", "quantity")) == ("Reserve", 120)
    assert sum(one.quantity for one in held) == 200


def test_a_second_load_moves_nothing(parts):
    before = StockMovement.objects.count()
    bins = Bin.objects.count()
    assert shelf.load_bins() == bins
    shelf.open_stock(parts)
    assert (StockMovement.objects.count(), Bin.objects.count()) == (before, bins)
