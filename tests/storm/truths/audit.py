"""I9: every change of a state was written down: who, when, from, to, why."""

from tests.storm.truths.truth import Truth

STATES = """
states AS (
    SELECT 'shop.order' AS kind, id, status, number AS name FROM shop_order
    UNION ALL SELECT 'shop.payment', id, status, idempotency_key FROM shop_payment
    UNION ALL SELECT 'shop.refund', id, status, idempotency_key FROM shop_refund
    UNION ALL SELECT 'shop.dispute', id, status, stripe_id FROM shop_dispute
    UNION ALL SELECT 'shop.disputeanswer', id, status, idempotency_key FROM shop_disputeanswer
    UNION ALL SELECT 'production.assemblyjob', id, status, number FROM production_assemblyjob
    UNION ALL SELECT 'production.billofmaterial', id, status, 'bill ' || id
    FROM production_billofmaterial
    UNION ALL SELECT 'suppliers.purchaseorder', id, status, number FROM suppliers_purchaseorder
    UNION ALL
    SELECT 'production.joboperation', p.id, p.status, j.number || ' ' || p.kind
    FROM production_joboperation p JOIN production_assemblyjob j ON j.id = p.job_id
)"""
# An operation begins with its job, and a bill that was loaded as a draft, without a word of
# their own.
STEPS = """
steps AS (
    SELECT id, subject_type, subject_id, from_state, to_state FROM audit_statechange
    UNION ALL
    SELECT 0, 'production.joboperation', id, '', 'pending' FROM production_joboperation
    UNION ALL
    SELECT 0, 'production.billofmaterial', bill.id, '', 'draft'
    FROM production_billofmaterial bill WHERE NOT EXISTS (
        SELECT 1 FROM audit_statechange WHERE subject_type = 'production.billofmaterial'
            AND subject_id = bill.id AND from_state = ''
    )
)"""

TRUTHS = (
    Truth(
        "I9",
        "last_word_is_the_state",
        "The last change that was written down does not lead to the present state.",
        """
        SELECT name || ': ' || status || ', last written down ' || coalesce(to_state, 'nothing')
        FROM states LEFT JOIN (
            SELECT DISTINCT ON (subject_type, subject_id) subject_type, subject_id, to_state
            FROM steps ORDER BY subject_type, subject_id, id DESC
        ) AS last ON subject_type = kind AND subject_id = states.id
        WHERE to_state IS DISTINCT FROM status
        """,
        given=f"{STATES}, {STEPS}",
    ),
    Truth(
        "I9",
        "changes_follow_each_other",
        "A change that was written down begins at another state than the one before it ended at.",
        """
        SELECT name || ': ' || before || ', then ' || from_state || ' → ' || to_state FROM (
            SELECT subject_type, subject_id, from_state, to_state, lag(to_state, 1, '') OVER (
                PARTITION BY subject_type, subject_id ORDER BY id) AS before
            FROM steps
        ) AS step JOIN states ON kind = subject_type AND states.id = subject_id
        WHERE from_state <> before
        """,
        given=f"{STATES}, {STEPS}",
    ),
    Truth(
        "I9",
        "no_state_is_entered_from_the_wrong_one",
        "A state was entered that may not follow the one before.",
        """
        SELECT subject_type || ' ' || subject_id || ': ' || from_state || ' → ' || to_state
        FROM audit_statechange
        WHERE subject_type = 'shop.order' AND from_state <> to_state AND (
                from_state IN ('shipped', 'cancelled', 'delivered')
                    AND (from_state, to_state) <> ('shipped', 'delivered')
                OR to_state = 'released' AND from_state <> 'awaiting_payment'
                OR to_state = 'awaiting_payment' AND from_state <> ''
                OR to_state = 'cancelled'
                    AND from_state NOT IN ('awaiting_payment', 'released', 'pre_production'))
            OR subject_type = 'shop.payment' AND from_state = 'cleared'
            OR subject_type = 'shop.refund' AND (
                from_state IN ('failed', 'withdrawn') AND to_state <> from_state
                OR from_state = 'succeeded' AND to_state <> 'failed')
            OR subject_type = 'production.assemblyjob'
                AND from_state IN ('done', 'scrapped', 'cancelled')
        """,
    ),
    Truth(
        "I9",
        "changes_say_who_and_why",
        "A change of a state does not say who made it, or why.",
        """
        SELECT subject_type || ' ' || subject_id || ': ' || from_state || ' → ' || to_state
        FROM audit_statechange
        WHERE subject_type ~ '^(shop|production|suppliers)[.]' AND (actor = '' OR why = '')
        """,
    ),
)
