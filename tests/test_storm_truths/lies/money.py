"""About money: I1, I14."""

from tests.test_storm_truths.lies.lying import Lie

MONEY = (
    Lie(
        "books_balance",
        "a debit without its credit",
        "UPDATE shop_ledgerentry SET amount_minor = amount_minor - 1 WHERE account = 'revenue'",
    ),
    Lie(
        "books_are_as_the_cashier",
        "a cent booked to the wrong payment",
        """
        UPDATE shop_ledgerentry e SET amount_minor = amount_minor + CASE account
            WHEN 'stripe_clearing' THEN 1 ELSE -1 END
        FROM shop_ledgertransaction t WHERE t.id = e.transaction_id
            AND t.key = 'surplus-' || @surplus_payment;
        UPDATE shop_ledgerentry e SET amount_minor = amount_minor + CASE account
            WHEN 'stripe_clearing' THEN -1 ELSE 1 END
        FROM shop_ledgertransaction t WHERE t.id = e.transaction_id AND t.order_id = @in_parts
            AND t.key LIKE 'refund-%'
        """,
    ),
    Lie(
        "totals_are_as_the_cashier",
        "a booking of no payment",
        """
        WITH booked AS (
            INSERT INTO shop_ledgertransaction (key, memo) VALUES ('refund-999999', 'a lie')
            RETURNING id)
        INSERT INTO shop_ledgerentry (transaction_id, account, amount_minor, currency)
        SELECT id, account, amount, 'USD'
        FROM booked, (VALUES ('stripe_clearing', 5), ('fees', -5)) AS entry (account, amount)
        """,
    ),
    Lie(
        "clearances_are_booked",
        "a prepayment counted as earned",
        """
        UPDATE shop_ledgerentry e SET account = 'revenue' FROM shop_ledgertransaction t
        WHERE t.id = e.transaction_id AND t.key = 'capture-' || @in_parts
            AND e.account = 'customer_prepayments'
        """,
    ),
    Lie(
        "captured_is_what_came",
        "a cent too much",
        "UPDATE shop_payment SET captured_minor = captured_minor + 1 WHERE order_id = @shipped",
    ),
    Lie(
        "nothing_goes_back_twice",
        "a second refund under one key",
        """
        INSERT INTO cashier_refund SELECT 're_again', NULL, status, 0, currency, key, order_number
        FROM cashier_refund LIMIT 1
        """,
    ),
    Lie(
        "refunds_are_as_the_cashier",
        "one that is done here and not there",
        "UPDATE cashier_refund SET status = 'pending' "
        "WHERE order_number = pg_temp.number_of(@in_parts)",
    ),
    Lie(
        "no_payment_gives_more_than_it_took",
        "a refund of far too much, asked for",
        """
        SELECT pg_temp.copied('shop_refund', to_jsonb(r), '{"status": "requested",
            "idempotency_key": "too-much", "stripe_id": null, "amount_minor": 90000000}')
        FROM shop_refund r LIMIT 1;
        SELECT pg_temp.write_down('shop.refund', max(id), '', 'requested') FROM shop_refund
        """,
    ),
    Lie(
        "orders_say_what_went_back",
        "an order that speaks of a refund",
        "UPDATE shop_order SET refunded_minor = 1 WHERE id = @shipped",
    ),
)

LATE_MONEY = (
    Lie(
        "money_is_known",
        "money for nobody",
        "INSERT INTO cashier_intent VALUES ('pi_x', 'succeeded', 0, 'USD', 'nobody', 'CW-0')",
    ),
    Lie(
        "surplus_goes_back",
        "a cent kept of a surplus",
        "SELECT pg_temp.give_less(@surplus_payment)",
    ),
    Lie(
        "cancelled_money_is_owed_back",
        "a cent kept of a cancelled order",
        """
        SELECT pg_temp.give_less(@cancelled_payment);
        UPDATE shop_order SET refunded_minor = refunded_minor - 1 WHERE id = @paid_and_cancelled
        """,
    ),
)
