"""I2, I3, I4: what is paid is built, once, as it was frozen; and nothing before its money."""

from tests.storm.truths.truth import Truth

TRUTHS = (
    Truth(
        "I2",
        "paid_lines_have_their_jobs",
        "A line of a paid order that stands does not have one job for each of its machines.",
        """
        SELECT o.number || ': ' || l.quantity || ' ordered, ' || count(j.id) || ' jobs'
        FROM shop_orderline l JOIN shop_order o ON o.id = l.order_id
        JOIN shop_paymentclearance c ON c.order_id = o.id
        LEFT JOIN production_assemblyjob j ON j.order_line_id = l.id
            AND j.status NOT IN ('cancelled', 'scrapped')
        WHERE o.status <> 'cancelled'
        GROUP BY o.number, l.id HAVING count(j.id) <> l.quantity
        """,
    ),
    Truth(
        "I2",
        "cancelled_orders_have_no_work",
        "A cancelled order is still being built.",
        """
        SELECT o.number || ': ' || j.number FROM shop_order o
        JOIN production_assemblyjob j ON j.clearance_id = o.id
        WHERE o.status = 'cancelled' AND j.status <> 'cancelled'
        """,
    ),
    Truth(
        "I2",
        "jobs_are_younger_than_their_clearance",
        "A job is older than the clearance that it hangs from.",
        """
        SELECT o.number || ': ' || j.number FROM production_assemblyjob j
        JOIN shop_paymentclearance c ON c.order_id = j.clearance_id
        JOIN shop_order o ON o.id = c.order_id
        WHERE j.created_at < c.cleared_at
        """,
    ),
    Truth(
        "I3",
        "jobs_have_their_own_clearance",
        "A job hangs from no clearance, or from that of another order.",
        """
        SELECT j.number FROM production_assemblyjob j
        LEFT JOIN shop_orderline l ON l.id = j.order_line_id
        LEFT JOIN shop_paymentclearance c ON c.order_id = j.clearance_id
        WHERE c.order_id IS NULL OR l.order_id IS DISTINCT FROM c.order_id
        """,
    ),
    Truth(
        "I3",
        "needs_have_their_own_clearance",
        "Material is needed, or set aside, for an order without a clearance of its own.",
        """
        SELECT coalesce(j.number, 'no job') || ': requirement ' || r.id
        FROM production_materialrequirement r
        LEFT JOIN production_assemblyjob j ON j.id = r.job_id
        LEFT JOIN shop_paymentclearance c ON c.order_id = r.clearance_id
        WHERE c.order_id IS NULL OR j.clearance_id IS DISTINCT FROM c.order_id
        UNION ALL
        SELECT 'allocation ' || a.id FROM production_allocation a
        LEFT JOIN production_materialrequirement r ON r.id = a.requirement_id WHERE r.id IS NULL
        """,
    ),
    Truth(
        "I3",
        "purchases_are_called_for",
        "A line of a purchase order is for no requirement of a paid order.",
        """
        SELECT p.number || '/' || l.line_number FROM suppliers_purchaseorderline l
        JOIN suppliers_purchaseorder p ON p.id = l.purchase_order_id
        WHERE NOT EXISTS (
            SELECT FROM suppliers_pegging g
            JOIN production_materialrequirement r ON r.id = g.requirement_id
            JOIN shop_paymentclearance c ON c.order_id = r.clearance_id
            WHERE g.line_id = l.id)
        """,
    ),
    Truth(
        "I3",
        "clearances_have_their_money",
        "An order was released, and the cashier does not have its money to the cent.",
        """
        SELECT o.number || ': ' || c.amount_minor || ' cleared, '
            || coalesce(i.amount_received, 0) || ' at the cashier'
        FROM shop_paymentclearance c JOIN shop_order o ON o.id = c.order_id
        LEFT JOIN shop_payment p ON p.id = c.payment_id
        LEFT JOIN cashier_intent i ON i.id = p.payment_intent_id
            AND i.status = 'succeeded' AND i.reference = p.idempotency_key
        WHERE o.total_minor > 0 AND (
            i.id IS NULL OR p.order_id <> o.id OR p.status <> 'cleared'
            OR (i.amount_received, i.currency) <> (o.total_minor, o.currency)
            OR (c.amount_minor, c.currency) <> (o.total_minor, o.currency))
        """,
    ),
    Truth(
        "I3",
        "money_comes_before_the_clearance",
        "An order was released before its money came.",
        """
        SELECT o.number || ': released ' || c.cleared_at || ', paid ' || b.created_at
        FROM shop_paymentclearance c JOIN shop_order o ON o.id = c.order_id
        JOIN shop_payment p ON p.id = c.payment_id
        JOIN cashier_charge h ON h.intent_id = p.payment_intent_id AND h.is_paid
        JOIN cashier_balance b ON b.source_id = h.id AND b.category = 'charge'
        WHERE c.cleared_at < b.created_at
        """,
    ),
    Truth(
        "I3",
        "no_order_moves_without_clearance",
        "An order is on its way without a clearance.",
        """
        SELECT o.number || ': ' || o.status FROM shop_order o
        WHERE o.status NOT IN ('awaiting_payment', 'cancelled')
            AND NOT EXISTS (SELECT FROM shop_paymentclearance c WHERE c.order_id = o.id)
        """,
    ),
    # Only where it is certain that the hold came first: these reasons open before a release alone.
    Truth(
        "I3",
        "no_hold_is_ignored",
        "An order was released although something stood against its payment.",
        """
        SELECT o.number || ': ' || h.reason FROM shop_paymenthold h
        JOIN shop_paymentclearance c ON c.order_id = h.order_id
        JOIN shop_order o ON o.id = c.order_id
        WHERE h.reason IN ('refunded', 'seasoning', 'staff') AND h.opened_at < c.cleared_at
            AND (h.closed_at IS NULL OR h.closed_at > c.cleared_at)
        UNION ALL
        SELECT o.number || ': under review' FROM cashier_review r
        JOIN shop_payment p ON p.payment_intent_id = r.intent_id
        JOIN shop_paymentclearance c ON c.payment_id = p.id
        JOIN shop_order o ON o.id = c.order_id
        WHERE r.opened_reason = 'rule' AND (r.is_open OR c.cleared_at < r.closed_at)
            AND NOT EXISTS (
                SELECT FROM shop_paymenthold h WHERE h.order_id = o.id AND h.reason = 'review'
                    AND h.closed_by LIKE 'staff:%' AND h.closed_at < c.cleared_at)
        """,
    ),
    Truth(
        "I4",
        "machines_are_made_once",
        "A machine of an order line has more than one job, or is none that was ordered.",
        """
        SELECT o.number || ': unit ' || j.unit || ' of ' || l.quantity
        FROM production_assemblyjob j JOIN shop_orderline l ON l.id = j.order_line_id
        JOIN shop_order o ON o.id = l.order_id
        WHERE j.status <> 'scrapped'
        GROUP BY o.number, l.id, j.unit HAVING count(*) > 1 OR j.unit NOT BETWEEN 1 AND l.quantity
        """,
    ),
    Truth(
        "I4",
        "jobs_follow_the_frozen_configuration",
        "A job is made from another configuration than the one that was frozen.",
        """
        SELECT j.number FROM production_assemblyjob j
        JOIN shop_orderline l ON l.id = j.order_line_id
        JOIN configurator_configuration c ON c.id = l.configuration_id
        JOIN production_bomsnapshot s ON s.sha256 = j.snapshot_id
        WHERE s.configuration_sha256 <> c.sha256
        """,
    ),
    Truth(
        "I4",
        "needs_are_the_frozen_bill",
        "What a job needs is not what the frozen bill of its configuration says.",
        """
        WITH bill AS (
            SELECT j.id AS job_id, line ->> 'part_number' AS part_number,
                sum((line ->> 'quantity')::int) AS quantity
            FROM production_assemblyjob j
            JOIN production_bomsnapshot s ON s.sha256 = j.snapshot_id
            CROSS JOIN LATERAL jsonb_array_elements(s.lines) AS line
            WHERE line ->> 'kind' = 'buy' GROUP BY j.id, line ->> 'part_number'
        ), need AS (
            SELECT r.job_id, part.part_number, sum(r.quantity - r.scrapped_quantity) AS quantity
            FROM production_materialrequirement r
            JOIN production_part part ON part.id = coalesce(r.replaces_id, r.part_id)
            GROUP BY r.job_id, part.part_number
        )
        SELECT j.number || ': ' || part_number || ', ' || coalesce(bill.quantity, 0)
            || ' in the bill, ' || coalesce(need.quantity, 0) || ' needed'
        FROM bill FULL JOIN need USING (job_id, part_number)
        JOIN production_assemblyjob j ON j.id = job_id
        WHERE bill.quantity IS DISTINCT FROM need.quantity AND j.status <> 'scrapped'
        """,
    ),
    Truth(
        "I4",
        "releases_are_told_once",
        "A release was told to production not once, or of an order that was never released.",
        """
        SELECT coalesce(o.number, 'order ' || e.key) || ': told ' || count(e.id) || ' times'
        FROM shop_paymentclearance c JOIN shop_order o ON o.id = c.order_id
        FULL JOIN (SELECT id, key FROM outbox_outboxevent WHERE name = 'shop.order_released') e
            ON e.key = c.order_id::text
        GROUP BY o.number, e.key, c.order_id HAVING count(e.id) <> 1 OR c.order_id IS NULL
        """,
    ),
)
