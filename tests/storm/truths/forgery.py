"""I10: a forged event changes nothing."""

from tests.storm.truths.truth import Truth

# An event in the inbox that the cashier never made. Some forgeries are signed with the right
# secret and lie about an amount, a currency or an order: those may come in, as hints are all that
# an event is, and are known by their lie. What says the truth under a false name was not signed.
STRANGER = """
stranger AS (
    SELECT e.event_id, e.type, e.payload -> 'data' -> 'object' AS thing, e.payload
    FROM shop_stripeevent e
    WHERE NOT EXISTS (SELECT FROM cashier_event c WHERE c.id = e.event_id)
)"""

TRUTHS = (
    Truth(
        "I10",
        "unsigned_events_stay_out",
        "An event that nobody signed with our secret was taken in.",
        """
        SELECT event_id || ': ' || type FROM stranger
        JOIN cashier_object o ON o.id = thing ->> 'id'
        WHERE thing ->> 'currency' <> 'jpy' AND thing -> 'metadata' = o.metadata
            AND coalesce(thing ->> 'amount', thing ->> 'amount_total')::bigint = o.amount
        """,
        given=STRANGER,
    ),
    Truth(
        "I10",
        "foreign_events_stay_out",
        "An event of the other mode, or of another account, was taken in.",
        """
        SELECT event_id || ': ' || type FROM shop_stripeevent
        WHERE payload -> 'livemode' <> 'false' OR payload ->> 'account' <> ''
        """,
    ),
    Truth(
        "I10",
        "events_are_taken_in_once",
        "An event was taken in twice.",
        """
        SELECT event_id FROM shop_stripeevent GROUP BY event_id HAVING count(*) > 1
        """,
    ),
    Truth(
        "I10",
        "lies_are_not_believed",
        "A payment is said to be further than the cashier says, whoever told us so.",
        """
        SELECT p.idempotency_key || ': ' || p.status || ' here, '
            || coalesce(i.status, 'unknown') || ' at the cashier'
        FROM shop_payment p LEFT JOIN cashier_intent i ON i.reference = p.idempotency_key
        WHERE p.status = 'cleared' AND i.status IS DISTINCT FROM 'succeeded'
        """,
    ),
)
