"""I7: what an order costs can be computed again from the price list that it names."""

from tests.storm.truths.truth import Truth

# The price of each ordered configuration, from the frozen rows of its own price list: the base,
# and each chosen option as often as the quantity group that counts it says.
RECOMPUTED = """
chosen AS (
    SELECT c.id AS configuration_id, c.price_list_id, g.id AS group_id, g.quantity_for_id,
        o.id AS option_id, (o.attributes ->> 'count')::int AS count
    FROM configurator_configuration c
    CROSS JOIN LATERAL jsonb_each_text(c.choices) AS choice (group_code, option_code)
    JOIN configurator_optiongroup g ON g.version_id = c.version_id AND g.code = choice.group_code
    JOIN configurator_option o ON o.group_id = g.id AND o.code = choice.option_code
    WHERE c.id IN (SELECT configuration_id FROM shop_orderline)
), recomputed AS (
    SELECT l.id AS line_id, l.configuration_id, coalesce(base.amount_minor, 0)
        + sum(coalesce(price.amount_minor, 0) * coalesce(times.count, 1)) AS amount_minor
    FROM shop_orderline l
    JOIN chosen one ON one.configuration_id = l.configuration_id AND one.quantity_for_id IS NULL
    LEFT JOIN chosen times ON times.configuration_id = one.configuration_id
        AND times.quantity_for_id = one.group_id
    LEFT JOIN configurator_optionprice price
        ON price.option_id = one.option_id AND price.price_list_id = one.price_list_id
    LEFT JOIN configurator_modelprice base ON base.price_list_id = one.price_list_id
    GROUP BY l.id, base.amount_minor
)"""

TRUTHS = (
    Truth(
        "I7",
        "lines_cost_what_their_price_list_says",
        "A machine of an order costs something else than the price list that it names says.",
        """
        SELECT o.number || ': ' || l.unit_minor || ' asked, '
            || coalesce(r.amount_minor::text, 'nothing') || ' by the price list'
        FROM shop_orderline l JOIN shop_order o ON o.id = l.order_id
        JOIN configurator_configuration c ON c.id = l.configuration_id
        JOIN configurator_pricelist p ON p.id = c.price_list_id
        LEFT JOIN recomputed r ON r.line_id = l.id
        WHERE r.amount_minor IS DISTINCT FROM l.unit_minor OR c.total_minor <> l.unit_minor
            OR p.currency <> o.currency OR p.version_id <> c.version_id
        """,
        given=RECOMPUTED,
    ),
    Truth(
        "I7",
        "totals_are_their_lines",
        "The total of an order is not the sum of its lines and its shipping.",
        """
        SELECT o.number FROM shop_order o JOIN shop_orderline l ON l.order_id = o.id
        JOIN shop_shippingmethod m ON m.id = o.shipping_method_id
        GROUP BY o.id, m.id
        HAVING o.items_minor <> sum(l.quantity * l.unit_minor)
            OR o.items_minor <> sum(l.amount_minor)
            OR o.total_minor <> o.items_minor + o.shipping_minor
            OR o.shipping_minor <> m.price_minor
        """,
    ),
    Truth(
        "I7",
        "payments_ask_for_the_total",
        "A payment, here or at the cashier, asks for something else than the total of its order.",
        """
        SELECT o.number || ': ' || o.total_minor || ' ordered, ' || p.amount_minor || ' asked, '
            || coalesce(s.amount_total::text, 'nothing') || ' at the cashier'
        FROM shop_payment p JOIN shop_order o ON o.id = p.order_id
        LEFT JOIN cashier_session s ON s.reference = p.idempotency_key
        WHERE (p.amount_minor, p.currency) <> (o.total_minor, o.currency)
            OR (s.amount_total, s.currency) <> (o.total_minor, o.currency)
        """,
    ),
)
