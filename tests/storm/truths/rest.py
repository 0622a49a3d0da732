"""I13: no dead ends. When the storm is over everything is done, and soon."""

from tests.storm.truths.truth import Truth

WAITING = """
waiting AS (
    SELECT 'event for ' || d.subscriber AS what, e.name || ' ' || e.key AS about,
        d.done_at, d.dead_at, d.last_error
    FROM outbox_delivery d JOIN outbox_outboxevent e ON e.id = d.event_id
    UNION ALL SELECT 'errand', name || ' ' || arguments::text, done_at, dead_at, last_error
    FROM outbox_errand
    UNION ALL SELECT 'Stripe event', type || ' ' || event_id, done_at, dead_at, last_error
    FROM shop_stripeevent
    UNION ALL SELECT 'refund', 'refund ' || refund_id, done_at, dead_at, last_error
    FROM shop_refundcall
    UNION ALL SELECT 'answer to a dispute', 'answer ' || answer_id, done_at, dead_at, last_error
    FROM shop_disputecall
    UNION ALL SELECT 'mail', about || ' ' || key, done_at, dead_at, last_error
    FROM mail_outgoingmail
)"""

TRUTHS = (
    Truth(
        "I13",
        "it_came_to_rest",
        "The shop never came to rest after the last fault.",
        "SELECT 'no rest since ' || coalesce(last_fault_at, started_at) FROM storm_facts "
        "WHERE quiet_at IS NULL",
    ),
    Truth(
        "I13",
        "nothing_is_left_to_do",
        "Work is left over: events, errands, refunds or mails that were never done.",
        """
        SELECT about || ': ' || what
            || CASE WHEN dead_at IS NULL THEN ' waits' ELSE ' is given up' END
            || coalesce(' (' || nullif(left(last_error, 80), '') || ')', '')
        FROM waiting WHERE done_at IS NULL
        """,
        given=WAITING,
    ),
    Truth(
        "I13",
        "paid_orders_are_released",
        "An order is paid, nothing is held against it, and it was not released.",
        """
        SELECT o.number FROM shop_order o
        WHERE o.status = 'awaiting_payment' AND EXISTS (
                SELECT FROM cashier_intent i JOIN shop_payment p ON p.idempotency_key = i.reference
                WHERE p.order_id = o.id AND i.status = 'succeeded' AND NOT EXISTS (
                    SELECT FROM cashier_refund r WHERE r.intent_id = i.id))
            AND NOT EXISTS (
                SELECT FROM shop_paymenthold h WHERE h.order_id = o.id AND h.closed_at IS NULL)
        """,
    ),
    Truth(
        "I13",
        "released_orders_are_planned",
        "An order was released, and production has not taken it up.",
        "SELECT number FROM shop_order WHERE status = 'released'",
    ),
    Truth(
        "I13",
        "released_in_time",
        "A paid order was released later than a minute after its money, or after the last fault.",
        """
        SELECT o.number || ': ' || round(extract(epoch FROM c.cleared_at - since.at)) || ' s'
        FROM shop_paymentclearance c JOIN shop_order o ON o.id = c.order_id
        JOIN shop_payment p ON p.id = c.payment_id
        JOIN cashier_charge h ON h.intent_id = p.payment_intent_id AND h.is_paid
        JOIN cashier_balance b ON b.source_id = h.id AND b.category = 'charge'
        CROSS JOIN storm_facts f
        CROSS JOIN LATERAL (SELECT greatest(b.created_at, f.last_fault_at, (
            SELECT max(closed_at) FROM shop_paymenthold WHERE order_id = o.id
                AND opened_at < c.cleared_at)) AS at) AS since
        WHERE c.cleared_at > since.at + interval '60 seconds'
        """,
    ),
    Truth(
        "I13",
        "payments_are_followed",
        "A payment still counts as open, and its end at the cashier is known.",
        """
        SELECT p.idempotency_key || ': ' || p.status || ' here, session ' || s.status
            || ', intent ' || coalesce(i.status, 'none')
        FROM shop_payment p JOIN cashier_session s ON s.reference = p.idempotency_key
        LEFT JOIN cashier_intent i ON i.id = s.intent_id
        WHERE p.status IN ('pending', 'processing') AND (
            s.status = 'expired'
            OR s.status = 'complete' AND i.status = 'requires_payment_method'
            OR s.status = 'complete' AND i.status = 'processing' AND p.status = 'pending')
        """,
    ),
    Truth(
        "I13",
        "nobody_holds_a_lock",
        "A transaction was left open with its locks.",
        """
        SELECT coalesce(nullif(application_name, ''), 'process') || ' ' || pid
            || ': ' || left(query, 80)
        FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
            AND state LIKE 'idle in transaction%' AND state_change < now() - interval '10 seconds'
        """,
    ),
    # Whoever was killed may let clients down until it is up again, and warm: half a minute.
    Truth(
        "I13",
        "clients_get_answers",
        "A client got an error, and nothing had been killed just before.",
        """
        SELECT coalesce(s.order_number, 'client ' || s.client)
            || ': ' || s.status || ' at ' || s.path
        FROM client_seen s
        WHERE s.kind = 'error' AND NOT EXISTS (
            SELECT FROM storm_fault f
            WHERE f.kind = 'kill' AND f.target IN ('web', 'postgres', 'cashier')
                AND s.at BETWEEN f.at - interval '1 second' AND interval '30 seconds' + coalesce((
                    SELECT min(up.at) FROM storm_fault up
                    WHERE up.kind = 'up' AND up.target = f.target AND up.at > f.at), f.at))
        """,
    ),
)
