import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

from config.promises import checked_at_commit

# As it was: whatever touched a requirement or an allocation was checked row by row at commit.
DROP_CHECKED_BY_ROW = """
DROP TRIGGER requirement_is_its_allocations_on_production_materialrequirement
    ON production_materialrequirement;
DROP TRIGGER requirement_is_its_allocations_on_production_allocation ON production_allocation;
DROP FUNCTION requirement_is_its_allocations();
"""
CHECKED_BY_ROW = """
CREATE FUNCTION requirement_is_its_allocations() RETURNS trigger LANGUAGE plpgsql AS $$
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
$$;
CREATE CONSTRAINT TRIGGER requirement_is_its_allocations_on_production_materialrequirement
    AFTER INSERT OR UPDATE OF quantity, allocated_quantity ON production_materialrequirement
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION requirement_is_its_allocations();
CREATE CONSTRAINT TRIGGER requirement_is_its_allocations_on_production_allocation
    AFTER INSERT OR UPDATE ON production_allocation
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION requirement_is_its_allocations();
"""

# Requirement = from the shelf + on its way to it + short. What a requirement says is allocated
# is what its rows say; what is tied to it is no more than it needs, and of its own part.
ADD_UP = """
CREATE FUNCTION requirements_add_up(checked bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE wrong record;
BEGIN
    SELECT need.id, need.quantity, need.allocated_quantity AS said, tied.shelf, tied.coming,
           tied.strangers
        INTO wrong
        FROM production_materialrequirement AS need
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(one.quantity) FILTER (WHERE receipt.id IS NULL), 0) AS shelf,
                   coalesce(sum(one.quantity) FILTER (WHERE receipt.id IS NOT NULL), 0) AS coming,
                   count(*) FILTER (WHERE receipt.part_id <> need.part_id) AS strangers
            FROM production_allocation AS one
            LEFT JOIN production_scheduledreceipt AS receipt
                ON receipt.id = one.scheduled_receipt_id
            WHERE one.requirement_id = need.id
        ) AS tied
        WHERE need.id = ANY (checked)
          AND (need.allocated_quantity <> tied.shelf OR tied.strangers > 0
               OR tied.shelf + tied.coming > need.quantity)
        LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'requirement % of % is allocated % (% from the shelf, % coming, % of another part)',
            wrong.id, wrong.quantity, wrong.said, wrong.shelf, wrong.coming, wrong.strangers
            USING ERRCODE = 'check_violation';
    END IF;
END
$$
"""

# New rows come by the hundred thousand: they are checked together, as soon as they are there.
NEW_ROWS_ADD_UP = """
CREATE FUNCTION new_requirements_add_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM requirements_add_up(array_agg(id)) FROM fresh WHERE allocated_quantity <> 0;
    RETURN NULL;
END
$$;
CREATE TRIGGER new_requirements_add_up AFTER INSERT ON production_materialrequirement
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION new_requirements_add_up();
CREATE FUNCTION new_allocations_add_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM requirements_add_up(array_agg(requirement_id)) FROM fresh;
    RETURN NULL;
END
$$;
CREATE TRIGGER new_allocations_add_up AFTER INSERT ON production_allocation
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION new_allocations_add_up();
"""
NOTHING_ADDS_UP = """
DROP TRIGGER new_allocations_add_up ON production_allocation;
DROP FUNCTION new_allocations_add_up();
DROP TRIGGER new_requirements_add_up ON production_materialrequirement;
DROP FUNCTION new_requirements_add_up();
"""
CHANGED_REQUIREMENT_ADDS_UP = """
BEGIN
    PERFORM requirements_add_up(ARRAY[NEW.id]);
    RETURN NULL;
END
"""
CHANGED_ALLOCATION_ADDS_UP = """
BEGIN
    PERFORM requirements_add_up(ARRAY[OLD.requirement_id]);
    IF TG_OP = 'UPDATE' AND NEW.requirement_id <> OLD.requirement_id THEN
        PERFORM requirements_add_up(ARRAY[NEW.requirement_id]);
    END IF;
    RETURN NULL;
END
"""

