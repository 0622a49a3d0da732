"""What a check costs does not depend on how empty the tables were when the connection began."""

import pytest
from django.db import connection

from production.models import Part
from production.services.planning import plan_order, plan_orders
from tests.factories.production import makeable_model, released_order

CHECKED = ("production_materialrequirement", "production_allocation")
# PostgreSQL keeps a plan from the sixth execution on.
FIRST_ORDERS = 7
# Together so many rows that reading them all is dear beside finding a few by their keys.
LATER_ORDERS, MACHINES = 12, 99


def rows_read_by_scans() -> int:
    """How many rows this transaction has read by going through whole tables."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(seq_tup_read) FROM pg_stat_xact_user_tables WHERE relname = ANY (%s)",
            [list(CHECKED)],
        )
        return int(cursor.fetchone()[0])


def read_for_one_more_order(version) -> int:
    """A connection meets empty tables; they fill, and nobody counts their rows; one more order."""
    for _ in range(FIRST_ORDERS):
        plan_order(order_id=released_order(version=version).pk)
    later = [released_order(version=version, quantity=MACHINES) for _ in range(LATER_ORDERS)]
    plan_orders(order_ids=[order.pk for order in later])
    order = released_order(version=version)
    before = rows_read_by_scans()
    plan_order(order_id=order.pk)
    return rows_read_by_scans() - before


@pytest.fixture
def version(db):
    # What other tests left in the files, and what was learned of it, would count: as empty and as
    # unknown as in a new shop, until the rollback.
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(CHECKED)} CASCADE")
        cursor.execute(
            "DELETE FROM pg_statistic WHERE starelid = ANY (%s::regclass[])", [list(CHECKED)]
        )
    made = makeable_model(pieces=LATER_ORDERS * MACHINES * 20)
    assert Part.objects.exists()
    return made


def test_a_check_of_one_order_does_not_read_the_whole_table(version):
    assert read_for_one_more_order(version) == 0


def test_control_a_plan_that_is_kept_reads_it_all(version):
    with connection.cursor() as cursor:
        for name in ("new_requirements_add_up()", "new_allocations_add_up()"):
            # By itself PostgreSQL may keep none, after what else this connection has planned.
            cursor.execute(f"ALTER FUNCTION {name} SET plan_cache_mode = force_generic_plan")
    assert read_for_one_more_order(version) > LATER_ORDERS * MACHINES
