from django.db import migrations

from config.promises import foreign_key

# What came before there was a column for it.
BACKFILL = """
UPDATE shop_payment
   SET captured_minor = CASE WHEN refund_due_minor > 0 THEN refund_due_minor ELSE amount_minor END
 WHERE status = 'cleared'
"""

# The payment's row lock makes two refunds that are asked for at once come one after the other.
WITHIN_CAPTURE = """
CREATE FUNCTION refund_within_capture() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_payment bigint := (CASE TG_TABLE_NAME
        WHEN 'shop_payment' THEN to_jsonb(NEW) ->> 'id'
        ELSE to_jsonb(NEW) ->> 'payment_id' END)::bigint;
    captured bigint;
    given bigint;
BEGIN
    SELECT captured_minor INTO captured FROM shop_payment WHERE id = the_payment
       FOR NO KEY UPDATE;
    SELECT coalesce(sum(amount_minor), 0) INTO given FROM shop_refund
     WHERE payment_id = the_payment AND status NOT IN ('failed', 'withdrawn');
    IF given > captured THEN
        RAISE EXCEPTION 'refunds of payment % come to %, it captured %',
            the_payment, given, captured USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER refund_within_capture_of_refund
 AFTER INSERT OR UPDATE OF status, amount_minor, payment_id ON shop_refund
   FOR EACH ROW EXECUTE FUNCTION refund_within_capture();
CREATE TRIGGER refund_within_capture_of_payment
 AFTER UPDATE OF captured_minor ON shop_payment
   FOR EACH ROW EXECUTE FUNCTION refund_within_capture()
"""
NOT_WITHIN_CAPTURE = """
DROP TRIGGER refund_within_capture_of_payment ON shop_payment;
DROP TRIGGER refund_within_capture_of_refund ON shop_refund;
DROP FUNCTION refund_within_capture()
"""

# How much, of which payment, under which key, who asked: facts. The status moves.
REFUND_KEEPS_ITS_FACTS = """
CREATE FUNCTION refund_keeps_its_facts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR
       (OLD.payment_id, OLD.amount_minor, OLD.currency, OLD.idempotency_key, OLD.requested_by)
       IS DISTINCT FROM
       (NEW.payment_id, NEW.amount_minor, NEW.currency, NEW.idempotency_key, NEW.requested_by)
    THEN
        RAISE EXCEPTION 'the facts of a refund stay: % refused', TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refund_keeps_its_facts BEFORE UPDATE OR DELETE ON shop_refund
   FOR EACH ROW EXECUTE FUNCTION refund_keeps_its_facts()
"""
REFUND_FORGETS_ITS_FACTS = """
DROP TRIGGER refund_keeps_its_facts ON shop_refund;
DROP FUNCTION refund_keeps_its_facts()
"""


class Migration(migrations.Migration):
    dependencies = [("shop", "0003_refunds")]

    operations = [
        migrations.RunSQL(BACKFILL, migrations.RunSQL.noop),
        migrations.RunSQL(WITHIN_CAPTURE, NOT_WITHIN_CAPTURE),
        migrations.RunSQL(REFUND_KEEPS_ITS_FACTS, REFUND_FORGETS_ITS_FACTS),
        *foreign_key(
            name="refund_is_in_the_currency_of_its_payment",
            table="shop_refund",
            columns="payment_id, currency",
            to_table="shop_payment",
            to_columns="id, currency",
        ),
    ]
