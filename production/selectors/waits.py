"""The part that each waiting job waits for longest, for any number of jobs in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from config.calendar import add_working_days
from production.models import Part, SupplyProfile

# Of what each of these jobs lacks, the part that comes last: one that nobody has a day for before
# all others. `lead` are the lead times in working days, `comes` the days on which they end.
WAITS = """
WITH lead (days, comes_on) AS (
    SELECT * FROM unnest(%(lead)s::int[], %(comes)s::date[])
), short AS (
    SELECT need.job_id, need.part_id, need.quantity - need.allocated_quantity AS short,
           coalesce(sum(tied.quantity), 0) AS coming, max(receipt.due_on) AS comes_on,
           coalesce(bool_or(receipt.due_on IS NULL), false) AS is_undated,
           coalesce(bool_and(receipt.is_confirmed), false) AS is_confirmed
    FROM production_materialrequirement AS need
    LEFT JOIN (production_allocation AS tied
               JOIN production_scheduledreceipt AS receipt
                 ON receipt.id = tied.scheduled_receipt_id)
      ON tied.requirement_id = need.id
    WHERE need.job_id = ANY (%(jobs)s) AND need.quantity > need.allocated_quantity
    GROUP BY need.id
), expected AS (
    SELECT short.*, part.name, part.category, part.is_tracked,
           CASE WHEN is_undated AND coming > 0 THEN NULL
                WHEN coming >= short THEN short.comes_on
                WHEN lead.comes_on IS NULL THEN NULL
                ELSE GREATEST(lead.comes_on, short.comes_on) END AS expected_on
    FROM short
    JOIN production_part AS part ON part.id = short.part_id
    LEFT JOIN production_supplyprofile AS profile ON profile.part_id = short.part_id
    LEFT JOIN lead ON lead.days = profile.lead_days
)
SELECT DISTINCT ON (job_id) job_id, name, category, is_tracked, expected_on,
       is_confirmed AND coming > 0
FROM expected ORDER BY job_id, expected_on DESC NULLS FIRST, part_id
"""


@dataclass(frozen=True, slots=True)
class Wait:
    """The part that a job waits for longest. `expected_on` None: nobody has a day."""

    noun: str
    expected_on: date | None
    is_confirmed: bool


def binding_waits(job_ids: Sequence[int], today: date) -> dict[int, Wait]:
    """Job → the part that comes last of what it lacks. Two statements."""
    if not job_ids:
        return {}
    lead = _lead_times()
    values: dict[str, Any] = {
        "jobs": list(job_ids),
        "lead": lead,
        "comes": [add_working_days(today, days) for days in lead],
    }
    with connection.cursor() as cursor:
        cursor.execute(WAITS, values)
        return {
            job_id: Wait(Part(name=name, category=category, is_tracked=is_tracked).noun, *rest)
            for job_id, name, category, is_tracked, *rest in cursor.fetchall()
        }


def _lead_times() -> list[int]:
    days = SupplyProfile.objects.exclude(lead_days=None).order_by().values_list("lead_days")
    return [found for (found,) in days.distinct() if found is not None]
