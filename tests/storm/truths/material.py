"""I5, I6: what is bought is what is needed; what lies on the shelf is what was moved there."""

from tests.storm.truths.truth import Truth

TRUTHS = (
    Truth(
        "I5",
        "purchases_are_their_pegs",
        "A line of a purchase order is not the sum of its pegs and its declared surplus.",
        """
        SELECT p.number || '/' || l.line_number || ': ' || l.quantity || ' ordered, '
            || coalesce(sum(g.quantity), 0) || ' pegged, ' || l.push_quantity || ' surplus'
        FROM suppliers_purchaseorderline l
        JOIN suppliers_purchaseorder p ON p.id = l.purchase_order_id
        LEFT JOIN suppliers_pegging g ON g.line_id = l.id
        LEFT JOIN production_materialrequirement r ON r.id = g.requirement_id
        GROUP BY p.number, l.id
        HAVING l.quantity <> coalesce(sum(g.quantity), 0) + l.push_quantity
            OR bool_or(r.part_id <> l.part_id)
        """,
    ),
    Truth(
        "I5",
        "needs_are_their_allocations",
        "A requirement does not say what is set aside for it, or has more than it needs.",
        """
        SELECT j.number || ': requirement ' || r.id FROM production_materialrequirement r
        JOIN production_assemblyjob j ON j.id = r.job_id
        LEFT JOIN production_allocation a ON a.requirement_id = r.id
        GROUP BY j.number, r.id
        HAVING r.allocated_quantity
                <> coalesce(sum(a.quantity) FILTER (WHERE a.scheduled_receipt_id IS NULL), 0)
            OR coalesce(sum(a.quantity), 0) > r.quantity
        """,
    ),
    Truth(
        "I5",
        "needs_are_covered",
        "A job lacks a part that is neither set aside nor on order, though somebody sells it.",
        """
        SELECT j.number || ': ' || part.part_number FROM production_materialrequirement r
        JOIN production_assemblyjob j ON j.id = r.job_id
        JOIN production_part part ON part.id = r.part_id
        LEFT JOIN production_allocation a ON a.requirement_id = r.id
        WHERE j.status <> 'cancelled' AND EXISTS (
            SELECT FROM suppliers_offer o JOIN suppliers_supplier s ON s.id = o.supplier_id
            WHERE o.part_id = part.id AND o.is_active AND s.is_active)
        GROUP BY j.number, part.part_number, r.id HAVING coalesce(sum(a.quantity), 0) < r.quantity
        """,
    ),
    Truth(
        "I5",
        "nothing_is_kept_for_cancelled_jobs",
        "Parts are still set aside for a job that was cancelled.",
        """
        SELECT j.number || ': requirement ' || r.id FROM production_materialrequirement r
        JOIN production_assemblyjob j ON j.id = r.job_id
        WHERE j.status = 'cancelled' AND EXISTS (
            SELECT FROM production_allocation a WHERE a.requirement_id = r.id)
        """,
    ),
    Truth(
        "I6",
        "shelf_is_its_movements",
        "What lies on the shelf is not the sum of what was moved, or is below zero.",
        """
        SELECT part.part_number || ': ' || coalesce(l.on_hand, 0) || ' on the shelf, '
            || coalesce(m.quantity, 0) || ' moved'
        FROM production_part part
        LEFT JOIN production_stocklevel l ON l.part_id = part.id
        LEFT JOIN (SELECT part_id, sum(quantity) AS quantity FROM production_stockmovement
                   GROUP BY part_id) m ON m.part_id = part.id
        WHERE coalesce(l.on_hand, 0) <> coalesce(m.quantity, 0) OR l.on_hand < 0
        """,
    ),
    Truth(
        "I6",
        "promised_is_what_jobs_have",
        "What is promised of a part is not what its jobs have and have not taken yet.",
        """
        SELECT part.part_number || ': ' || coalesce(l.allocated, 0) || ' promised, '
            || coalesce(r.quantity, 0) || ' set aside'
        FROM production_part part
        LEFT JOIN production_stocklevel l ON l.part_id = part.id
        LEFT JOIN (SELECT part_id, sum(allocated_quantity - issued_quantity) AS quantity
                   FROM production_materialrequirement GROUP BY part_id) r ON r.part_id = part.id
        WHERE coalesce(l.allocated, 0) <> coalesce(r.quantity, 0) OR l.allocated > l.on_hand
        """,
    ),
)
