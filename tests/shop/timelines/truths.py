"""What must hold at every moment, each as SQL that finds what breaks it. Names as in DESIGN §3."""

from django.db import connection

ALWAYS = {
    "I1: every transaction of the books sums to zero": """
        SELECT transaction_id FROM shop_ledgerentry
        GROUP BY transaction_id, currency HAVING sum(amount_minor) <> 0
    """,
    "I1: captured less refunded and what banks took is what the books say lies at Stripe": """
        SELECT id FROM shop_order AS o WHERE (
            SELECT coalesce(sum(captured_minor), 0) FROM shop_payment WHERE order_id = o.id
        ) - (
            SELECT coalesce(sum(r.amount_minor), 0) FROM shop_refund r
            JOIN shop_payment p ON p.id = r.payment_id
            WHERE p.order_id = o.id AND r.status IN ('pending', 'succeeded')
        ) + (
            SELECT coalesce(sum(b.amount_minor - b.fee_minor), 0) FROM shop_balancerecord b
            JOIN shop_payment p ON p.id = b.payment_id
            WHERE p.order_id = o.id AND b.category IN ('dispute', 'dispute_reversal')
        ) <> (
            SELECT coalesce(sum(e.amount_minor), 0) FROM shop_ledgerentry e
            JOIN shop_ledgertransaction t ON t.id = e.transaction_id
            WHERE t.order_id = o.id AND e.account = 'stripe_clearing'
        )
    """,
    "I1: no payment gives back more than it took": """
        SELECT p.id FROM shop_payment p JOIN shop_refund r ON r.payment_id = p.id
        WHERE r.status NOT IN ('failed', 'withdrawn')
        GROUP BY p.id HAVING sum(r.amount_minor) > p.captured_minor
    """,
    "I2: no line has more jobs than machines": """
        SELECT l.id FROM shop_orderline l JOIN production_assemblyjob j ON j.order_line_id = l.id
        GROUP BY l.id HAVING count(*) > l.quantity
    """,
    "I3: nothing is built or needed without a clearance": """
        SELECT clearance_id FROM production_assemblyjob
        WHERE clearance_id NOT IN (SELECT order_id FROM shop_paymentclearance)
        UNION SELECT clearance_id FROM production_materialrequirement
        WHERE clearance_id NOT IN (SELECT order_id FROM shop_paymentclearance)
    """,
    "I3: no order is on its way without a clearance": """
        SELECT id FROM shop_order WHERE status NOT IN ('awaiting_payment', 'cancelled')
        AND id NOT IN (SELECT order_id FROM shop_paymentclearance)
    """,
    "I3: a clearance is of the whole sum, by money that came": """
        SELECT c.order_id FROM shop_paymentclearance c JOIN shop_order o ON o.id = c.order_id
        LEFT JOIN shop_payment p ON p.id = c.payment_id
        WHERE c.amount_minor <> o.total_minor OR c.currency <> o.currency
        OR (o.total_minor > 0 AND (p.captured_minor <> o.total_minor OR p.status <> 'cleared'))
    """,
    "I4: each machine of a line is made once": """
        SELECT order_line_id FROM production_assemblyjob
        GROUP BY order_line_id, unit HAVING count(*) > 1
    """,
    "I7: the total is the sum of its lines, at the price of what was frozen": """
        SELECT o.id FROM shop_order o JOIN shop_orderline l ON l.order_id = o.id
        JOIN configurator_configuration c ON c.id = l.configuration_id
        GROUP BY o.id HAVING o.items_minor <> sum(l.quantity * l.unit_minor)
        OR o.total_minor <> o.items_minor + o.shipping_minor
        OR bool_or(l.unit_minor <> c.total_minor)
    """,
    "I8: a mail is written once": """
        SELECT key FROM mail_outgoingmail GROUP BY key HAVING count(*) > 1
    """,
    "I9: the last word on every state is its state": """
        WITH last AS (
            SELECT DISTINCT ON (subject_type, subject_id) subject_type, subject_id, to_state
            FROM audit_statechange ORDER BY subject_type, subject_id, id DESC
        ), states AS (
            SELECT 'shop.order' AS kind, id, status FROM shop_order
            UNION ALL SELECT 'shop.payment', id, status FROM shop_payment
            UNION ALL SELECT 'shop.refund', id, status FROM shop_refund
            UNION ALL SELECT 'shop.dispute', id, status FROM shop_dispute
            UNION ALL SELECT 'shop.disputeanswer', id, status FROM shop_disputeanswer
        )
        SELECT kind, id FROM states LEFT JOIN last ON subject_type = kind AND subject_id = id
        WHERE to_state IS DISTINCT FROM status
    """,
    "nothing leaves the house under a hold": """
        SELECT s.id FROM shop_shipment s JOIN shop_paymenthold h ON h.order_id = s.order_id
        WHERE h.opened_at < s.shipped_at
        AND (h.closed_at IS NULL OR h.closed_at > s.shipped_at)
    """,
    "what a dispute has taken and what its fee is, is what was booked of it": """
        SELECT d.id FROM shop_dispute d WHERE (d.taken_minor, d.fee_minor) <> (
            SELECT -coalesce(sum(amount_minor), 0), coalesce(sum(fee_minor), 0)
            FROM shop_balancerecord WHERE source_id = d.stripe_id
        ) OR d.taken_minor NOT IN (0, d.amount_minor)
    """,
    "a loss is accepted by two": """
        SELECT id FROM shop_disputeanswer
        WHERE kind = 'accept' AND status IN ('approved', 'sent') AND approved_by IN ('', asked_by)
    """,
    "I11: an order is released once": """
        SELECT subject_id FROM audit_statechange
        WHERE subject_type = 'shop.order' AND to_state = 'released' AND from_state <> to_state
        GROUP BY subject_id HAVING count(*) > 1
    """,
}

