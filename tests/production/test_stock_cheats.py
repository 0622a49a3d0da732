"""The shelf's books hold against whoever goes around the services with plain SQL."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from production.models import Bin, BinCount, QualityHold, StockLevel
from production.services.counting import Counted, record_count
from production.services.moving import place_for
from production.services.opening import record_opening
from production.services.quality import hold_stock
from tests.factories.production import part

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def screw():
    """Ten screws in A-01, two of them held back; B-01 is empty."""
    one = part("SCREW")
    record_opening(rows=[(one.pk, 10, "A-01")])
    Bin.objects.create(code="B-01")
    hold_stock(part_id=one.pk, quantity=2, reason="bent", key="h", actor="staff:anna")
    return one


def cheat(sql, *values):
    """Run it and commit, as somebody with a database shell would; statements end with ";"."""
    left = list(values)
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in sql.split(";"):
            wanted = statement.count("%s")
            cursor.execute(statement, left[:wanted])
            left = left[wanted:]


MOVE = """
INSERT INTO production_stockmovement
    (part_id, kind, origin, quantity, key, reference, bin_id, reason, actor)
SELECT %s, 'adjustment', %s, %s, gen_random_uuid()::text, '', id, '', '' FROM production_bin
WHERE code = %s
"""


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE production_stocklevel SET on_hand = on_hand + 1", "not the sum of its movements"),
        ("UPDATE production_stocklevel SET pegged_on_hand = 3", "are not what its movements say"),
        ("UPDATE production_stocklevel SET kanban_on_hand = 3", "are not what its movements say"),
        ("UPDATE production_stocklevel SET pegged_on_hand = 11", "stock_origins_within_on_hand"),
        ("UPDATE production_stocklevel SET pegged_on_hand = -1", "pegged_on_hand_check"),
        ("UPDATE production_binstock SET quantity = 9 WHERE quantity = 8", "do not hold what"),
        ("DELETE FROM production_binstock WHERE quantity = 8", "do not hold what"),
        ("UPDATE production_binstock SET quantity = -1", "quantity_check"),
        ("UPDATE production_stocklevel SET on_hold = 3", "3 on hold, but 2 in open holds"),
        ("UPDATE production_stocklevel SET on_hold = 9, allocated = 2", "within_on_hand"),
        ("UPDATE production_qualityhold SET quantity = 1", "2 on hold, but 1 in open holds"),
        ("DELETE FROM production_qualityhold", "2 on hold, but 0 in open holds"),
        (
            "UPDATE production_qualityhold SET outcome = 'released', closed_at = now()",
            "2 on hold, but 0 in open holds",
        ),
        ("UPDATE production_qualityhold SET outcome = 'released'", "closed_with_an_outcome"),
    ],
)
def test_a_level_a_bin_or_a_hold_that_nothing_moved_is_refused(screw, sql, said):
    with pytest.raises(IntegrityError, match=said):
        cheat(sql)
    level = StockLevel.objects.get(part=screw)
    assert (level.on_hand, level.on_hold, level.push_on_hand) == (10, 2, 10)


def test_pieces_that_change_their_bin_without_a_movement_are_refused(screw):
    with pytest.raises(IntegrityError, match="do not hold what its movements say"):
        cheat(
            "UPDATE production_binstock SET bin_id = (SELECT id FROM production_bin"
            " WHERE code = 'B-01') WHERE quantity = 8"
        )


def test_an_origin_that_would_fall_below_zero_is_refused(screw):
    """The sum may be right: two pegged pieces that never came are still none."""
    with pytest.raises(IntegrityError, match="are not what its movements say"):
        cheat(f"{MOVE}; {MOVE}", screw.pk, "pegged", -2, "A-01", screw.pk, "push", 2, "A-01")


def test_a_movement_without_a_bin_is_refused(screw):
    with pytest.raises(IntegrityError, match="bin_id"):
        cheat(
            "INSERT INTO production_stockmovement"
            " (part_id, kind, origin, quantity, key, reference, reason, actor)"
            " VALUES (%s, 'adjustment', 'push', 1, 'k', '', '', '')",
            screw.pk,
        )


def test_what_is_held_leaves_its_place_only_with_its_hold(screw):
    aside = place_for(Bin.Purpose.QUALITY)
    carry = "UPDATE production_binstock SET quantity = CASE bin_id WHEN %s THEN 0 ELSE 10 END"
    moves = (screw.pk, "push", -2, aside.code, screw.pk, "push", 2, "A-01")
    with pytest.raises(IntegrityError, match="2 on hold, but 2 in open holds and 0 set aside"):
        cheat(f"{MOVE}; {MOVE}; {carry}", *moves, aside.pk)


@pytest.mark.parametrize(
    "sql", ["DELETE FROM production_bincount", "UPDATE production_bincount SET counted = 0"]
)
def test_what_was_counted_cannot_be_rewritten(screw, sql):
    record_count(
        bin_id=Bin.objects.get(code="A-01").pk,
        counts=[Counted(screw.pk, 8, 8)],
        key="sheet",
        actor="staff:anna",
    )
    with pytest.raises(DatabaseError, match="append-only"):
        cheat(sql)


def test_a_difference_without_a_reason_is_refused(screw):
    with pytest.raises(IntegrityError, match="bin_count_difference_has_a_reason"):
        BinCount.objects.create(
            part=screw, bin=Bin.objects.first(), expected=8, counted=7, actor="x", key="k"
        )


@pytest.mark.parametrize("purpose", ["goods_in", "quality"])
def test_there_is_one_place_of_each_purpose(screw, purpose):
    place_for(purpose)
    with pytest.raises(IntegrityError, match="bin_one_of_a_purpose"):
        Bin.objects.create(code="TWICE", purpose=purpose)


def test_the_books_are_whole_after_all_that(screw):
    assert QualityHold.objects.get().quantity == 2
