"""Eight people at one bin: no piece is carried, counted or held twice."""

from threading import Barrier

import pytest
from django.db import IntegrityError

from production.errors import CountRefused, ShortOfStock
from production.models import Bin, BinCount, BinStock, QualityHold, StockLevel
from production.services import moving, putaway, shelf_rows
from production.services.counting import Counted, record_count
from production.services.opening import record_opening
from production.services.putaway import move_between_bins
from production.services.quality import hold_stock
from tests.concurrency.races import race
from tests.factories.production import part

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]

RACERS = 8
PIECES = 10


@pytest.fixture
def screw():
    one = part("SCREW")
    record_opening(rows=[(one.pk, PIECES, "A-01")])
    moving.place_for(Bin.Purpose.QUALITY)
    Bin.objects.create(code="B-01")
    return one


def carriers(screw, *, racers=RACERS):
    source, target = Bin.objects.get(code="A-01"), Bin.objects.get(code="B-01")
    return [
        lambda number=number: move_between_bins(
            part_id=screw.pk,
            from_bin_id=source.pk,
            to_bin_id=target.pk,
            quantity=3,
            key=f"carry-{number}",
            actor="staff:anna",
        )
        for number in range(racers)
    ]


def kinds(results):
    return sorted(type(result).__name__ for result in results if result is not None)


def contents():
    return dict(BinStock.objects.values_list("bin__code", "quantity"))


def test_no_piece_is_carried_twice(screw):
    assert kinds(race(*carriers(screw))) == ["ShortOfStock"] * (RACERS - 3)
    assert contents() == {"A-01": 1, "B-01": 9}


def test_control_without_the_lock_the_database_refuses_what_was_read_too_early(screw, monkeypatch):
    """Both have seen ten pieces in the bin; the second one's books do not add up at commit."""
    met = Barrier(2)
    look = moving._lock

    def look_without_locking(moves):
        shelf = look(moves)
        met.wait(timeout=30)
        return shelf

    monkeypatch.setattr(putaway, "lock_free_stock", lambda _ids: None)
    monkeypatch.setattr(shelf_rows, "LEVELS", shelf_rows.LEVELS.replace("FOR UPDATE", ""))
    monkeypatch.setattr(moving, "_lock", look_without_locking)
    errors = [result for result in race(*carriers(screw, racers=2)) if result is not None]
    assert [type(error) for error in errors] == [IntegrityError]
    assert "do not hold what its movements say" in str(errors[0])
    assert contents() == {"A-01": 7, "B-01": 3}


def test_no_more_is_held_than_lies_there(screw):
    results = race(
        *[
            lambda number=number: hold_stock(
                part_id=screw.pk, quantity=4, reason="bent", key=f"h{number}", actor="staff:anna"
            )
            for number in range(RACERS)
        ]
    )
    assert sum(isinstance(result, QualityHold) for result in results) == 2
    assert sum(isinstance(result, ShortOfStock) for result in results) == RACERS - 2
    assert StockLevel.objects.get(part=screw).on_hold == 8


def test_of_two_sheets_of_one_bin_the_second_is_told_to_count_again(screw):
    place = Bin.objects.get(code="A-01")
    results = race(
        *[
            lambda number=number: record_count(
                bin_id=place.pk,
                counts=[Counted(screw.pk, 8, PIECES, "two lost")],
                key=f"sheet-{number}",
                actor="staff:anna",
            )
            for number in range(2)
        ]
    )
    assert [type(result) for result in results if not isinstance(result, int)] == [CountRefused]
    assert StockLevel.objects.get(part=screw).on_hand == 8
    assert BinCount.objects.count() == 1
