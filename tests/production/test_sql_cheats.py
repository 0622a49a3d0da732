"""What the services never do, and the database does not let anybody else do either."""

import pytest
from django.db import Error, IntegrityError, connection, transaction

from production.models import AssemblyJob, MaterialRequirement, StockLevel
from tests.factories.production import makeable_model, planned_order, stock_part, unpaid_order

pytestmark = pytest.mark.django_db(transaction=True)


def cheat(sql, *values):
    """Run it and commit, as somebody with a database shell would."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


JOB = """
INSERT INTO production_assemblyjob
    (number, clearance_id, order_line_id, unit, snapshot_id, status)
SELECT 'CHEAT-1', %s, %s, 1, snapshot_id, 'ready' FROM production_assemblyjob LIMIT 1
"""
REQUIREMENT = """
INSERT INTO production_materialrequirement
    (clearance_id, job_id, part_id, operation, quantity, allocated_quantity, issued_quantity)
SELECT %s, %s, part_id, 'build', 1, 0, 0 FROM production_stocklevel
WHERE part_id NOT IN (SELECT part_id FROM production_materialrequirement) LIMIT 1
"""


@pytest.fixture
def version():
    return makeable_model()


@pytest.fixture
def order(version):
    return planned_order(version=version)


def test_a_job_without_clearance_is_refused(order, version):
    unpaid = unpaid_order(version=version)
    line = unpaid.lines.get()
    with pytest.raises(IntegrityError):
        cheat(JOB, None, line.pk)
    with pytest.raises(IntegrityError):
        cheat(JOB, unpaid.pk, line.pk)


def test_a_job_with_the_clearance_of_another_order_is_refused(order, version):
    line = unpaid_order(version=version).lines.get()
    with pytest.raises(IntegrityError, match="job_is_cleared_by_its_own_order"):
        cheat(JOB, order.pk, line.pk)


def test_a_second_job_for_the_same_machine_is_refused(order):
    with pytest.raises(IntegrityError, match="job_once_per_unit"):
        cheat(JOB, order.pk, order.lines.get().pk)


def test_a_requirement_without_clearance_or_with_a_foreign_one_is_refused(order, version):
    job = AssemblyJob.objects.get()
    other = planned_order(version=version)
    with pytest.raises(IntegrityError):
        cheat(REQUIREMENT, None, job.pk)
    with pytest.raises(IntegrityError, match="requirement_is_cleared_as_its_job"):
        cheat(REQUIREMENT, other.pk, job.pk)


def test_stock_that_was_never_moved_is_refused(version):
    with pytest.raises(IntegrityError, match="is not the sum of its movements"):
        cheat("UPDATE production_stocklevel SET on_hand = on_hand + 1")


def test_a_movement_that_no_level_follows_is_refused(version):
    with pytest.raises(IntegrityError, match="is not the sum of its movements"):
        cheat(
            "INSERT INTO production_stockmovement"
            " (part_id, kind, origin, quantity, key, reference, bin_id) SELECT part_id, 'receipt',"
            " 'push', 5, 'cheat', '', home_bin_id FROM production_stocklevel LIMIT 1"
        )


def test_a_promise_of_more_than_lies_there_is_refused(version):
    with pytest.raises(IntegrityError, match="stock_allocated_and_held_within_on_hand"):
        cheat("UPDATE production_stocklevel SET allocated = on_hand + 1")


def test_a_reservation_without_allocation_is_refused(version):
    stock_part("CPU-6", 0)
    planned_order(version=version)
    short = MaterialRequirement.objects.get(part__part_number="CPU-6")
    with pytest.raises(IntegrityError, match="is allocated 1"):
        cheat(
            "UPDATE production_materialrequirement SET allocated_quantity = 1 WHERE id = %s",
            short.pk,
        )


def test_an_allocation_beyond_the_need_is_refused(order):
    requirement = MaterialRequirement.objects.first()
    with pytest.raises(IntegrityError, match="is allocated"):
        cheat(
            "UPDATE production_allocation SET quantity = quantity + 1 WHERE requirement_id = %s",
            requirement.pk,
        )


@pytest.mark.parametrize("table", ["production_stockmovement", "production_bomsnapshot"])
@pytest.mark.parametrize("sql", ["DELETE FROM {}", "UPDATE {} SET {} = {}"])
def test_what_happened_and_what_was_ordered_cannot_be_rewritten(order, table, sql):
    column = "reference" if table.endswith("movement") else "configuration_sha256"
    with pytest.raises(Error, match="append-only"):
        cheat(sql.format(table, column, column))


def test_the_shelf_is_whole_after_all_that(order):
    with transaction.atomic():
        assert StockLevel.objects.filter(allocated__gt=0).exists()
