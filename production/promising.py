"""When can it ship? A simple, honest answer: the missing parts, then the queue, then the work.

The parts travel while the plant works off its queue, so a machine is begun when the later of the
two is over; from then on it takes `build_days`. All days are working days. The reason names what
decides: one part, or one work center.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format

from config.calendar import add_working_days, working_days_between
from configurator.models import Configuration
from production.errors import BillIncomplete
from production.models import Part
from production.selectors import PartOutlook, PlantQueue, plant_queue
from production.services import bills
from shop.ports import PromiseQuote

# Between the likely day and the one we stand by: what a supplier or a test may take longer.
BUFFER_DAYS = 3


@dataclass(frozen=True, slots=True)
class Wait:
    """A part that is not here, and the day on which it will be; None: nobody can say."""

    expected_on: date | None
    sentence: str


@dataclass(frozen=True, slots=True)
class ShipDate:
    likely_on: date | None
    reason: str


def quote(*, lines: Sequence[tuple[Configuration, int]], today: date) -> PromiseQuote:
    """The port `shop.ports.Promiser`: what could be promised if these lines were paid today.

    Explodes every configuration, without writing anything down, and compares with what lies free
    and with the lead times. "Ships by" is the likely day and three working days more. Without a
    bill, or with a part that nobody sells, there is no date and the reason says so.
    """
    try:
        missing = _missing(lines, today)
    except BillIncomplete:
        return PromiseQuote(None, None, "we have yet to plan how this machine is made")
    queue = plant_queue(more_jobs=sum(quantity for _, quantity in lines))
    decided = ship_date(missing, queue, today)
    ships_by_on = decided.likely_on and add_working_days(decided.likely_on, BUFFER_DAYS)
    return PromiseQuote(decided.likely_on, ships_by_on, decided.reason)


def ship_date(waits: Iterable[Wait], queue: PlantQueue, today: date) -> ShipDate:
    """The likely day, and in plain words the one thing that decides it."""
    missing = []
    for wait in waits:
        if wait.expected_on is None:
            return ShipDate(None, wait.sentence)
        missing.append((wait.expected_on, wait.sentence))
    # What is overdue may come today at best; it is not here because its day has passed.
    expected_on, sentence = max(missing, key=lambda it: it[0], default=(today, ""))
    parts_on = add_working_days(max(expected_on, today), 0)
    queue_on = add_working_days(today, queue.days)
    likely_on = add_working_days(max(parts_on, queue_on), queue.build_days)
    if queue.days and queue_on >= parts_on:
        return ShipDate(likely_on, f"the queue in {queue.operation}, {_days(queue.days)}")
    building = f"all parts are here; building takes {_days(queue.build_days)}"
    return ShipDate(likely_on, sentence or building)


def waits_of(outlooks: Iterable[PartOutlook]) -> list[Wait]:
    """What an order still waits for, from its requirements."""
    return [
        wait_for(it.part, it.expected_on, it.supplier_name) for it in outlooks if not it.is_complete
    ]


def wait_for(part: Part, expected_on: date | None, supplier_name: str) -> Wait:
    """A part that is missing, in words."""
    if expected_on is None:
        return Wait(None, f"{part.noun}: nobody has said when it comes")
    supplier = f" from {supplier_name}" if supplier_name else ""
    return Wait(expected_on, f"{part.noun}, {date_format(expected_on, 'D j M')}{supplier}")


def _missing(lines: Sequence[tuple[Configuration, int]], today: date) -> list[Wait]:
    exploded = bills.peek((configuration for configuration, _ in lines), on=today)
    wanted: dict[str, int] = {}
    for configuration, quantity in lines:
        for need in exploded[configuration.sha256].needs:
            wanted[need.part_number] = wanted.get(need.part_number, 0) + quantity * need.quantity
    parts = Part.objects.filter(part_number__in=wanted).select_related(
        "stock_level", "supply_profile"
    )
    return [
        _to_be_bought(part, today)
        for part in parts.order_by("pk")
        if part.free_quantity < wanted[part.part_number]
    ]


def _to_be_bought(part: Part, today: date) -> Wait:
    profile = getattr(part, "supply_profile", None)
    if profile is None or profile.lead_days is None:
        return Wait(None, f"{part.noun}: no supplier has told us a lead time")
    expected_on = add_working_days(today, profile.lead_days)
    supplier = f" from {profile.supplier_name}" if profile.supplier_name else ""
    days = working_days_between(today, expected_on)
    return Wait(expected_on, f"{part.noun}, {_working_days(days)}{supplier}")


def _days(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"


def _working_days(days: int) -> str:
    return "1 working day" if days == 1 else f"{days} working days"
