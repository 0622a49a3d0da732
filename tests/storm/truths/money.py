"""I1: what was captured less what was given back is what the books say, to the cent."""

from tests.storm.truths.truth import Truth

# What our books moved on the clearing account for each payment; fees, disputes and payouts are
# Stripe's own and come by reconciliation.
BOOKED = """
booked AS (
    SELECT payment_id, currency, sum(amount_minor) AS amount FROM (
        SELECT e.currency, e.amount_minor, CASE
            WHEN t.key LIKE 'capture-%' THEN
                (SELECT c.payment_id FROM shop_paymentclearance c
                  WHERE 'capture-' || c.order_id = t.key)
            WHEN t.key LIKE 'surplus-%' THEN split_part(t.key, '-', 2)::bigint
            ELSE (SELECT r.payment_id FROM shop_refund r
                   WHERE r.id = split_part(t.key, '-', -1)::bigint)
        END AS payment_id
        FROM shop_ledgertransaction t JOIN shop_ledgerentry e ON e.transaction_id = t.id
        WHERE e.account = 'stripe_clearing'
            AND t.key ~ '^(capture|surplus|refund|refund-failed)-\\d+$'
    ) AS entry GROUP BY payment_id, currency
)"""
AT_CASHIER = """
at_cashier AS (
    SELECT i.reference, i.order_number, i.currency, i.amount_received - coalesce((
        SELECT sum(r.amount) FROM cashier_refund r
        WHERE r.intent_id = i.id AND r.status NOT IN ('failed', 'canceled')
    ), 0) AS amount
    FROM cashier_intent i WHERE i.status = 'succeeded'
)"""
# Money that came and that a hold keeps out of the books until somebody has looked.
HELD = """
held AS (
    SELECT p.id FROM shop_payment p
    WHERE p.captured_minor = 0 AND EXISTS (
        SELECT FROM shop_paymenthold h WHERE h.order_id = p.order_id AND h.closed_at IS NULL)
)"""

