"""About what is written down and told: I8, I9, I10."""

from tests.test_storm_truths.lies.lying import Lie

MAILS = (
    Lie(
        "sent_mails_arrived",
        "a mail that was lost on its way",
        "DELETE FROM sink_mail WHERE message_id = @receipt",
    ),
    Lie(
        "mails_arrive_once",
        "a mail that came twice",
        "INSERT INTO sink_mail SELECT * FROM sink_mail WHERE message_id = @receipt",
    ),
    Lie(
        "arrived_mails_were_written_down",
        "a mail that nobody wrote",
        "INSERT INTO sink_mail VALUES ('<nobody@tests>', 'ada@example.com', 'Hello', now())",
    ),
    Lie(
        "mails_are_written_once",
        "a mail written again",
        """
        SELECT pg_temp.drop_unique('mail_outgoingmail', 'key');
        SELECT pg_temp.copied('mail_outgoingmail', to_jsonb(m), '{"message_id": "<again@tests>"}')
        FROM mail_outgoingmail m WHERE message_id = @receipt;
        INSERT INTO sink_mail SELECT '<again@tests>', recipient, subject, received_at
        FROM sink_mail WHERE message_id = @receipt
        """,
    ),
    Lie(
        "customers_are_told",
        "a receipt that was never written",
        """
        DELETE FROM sink_mail WHERE message_id = @receipt;
        DELETE FROM mail_outgoingmail WHERE message_id = @receipt
        """,
    ),
)

AUDIT = (
    Lie(
        "last_word_is_the_state",
        "a state that came about in silence",
        "UPDATE shop_order SET status = 'delivered' WHERE id = @shipped",
    ),
    Lie(
        "changes_follow_each_other",
        "a change from where nobody was",
        "UPDATE audit_statechange SET from_state = 'kitting' WHERE subject_type = 'shop.order' "
        "AND to_state = 'pre_production' AND subject_id = @shipped",
    ),
    Lie(
        "no_state_is_entered_from_the_wrong_one",
        "a shipped machine back on the bench",
        "SELECT pg_temp.write_down('shop.order', @shipped, 'shipped', 'build', 'shipped')",
    ),
    Lie(
        "changes_say_who_and_why",
        "a change for no reason",
        "UPDATE audit_statechange SET why = '' WHERE subject_type = 'shop.order' "
        "AND subject_id = @shipped AND to_state = 'released'",
    ),
)

FORGERY = (
    Lie(
        "unsigned_events_stay_out",
        "an event that the cashier never sent",
        "UPDATE shop_stripeevent SET event_id = 'evt_forged' WHERE id = @charge_event",
    ),
    Lie(
        "foreign_events_stay_out",
        "an event of the other mode",
        "UPDATE shop_stripeevent SET payload = payload || '{\"livemode\": true}' "
        "WHERE id = @charge_event",
    ),
    Lie(
        "events_are_taken_in_once",
        "an event twice",
        """
        SELECT pg_temp.drop_unique('shop_stripeevent', 'event_id');
        SELECT pg_temp.copied('shop_stripeevent', to_jsonb(e), '{}')
        FROM shop_stripeevent e WHERE id = @charge_event
        """,
    ),
    Lie(
        "lies_are_not_believed",
        "a payment that nobody made",
        """
        SELECT pg_temp.write_down('shop.payment', id, 'pending', 'cleared')
        FROM shop_payment WHERE order_id = @abandoned;
        UPDATE shop_payment SET status = 'cleared' WHERE order_id = @abandoned
        """,
    ),
)
