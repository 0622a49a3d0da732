"""A small year: everything true of a shop is true of it, and it is over when it says."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from tests.history.lived import ENDS_AT, Lived, lived
from tests.storm.truths import TRUTHS, judge, lay

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("history")]

TIMES = """
SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = 'public' AND data_type = 'timestamp with time zone'
    AND table_name NOT LIKE 'django%' ORDER BY 1, 2
"""
# What lies ahead on purpose.
LATER = {("shop_payment", "expires_at"), ("production_joboperation", "need_by")}
PLANNED = ("planned_start_at", "planned_end_at")


@pytest.fixture(scope="module")
def year(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Lived]:
    with (
        django_db_blocker.unblock(),
        lived(tmp_path_factory.mktemp("cashier"), orders=25, seed="7", days=364) as found,
    ):
        yield found


def test_every_truth_of_a_storm_holds_of_a_history(year):
    with psycopg.connect(year.dsn) as wire:
        lay(wire, year.evidence)
        assert judge(wire, TRUTHS) == ()


def test_nothing_of_a_history_is_later_than_its_end_or_earlier_than_its_first_day(year):
    for table, column in year.rows(TIMES):
        if (table, column) in LATER or column in PLANNED:
            continue
        query = sql.SQL("SELECT min({0}), max({0}) FROM {1}")
        ((first, last),) = year.rows(query.format(sql.Identifier(column), sql.Identifier(table)))
        if last is not None:
            assert last <= ENDS_AT, (table, column)
            assert (ENDS_AT - first).days <= 365, (table, column)


def test_what_happened_is_spread_over_the_year(year):
    ((months,),) = year.rows(
        "SELECT count(DISTINCT date_trunc('month', placed_at)) FROM shop_order"
    )
    assert months >= 7
    ((days,),) = year.rows("SELECT count(DISTINCT moved_at::date) FROM production_stockmovement")
    assert days >= 30


def test_a_history_ends_with_work_under_way(year):
    open_ones = "SELECT count(*) FROM production_assemblyjob WHERE status <> 'done'"
    coming = "SELECT count(*) FROM suppliers_purchaseorder WHERE status <> 'received'"
    for query in (open_ones, coming, "SELECT count(*) FROM shop_shipment"):
        ((found,),) = year.rows(query)
        assert found, query
    assert year.counts["orders"] == 25


def test_no_trace_of_the_clock_is_left(year):
    assert year.rows("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'cartwright%'") == []
    views = "SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace::regnamespace::text"
    assert year.rows(f"{views} NOT IN ('pg_catalog', 'information_schema')") == []
