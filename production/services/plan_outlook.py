"""When planned machines are likely to ship, and what their customers see of the parts.

What `outlook` reads back from the database later, here from what planning still has in hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from config.calendar import add_working_days
from production.expecting import last_piece_on
from production.promising import ShipDate, ToMake, Wait, nobody_works, ship_date, wait_for
from production.promising import morning_after as morning_after_it_comes
from production.scheduling import NoWorkingTime, Plant
from production.selectors.plant import plant_now
from production.services.planned import Machine, PlannedNeed
from shop.models import TrackedPart
from shop.services.tracked_parts import TrackedPartFacts

State = TrackedPart.State


@dataclass(slots=True)
class PlannedOutlook:
    """By job number: the day of the last part (None: unknown) and the parts; by order: the date."""

    parts_due_on: dict[str, date | None] = field(default_factory=dict)
    parts: dict[str, list[TrackedPartFacts]] = field(default_factory=dict)
    dates: dict[int, ShipDate] = field(default_factory=dict)


def planned_outlook(machines: Sequence[Machine], today: date) -> PlannedOutlook:
    """The outlook of machines in the order in which they will be built. One statement."""
    plant = plant_now().plant
    found = PlannedOutlook()
    waits: dict[int, list[Wait | None]] = {}
    for machine in machines:
        expected = {
            index: _expected_on(need, today)
            for index, need in enumerate(machine.needs)
            if need.from_stock < need.quantity
        }
        found.parts_due_on[machine.number] = _last(list(expected.values()), today)
        found.parts[machine.number] = [
            _facts(need, position_in_bill, expected.get(position_in_bill))
            for position_in_bill, need in enumerate(machine.needs)
            if need.supply.is_tracked
        ]
        decisive = _decisive(machine, expected, today) if expected else None
        waits.setdefault(machine.order.pk, []).append(decisive)
    for order_id, of_order in waits.items():
        found.dates[order_id] = _date(plant, of_order, today)
    return found


def _date(plant: Plant, waits: Sequence[Wait | None], today: date) -> ShipDate:
    try:
        machines = [ToMake(morning_after_it_comes(plant, it, today), wait=it) for it in waits]
    except NoWorkingTime as closed:
        return ShipDate(None, nobody_works(closed))
    return ship_date(plant, machines, today)


def _expected_on(need: PlannedNeed, today: date) -> date | None:
    # Mostly nothing is on its way, and this is asked of every line of every machine.
    days = [need.supply.due[receipt][0] for receipt, _ in need.coming] if need.coming else ()
    return last_piece_on(
        max((day for day in days if day), default=None) if days else None,
        is_undated=None in days,
        is_all_on_order=bool(days) and not need.short,
        lead_days=need.supply.lead_days,
        today=today,
    )


def _last(days: Sequence[date | None], today: date) -> date | None:
    if not days:
        return add_working_days(today, 0)
    return None if None in days else max(day for day in days if day)


def _decisive(machine: Machine, expected: dict[int, date | None], today: date) -> Wait:
    """What a machine waits for longest; nothing is longer than not knowing."""
    unknown = [index for index, day in expected.items() if day is None]
    index = unknown[0] if unknown else max(expected, key=lambda it: expected[it] or date.min)
    need = machine.needs[index]
    return wait_for(need.supply.part, expected[index], _seller(need), today)


def _seller(need: PlannedNeed) -> str:
    sent = [need.supply.due[receipt][1] for receipt, _ in need.coming]
    return max(sent, default="") or need.supply.supplier_name


def _facts(need: PlannedNeed, position: int, expected_on: date | None) -> TrackedPartFacts:
    supply = need.supply
    state, due_on, seller = State.RESERVED, None, ""
    if need.from_stock < need.quantity:
        state = State.NEEDED if need.short else State.ON_ORDER
        if state == State.ON_ORDER:
            due_on, seller = expected_on, _seller(need)
    return TrackedPartFacts(
        part_number=supply.part_number,
        name=supply.name,
        quantity=need.quantity,
        state=state,
        due_on=due_on,
        supplier_name=seller,
        position=position,
    )
