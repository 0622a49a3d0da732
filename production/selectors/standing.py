"""How machines stand, part by part, beside what was last said of them: for who writes it down."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection

from production.expecting import last_piece_on
from production.models import Part

# What is on its way matters for what is short only.
# Looked up part by part: joined, the statement takes longer to plan than to run.
STANDING = """
WITH job AS MATERIALIZED (
    SELECT job.id, job.clearance_id, job.order_line_id, job.unit, job.status, job.parts_due_on,
           job.created_at, orders.likely_ships_on,
           ARRAY(SELECT kind::text FROM production_joboperation
                 WHERE job_id = job.id AND status = 'done') AS done,
           (SELECT json_object_agg(part_number, json_build_array(
                name, quantity, state, due_on, supplier_name, position))
            FROM shop_trackedpart
            WHERE order_line_id = job.order_line_id AND unit = job.unit) AS told
    FROM production_assemblyjob AS job
    JOIN shop_order AS orders ON orders.id = job.clearance_id
    WHERE job.clearance_id = ANY (%s) AND job.status NOT IN ('scrapped', 'cancelled')
)
SELECT job.*, part.part_number, part.name, part.category, part.is_tracked,
       need.quantity - need.scrapped_quantity, need.quantity - need.allocated_quantity,
       CASE WHEN need.quantity > need.allocated_quantity THEN (
           SELECT json_build_array(sum(tied.quantity), max(receipt.due_on),
                                   bool_or(receipt.due_on IS NULL), max(receipt.supplier_name))
           FROM production_allocation AS tied
           JOIN production_scheduledreceipt AS receipt ON receipt.id = tied.scheduled_receipt_id
           WHERE tied.requirement_id = need.id
       ) END,
       CASE WHEN need.quantity > need.allocated_quantity THEN (
           SELECT json_build_array(lead_days, supplier_name)
           FROM production_supplyprofile WHERE part_id = need.part_id
       ) END
FROM job
JOIN production_materialrequirement AS need ON need.job_id = job.id AND need.quantity > 0
JOIN production_part AS part ON part.id = need.part_id
ORDER BY job.clearance_id, job.id, need.id
"""
OF_JOB = 10  # columns


@dataclass(slots=True)
class StandingPart:
    """One requirement. `expected_on` None of what is short: nobody can say when the rest comes."""

    part: Part
    quantity: int
    short: int
    coming: int = 0
    expected_on: date | None = None
    supplier_name: str = ""

    @property
    def is_on_order(self) -> bool:
        return 0 < self.short <= self.coming


@dataclass(slots=True)
class StandingJob:
    """One machine that is being made or was.

    `told`: by part number what its customer knows: name, quantity, state, day, supplier, position.
    """

    id: int
    order_id: int
    order_line_id: int
    unit: int
    status: str
    parts_due_on: date | None
    created_at: datetime
    likely_on: date | None
    done: list[str]  # operations
    told: dict[str, list[Any]] | None
    parts: list[StandingPart] = field(default_factory=list)

    @property
    def short(self) -> list[StandingPart]:
        """What is not here yet."""
        return [one for one in self.parts if one.short]


def standing_jobs(*, order_ids: Collection[int], today: date) -> list[StandingJob]:
    """The machines of these orders with every part that they need: one statement."""
    jobs: dict[int, StandingJob] = {}
    with connection.cursor() as cursor:
        cursor.execute(STANDING, [list(order_ids)])
        for row in cursor.fetchall():
            job = jobs.get(row[0])
            if job is None:
                job = jobs[row[0]] = StandingJob(*row[:OF_JOB])
            job.parts.append(_part(row[OF_JOB:], today))
    return list(jobs.values())


def _part(row: tuple[Any, ...], today: date) -> StandingPart:
    number, name, category, is_tracked, quantity, short, coming, profile = row
    part = Part(part_number=number, name=name, category=category, is_tracked=is_tracked)
    if not short:
        return StandingPart(part, quantity, short)
    pieces, last_on, is_undated, sent_by = coming
    lead_days, sold_by = profile or (None, "")
    expected_on = last_piece_on(
        date.fromisoformat(last_on) if last_on else None,
        is_undated=bool(is_undated),
        is_all_on_order=(pieces or 0) >= short,
        lead_days=lead_days,
        today=today,
    )
    return StandingPart(part, quantity, short, pieces or 0, expected_on, sent_by or sold_by)
