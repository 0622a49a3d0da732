"""A bin is counted while a kit is picked from it: the pieces in the kit are on the books until
kitting ends, and nobody may count them away.
"""

import pytest

from production.errors import CountRefused
from production.models import Bin, BinStock, StockLevel
from production.services.counting import Counted, adjust_stock, record_count
from tests.factories.production import makeable_model
from tests.production.floor.floor import ACTOR, beep, finish, planned_job, start

pytestmark = pytest.mark.django_db


@pytest.fixture
def job():
    job = planned_job(version=makeable_model())
    start(job, "kitting")
    return job


def place_of(part):
    return BinStock.objects.filter(part=part, quantity__gt=0).first()


def count(stock, counted, key="sheet"):
    return record_count(
        bin_id=stock.bin_id,
        counts=[Counted(stock.part_id, counted, stock.quantity, "lost")],
        key=key,
        actor=ACTOR,
    )


@pytest.fixture
def screws(job):
    need = job.requirements.get(part__part_number="SCREW")
    found(need.part, place_of(need.part).bin)
    return need.part


def found(screws, place):
    adjust_stock(
        part_id=screws.pk, quantity=50, reason="found", key=f"f-{place}", actor=ACTOR,
        bin_id=place.pk,
    )  # fmt: skip


def test_what_lies_in_a_kit_is_not_counted_as_lost(job, screws):
    beep("SCREW", job, quantity=2)
    stock = place_of(screws)
    with pytest.raises(CountRefused, match=f"2 of it were picked for {job.number}"):
        count(stock, stock.quantity - 2)
    assert count(stock, stock.quantity + 1) == 1


def test_once_the_kit_is_done_a_loss_is_a_loss(job, screws):
    finish(job, "kitting")
    stock = place_of(screws)
    assert count(stock, stock.quantity - 2) == 1
    assert StockLevel.objects.get(part=screws).on_hand == stock.quantity - 2


def test_what_was_picked_from_another_bin_says_nothing_of_this_one(job, screws):
    stock = place_of(screws)
    other = Bin.objects.create(code="Z-99", zone="Z", sequence=99)
    found(screws, other)
    beep("Z-99", job)
    beep("SCREW", job, quantity=2)
    assert count(stock, stock.quantity - 2) == 1
    with pytest.raises(CountRefused, match="picked for"):
        count(BinStock.objects.get(part=screws, bin=other), 48, key="other")
