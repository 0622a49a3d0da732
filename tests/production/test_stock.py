"""What lies on the shelf, and how much of it is promised."""

import pytest

from production.errors import ShortOfStock, UnknownPart
from production.models import AssemblyJob, StockLevel, StockMovement
from production.services import stock
from production.services.counting import adjust_stock
from production.services.opening import record_opening
from tests.factories.production import makeable_model, part, planned_order, stock_part

pytestmark = pytest.mark.django_db


@pytest.fixture
def screw():
    one = part("SCREW")
    record_opening(rows=[(one.pk, 10, "A-01")])
    return one


def level(one):
    return StockLevel.objects.values_list("on_hand", "allocated").get(part=one)


def count(one, difference, key="count-1"):
    adjust_stock(part_id=one.pk, quantity=difference, reason="counted", key=key, actor="staff:anna")


def test_the_first_stock_is_recorded_once_however_often_it_is_loaded(screw):
    record_opening(rows=[(screw.pk, 10, "B-02")])
    assert level(screw) == (10, 0)
    assert StockLevel.objects.get(part=screw).home_bin.code == "B-02"
    assert StockMovement.objects.count() == 1


def test_a_part_without_stock_may_have_a_bin():
    one = part("TIE")
    record_opening(rows=[(one.pk, 0, "C-03")])
    assert level(one) == (0, 0)


def test_what_is_reserved_stays_on_the_shelf_but_is_nobody_elses(screw):
    stock.reserve({screw.pk: 4})
    assert level(screw) == (10, 4)
    screw.refresh_from_db()
    assert screw.free_quantity == 6


def test_more_than_lies_free_cannot_be_reserved(screw):
    stock.reserve({screw.pk: 8})
    with pytest.raises(ShortOfStock):
        stock.reserve({screw.pk: 3})
    assert level(screw) == (10, 8)


def test_a_part_that_never_lay_on_the_shelf_cannot_be_reserved():
    with pytest.raises(ShortOfStock):
        stock.reserve({part("GHOST").pk: 1})


def test_a_count_changes_the_level_with_its_reason_once(screw):
    count(screw, -3)
    count(screw, -3)
    assert level(screw) == (7, 0)
    movement = StockMovement.objects.get(key="count-1")
    assert (movement.kind, movement.quantity) == ("adjustment", -3)
    assert (movement.reason, movement.actor) == ("counted", "staff:anna")


def test_a_count_cannot_take_what_is_promised(screw):
    stock.reserve({screw.pk: 8})
    with pytest.raises(ShortOfStock):
        count(screw, -3)


def test_a_count_of_an_unknown_part_is_refused():
    with pytest.raises(UnknownPart):
        adjust_stock(part_id=0, quantity=1, reason="?", key="k", actor="staff:anna")


def test_what_is_found_goes_to_the_job_that_waits_for_it():
    version = makeable_model()
    stock_part("CPU-6", 0)
    later = planned_order(version=version)
    AssemblyJob.objects.filter(clearance=later.pk).update(due_on="2099-01-01")
    urgent = planned_order(version=version)
    stock_part("CPU-6", 1)
    states = dict(AssemblyJob.objects.values_list("clearance_id", "status"))
    assert states == {urgent.pk: "ready", later.pk: "waiting_for_parts"}
    cpu = StockLevel.objects.get(part__part_number="CPU-6")
    assert (cpu.on_hand, cpu.allocated) == (1, 1)
