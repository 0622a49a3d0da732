from django.db import migrations

from config.promises import append_only, checked_at_commit, foreign_key, sequence

# Debits and credits of one transaction cancel out, in every currency.
LEDGER_SUMS_TO_ZERO = """
BEGIN
    IF EXISTS (
        SELECT 1 FROM shop_ledgerentry WHERE transaction_id = NEW.transaction_id
        GROUP BY currency HAVING sum(amount_minor) <> 0
    ) THEN
        RAISE EXCEPTION 'ledger transaction % does not sum to zero', NEW.transaction_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
"""

# The lines of an order sum to its items, also when one is slipped in later.
ORDER_LINES_SUM_TO_ITEMS = """
DECLARE
    the_order bigint := (CASE TG_TABLE_NAME
        WHEN 'shop_order' THEN to_jsonb(NEW) ->> 'id' ELSE to_jsonb(NEW) ->> 'order_id' END)::bigint;
BEGIN
    IF (SELECT items_minor FROM shop_order WHERE id = the_order)
       <> (SELECT coalesce(sum(amount_minor), 0) FROM shop_orderline WHERE order_id = the_order)
    THEN
        RAISE EXCEPTION 'the lines of order % do not sum to its items', the_order
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
"""


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial"), ("audit", "0002_append_only")]

    operations = [
        sequence("shop_order_number", 2041),
        append_only("shop_paymentclearance"),
        append_only("shop_ledgertransaction"),
        append_only("shop_ledgerentry"),
        *foreign_key(
            name="clearance_has_the_amount_of_its_order",
            table="shop_paymentclearance",
            columns="order_id, amount_minor, currency",
            to_table="shop_order",
            to_columns="id, total_minor, currency",
        ),
        *foreign_key(
            name="clearance_is_paid_by_its_payment",
            table="shop_paymentclearance",
            columns="payment_id, order_id, amount_minor, currency",
            to_table="shop_payment",
            to_columns="id, order_id, amount_minor, currency",
        ),
        *checked_at_commit(
            name="ledger_sums_to_zero",
            function=LEDGER_SUMS_TO_ZERO,
            tables={"shop_ledgerentry": "INSERT"},
        ),
        *checked_at_commit(
            name="order_lines_sum_to_items",
            function=ORDER_LINES_SUM_TO_ITEMS,
            tables={
                "shop_order": "INSERT OR UPDATE OF items_minor",
                "shop_orderline": "INSERT OR UPDATE",
            },
        ),
    ]
