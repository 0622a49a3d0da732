"""Writes down what a change of supply or progress means: for the job, the part, the date.

One function after every change, reading where things stand, instead of many that each remember a
bit of it: so what the customer sees cannot drift from what is so.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from django.db import connection
from django.utils import timezone

from production.models import AssemblyJob
from production.promising import ShipDate, ToMake, Wait, nobody_works, ship_date, wait_for
from production.scheduling import NoWorkingTime
from production.selectors.plant import OPEN_JOBS, PlantNow, plant_now
from production.selectors.standing import StandingJob, StandingPart, standing_jobs
from shop.models import TrackedPart
from shop.services.likely_dates import revise_likely_dates
from shop.services.tracked_parts import TrackedPartFacts, record_parts_of

State = TrackedPart.State


def write_down_outlook(
    *, order_ids: Collection[int], today: date | None = None, is_date_revised: bool = True
) -> None:
    """Bring the jobs' `parts_due_on`, the customers' parts and the likely dates up to date.

    A handful of statements for any number of orders, whose locks the caller holds; only what is
    not as it was said before is written. `is_date_revised` False: only the parts moved.
    """
    if not order_ids:
        return
    today = today or timezone.localdate()
    jobs = standing_jobs(order_ids=order_ids, today=today)
    _tell_parts(jobs)
    if is_date_revised:
        _revise_parts_due(jobs, today)
        _revise_dates(jobs, today)


def _tell_parts(jobs: Sequence[StandingJob]) -> None:
    machines = {}
    for job in jobs:
        facts = [
            _facts(one, position, _state(job, one))
            for position, one in enumerate(job.parts)
            if one.part.is_tracked
        ]
        if {fact.part_number: _known(fact) for fact in facts} != (job.told or {}):
            machines[job.order_line_id, job.unit] = facts
    record_parts_of(machines=machines)


def _facts(one: StandingPart, position: int, state: str) -> TrackedPartFacts:
    return TrackedPartFacts(
        part_number=one.part.part_number,
        name=one.part.name,
        quantity=one.quantity,
        state=state,
        due_on=one.expected_on if one.is_on_order else None,
        supplier_name=one.supplier_name if one.is_on_order else "",
        position=position,
    )


def _known(fact: TrackedPartFacts) -> list[object]:
    """As `StandingJob.told` has it."""
    due_on = fact.due_on.isoformat() if fact.due_on else None
    return [fact.name, fact.quantity, fact.state, due_on, fact.supplier_name, fact.position]


def _state(job: StandingJob, one: StandingPart) -> str:
    if "build" in job.done:
        return State.INSTALLED
    if "kitting" in job.done:
        return State.KITTED
    if not one.short:
        return State.RESERVED
    return State.ON_ORDER if one.is_on_order else State.NEEDED


PARTS_DUE = """
UPDATE production_assemblyjob AS job SET parts_due_on = it.on_day
FROM unnest(%s::bigint[], %s::date[]) AS it (id, on_day) WHERE job.id = it.id
"""


def _revise_parts_due(jobs: Sequence[StandingJob], today: date) -> None:
    moved: dict[int, date | None] = {}
    for job in jobs:
        days = [one.expected_on for one in job.short]
        last = None if None in days else max((day for day in days if day), default=today)
        if job.status == AssemblyJob.Status.WAITING_FOR_PARTS and job.parts_due_on != last:
            moved[job.id] = last
    if moved:
        with connection.cursor() as cursor:
            cursor.execute(PARTS_DUE, [list(moved), list(moved.values())])


def _revise_dates(jobs: Sequence[StandingJob], today: date) -> None:
    """As far as one can tell without planning everybody anew: the next reschedule does."""
    by_order: dict[int, list[StandingJob]] = {}
    for job in jobs:
        if job.status in OPEN_JOBS:
            by_order.setdefault(job.order_id, []).append(job)
    if not by_order:
        return
    now = plant_now(without=[job.id for of_order in by_order.values() for job in of_order])
    dates = {order_id: _date(now, of_order, today) for order_id, of_order in by_order.items()}
    moved = {
        order_id: found
        for order_id, found in dates.items()
        if by_order[order_id][0].likely_on != found.likely_on
    }
    if moved:
        revise_likely_dates(dates=moved)


def _date(now: PlantNow, jobs: Sequence[StandingJob], today: date) -> ShipDate:
    try:
        return ship_date(now.plant, [_to_make(now, job, today) for job in jobs], today)
    except NoWorkingTime as closed:
        return ShipDate(None, nobody_works(closed))


def _to_make(now: PlantNow, job: StandingJob, today: date) -> ToMake:
    wait = _last_wait(job.short, today)
    begin = now.begin(
        status=job.status,
        made_on=timezone.localdate(job.created_at),
        parts_on=(wait.expected_on or today) if wait else None,
    )
    return ToMake(begin, now.left.get(job.id, ()), wait)


def _last_wait(short: Iterable[StandingPart], today: date) -> Wait | None:
    """What is waited for longest; nothing is longer than not knowing."""
    last = max(short, key=lambda one: one.expected_on or date.max, default=None)
    return wait_for(last.part, last.expected_on, last.supplier_name, today) if last else None
