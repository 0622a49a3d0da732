"""What must be so after every step, in plain SQL: each finds the rows that break it.

Written against the tables alone, so that a service that is wrong cannot also be wrong here.
"""

from django.db import connection

# I4: each machine of a planned order is made once, from the configuration that was frozen.
ONCE = """
SELECT line.id, line.quantity, count(job.id)
FROM shop_orderline AS line
JOIN shop_order AS ordered ON ordered.id = line.order_id
LEFT JOIN production_assemblyjob AS job
    ON job.order_line_id = line.id AND job.status <> 'scrapped'
WHERE EXISTS (SELECT FROM production_assemblyjob WHERE clearance_id = ordered.id)
GROUP BY line.id, line.quantity HAVING count(job.id) <> line.quantity
"""
FROM_WHAT_WAS_FROZEN = """
SELECT job.number FROM production_assemblyjob AS job
JOIN shop_orderline AS line ON line.id = job.order_line_id
JOIN configurator_configuration AS chosen ON chosen.id = line.configuration_id
JOIN production_bomsnapshot AS made ON made.sha256 = job.snapshot_id
WHERE made.configuration_sha256 <> chosen.sha256 AND job.status <> 'cancelled'
"""
# I5: a requirement is what comes from the shelf, what is on its way and what is short.
REQUIREMENTS = """
SELECT need.id, need.quantity, need.allocated_quantity, tied.shelf, tied.coming
FROM production_materialrequirement AS need
CROSS JOIN LATERAL (
    SELECT coalesce(sum(quantity) FILTER (WHERE scheduled_receipt_id IS NULL), 0) AS shelf,
           coalesce(sum(quantity) FILTER (WHERE scheduled_receipt_id IS NOT NULL), 0) AS coming
    FROM production_allocation WHERE requirement_id = need.id
) AS tied
WHERE need.allocated_quantity <> tied.shelf OR tied.shelf + tied.coming > need.quantity
   OR need.issued_quantity > tied.shelf
"""
RECEIPTS = """
SELECT receipt.reference, receipt.quantity, receipt.received_quantity, tied.pieces
FROM production_scheduledreceipt AS receipt
CROSS JOIN LATERAL (
    SELECT coalesce(sum(quantity), 0) AS pieces
    FROM production_allocation WHERE scheduled_receipt_id = receipt.id
) AS tied
WHERE tied.pieces <> receipt.pegged_quantity
   OR receipt.received_quantity + tied.pieces > receipt.quantity
"""
OWN_PART_ONLY = """
SELECT tie.id FROM production_allocation AS tie
JOIN production_materialrequirement AS need ON need.id = tie.requirement_id
JOIN production_scheduledreceipt AS receipt ON receipt.id = tie.scheduled_receipt_id
WHERE receipt.part_id <> need.part_id
"""
PURCHASES = """
SELECT line.id, line.quantity, line.push_quantity, coalesce(sum(peg.quantity), 0)
FROM suppliers_purchaseorderline AS line
LEFT JOIN suppliers_pegging AS peg ON peg.line_id = line.id
GROUP BY line.id
HAVING line.quantity <> line.push_quantity + coalesce(sum(peg.quantity), 0)
"""
# What is to come of a line is what is to come of its receipts, on one day or on two.
LINES = """
SELECT line.id, line.quantity - line.received_quantity, line.later_quantity, coming.pieces
FROM suppliers_purchaseorderline AS line
JOIN suppliers_purchaseorder AS purchase ON purchase.id = line.purchase_order_id
CROSS JOIN LATERAL (
    SELECT coalesce(sum(quantity - received_quantity), 0) AS pieces,
           coalesce(sum(quantity) FILTER (WHERE right(reference, 2) = '-2'), 0) AS later
    FROM production_scheduledreceipt
    WHERE reference = purchase.number || '/' || line.line_number
       OR reference = purchase.number || '/' || line.line_number || '-2'
) AS coming
WHERE purchase.status IN ('sent', 'acknowledged', 'partly_received')
  AND (line.quantity - line.received_quantity <> coming.pieces
       OR line.later_quantity <> coming.later)
"""
# I6: the shelf is its movements, never below zero, and promised once.
SHELF = """
SELECT level.part_id, level.on_hand, coalesce(sum(moved.quantity), 0)
FROM production_stocklevel AS level
LEFT JOIN production_stockmovement AS moved ON moved.part_id = level.part_id
GROUP BY level.part_id
HAVING level.on_hand <> coalesce(sum(moved.quantity), 0) OR level.on_hand < 0
    OR level.allocated < 0 OR level.allocated + level.on_hold > level.on_hand
"""
PROMISES = """
SELECT level.part_id, level.allocated, kept.pieces
FROM production_stocklevel AS level
CROSS JOIN LATERAL (
    SELECT coalesce(sum(allocated_quantity - issued_quantity), 0) AS pieces
    FROM production_materialrequirement WHERE part_id = level.part_id
) AS kept
WHERE level.allocated <> kept.pieces
"""
BINS = """
SELECT level.part_id, level.on_hand, coalesce(sum(held.quantity), 0)
FROM production_stocklevel AS level
LEFT JOIN production_binstock AS held ON held.part_id = level.part_id
GROUP BY level.part_id HAVING level.on_hand <> coalesce(sum(held.quantity), 0)
"""
# What was bought for an order and is kept for none is push, whatever took the promise back.
ORPHANS = """
SELECT part_id, pegged_on_hand, allocated, on_hold FROM production_stocklevel
WHERE pegged_on_hand > allocated + on_hold
"""
# A cancelled job holds nothing, a ready one lacks nothing.
CANCELLED_IS_FREE = """
SELECT job.number FROM production_assemblyjob AS job
JOIN production_materialrequirement AS need ON need.job_id = job.id
JOIN production_allocation AS tie ON tie.requirement_id = need.id
WHERE job.status = 'cancelled'
"""
READY_IS_WHOLE = """
SELECT job.number FROM production_assemblyjob AS job
JOIN production_materialrequirement AS need ON need.job_id = job.id
WHERE job.status = 'ready' AND need.quantity <> need.allocated_quantity
"""
# Nothing before money, and every job's first state is written down.
CLEARED_FIRST = """
SELECT job.number FROM production_assemblyjob AS job
LEFT JOIN shop_paymentclearance AS paid ON paid.order_id = job.clearance_id
WHERE paid.order_id IS NULL OR paid.cleared_at > job.created_at
"""
AUDITED = """
SELECT job.number FROM production_assemblyjob AS job
WHERE job.status IS DISTINCT FROM (
    SELECT to_state FROM audit_statechange
    WHERE subject_type = 'production.assemblyjob' AND subject_id = job.id
    ORDER BY id DESC LIMIT 1
)
"""

TRUTHS = {
    "I4 once": ONCE,
    "I4 from what was frozen": FROM_WHAT_WAS_FROZEN,
    "I5 requirements": REQUIREMENTS,
    "I5 receipts": RECEIPTS,
    "I5 own part only": OWN_PART_ONLY,
    "I5 purchases": PURCHASES,
    "I5 lines": LINES,
    "I6 shelf": SHELF,
    "I6 promises": PROMISES,
    "I6 bins": BINS,
    "I6 nothing is orphaned": ORPHANS,
    "cancelled is free": CANCELLED_IS_FREE,
    "ready is whole": READY_IS_WHOLE,
    "I3 cleared first": CLEARED_FIRST,
    "I9 audited": AUDITED,
}


def broken() -> dict[str, list[tuple[object, ...]]]:
    """Every truth that does not hold, with the rows that break it."""
    found = {}
    with connection.cursor() as cursor:
        for name, statement in TRUTHS.items():
            cursor.execute(statement)
            if rows := cursor.fetchall():
                found[name] = rows
    return found
