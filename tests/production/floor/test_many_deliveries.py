"""Which delivery pieces came with is read from the newest back, however many there have been."""

import json
import random
from collections import Counter

import pytest
from django.db import connection, transaction

from production.models import PieceSource, StockLevel, StockMovement
from production.services import sources
from tests.factories.production import part, stock_part
from tests.production.floor.floor import (
    go,
    job_of,
    model_with_checks,
    need,
    planned_job,
    planned_order,
)
from tests.production.floor.test_trace import deliver

pytestmark = pytest.mark.django_db

LONG_AGO = 1_000


def used_up(part_number, deliveries=LONG_AGO):
    """Many deliveries of a part, all of whose pieces have left: as the years leave it behind."""
    level = StockLevel.objects.select_related("home_bin").get(part=part(part_number))
    rows = [
        StockMovement(
            part_id=level.part_id,
            bin=level.home_bin,
            kind=kind,
            origin="push",
            quantity=quantity,
            reference=f"PO-OLD-{number}",
            key=f"{kind}-{part_number}-{number}",
        )
        for number in range(deliveries)
        for kind, quantity in (("receipt", 5), ("issue", -5))
    ]
    StockMovement.objects.bulk_create(rows)


def rows_read(plan):
    """How many movements a plan has looked at, also those that it threw away."""
    found = 0
    if plan.get("Relation Name") == "production_stockmovement":
        thrown_away = plan.get("Rows Removed by Filter", 0)
        found += (plan["Actual Rows"] + thrown_away) * plan["Actual Loops"]
    return found + sum(rows_read(one) for one in plan.get("Plans", []))


def explained(requirement, pieces):
    """How many movements are read when these pieces are found; nothing is written."""
    with transaction.atomic(), connection.cursor() as cursor:
        values = [[requirement.pk], [requirement.part_id], [pieces]]
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sources.WRITE}", values)
        (told,) = cursor.fetchone()
        transaction.set_rollback(True)
    (plan,) = json.loads(told) if isinstance(told, str) else told
    return rows_read(plan["Plan"])


def test_of_a_thousand_old_deliveries_as_many_are_read_as_the_pieces_came_with():
    version = model_with_checks()
    stock_part("SCREW", 0)
    used_up("SCREW")
    order = planned_order(version=version)
    deliver("SCREW", "PO-8/1", 5, "r1")
    deliver("SCREW", "PO-8/2", 5, "r2")
    job = job_of(order)
    go(job, "kitting")
    screws = need(job, "SCREW")
    told = PieceSource.objects.filter(requirement=screws).order_by("reference")
    assert [(one.reference, one.quantity) for one in told] == [("PO-8/1", 5), ("PO-8/2", 3)]
    assert explained(screws, screws.issued_quantity) <= 3


@pytest.mark.parametrize("seed", range(5))
def test_the_oldest_pieces_on_the_shelf_leave_first_whatever_came_and_went(seed):
    """Against a shelf that keeps its pieces in a row."""
    rng = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
    job = planned_job(version=model_with_checks())
    screws = need(job, "SCREW")
    (first,) = StockMovement.objects.filter(part=screws.part_id)
    row = [first.kind] * first.quantity
    for number in range(12):
        count = rng.randint(1, 40)
        deliver("SCREW", f"PO-{number}", count, f"r{number}")
        row += [f"PO-{number}"] * count
    gone, took = rng.randint(0, 60), rng.randint(1, 60)
    stock_part("SCREW", len(row) - gone - took)
    with connection.cursor() as cursor:
        cursor.execute(sources.WRITE, [[screws.pk], [screws.part_id], [took]])
    found = PieceSource.objects.filter(requirement=screws).values_list("reference", "quantity")
    assert dict(found) == Counter(row[gone : gone + took])
