"""I8: a mail is sent at least once, and at most once as far as SMTP allows."""

from tests.storm.truths.truth import Truth

TRUTHS = (
    Truth(
        "I8",
        "sent_mails_arrived",
        "A mail counts as sent, and never arrived.",
        """
        SELECT m.about || ': ' || m.key FROM mail_outgoingmail m
        WHERE m.done_at IS NOT NULL
            AND NOT EXISTS (SELECT FROM sink_mail k WHERE k.message_id = m.message_id)
        """,
    ),
    # Who dies between the server's 250 and writing it down must send again: same Message-ID. A
    # worker that loses its broker ends what it was doing, too.
    Truth(
        "I8",
        "mails_arrive_once",
        "A mail arrived more than once, and nobody died while it was being sent.",
        """
        SELECT coalesce(m.about, 'unknown') || ': ' || coalesce(m.key, k.message_id)
            || ' arrived ' || count(*) || ' times'
        FROM sink_mail k LEFT JOIN mail_outgoingmail m ON m.message_id = k.message_id
        GROUP BY m.about, m.key, k.message_id
        HAVING count(*) > 1 + (
            SELECT count(*) FROM storm_fault f
            WHERE f.kind = 'kill' AND f.target IN ('worker', 'relay', 'postgres', 'valkey')
                AND f.at BETWEEN min(k.received_at) - interval '1 second'
                             AND max(k.received_at)
                AND EXISTS (
                    SELECT FROM sink_mail near WHERE near.message_id = k.message_id
                        AND f.at BETWEEN near.received_at - interval '1 second'
                                     AND near.received_at + interval '5 seconds'))
        """,
    ),
    Truth(
        "I8",
        "arrived_mails_were_written_down",
        "A mail arrived that nobody wrote down, or at another address.",
        """
        SELECT k.recipient || ': ' || k.subject FROM sink_mail k
        LEFT JOIN mail_outgoingmail m ON m.message_id = k.message_id
        WHERE m.id IS NULL OR m.to_email <> k.recipient OR m.subject <> k.subject
        """,
    ),
    Truth(
        "I8",
        "mails_are_written_once",
        "The same mail was written twice.",
        """
        SELECT about || ': ' || key FROM mail_outgoingmail
        GROUP BY about, key HAVING count(*) > 1
        UNION ALL
        SELECT about || ': ' || message_id FROM mail_outgoingmail
        GROUP BY about, message_id HAVING count(*) > 1
        """,
    ),
    Truth(
        "I8",
        "customers_are_told",
        "A customer was not written to about a payment, a cancellation, a refund or a shipment.",
        """
        WITH owed AS (
            SELECT order_id, 'order-paid-' || order_id AS key FROM shop_paymentclearance
            UNION ALL
            SELECT id, 'order-cancelled-' || id FROM shop_order WHERE status = 'cancelled'
            UNION ALL
            SELECT order_id, 'order-shipped-' || order_id FROM shop_shipment
            UNION ALL
            SELECT p.order_id, 'order-refunded-' || p.order_id || '-' || r.id
            FROM shop_refund r JOIN shop_payment p ON p.id = r.payment_id
            WHERE r.status IN ('pending', 'succeeded')
        )
        SELECT o.number || ': ' || owed.key FROM owed JOIN shop_order o ON o.id = owed.order_id
        WHERE NOT EXISTS (SELECT FROM mail_outgoingmail m WHERE m.key = owed.key)
        """,
    ),
)
