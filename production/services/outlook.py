"""Writes down what a change of supply or progress means: for the job, the part, the date.

One function after every change, reading where things stand, instead of many that each remember a
bit of it: so what the customer sees cannot drift from what is so.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from itertools import groupby

from django.utils import timezone

from production.models import AssemblyJob
from production.promising import ShipDate, ToMake, last_wait, nobody_works, ship_date, waits_of
from production.scheduling import NoWorkingTime
from production.selectors import PartOutlook, material_outlook
from production.selectors.plant import OPEN_JOBS, PlantNow, plant_now
from shop.models import TrackedPart
from shop.services.fulfilment import TrackedPartFacts, record_parts_of, revise_likely_dates

State = TrackedPart.State

type OfJob = tuple[AssemblyJob, list[PartOutlook]]


def write_down_outlook(
    *, order_ids: Collection[int], today: date | None = None, is_date_revised: bool = True
) -> None:
    """Bring the jobs' `parts_due_on`, the customers' parts and the likely dates up to date.

    A handful of statements for any number of orders, whose locks the caller holds.
    `is_date_revised` False: only the parts moved.
    """
    if not order_ids:
        return
    today = today or timezone.localdate()
    outlooks = material_outlook(today=today, order_ids=order_ids)
    jobs = [(job, list(of_job)) for job, of_job in groupby(outlooks, lambda it: it.requirement.job)]
    record_parts_of(machines={(job.order_line_id, job.unit): _facts(it) for job, it in jobs})
    if is_date_revised:
        _revise_parts_due(jobs, today)
        _revise_dates(jobs, today)


def _facts(outlooks: Iterable[PartOutlook]) -> list[TrackedPartFacts]:
    return [
        TrackedPartFacts(
            part_number=outlook.part.part_number,
            name=outlook.part.name,
            quantity=outlook.requirement.quantity - outlook.requirement.scrapped_quantity,
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


def _revise_parts_due(jobs: Sequence[OfJob], today: date) -> None:
    moved = []
    for job, outlooks in jobs:
        days = [outlook.expected_on for outlook in outlooks if not outlook.is_complete]
        last = None if None in days else max((day for day in days if day), default=today)
        if job.status == AssemblyJob.Status.WAITING_FOR_PARTS and job.parts_due_on != last:
            job.parts_due_on = last
            moved.append(job)
    if moved:
        AssemblyJob.objects.bulk_update(moved, ["parts_due_on"])


def _revise_dates(jobs: Sequence[OfJob], today: date) -> None:
    """As far as one can tell without planning everybody anew: the next reschedule does."""
    by_order: dict[int, list[OfJob]] = {}
    for job, outlooks in jobs:
        if job.status in OPEN_JOBS:
            by_order.setdefault(job.clearance_id, []).append((job, outlooks))
    now = plant_now(without=[job.pk for of_order in by_order.values() for job, _ in of_order])
    revise_likely_dates(
        dates={order_id: _date(now, of_order, today) for order_id, of_order in by_order.items()}
    )


def _date(now: PlantNow, jobs: Sequence[OfJob], today: date) -> ShipDate:
    try:
        return ship_date(now.plant, [_to_make(now, job, it, today) for job, it in jobs], today)
    except NoWorkingTime as closed:
        return ShipDate(None, nobody_works(closed))


def _to_make(now: PlantNow, job: AssemblyJob, outlooks: list[PartOutlook], today: date) -> ToMake:
    wait = last_wait(waits_of(outlooks))
    begin = now.begin(
        status=job.status,
        made_on=timezone.localdate(job.created_at),
        parts_on=(wait.expected_on or today) if wait else None,
    )
    return ToMake(begin, now.left.get(job.pk, ()), wait)