# Once everything that is due has been done.
AT_REST = {
    "a dispute that stands holds its order, unless a person let it pass": """
        SELECT d.id FROM shop_dispute d JOIN shop_payment p ON p.id = d.payment_id
        WHERE d.status NOT IN ('won', 'warning_closed', 'prevented') AND NOT EXISTS (
            SELECT FROM shop_paymenthold h WHERE h.order_id = p.order_id AND h.reason = 'dispute'
            AND (h.closed_at IS NULL OR h.closed_by LIKE 'staff:%%'))
    """,
    "I2: every cleared order that is not cancelled has all of its jobs": """
        SELECT o.id FROM shop_order o JOIN shop_paymentclearance c ON c.order_id = o.id
        WHERE o.status <> 'cancelled' AND (
            SELECT sum(quantity) FROM shop_orderline WHERE order_id = o.id
        ) <> (SELECT count(*) FROM production_assemblyjob WHERE clearance_id = o.id)
    """,
    "I13: no paid order without a hold waits": """
        SELECT o.id FROM shop_order o JOIN shop_payment p ON p.order_id = o.id
        WHERE o.status = 'awaiting_payment' AND p.status IN ('processing', 'cleared')
        AND p.payment_intent_id = ANY(%(paid)s)
        AND NOT EXISTS (
            SELECT FROM shop_paymenthold WHERE order_id = o.id AND closed_at IS NULL)
    """,
    "I14: money that builds nothing is owed back, given back, or held for a person": """
        SELECT p.id FROM shop_payment p JOIN shop_order o ON o.id = p.order_id
        LEFT JOIN shop_paymentclearance c ON c.payment_id = p.id
        WHERE p.payment_intent_id = ANY(%(paid)s)
        AND (c.order_id IS NULL OR o.status = 'cancelled')
        AND NOT EXISTS (
            SELECT FROM shop_paymenthold WHERE order_id = o.id AND closed_at IS NULL)
        AND p.refund_due_minor + (
            SELECT coalesce(sum(amount_minor), 0) FROM shop_refund
            WHERE payment_id = p.id AND status <> 'withdrawn'
            AND (status <> 'failed' OR settled_by = '')
        ) + (
            SELECT coalesce(sum(taken_minor), 0) FROM shop_dispute WHERE payment_id = p.id
        ) < p.amount_minor
    """,
}


def broken(truths: dict[str, str], **values: object) -> dict[str, list[tuple[object, ...]]]:
    """The truths that do not hold, each with the rows that say so. Deferred checks are made.

    Asked of all of them at once, by a statement that is planned once: it is asked at every step.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        together = ", ".join(f"EXISTS ({query})" for query in truths.values())
        wire = connection.connection
        asked = wire.execute(f"SELECT {together}", values or None, prepare=True)
        lies = [name for name, is_broken in zip(truths, asked.fetchone(), strict=True) if is_broken]
        found = {}
        for name in lies:
            cursor.execute(truths[name], values or None)
            found[name] = cursor.fetchall()
    return found
