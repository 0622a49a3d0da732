from django.db import migrations

from config.promises import append_only, checked_at_commit, sequence

# Nothing is bought that no cleared payment called for, beyond a declared surplus.
LINE_IS_ITS_PEGGINGS = """
DECLARE
    the_line bigint := (CASE TG_TABLE_NAME
        WHEN 'suppliers_purchaseorderline' THEN to_jsonb(NEW) ->> 'id'
        ELSE coalesce(to_jsonb(NEW), to_jsonb(OLD)) ->> 'line_id' END)::bigint;
    ordered int; surplus int; pegged int;
BEGIN
    SELECT quantity, push_quantity INTO ordered, surplus
        FROM suppliers_purchaseorderline WHERE id = the_line;
    SELECT coalesce(sum(quantity), 0) INTO pegged
        FROM suppliers_pegging WHERE line_id = the_line;
    IF ordered <> pegged + surplus OR pegged = 0 THEN
        RAISE EXCEPTION 'purchase-order line % orders %, but % are pegged and % are surplus',
            the_line, ordered, pegged, surplus USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
"""


class Migration(migrations.Migration):
    dependencies = [("suppliers", "0001_initial"), ("audit", "0002_append_only")]

    operations = [
        sequence("suppliers_purchase_order_number", 7001),
        append_only("suppliers_promiseevent"),
        append_only("suppliers_goodsreceipt"),
        *checked_at_commit(
            name="purchase_order_line_is_its_peggings",
            function=LINE_IS_ITS_PEGGINGS,
            tables={
                "suppliers_purchaseorderline": "INSERT OR UPDATE OF quantity, push_quantity",
                "suppliers_pegging": "INSERT OR UPDATE OR DELETE",
            },
        ),
    ]