# How much of a receipt is tied is counted under the receipt's lock, so that two who tie the
# same pieces meet the CHECK, whatever they have read before.
COUNT_WHAT_IS_TIED = """
CREATE FUNCTION count_what_is_tied() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE touched bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        touched := ARRAY(SELECT DISTINCT scheduled_receipt_id FROM fresh
                         WHERE scheduled_receipt_id IS NOT NULL);
    ELSIF TG_OP = 'DELETE' THEN
        touched := ARRAY(SELECT DISTINCT scheduled_receipt_id FROM gone
                         WHERE scheduled_receipt_id IS NOT NULL);
    ELSE
        touched := ARRAY(SELECT scheduled_receipt_id FROM fresh
                         WHERE scheduled_receipt_id IS NOT NULL
                         UNION SELECT scheduled_receipt_id FROM gone
                         WHERE scheduled_receipt_id IS NOT NULL);
    END IF;
    IF cardinality(touched) = 0 THEN
        RETURN NULL;
    END IF;
    PERFORM FROM production_scheduledreceipt WHERE id = ANY (touched) ORDER BY id FOR UPDATE;
    UPDATE production_scheduledreceipt AS receipt SET pegged_quantity = tied.pieces
    FROM (
        SELECT one.id, coalesce(sum(allocation.quantity), 0) AS pieces
        FROM unnest(touched) AS one (id)
        LEFT JOIN production_allocation AS allocation
            ON allocation.scheduled_receipt_id = one.id
        GROUP BY one.id
    ) AS tied
    WHERE receipt.id = tied.id AND receipt.pegged_quantity <> tied.pieces;
    RETURN NULL;
END
$$;
CREATE TRIGGER count_what_is_newly_tied AFTER INSERT ON production_allocation
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION count_what_is_tied();
CREATE TRIGGER count_what_is_tied AFTER UPDATE ON production_allocation
    REFERENCING NEW TABLE AS fresh OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION count_what_is_tied();
CREATE TRIGGER count_what_is_untied AFTER DELETE ON production_allocation
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION count_what_is_tied();
UPDATE production_scheduledreceipt AS receipt SET pegged_quantity = tied.pieces
FROM (SELECT scheduled_receipt_id AS id, sum(quantity) AS pieces
      FROM production_allocation GROUP BY 1) AS tied
WHERE receipt.id = tied.id;
"""
NOBODY_COUNTS = """
DROP TRIGGER count_what_is_newly_tied ON production_allocation;
DROP TRIGGER count_what_is_tied ON production_allocation;
DROP TRIGGER count_what_is_untied ON production_allocation;
DROP FUNCTION count_what_is_tied();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("production", "0006_bills_stamp"),
        ("shop", "0006_balance_records_are_facts"),
    ]

    operations = [
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL IMMEDIATE"),
        migrations.RunSQL(DROP_CHECKED_BY_ROW, CHECKED_BY_ROW),
        migrations.RemoveConstraint(
            model_name="materialrequirement", name="requirement_above_zero"
        ),
        migrations.RemoveConstraint(
            model_name="scheduledreceipt", name="scheduled_receipt_received_within_quantity"
        ),
        migrations.AddField(
            model_name="scheduledreceipt",
            name="pegged_quantity",
            field=models.PositiveIntegerField(
                db_default=0,
                default=0,
                editable=False,
                help_text="Tied to requirements: the sum of its allocations, kept by the database.",
            ),
        ),
        migrations.AlterField(
            model_name="allocation",
            name="requirement",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="allocations",
                to="production.materialrequirement",
            ),
        ),
        migrations.AlterField(
            model_name="allocation",
            name="scheduled_receipt",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="allocations",
                to="production.scheduledreceipt",
            ),
        ),
        migrations.AlterField(
            model_name="materialrequirement",
            name="clearance",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="material_requirements",
                to="shop.paymentclearance",
            ),
        ),
        migrations.AlterField(
            model_name="materialrequirement",
            name="job",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="requirements",
                to="production.assemblyjob",
            ),
        ),
        migrations.AlterField(
            model_name="materialrequirement",
            name="replaces",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                help_text="The part that the bill asked for, where an alternate is used.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="production.part",
            ),
        ),
        migrations.RunSQL(COUNT_WHAT_IS_TIED, NOBODY_COUNTS),
        migrations.AddIndex(
            model_name="allocation",
            index=models.Index(
                condition=models.Q(("scheduled_receipt__isnull", False)),
                fields=["scheduled_receipt"],
                name="allocation_by_receipt",
            ),
        ),
        migrations.AddIndex(
            model_name="scheduledreceipt",
            index=models.Index(
                condition=models.Q(
                    (
                        "quantity__gt",
                        django.db.models.expressions.CombinedExpression(
                            models.F("received_quantity"), "+", models.F("pegged_quantity")
                        ),
                    )
                ),
                fields=["part"],
                name="scheduled_receipt_free",
            ),
        ),
        migrations.AddConstraint(
            model_name="scheduledreceipt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "quantity__gte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("received_quantity"), "+", models.F("pegged_quantity")
                        ),
                    )
                ),
                name="scheduled_receipt_promised_once",
            ),
        ),
        migrations.RunSQL(ADD_UP, "DROP FUNCTION requirements_add_up(bigint[])"),
        migrations.RunSQL(NEW_ROWS_ADD_UP, NOTHING_ADDS_UP),
        *checked_at_commit(
            name="changed_requirement_adds_up",
            function=CHANGED_REQUIREMENT_ADDS_UP,
            tables={
                "production_materialrequirement": "UPDATE OF quantity, allocated_quantity, part_id"
            },
        ),
        *checked_at_commit(
            name="changed_allocation_adds_up",
            function=CHANGED_ALLOCATION_ADDS_UP,
            tables={"production_allocation": "UPDATE OR DELETE"},
        ),
    ]
