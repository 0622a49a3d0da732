from django.db import migrations, models

from config.promises import sequence

# Drafts may be written on. What has been released stays as it was, because snapshots of paid
# orders were made from it; it may only be superseded.
BILL_IS_FROZEN = """
CREATE FUNCTION bill_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'draft' THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) - 'status') = (to_jsonb(OLD) - 'status')
       AND (NEW.status = OLD.status OR (OLD.status = 'released' AND NEW.status = 'superseded'))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'bill % has been released: % refused', OLD.id, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER bill_is_frozen BEFORE UPDATE OR DELETE ON production_billofmaterial
    FOR EACH ROW EXECUTE FUNCTION bill_is_frozen();

CREATE FUNCTION bill_content_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_bill bigint;
    its_status text;
BEGIN
    FOREACH the_bill IN ARRAY CASE TG_OP
        WHEN 'INSERT' THEN ARRAY[NEW.bill_id]
        WHEN 'DELETE' THEN ARRAY[OLD.bill_id]
        ELSE ARRAY[OLD.bill_id, NEW.bill_id] END
    LOOP
        -- The lock makes a release wait for whoever still writes, and the writer for a release.
        SELECT status INTO its_status FROM production_billofmaterial
            WHERE id = the_bill FOR SHARE;
        IF its_status <> 'draft' THEN
            RAISE EXCEPTION 'bill % has been released: % of % refused',
                the_bill, TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
        END IF;
    END LOOP;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
"""
FROZEN_CONTENT = ("production_bomline", "production_instructionstep", "production_checkitem")

# What an explosion is made of has another state now. The row's lock keeps two releases apart
# until the first is visible, so that a number never stands for less than it did before.
STAMP_MOVES = """
CREATE FUNCTION bills_stamp_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO production_billsstamp (id, number)
        VALUES (1, nextval('production_bills_stamp'))
        ON CONFLICT (id) DO UPDATE SET number = nextval('production_bills_stamp');
    RETURN NULL;
END $$;
CREATE TRIGGER bills_stamp_moves_on_insert AFTER INSERT ON production_billofmaterial
    FOR EACH ROW WHEN (NEW.status = 'released') EXECUTE FUNCTION bills_stamp_moves();
CREATE TRIGGER bills_stamp_moves_on_update AFTER UPDATE OF status ON production_billofmaterial
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status)
    EXECUTE FUNCTION bills_stamp_moves();
CREATE TRIGGER bills_stamp_moves_on_part
    AFTER UPDATE OF part_number, kind, is_stocked, is_serial_tracked ON production_part
    FOR EACH ROW WHEN ((OLD.part_number, OLD.kind, OLD.is_stocked, OLD.is_serial_tracked)
        IS DISTINCT FROM (NEW.part_number, NEW.kind, NEW.is_stocked, NEW.is_serial_tracked))
    EXECUTE FUNCTION bills_stamp_moves();
"""


class Migration(migrations.Migration):
    dependencies = [("production", "0005_bills_as_text")]

    operations = [
        migrations.CreateModel(
            name="BillsStamp",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.BigIntegerField()),
            ],
        ),
        sequence("production_bills_stamp", 1),
        migrations.RunSQL(
            STAMP_MOVES,
            """
            DROP TRIGGER bills_stamp_moves_on_part ON production_part;
            DROP TRIGGER bills_stamp_moves_on_update ON production_billofmaterial;
            DROP TRIGGER bills_stamp_moves_on_insert ON production_billofmaterial;
            DROP FUNCTION bills_stamp_moves();
            """,
        ),
        migrations.RunSQL(
            BILL_IS_FROZEN,
            """
            DROP TRIGGER bill_is_frozen ON production_billofmaterial;
            DROP FUNCTION bill_is_frozen();
            DROP FUNCTION bill_content_is_frozen();
            """,
        ),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER {table}_is_frozen BEFORE INSERT OR UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION bill_content_is_frozen()",
                f"DROP TRIGGER {table}_is_frozen ON {table}",
            )
            for table in FROZEN_CONTENT
        ),
        migrations.AddIndex(
            "bomline",
            models.Index(
                fields=["effective_from"],
                name="bom_line_comes_into_use",
                condition=models.Q(("effective_from__isnull", False)),
            ),
        ),
        migrations.AddIndex(
            "bomline",
            models.Index(
                fields=["effective_until"],
                name="bom_line_goes_out_of_use",
                condition=models.Q(("effective_until__isnull", False)),
            ),
        ),
    ]
