"""Writes down what a change of supply or progress means: for the job, the part, the date.

One function after every change, reading where things stand, instead of many that each remember a
bit of it: so what the customer sees cannot drift from what is so.
"""

from collections.abc import Collection, Iterable
from datetime import date
from itertools import groupby

from django.utils import timezone

from production.models import AssemblyJob
from production.promising import ship_date, waits_of
from production.selectors import PartOutlook, material_outlook, plant_queue
from shop.models import TrackedPart
from shop.services.fulfilment import TrackedPartFacts, record_tracked_parts, revise_likely_date

State = TrackedPart.State


def write_down_outlook(
    *, order_ids: Collection[int], today: date | None = None, is_date_revised: bool = True
) -> None:
    """Bring the jobs' `parts_due_on`, the customers' parts and the likely dates up to date.

    The caller holds the locks of these orders. `is_date_revised` False: only the parts moved.
    """
    today = today or timezone.localdate()
    outlooks = material_outlook(today=today, order_ids=order_ids)
    jobs = []
    for job, group in groupby(outlooks, key=lambda outlook: outlook.requirement.job):
        of_job = list(group)
        jobs.append((job, of_job))
        record_tracked_parts(
            order_line_id=job.order_line_id,
            unit=job.unit,
            parts=_facts(of_job),
        )
    if is_date_revised:
        _revise_dates(jobs, today)


def _facts(outlooks: Iterable[PartOutlook]) -> list[TrackedPartFacts]:
    return [
        TrackedPartFacts(
            part_number=outlook.part.part_number,
            name=outlook.part.name,
            quantity=outlook.requirement.quantity,
            state=_state(outlook),
            due_on=outlook.expected_on if outlook.is_on_order else None,
            supplier_name=outlook.supplier_name if outlook.is_on_order else "",
            position=position,
        )
        for position, outlook in enumerate(outlooks)
        if outlook.part.is_tracked
    ]


def _state(outlook: PartOutlook) -> str:
    if outlook.is_built:
        return State.INSTALLED
    if outlook.is_kitted:
        return State.KITTED
    if outlook.is_complete:
        return State.RESERVED
    return State.ON_ORDER if outlook.is_on_order else State.NEEDED


def _revise_dates(jobs: list[tuple[AssemblyJob, list[PartOutlook]]], today: date) -> None:
    moved = []
    for job, outlooks in jobs:
        days = [outlook.expected_on for outlook in outlooks if not outlook.is_complete]
        last = None if None in days else max((day for day in days if day), default=today)
        if job.status == AssemblyJob.Status.WAITING_FOR_PARTS and job.parts_due_on != last:
            job.parts_due_on = last
            moved.append(job)
    if moved:
        AssemblyJob.objects.bulk_update(moved, ["parts_due_on"])
    for order_id, group in groupby(jobs, key=lambda pair: pair[0].clearance_id):
        of_order = list(group)
        decided = ship_date(
            waits_of(outlook for _, outlooks in of_order for outlook in outlooks),
            plant_queue(until_job=of_order[-1][0].pk),
            today,
        )
        revise_likely_date(order_id=order_id, likely_on=decided.likely_on, reason=decided.reason)
