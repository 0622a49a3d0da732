from django.db import migrations

from config.promises import append_only, checked_at_commit, sequence

# Nothing is bought that no cleared payment called for, beyond a declared surplus. A pegging that
# moves is checked at both ends.
LINE_IS_ITS_PEGGINGS = """
DECLARE
    new_row jsonb := to_jsonb(NEW); old_row jsonb := to_jsonb(OLD);
    the_line bigint; ordered int; surplus int; pegged int; strangers int;
BEGIN
    FOR the_line IN
        SELECT DISTINCT id::bigint FROM unnest(CASE TG_TABLE_NAME
            WHEN 'suppliers_purchaseorderline' THEN ARRAY[new_row ->> 'id']
            ELSE ARRAY[new_row ->> 'line_id', old_row ->> 'line_id'] END) AS id
        WHERE id IS NOT NULL
    LOOP
        SELECT quantity, push_quantity INTO ordered, surplus
            FROM suppliers_purchaseorderline WHERE id = the_line;
        SELECT coalesce(sum(pegging.quantity), 0),
               count(*) FILTER (WHERE requirement.part_id <> line.part_id)
            INTO pegged, strangers
            FROM suppliers_pegging AS pegging
            JOIN suppliers_purchaseorderline AS line ON line.id = pegging.line_id
            JOIN production_materialrequirement AS requirement
                ON requirement.id = pegging.requirement_id
            WHERE pegging.line_id = the_line;
        IF ordered <> pegged + surplus OR pegged = 0 OR strangers > 0 THEN
            RAISE EXCEPTION
                'purchase-order line % orders %, but % are pegged (% to other parts), % surplus',
                the_line, ordered, pegged, strangers, surplus USING ERRCODE = 'check_violation';
        END IF;
    END LOOP;
    RETURN NULL;
END
"""


class Migration(migrations.Migration):
    dependencies = [
        ("suppliers", "0001_initial"),
        ("audit", "0002_append_only"),
        ("production", "0002_making_promises"),
    ]

    operations = [
        sequence("suppliers_purchase_order_number", 7001),
        append_only("suppliers_promiseevent"),
        append_only("suppliers_goodsreceipt"),
        *checked_at_commit(
            name="purchase_order_line_is_its_peggings",
            function=LINE_IS_ITS_PEGGINGS,
            tables={
                "suppliers_purchaseorderline": "INSERT OR UPDATE OF quantity, push_quantity, part_id",
                "suppliers_pegging": "INSERT OR UPDATE OR DELETE",
            },
        ),
    ]
