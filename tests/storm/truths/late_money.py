"""I14: money that builds nothing goes back, or waits for a person; it never stays in silence."""

from tests.storm.truths.truth import Truth

# Of each payment: what is given back or visibly owed (asked for, on its way, done, failed and
# waiting for a person, or settled by one), and whether its order is held.
GIVEN = """
given AS (
    SELECT p.id AS payment_id, p.order_id,
        (SELECT coalesce(sum(r.amount_minor), 0) FROM shop_refund r
          WHERE r.payment_id = p.id AND r.status <> 'withdrawn') AS back,
        EXISTS (SELECT FROM shop_paymenthold h
                WHERE h.order_id = p.order_id AND h.closed_at IS NULL) AS is_held
    FROM shop_payment p
)"""

TRUTHS = (
    Truth(
        "I14",
        "money_is_known",
        "The cashier has money of ours, and we count its payment as open or failed.",
        """
        SELECT coalesce(o.number || ': ' || p.status, i.order_number || ': no such payment')
        FROM cashier_intent i
        LEFT JOIN shop_payment p ON p.idempotency_key = i.reference
        LEFT JOIN shop_order o ON o.id = p.order_id
        LEFT JOIN given g ON g.payment_id = p.id
        WHERE i.status = 'succeeded' AND (p.id IS NULL OR p.status <> 'cleared' AND NOT g.is_held)
        """,
        given=GIVEN,
    ),
    Truth(
        "I14",
        "surplus_goes_back",
        "Money that no order waits for was neither given back, nor does a person see it.",
        """
        SELECT o.number || ': ' || p.captured_minor || ' came, ' || g.back || ' went back'
        FROM shop_payment p JOIN shop_order o ON o.id = p.order_id
        JOIN given g ON g.payment_id = p.id
        WHERE g.back < p.captured_minor
            AND NOT EXISTS (SELECT FROM shop_paymentclearance c WHERE c.payment_id = p.id)
        """,
        given=GIVEN,
    ),
    Truth(
        "I14",
        "cancelled_money_is_owed_back",
        "An order was cancelled after it was paid, and nothing says that its money is owed back.",
        """
        SELECT o.number || ': ' || p.captured_minor || ' paid, ' || p.refund_due_minor || ' due, '
            || g.back || ' given'
        FROM shop_payment p JOIN shop_order o ON o.id = p.order_id
        JOIN shop_paymentclearance c ON c.payment_id = p.id
        JOIN given g ON g.payment_id = p.id
        WHERE o.status = 'cancelled' AND p.refund_due_minor + g.back < p.captured_minor - (
            -- What a bank has taken back is not owed a second time.
            SELECT coalesce(sum(d.taken_minor), 0) FROM shop_dispute d WHERE d.payment_id = p.id)
        """,
        given=GIVEN,
    ),
)
