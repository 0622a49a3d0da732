"""One lie for each truth: plain SQL that makes exactly it untrue, past every constraint.

Every lie is told in a transaction of its own with triggers off, and rolled back.
"""

import re
from dataclasses import dataclass

# What the lies are about: orders of `healthy.Story` by what happened to them, and some of their
# things. A lie says "@shipped", and the statement of that name stands in its place.
ABOUT = {
    "shipped": "SELECT order_id FROM shop_shipment",
    "abandoned": """
        SELECT id FROM shop_order o WHERE status = 'awaiting_payment' AND NOT EXISTS (
            SELECT FROM shop_payment p WHERE p.order_id = o.id AND p.status <> 'pending')""",
    "in_parts": "SELECT order_id FROM shop_orderline WHERE quantity = 3",
    "paid_and_cancelled": """
        SELECT o.id FROM shop_order o JOIN shop_paymentclearance c ON c.order_id = o.id
        WHERE o.status = 'cancelled'""",
    "reviewed": """
        SELECT h.order_id FROM shop_paymenthold h
        JOIN shop_paymentclearance c ON c.order_id = h.order_id WHERE h.reason = 'review'""",
    "surplus_payment": """
        SELECT p.id FROM shop_payment p WHERE p.captured_minor > 0 AND NOT EXISTS (
            SELECT FROM shop_paymentclearance c WHERE c.payment_id = p.id)""",
    "cancelled_payment": """
        SELECT c.payment_id FROM shop_order o JOIN shop_paymentclearance c ON c.order_id = o.id
        WHERE o.status = 'cancelled'""",
    "receipt": """
        SELECT message_id FROM mail_outgoingmail
        WHERE key = 'order-paid-' || (SELECT order_id FROM shop_shipment) ORDER BY id LIMIT 1""",
    "charge_event": "SELECT min(id) FROM shop_stripeevent WHERE type = 'charge.succeeded'",
}

# What a liar needs, for as long as the connection lasts.
TOOLS = """
CREATE FUNCTION pg_temp.number_of(the_order bigint) RETURNS text LANGUAGE sql AS
    'SELECT number::text FROM shop_order WHERE id = the_order';

CREATE FUNCTION pg_temp.write_down(kind text, key bigint, VARIADIC states text[]) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO audit_statechange (subject_type, subject_id, from_state, to_state, actor, why)
    SELECT kind, key, states[step], states[step + 1], 'tests', 'a lie'
    FROM generate_series(1, cardinality(states) - 1) AS step
$$;

CREATE FUNCTION pg_temp.drop_unique(the_table regclass, the_column text) RETURNS void
LANGUAGE plpgsql AS $$ DECLARE found text; BEGIN
    FOR found IN
        SELECT conname FROM pg_constraint
        WHERE conrelid = the_table AND contype = 'u' AND conkey = ARRAY[(
            SELECT attnum FROM pg_attribute
            WHERE attrelid = the_table AND attname = the_column)]
    LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', the_table, found); END LOOP;
END $$;

-- A copy of one row, under a new id and with some other values.
CREATE FUNCTION pg_temp.copied(the_table regclass, the_row jsonb, changes jsonb) RETURNS void
LANGUAGE plpgsql AS $$ DECLARE next_id bigint; BEGIN
    EXECUTE format('SELECT max(id) + 1 FROM %s', the_table) INTO next_id;
    EXECUTE format('INSERT INTO %s SELECT * FROM jsonb_populate_record(NULL::%s, $1)',
        the_table, the_table)
    USING the_row || changes || jsonb_build_object('id', next_id);
END $$;

-- One minor unit less went back of a payment: here, at the cashier, and in the books.
CREATE FUNCTION pg_temp.give_less(the_payment bigint) RETURNS void LANGUAGE sql AS $$
    UPDATE cashier_refund SET amount = amount - 1 WHERE id IN (
        SELECT stripe_id FROM shop_refund WHERE payment_id = the_payment);
    UPDATE shop_ledgerentry SET amount_minor = amount_minor - sign(amount_minor)
    WHERE transaction_id IN (
        SELECT id FROM shop_ledgertransaction WHERE key IN (
            SELECT 'refund-' || id FROM shop_refund WHERE payment_id = the_payment));
    UPDATE shop_refund SET amount_minor = amount_minor - 1 WHERE payment_id = the_payment
$$;

-- A client's note.
CREATE FUNCTION pg_temp.seen(kind text, token text, status int DEFAULT 303) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO client_seen (at, client, deed, kind, status, token, path)
    VALUES (now(), 1, 'buys', kind, status, token, '/')
$$;
"""


def spelled_out(statement: str) -> bytes:
    """The statement with what it is about in the place of the names."""
    return re.sub(r"(?<!\w)@(\w+)", lambda name: f"({ABOUT[name[1]]})", statement).encode()


@dataclass(frozen=True, slots=True)
class Lie:
    """`also` names the truths that cannot hold either once this one does not."""

    truth: str
    what: str
    sql: str
    also: tuple[str, ...] = ()
