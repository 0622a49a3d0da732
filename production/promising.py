"""When can it ship? A simple, honest answer: the missing parts, then the queue, then the work.

A machine is begun on the working morning after its last part comes, passes the work centers when
a station is idle, and ships on the day on which it is boxed. The reason names what decides: one
part, or one queue.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format

from config.calendar import add_working_days, working_days_between
from configurator.models import Configuration
from production.errors import BillIncomplete
from production.models import Part
from production.scheduling import NoWorkingTime, Plant
from production.selectors.plant import plant_now
from production.services import bills
from shop.ports import PromiseQuote

# Between the likely day and the one we stand by: what a supplier or a test may take longer.
BUFFER_DAYS = 3
# What is overdue may come today. After so many working days of silence nobody can say.
BELIEVED_DAYS = 3


@dataclass(frozen=True, slots=True)
class Wait:
    """A part that is not here, and the day on which it will be; None: nobody can say.

    `is_overdue`: the day has passed, and we hope for today.
    """

    expected_on: date | None
    sentence: str
    is_overdue: bool = False


@dataclass(frozen=True, slots=True)
class ToMake:
    """One machine: when it may begin (seconds since 1970), what is left to do, what it waits for.

    `operations` None: all of them. `wait`: its last part, None where all are here.
    """

    begin: int
    operations: Collection[str] | None = None
    wait: Wait | None = None


@dataclass(frozen=True, slots=True)
class ShipDate:
    likely_on: date | None
    reason: str


def quote(*, lines: Sequence[tuple[Configuration, int]], today: date) -> PromiseQuote:
    """The port `shop.ports.Promiser`: what could be promised if these lines were paid today.

    Explodes every configuration, without writing anything down, and compares with what lies free
    and with the lead times. "Ships by" is the likely day and three working days of the plant
    more. Without a bill, with a part that nobody sells, or with a work center at which nobody
    works, there is no date and the reason says so.
    """
    try:
        waits = _waits(lines, today)
    except BillIncomplete:
        return PromiseQuote(None, None, "we have yet to plan how this machine is made")
    plant = plant_now().plant
    try:
        decided = ship_date(
            plant,
            [ToMake(morning_after(plant, wait, today), wait=wait) for wait in waits],
            today,
        )
        ships_by_on = decided.likely_on and plant.working_days_after(decided.likely_on, BUFFER_DAYS)
    except NoWorkingTime as closed:
        return PromiseQuote(None, None, nobody_works(closed))
    return PromiseQuote(decided.likely_on, ships_by_on, decided.reason)


def morning_after(plant: Plant, wait: Wait | None, today: date) -> int:
    """When a machine that is planned today may begin. Raises `NoWorkingTime`."""
    # What is overdue may come today at best.
    return plant.morning_after(max(today, (wait and wait.expected_on) or today))


def ship_date(plant: Plant, machines: Sequence[ToMake], today: date) -> ShipDate:
    """The likely day of an order of these machines, and in plain words what decides it.

    They take their places in the queues of `plant`. There is at least one.
    """
    last, end, queue = machines[0], 0, ""
    for machine in machines:
        if machine.wait is not None and machine.wait.expected_on is None:
            return ShipDate(None, machine.wait.sentence)
    try:
        for machine in machines:
            passage = plant.let_in(machine.begin, machine.operations)
            if passage.end > end:
                last, end, queue = machine, passage.end, passage.queue
        alone_on = plant.day_of(plant.alone(last.begin, last.operations))
    except NoWorkingTime as closed:
        return ShipDate(None, nobody_works(closed))
    return ShipDate(plant.day_of(end), reason(last.wait, queue, alone_on, plant.day_of(end), today))


def reason(wait: Wait | None, queue: str, alone_on: date, likely_on: date, today: date) -> str:
    """What decides the day: the queue, where it costs no fewer days than the last part does.

    Who waits for what should have been here waits for that. `alone_on`: when it would be over
    without a queue.
    """
    queued = working_days_between(alone_on, likely_on)
    waited = working_days_between(today, wait.expected_on) if wait and wait.expected_on else 0
    if queue and queued and queued >= waited and not (wait and wait.is_overdue):
        return f"the queue in {queue}, {_days(queued)}"
    if wait is not None:
        return wait.sentence
    days = working_days_between(add_working_days(today, 0), likely_on)
    return f"building and testing it, {_days(max(1, days))}; all parts are here"


def nobody_works(closed: NoWorkingTime) -> str:
    """The reason where there is no date because a work center has no hours."""
    return f"{closed.place}: its calendar has no working hours"


def last_wait(waits: Iterable[Wait]) -> Wait | None:
    """What is waited for longest; nothing is longer than not knowing."""
    found: Wait | None = None
    for wait in waits:
        if wait.expected_on is None:
            return wait
        if found is None or found.expected_on is None or wait.expected_on > found.expected_on:
            found = wait
    return found


def wait_for(part: Part, expected_on: date | None, supplier_name: str, today: date) -> Wait:
    """A part that is missing, in words. One that is long overdue has no day any more."""
    if expected_on is None:
        return Wait(None, f"{part.noun}: nobody has said when it comes")
    day = date_format(expected_on, "D j M") + (f" from {supplier_name}" if supplier_name else "")
    if expected_on >= today:
        return Wait(expected_on, f"{part.noun}, {day}")
    if working_days_between(expected_on, today) > BELIEVED_DAYS:
        silence = f"{part.noun}, overdue since {day}: nobody has said when it comes"
        return Wait(None, silence, is_overdue=True)
    return Wait(expected_on, f"{part.noun}, overdue since {day}", is_overdue=True)


def _waits(lines: Sequence[tuple[Configuration, int]], today: date) -> list[Wait | None]:
    """For each machine what it would wait for longest; the first ones take what lies free."""
    exploded = bills.peek((configuration for configuration, _ in lines), on=today)
    needs = [
        exploded[configuration.sha256].needs
        for configuration, quantity in lines
        for _ in range(quantity)
    ]
    numbers = {need.part_number for one in needs for need in one}
    parts = {
        part.part_number: part
        for part in Part.objects.filter(part_number__in=numbers)
        .select_related("stock_level", "supply_profile")
        .order_by("pk")
    }
    free = {number: part.free_quantity for number, part in parts.items()}
    waits: list[Wait | None] = []
    for one in needs:
        missing = []
        for need in one:
            if need.part_number not in free:
                continue
            free[need.part_number] -= need.quantity
            if free[need.part_number] < 0:
                missing.append(_to_be_bought(parts[need.part_number], today))
        waits.append(last_wait(missing))
    return waits


def _to_be_bought(part: Part, today: date) -> Wait:
    profile = getattr(part, "supply_profile", None)
    if profile is None or profile.lead_days is None:
        return Wait(None, f"{part.noun}: no supplier has told us a lead time")
    expected_on = add_working_days(today, profile.lead_days)
    supplier = f" from {profile.supplier_name}" if profile.supplier_name else ""
    return Wait(expected_on, f"{part.noun}, {_working_days(profile.lead_days)}{supplier}")


def _days(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"


def _working_days(days: int) -> str:
    return "1 working day" if days == 1 else f"{days} working days"
