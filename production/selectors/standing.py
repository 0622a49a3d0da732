"""How machines stand, part by part, beside what was last said of them: for who writes it down."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection

from config.calendar import add_working_days
from production.models import Part

# As `selectors.material_outlook` says of pages. What is on its way matters for what is short only.
STANDING = """
WITH job AS MATERIALIZED (
    SELECT job.id, job.clearance_id, job.order_line_id, job.unit, job.status, job.parts_due_on,
           job.created_at, orders.likely_ships_on,
           done.kinds @> ARRAY['kitting'] AS is_kitted, done.kinds @> ARRAY['build'] AS is_built,
           (SELECT count(*) FROM shop_trackedpart
            WHERE order_line_id = job.order_line_id AND unit = job.unit) AS told
    FROM production_assemblyjob AS job
    JOIN shop_order AS orders ON orders.id = job.clearance_id,
    LATERAL (
        SELECT coalesce(array_agg(kind::text), '{}') AS kinds FROM production_joboperation
        WHERE job_id = job.id AND status = 'done'
    ) AS done
    WHERE job.clearance_id = ANY (%s) AND job.status NOT IN ('scrapped', 'cancelled')
)
SELECT job.*, part.part_number, part.name, part.category, part.is_tracked, profile.lead_days,
       coalesce(nullif(coming.sent_by, ''), profile.supplier_name, ''),
       need.quantity - need.scrapped_quantity, need.quantity - need.allocated_quantity,
       coalesce(coming.pieces, 0), coming.on_day, coalesce(coming.is_undated, false),
       told.name, told.quantity, told.state, told.due_on, told.supplier_name, told.position
FROM job
JOIN production_materialrequirement AS need ON need.job_id = job.id AND need.quantity > 0
JOIN production_part AS part ON part.id = need.part_id
LEFT JOIN production_supplyprofile AS profile ON profile.part_id = part.id
LEFT JOIN shop_trackedpart AS told ON told.order_line_id = job.order_line_id
    AND told.unit = job.unit AND told.part_number = part.part_number
LEFT JOIN LATERAL (
    SELECT sum(tied.quantity) AS pieces, max(receipt.due_on) AS on_day,
           bool_or(receipt.due_on IS NULL) AS is_undated, max(receipt.supplier_name) AS sent_by
    FROM production_allocation AS tied
    JOIN production_scheduledreceipt AS receipt ON receipt.id = tied.scheduled_receipt_id
    WHERE tied.requirement_id = need.id
) AS coming ON need.quantity > need.allocated_quantity
ORDER BY job.clearance_id, job.id, need.id
"""
OF_JOB = 11  # columns


@dataclass(slots=True)
class StandingPart:
    """One requirement. `expected_on` None of what is short: nobody can say when the rest comes.

    `told`: name, quantity, state, day, supplier and position as the customer knows them.
    """

    part: Part
    supplier_name: str
    quantity: int
    short: int
    coming: int
    expected_on: date | None
    told: tuple[Any, ...]

    @property
    def is_on_order(self) -> bool:
        return 0 < self.short <= self.coming


@dataclass(slots=True)
class StandingJob:
    """One machine that is being made or was. `told`: how many parts its customer knows of."""

    id: int
    order_id: int
    order_line_id: int
    unit: int
    status: str
    parts_due_on: date | None
    created_at: datetime
    likely_on: date | None
    is_kitted: bool
    is_built: bool
    told: int
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
    number, name, category, is_tracked, lead_days, supplier, quantity, short, coming, day = row[:10]
    is_undated, *told = row[10:]
    if not short or is_undated:
        day = None
    elif coming < short:
        # What is not on order comes `lead_days` working days from today.
        ordered_now = None if lead_days is None else add_working_days(today, lead_days)
        day = ordered_now and max(ordered_now, day or ordered_now)
    part = Part(part_number=number, name=name, category=category, is_tracked=is_tracked)
    return StandingPart(part, supplier, quantity, short, coming, day, tuple(told))