TRUTHS = (
    Truth(
        "I1",
        "books_balance",
        "A transaction of the books does not sum to zero in every currency.",
        """
        SELECT coalesce(o.number, 'no order') || ': ' || t.key || ' sums to ' || sum(e.amount_minor)
        FROM shop_ledgerentry e JOIN shop_ledgertransaction t ON t.id = e.transaction_id
        LEFT JOIN shop_order o ON o.id = t.order_id
        GROUP BY o.number, t.key, e.currency HAVING sum(e.amount_minor) <> 0
        """,
    ),
    Truth(
        "I1",
        "books_are_as_the_cashier",
        "What a payment brought less what went back is not what the books say.",
        """
        SELECT coalesce(p.idempotency_key, a.reference) || ': ' || coalesce(a.amount, 0)
            || ' at the cashier, ' || coalesce(b.amount, 0) || ' in the books'
        FROM shop_payment p LEFT JOIN booked b ON b.payment_id = p.id
        FULL JOIN at_cashier a ON a.reference = p.idempotency_key
            AND (b.currency IS NULL OR b.currency = a.currency)
        WHERE coalesce(a.amount, 0) <> coalesce(b.amount, 0)
            AND NOT EXISTS (SELECT FROM held WHERE held.id = p.id)
        """,
        given=f"{BOOKED}, {AT_CASHIER}, {HELD}",
    ),
    Truth(
        "I1",
        "totals_are_as_the_cashier",
        "Over all payments, the books and the cashier's own balance differ in a currency.",
        r"""
        SELECT currency || ': the cashier has ' || sum(amount) || ' more than the books' FROM (
            SELECT a.currency, a.amount FROM at_cashier a
            LEFT JOIN shop_payment p ON p.idempotency_key = a.reference
            WHERE NOT EXISTS (SELECT FROM held WHERE held.id = p.id)
            UNION ALL
            SELECT e.currency, -e.amount_minor FROM shop_ledgerentry e
            JOIN shop_ledgertransaction t ON t.id = e.transaction_id
            WHERE e.account = 'stripe_clearing'
                AND t.key ~ '^(capture|surplus|refund|refund-failed)-\d+$'
        ) AS side GROUP BY currency HAVING sum(amount) <> 0
        """,
        given=f"{AT_CASHIER}, {HELD}",
    ),
    Truth(
        "I1",
        "clearances_are_booked",
        "An order was released for money, and the books do not have it as owed to the customer.",
        """
        SELECT o.number FROM shop_paymentclearance c JOIN shop_order o ON o.id = c.order_id
        WHERE c.amount_minor > 0 AND (
            SELECT coalesce(sum(
                CASE e.account WHEN 'stripe_clearing' THEN e.amount_minor
                               WHEN 'customer_prepayments' THEN -e.amount_minor END), 0)
            FROM shop_ledgertransaction t JOIN shop_ledgerentry e ON e.transaction_id = t.id
            WHERE t.key = 'capture-' || c.order_id AND e.currency = c.currency
        ) <> 2 * c.amount_minor
        """,
    ),
    Truth(
        "I1",
        "captured_is_what_came",
        "What a payment is said to have brought is not what the cashier received.",
        """
        SELECT p.idempotency_key || ': ' || p.captured_minor || ' here, '
            || coalesce(i.amount_received, 0) || ' at the cashier'
        FROM shop_payment p LEFT JOIN cashier_intent i
            ON i.id = p.payment_intent_id AND i.status = 'succeeded' AND i.currency = p.currency
        WHERE p.status = 'cleared' AND p.captured_minor <> coalesce(i.amount_received, 0)
            OR p.status <> 'cleared' AND p.captured_minor <> 0
        """,
    ),
    Truth(
        "I1",
        "nothing_goes_back_twice",
        "One refund of ours was given more than once by the cashier.",
        """
        SELECT order_number || ': ' || key || ' given ' || count(*) || ' times'
        FROM cashier_refund WHERE key <> '' AND status NOT IN ('failed', 'canceled')
        GROUP BY order_number, key HAVING count(*) > 1
        """,
    ),
    Truth(
        "I1",
        "refunds_are_as_the_cashier",
        "A refund stands otherwise here than at the cashier.",
        """
        SELECT coalesce(r.idempotency_key, c.id) || ': ' || coalesce(r.status, 'unknown')
            || ' here, ' || coalesce(c.status, 'unknown') || ' at the cashier'
        FROM shop_refund r FULL JOIN cashier_refund c ON c.id = r.stripe_id
        WHERE r.id IS NULL AND EXISTS (
                SELECT FROM shop_payment p
                WHERE p.payment_intent_id = c.intent_id AND p.status = 'cleared')
            OR c.id IS NULL AND r.way = 'stripe'
                AND r.status IN ('pending', 'requires_action', 'succeeded')
            OR c.id IS NOT NULL AND (
                r.amount_minor <> c.amount OR r.currency <> c.currency
                OR r.status <> CASE c.status WHEN 'canceled' THEN 'failed' ELSE c.status END)
        """,
    ),
    Truth(
        "I1",
        "no_payment_gives_more_than_it_took",
        "The refunds of a payment come to more than it brought.",
        """
        SELECT p.idempotency_key FROM shop_payment p JOIN shop_refund r ON r.payment_id = p.id
        WHERE r.status NOT IN ('failed', 'withdrawn')
        GROUP BY p.id HAVING sum(r.amount_minor) > p.captured_minor
        """,
    ),
    Truth(
        "I1",
        "orders_say_what_went_back",
        "An order does not say what its customer got back.",
        """
        SELECT o.number FROM shop_order o LEFT JOIN shop_paymentclearance c ON c.order_id = o.id
        WHERE o.refunded_minor <> coalesce((
            SELECT sum(r.amount_minor) FROM shop_refund r
            WHERE r.payment_id = c.payment_id
                AND r.status IN ('pending', 'requires_action', 'succeeded')
        ), 0)
        """,
    ),
)
