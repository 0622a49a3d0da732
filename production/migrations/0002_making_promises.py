from django.db import migrations

from config.promises import append_only, checked_at_commit, foreign_key

# What lies on the shelf is what was moved there.
STOCK_IS_ITS_MOVEMENTS = """
BEGIN
    IF coalesce((SELECT on_hand FROM production_stocklevel WHERE part_id = NEW.part_id), 0)
       <> (SELECT coalesce(sum(quantity), 0) FROM production_stockmovement
           WHERE part_id = NEW.part_id)
    THEN
        RAISE EXCEPTION 'stock of part % is not the sum of its movements', NEW.part_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
"""

# What a requirement says is allocated to it from the shelf is what its allocations say.
REQUIREMENT_IS_ITS_ALLOCATIONS = """
DECLARE
    the_requirement bigint := (CASE TG_TABLE_NAME
        WHEN 'production_materialrequirement' THEN to_jsonb(NEW) ->> 'id' ELSE to_jsonb(NEW) ->> 'requirement_id' END)::bigint;
    needed int; said int; shelf int; coming int;
BEGIN
    SELECT quantity, allocated_quantity INTO needed, said
        FROM production_materialrequirement WHERE id = the_requirement;
    SELECT coalesce(sum(quantity) FILTER (WHERE scheduled_receipt_id IS NULL), 0),
           coalesce(sum(quantity) FILTER (WHERE scheduled_receipt_id IS NOT NULL), 0)
        INTO shelf, coming
        FROM production_allocation WHERE requirement_id = the_requirement;
    IF said <> shelf OR shelf + coming > needed THEN
        RAISE EXCEPTION 'requirement % of % is allocated % (% from the shelf, % coming)',
            the_requirement, needed, said, shelf, coming USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
"""


class Migration(migrations.Migration):
    dependencies = [
        ("production", "0001_initial"),
        ("shop", "0002_money_promises"),
        ("audit", "0002_append_only"),
    ]

    operations = [
        append_only("production_bomsnapshot"),
        append_only("production_stockmovement"),
        *foreign_key(
            name="job_is_cleared_by_its_own_order",
            table="production_assemblyjob",
            columns="order_line_id, clearance_id",
            to_table="shop_orderline",
            to_columns="id, order_id",
        ),
        *foreign_key(
            name="requirement_is_cleared_as_its_job",
            table="production_materialrequirement",
            columns="job_id, clearance_id",
            to_table="production_assemblyjob",
            to_columns="id, clearance_id",
        ),
        *checked_at_commit(
            name="stock_is_its_movements",
            function=STOCK_IS_ITS_MOVEMENTS,
            tables={
                "production_stocklevel": "INSERT OR UPDATE OF on_hand",
                "production_stockmovement": "INSERT",
            },
        ),
        *checked_at_commit(
            name="requirement_is_its_allocations",
            function=REQUIREMENT_IS_ITS_ALLOCATIONS,
            tables={
                "production_materialrequirement": "INSERT OR UPDATE OF quantity, allocated_quantity",
                "production_allocation": "INSERT OR UPDATE",
            },
        ),
    ]
