"""About what clients saw, and about ends: I11, I13."""

from tests.test_storm_truths.lies.lying import Lie

DURABLE = (
    Lie(
        "seen_orders_are_stored",
        "an order that was forgotten",
        "SELECT pg_temp.seen('placed', 'none')",
    ),
    Lie(
        "seen_cancellations_hold",
        "a cancellation that was forgotten",
        "SELECT pg_temp.seen('cancelled', token) FROM shop_order WHERE id = @shipped",
    ),
    Lie(
        "refunds_asked_for_are_stored",
        "a refund that was forgotten",
        "SELECT pg_temp.seen('refund_asked', token) FROM shop_order WHERE id = @shipped",
    ),
    Lie(
        "one_form_is_one_order",
        "two orders of one form",
        """
        SELECT pg_temp.drop_unique('shop_order', 'checkout_key');
        UPDATE shop_order SET checkout_key = (
            SELECT checkout_key FROM shop_order WHERE id = @abandoned) WHERE id = @shipped
        """,
    ),
    Lie(
        "one_customer_is_one_order",
        "two orders of one customer",
        """
        UPDATE shop_order SET email = (SELECT email FROM shop_order WHERE id = @abandoned)
        WHERE id = @shipped
        """,
    ),
    Lie(
        "one_attempt_is_one_checkout",
        "two checkouts of one attempt",
        """
        INSERT INTO cashier_session
        SELECT 'cs_again', status, intent_id, amount_total, currency, reference, order_number
        FROM cashier_session
        WHERE order_number = pg_temp.number_of(@shipped)
        """,
    ),
    Lie(
        "double_clicks_charge_once",
        "another charge for the same order",
        """
        UPDATE cashier_intent SET order_number = pg_temp.number_of(@shipped)
        WHERE id = (SELECT payment_intent_id FROM shop_payment WHERE id = @surplus_payment)
        """,
    ),
)

REST = (
    Lie("it_came_to_rest", "no rest", "UPDATE storm_facts SET quiet_at = NULL"),
    Lie(
        "nothing_is_left_to_do",
        "an event that waits",
        """
        UPDATE outbox_delivery SET done_at = NULL
        WHERE id = (SELECT min(id) FROM outbox_delivery)
        """,
    ),
    Lie(
        "nothing_is_left_to_do",
        "a mail that was given up",
        "UPDATE mail_outgoingmail SET done_at = NULL, dead_at = now() "
        "WHERE id = (SELECT min(id) FROM mail_outgoingmail)",
    ),
    Lie(
        "paid_orders_are_released",
        "a paid order that nothing holds back",
        "UPDATE shop_paymenthold SET closed_at = now(), closed_by = 'staff:mira'",
        also=("books_are_as_the_cashier", "totals_are_as_the_cashier", "money_is_known"),
    ),
    Lie(
        "released_orders_are_planned",
        "a released order that production does not know",
        """
        DELETE FROM audit_statechange WHERE subject_type = 'shop.order'
            AND subject_id = @reviewed AND id > (
                SELECT id FROM audit_statechange WHERE subject_type = 'shop.order'
                    AND subject_id = @reviewed AND to_state = 'released');
        UPDATE shop_order SET status = 'released' WHERE id = @reviewed
        """,
    ),
    Lie(
        "released_in_time",
        "money that waited for two hours",
        """
        UPDATE cashier_balance SET created_at = created_at - interval '2 hours'
        WHERE source_id = (
            SELECT h.id FROM cashier_charge h
            JOIN shop_payment p ON p.payment_intent_id = h.intent_id
            WHERE p.order_id = @shipped)
        """,
    ),
    Lie(
        "payments_are_followed",
        "a checkout that has expired",
        "UPDATE cashier_session SET status = 'expired' WHERE order_number = "
        "pg_temp.number_of(@abandoned)",
    ),
    # A temporary table of the server's name stands before it.
    Lie(
        "nobody_holds_a_lock",
        "a transaction that somebody left open",
        """
        CREATE TEMP TABLE pg_stat_activity ON COMMIT DROP AS
            SELECT * FROM pg_catalog.pg_stat_activity WHERE pid = pg_backend_pid();
        UPDATE pg_stat_activity SET pid = 1, state = 'idle in transaction',
            state_change = now() - interval '1 minute'
        """,
    ),
    Lie("clients_get_answers", "an error", "SELECT pg_temp.seen('error', NULL, 500)"),
)
