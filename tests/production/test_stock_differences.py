"""The shelf is held to its movements by what a transaction changes, however long its history."""

from contextlib import nullcontext

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from production.models import Bin, StockMovement
from production.services.moving import Move, move_stock
from production.services.opening import record_opening
from tests.as_the_web import the_web
from tests.factories.production import part

pytestmark = pytest.mark.django_db(transaction=True)

HISTORY = 400
MOVED_BEFORE = """
INSERT INTO production_stockmovement
    (part_id, kind, origin, quantity, key, reference, bin_id, reason, actor)
SELECT %(part)s, 'adjustment', 'push', CASE n %% 2 WHEN 0 THEN 1 ELSE -1 END, 'before-' || n, '',
       %(bin)s, '', ''
FROM generate_series(1, %(many)s) AS n
"""
MOVED_ALONE = """
INSERT INTO production_stockmovement
    (part_id, kind, origin, quantity, key, reference, bin_id, reason, actor)
SELECT part_id, 'issue', 'push', -1, 'cheat', '', bin_id, '', '' FROM production_binstock
"""
ROWS_READ = """
SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables
WHERE relname LIKE 'production_stock%'
"""


@pytest.fixture
def bolt():
    one = part("BOLT")
    record_opening(rows=[(one.pk, 10, "A-01")])
    return one


def move(bolt, quantity, key, **facts):
    kind, origin = StockMovement.Kind.ADJUSTMENT, StockMovement.Origin.PUSH
    one = Move(part_id=bolt.pk, kind=kind, quantity=quantity, key=key, origin=origin, **facts)
    with transaction.atomic():
        move_stock([one], actor="staff:anna")


def sql(statement, *values):
    """Run a statement in a transaction of its own, so that deferred checks are made."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def rows_read_by_a_move(bolt, key):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ROWS_READ)
        before = cursor.fetchone()[0]
        move(bolt, 2, key)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(ROWS_READ)
        return int(cursor.fetchone()[0] - before)


def differences():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM production_stockdifference"
            " WHERE (on_hand, pegged, kanban) <> (0, 0, 0)"
        )
        return cursor.fetchone()[0]


def test_what_a_move_reads_does_not_grow_with_what_was_moved_before(bolt):
    move(bolt, 1, "first")
    before = rows_read_by_a_move(bolt, "short")
    with transaction.atomic(), connection.cursor() as cursor:
        a01 = Bin.objects.get(code="A-01").pk
        cursor.execute(MOVED_BEFORE, {"part": bolt.pk, "bin": a01, "many": HISTORY})
    assert rows_read_by_a_move(bolt, "long") <= before + 2


def test_whoever_moves_pieces_leaves_no_difference(bolt):
    move(bolt, 5, "in")
    b01 = Bin.objects.create(code="B-01").pk
    move(bolt, 3, "about", to_bin_id=b01)
    with the_web():
        move(bolt, -4, "out")
    assert differences() == 0


@pytest.mark.parametrize("who", ["owner", "web"])
@pytest.mark.parametrize(
    ("cheat", "said"),
    [
        ("UPDATE production_stocklevel SET on_hand = 12", "stock of part"),
        ("UPDATE production_stocklevel SET pegged_on_hand = 1", "origins of part"),
        ("UPDATE production_binstock SET quantity = 12", "bins of part"),
        (MOVED_ALONE, "stock of part"),
    ],
)
def test_books_that_differ_are_refused_whoever_writes_them(bolt, who, cheat, said):
    move(bolt, 1, "first")
    rights = the_web() if who == "web" else nullcontext()
    with pytest.raises(DatabaseError, match=said), rights:
        sql(cheat)
    assert differences() == 0


@pytest.mark.parametrize(
    "cheat",
    [
        "UPDATE production_stockdifference SET on_hand = 0",
        "DELETE FROM production_stockdifference",
        "INSERT INTO production_stockdifference VALUES (1, 1, 0, 0, 0)",
        "TRUNCATE production_stockdifference",
    ],
)
def test_a_difference_cannot_be_explained_away_by_hand(bolt, cheat):
    with pytest.raises(DatabaseError, match="is kept by triggers"):
        sql(cheat)
    with pytest.raises(DatabaseError, match="permission denied"), the_web():
        sql(cheat)


def test_the_web_cannot_have_a_trigger_of_its_own_write_differences(bolt):
    own = "CREATE TEMPORARY TABLE mine (part_id bigint, bin_id bigint, quantity int)"
    hook = (
        "CREATE TRIGGER t AFTER INSERT ON mine FOR EACH ROW"
        " EXECUTE FUNCTION production_binstock_adds_to_differences()"
    )
    with pytest.raises(DatabaseError, match="permission denied for function"), the_web():
        sql(f"{own}; {hook}")


def test_a_table_of_the_same_name_does_not_hide_the_differences(bolt):
    with pytest.raises(IntegrityError, match="stock of part"), the_web():
        sql(
            "CREATE TEMPORARY TABLE production_stockdifference"
            " (LIKE public.production_stockdifference INCLUDING ALL) ON COMMIT DROP;"
            "UPDATE production_stocklevel SET on_hand = 12"
        )
