"""About building: I2, I3, I4."""

from tests.test_storm_truths.lies.lying import Lie

BUILDING = (
    Lie(
        "paid_lines_have_their_jobs",
        "a job that has vanished with all that was its own",
        """
        DELETE FROM production_allocation WHERE requirement_id IN (
            SELECT id FROM production_materialrequirement WHERE clearance_id = @shipped);
        DELETE FROM production_materialrequirement WHERE clearance_id = @shipped;
        DELETE FROM production_joboperation WHERE job_id IN (
            SELECT id FROM production_assemblyjob WHERE clearance_id = @shipped);
        DELETE FROM production_assemblyjob WHERE clearance_id = @shipped
        """,
    ),
    Lie(
        "cancelled_orders_have_no_work",
        "an order that is cancelled, owed back and told, and still in work",
        """
        UPDATE shop_order SET status = 'cancelled' WHERE id = @in_parts;
        SELECT pg_temp.write_down('shop.order', @in_parts, 'pre_production', 'cancelled');
        UPDATE shop_payment SET refund_due_minor = captured_minor WHERE order_id = @in_parts;
        SELECT pg_temp.copied('mail_outgoingmail', to_jsonb(m), jsonb_build_object(
            'key', 'order-cancelled-' || @in_parts, 'message_id', '<told@tests>'))
        FROM mail_outgoingmail m LIMIT 1;
        INSERT INTO sink_mail SELECT message_id, to_email, subject, now()
        FROM mail_outgoingmail WHERE message_id = '<told@tests>'
        """,
    ),
    Lie(
        "jobs_are_younger_than_their_clearance",
        "a job of yesterday",
        "UPDATE production_assemblyjob SET created_at = created_at - interval '1 day' "
        "WHERE clearance_id = @shipped",
    ),
    Lie(
        "jobs_have_their_own_clearance",
        "jobs under the clearance of another order",
        """
        UPDATE production_assemblyjob SET clearance_id = @shipped WHERE clearance_id = @in_parts;
        UPDATE production_materialrequirement SET clearance_id = @shipped
        WHERE clearance_id = @in_parts
        """,
    ),
    Lie(
        "needs_have_their_own_clearance",
        "material under the clearance of another order",
        "UPDATE production_materialrequirement SET clearance_id = @shipped "
        "WHERE clearance_id = @in_parts",
    ),
    Lie(
        "purchases_are_called_for",
        "a purchase that is for nothing",
        "UPDATE suppliers_pegging SET requirement_id = 999999 + id",
    ),
    Lie(
        "clearances_have_their_money",
        "a cent that never came",
        "UPDATE cashier_intent SET amount_received = amount_received - 1 WHERE id = "
        "(SELECT payment_intent_id FROM shop_payment WHERE order_id = @shipped)",
        also=(
            "books_are_as_the_cashier",
            "totals_are_as_the_cashier",
            "captured_is_what_came",
        ),
    ),
    Lie(
        "money_comes_before_the_clearance",
        "a release an hour too early",
        "UPDATE shop_paymentclearance SET cleared_at = cleared_at - interval '1 hour' "
        "WHERE order_id = @shipped",
    ),
    Lie(
        "no_order_moves_without_clearance",
        "an unpaid order on its way",
        """
        SELECT pg_temp.write_down(
            'shop.order', @abandoned, 'awaiting_payment', 'released', 'pre_production');
        UPDATE shop_order SET status = 'pre_production' WHERE id = @abandoned
        """,
    ),
    Lie(
        "no_hold_is_ignored",
        "a hold of staff that stood",
        """
        INSERT INTO shop_paymenthold (order_id, reason, detail, opened_at, closed_by)
        SELECT order_id, 'staff', 'stop', cleared_at - interval '1 minute', ''
        FROM shop_paymentclearance WHERE order_id = @shipped
        """,
    ),
    Lie(
        "no_hold_is_ignored",
        "a review that is still open",
        """
        UPDATE cashier_review SET is_open = true, closed_at = NULL WHERE intent_id =
            (SELECT payment_intent_id FROM shop_payment WHERE order_id = @reviewed)
        """,
    ),
    Lie(
        "machines_are_made_once",
        "a machine that nobody ordered",
        "UPDATE production_assemblyjob SET unit = 99 WHERE clearance_id = @shipped",
    ),
    Lie(
        "machines_are_made_once",
        "two jobs for one machine",
        "DROP INDEX job_once_per_unit; "
        "UPDATE production_assemblyjob SET unit = 1 WHERE clearance_id = @in_parts",
    ),
    Lie(
        "jobs_follow_the_frozen_configuration",
        "another hash with the same bill",
        """
        INSERT INTO production_bomsnapshot
            (sha256, configuration_sha256, bills_stamp, lines, steps, checks)
        SELECT 'another', 'another', s.bills_stamp, s.lines, s.steps, s.checks
        FROM production_bomsnapshot s
        JOIN production_assemblyjob j ON j.snapshot_id = s.sha256 WHERE j.clearance_id = @shipped;
        UPDATE production_assemblyjob SET snapshot_id = 'another' WHERE clearance_id = @shipped
        """,
    ),
    Lie(
        "needs_are_the_frozen_bill",
        "a bill with one screw more",
        """
        UPDATE production_bomsnapshot SET lines = lines
            || '[{"part_number": "SCREW", "quantity": 1, "kind": "buy"}]'::jsonb
        """,
    ),
    Lie(
        "releases_are_told_once",
        "a release that nobody was told of",
        """
        DELETE FROM outbox_outboxevent WHERE name = 'shop.order_released' AND key = @shipped::text
        """,
    ),
    Lie(
        "releases_are_told_once",
        "a release that never was",
        """
        INSERT INTO outbox_outboxevent (name, key, payload)
        VALUES ('shop.order_released', @abandoned::text, '{}')
        """,
    ),
)
