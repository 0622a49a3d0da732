"""A short history: all that is true of a shop is true of it, and it ends as a good day does."""

import psycopg
import pytest
from psycopg import sql

from tests.history.lived import ENDS_AT
from tests.storm.truths import TRUTHS, judge, lay

pytestmark = [pytest.mark.django_db]

TIMES = """
SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = 'public' AND data_type = 'timestamp with time zone'
    AND table_name NOT LIKE 'django%' ORDER BY 1, 2
"""
# Where the open jobs are, by the first step of each that is not done.
STATIONS = """
SELECT count(DISTINCT CASE job.status WHEN 'in_progress' THEN step.kind ELSE job.status END)
FROM production_assemblyjob AS job, LATERAL (
    SELECT kind FROM production_joboperation WHERE job_id = job.id AND status <> 'done'
    ORDER BY sequence LIMIT 1
) AS step WHERE job.status <> 'cancelled'
"""
PURCHASES = """
SELECT count(*), count(*) FILTER (WHERE due_on < '2026-11-20') FROM (
    SELECT min(coalesce(line.promised_on, line.requested_on)) AS due_on
    FROM suppliers_purchaseorderline AS line
    JOIN suppliers_purchaseorder AS bought ON bought.id = line.purchase_order_id
    WHERE line.received_quantity < line.quantity AND bought.status <> 'cancelled'
    GROUP BY bought.id
) AS coming
"""
# What lies ahead on purpose.
LATER = {("shop_payment", "expires_at"), ("production_joboperation", "need_by")}
PLANNED = ("planned_start_at", "planned_end_at")


def test_every_truth_of_a_storm_holds_of_a_history(history):
    with psycopg.connect(history.dsn) as wire:
        lay(wire, history.evidence)
        assert judge(wire, TRUTHS) == ()


def test_nothing_of_a_history_is_later_than_its_end_or_earlier_than_its_first_day(history):
    for table, column in history.rows(TIMES):
        if (table, column) in LATER or column in PLANNED:
            continue
        query = sql.SQL("SELECT min({0}), max({0}) FROM {1}")
        ((first, last),) = history.rows(query.format(sql.Identifier(column), sql.Identifier(table)))
        if last is not None:
            assert last <= ENDS_AT, (table, column)
            assert (ENDS_AT - first).days <= 61, (table, column)


def test_what_happened_is_spread_over_the_time(history):
    ((months,),) = history.rows(
        "SELECT count(DISTINCT date_trunc('month', placed_at)) FROM shop_order"
    )
    assert months >= 2
    ((days,),) = history.rows("SELECT count(DISTINCT moved_at::date) FROM production_stockmovement")
    assert days >= 12


def test_a_history_ends_with_work_under_way(history):
    open_ones = "SELECT count(*) FROM production_assemblyjob WHERE status <> 'done'"
    coming = "SELECT count(*) FROM suppliers_purchaseorder WHERE status <> 'received'"
    for query in (open_ones, coming, "SELECT count(*) FROM shop_shipment"):
        ((found,),) = history.rows(query)
        assert found, query
    assert history.counts["orders"] == 14


def test_at_the_end_machines_are_at_several_stations_and_no_delivery_is_long_overdue(history):
    ((stations,),) = history.rows(STATIONS)
    assert stations >= 3
    ((coming, overdue),) = history.rows(PURCHASES)
    assert coming >= 5
    assert overdue <= coming // 5


def test_no_trace_of_the_clock_is_left(history):
    assert history.rows("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'cartwright%'") == []
    views = "SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace::regnamespace::text"
    assert history.rows(f"{views} NOT IN ('pg_catalog', 'information_schema')") == []
