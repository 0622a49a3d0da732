"""I11: what a client saw acknowledged is stored, and a double click charges once."""

from tests.storm.truths.truth import Truth

# The order that a client's note is about, by whatever the client had seen of it.
NOTED = """
noted AS (
    SELECT s.client, s.kind, s.session, s.path,
        coalesce(s.token, s.session, s.order_number, 'nothing') AS name,
        coalesce(by_token.id, by_number.id, p.order_id) AS order_id, p.id AS payment_id
    FROM client_seen s
    LEFT JOIN shop_order by_token ON by_token.token = s.token
    LEFT JOIN shop_order by_number ON by_number.number = s.order_number
    LEFT JOIN shop_payment p ON p.session_id = s.session
    WHERE s.kind IN ('placed', 'paid', 'cancelled', 'refund_asked')
)"""

TRUTHS = (
    Truth(
        "I11",
        "seen_orders_are_stored",
        "A client saw an order placed or paid that is not stored.",
        """
        SELECT 'client ' || client || ': ' || kind || ' ' || name FROM noted
        WHERE order_id IS NULL OR session IS NOT NULL AND payment_id IS NULL
        """,
        given=NOTED,
    ),
    Truth(
        "I11",
        "seen_cancellations_hold",
        "A client saw an order cancelled that is not.",
        """
        SELECT o.number || ': ' || o.status FROM noted JOIN shop_order o ON o.id = order_id
        WHERE kind = 'cancelled' AND o.status <> 'cancelled'
        """,
        given=NOTED,
    ),
    Truth(
        "I11",
        "refunds_asked_for_are_stored",
        "A refund was acknowledged, and none is stored.",
        """
        SELECT o.number FROM noted JOIN shop_order o ON o.id = order_id
        WHERE kind = 'refund_asked' AND NOT EXISTS (
            SELECT FROM shop_refund r JOIN shop_payment p ON p.id = r.payment_id
            WHERE p.order_id = o.id)
        """,
        given=NOTED,
    ),
    Truth(
        "I11",
        "one_form_is_one_order",
        "One checkout made several orders.",
        """
        SELECT min(number) || ' and ' || max(number) FROM shop_order
        GROUP BY checkout_key HAVING count(*) > 1
        """,
    ),
    Truth(
        "I11",
        "one_customer_is_one_order",
        "A customer ordered once, and has several orders.",
        """
        SELECT email || ': ' || min(number) || ' and ' || max(number) FROM shop_order
        WHERE email ~ '^client[0-9]+@' GROUP BY email HAVING count(*) > 1
        """,
    ),
    Truth(
        "I11",
        "one_attempt_is_one_checkout",
        "One attempt to pay opened several checkouts at the cashier.",
        """
        SELECT order_number || ': ' || reference FROM cashier_session
        GROUP BY order_number, reference HAVING count(*) > 1
        """,
    ),
    Truth(
        "I11",
        "double_clicks_charge_once",
        "A client who pressed a button twice was charged twice.",
        """
        SELECT o.number FROM shop_order o
        JOIN cashier_intent i ON i.order_number = o.number AND i.status = 'succeeded'
        WHERE EXISTS (
            SELECT FROM client_seen s JOIN client_seen twice ON twice.client = s.client
            WHERE twice.kind = 'double_click' AND s.token = o.token)
        GROUP BY o.number HAVING count(*) > 1
        """,
    ),
)
