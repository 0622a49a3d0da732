"""About material and prices: I5, I6, I7."""

from tests.test_storm_truths.lies.lying import Lie

MATERIAL = (
    Lie(
        "purchases_are_their_pegs",
        "a peg for one piece more",
        "UPDATE suppliers_pegging SET quantity = quantity + 1",
    ),
    Lie(
        "needs_are_their_allocations",
        "more set aside than is needed",
        """
        UPDATE production_allocation SET quantity = quantity + 1 WHERE requirement_id IN (
            SELECT id FROM production_materialrequirement WHERE clearance_id = @in_parts)
        """,
    ),
    Lie(
        "needs_are_covered",
        "what was on order is on order for nobody",
        "DELETE FROM production_allocation WHERE scheduled_receipt_id IS NOT NULL",
    ),
    Lie(
        "nothing_is_kept_for_cancelled_jobs",
        "a part on its way to nobody",
        """
        INSERT INTO production_allocation (requirement_id, scheduled_receipt_id, quantity)
        SELECT min(r.id), (SELECT min(id) FROM production_scheduledreceipt), 1
        FROM production_materialrequirement r WHERE r.clearance_id = @paid_and_cancelled
        """,
    ),
    Lie(
        "shelf_is_its_movements",
        "a piece that nobody brought",
        "UPDATE production_stocklevel SET on_hand = on_hand + 1 "
        "WHERE part_id = (SELECT min(part_id) FROM production_stocklevel)",
    ),
    Lie(
        "promised_is_what_jobs_have",
        "a piece promised to nobody",
        """
        UPDATE production_stocklevel SET allocated = allocated + 1 WHERE part_id = (
            SELECT min(part_id) FROM production_stocklevel WHERE allocated < on_hand)
        """,
    ),
)

PRICES = (
    Lie(
        "lines_cost_what_their_price_list_says",
        "a price that changed after the freeze",
        "UPDATE configurator_optionprice SET amount_minor = amount_minor + 1",
    ),
    Lie(
        "totals_are_their_lines",
        "a cent moved from a machine to its shipping",
        "UPDATE shop_order SET shipping_minor = shipping_minor + 1, items_minor = items_minor - 1 "
        "WHERE id = @shipped",
    ),
    Lie(
        "payments_ask_for_the_total",
        "another sum at the cashier",
        "UPDATE cashier_session SET amount_total = amount_total - 1 WHERE order_number = "
        "pg_temp.number_of(@shipped)",
    ),
)
