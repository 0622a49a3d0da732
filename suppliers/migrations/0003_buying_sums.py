from django.db import migrations, models

from config.promises import checked_at_commit, foreign_key

# What a line says has come is what was booked in.
RECEIVED_IS_ITS_RECEIPTS = """
DECLARE
    the_line bigint := (CASE TG_TABLE_NAME
        WHEN 'suppliers_purchaseorderline' THEN to_jsonb(NEW) ->> 'id'
        ELSE to_jsonb(NEW) ->> 'line_id' END)::bigint;
    said int; booked int;
BEGIN
    SELECT received_quantity INTO said FROM suppliers_purchaseorderline WHERE id = the_line;
    SELECT coalesce(sum(quantity), 0) INTO booked
        FROM suppliers_goodsreceipt WHERE line_id = the_line;
    IF said <> booked THEN
        RAISE EXCEPTION 'purchase-order line % says % came, but % are booked in',
            the_line, said, booked USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
"""

TOTAL_IS_ITS_LINES = """
DECLARE
    the_order bigint := (CASE TG_TABLE_NAME
        WHEN 'suppliers_purchaseorder' THEN to_jsonb(NEW) ->> 'id'
        ELSE to_jsonb(NEW) ->> 'purchase_order_id' END)::bigint;
    said bigint; summed bigint;
BEGIN
    SELECT total_minor INTO said FROM suppliers_purchaseorder WHERE id = the_order;
    SELECT coalesce(sum(quantity * price_minor), 0) INTO summed
        FROM suppliers_purchaseorderline WHERE purchase_order_id = the_order;
    IF said <> summed THEN
        RAISE EXCEPTION 'purchase order % says %, but its lines sum to %',
            the_order, said, summed USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
"""


class Migration(migrations.Migration):
    dependencies = [("suppliers", "0002_buying_promises")]

    operations = [
        migrations.AlterField(
            model_name="purchaseorder",
            name="status",
            field=models.CharField(
                choices=[
                    ("draft", "Draft"),
                    ("sent", "Sent"),
                    ("acknowledged", "Confirmed"),
                    ("partly_received", "Partly received"),
                    ("received", "Received"),
                    ("cancelled", "Cancelled"),
                ],
                default="draft",
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="purchaseorder",
            name="source_key",
            field=models.CharField(
                help_text="What called for it and for which time: the same call never buys twice.",
                max_length=120,
            ),
        ),
        # One supplier, one currency: so a purchase order has one too.
        *foreign_key(
            name="offer_in_its_suppliers_currency",
            table="suppliers_offer",
            columns="supplier_id, currency",
            to_table="suppliers_supplier",
            to_columns="id, currency",
        ),
        *checked_at_commit(
            name="purchase_order_line_received_is_its_receipts",
            function=RECEIVED_IS_ITS_RECEIPTS,
            tables={
                "suppliers_purchaseorderline": "INSERT OR UPDATE OF received_quantity",
                "suppliers_goodsreceipt": "INSERT",
            },
        ),
        *checked_at_commit(
            name="purchase_order_total_is_its_lines",
            function=TOTAL_IS_ITS_LINES,
            tables={
                "suppliers_purchaseorder": "INSERT OR UPDATE OF total_minor",
                "suppliers_purchaseorderline": "INSERT OR UPDATE OF quantity, price_minor",
            },
        ),
    ]
