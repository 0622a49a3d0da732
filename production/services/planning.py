"""From cleared orders to jobs and pegged requirements: explode, net, peg. Exactly once.

However many orders and parts there are, the number of statements is the same.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from django.db import connection, transaction
from django.utils import timezone

from config.locks import lock_rows
from config.outbox.bus import publish_all
from production.bom import Need, Snapshot, net_needs
from production.bom.netting import take
from production.errors import BillIncomplete, NotCleared
from production.events import MaterialRequired
from production.services import bills, plan_rows
from production.services.free_supply import PartSupply, lock_free_supply
from production.services.plan_outlook import PlannedOutlook, planned_outlook
from production.services.planned import Machine, NetNeeds, PlannedNeed, Shelf
from shop.models import Order
from shop.services import fulfilment

LINES = """
SELECT line.id, line.order_id, line.quantity, configuration.sha256, clearance.cleared_at,
       EXISTS (SELECT FROM production_assemblyjob WHERE clearance_id = line.order_id)
FROM shop_orderline AS line
JOIN configurator_configuration AS configuration ON configuration.id = line.configuration_id
LEFT JOIN shop_paymentclearance AS clearance ON clearance.order_id = line.order_id
WHERE line.order_id = ANY (%s)
ORDER BY line.id
"""


def plan_order(*, order_id: int) -> None:
    """Make one job for every machine of a released order, and say what its parts are.

    See `plan_orders`.
    """
    plan_orders(order_ids=[order_id])


@transaction.atomic
def plan_orders(*, order_ids: Collection[int]) -> None:
    """Make a job for every machine of these released orders, and peg its parts: all or nothing.

    Idempotent: the orders' rows are locked, and an order that has jobs, or that was cancelled, is
    left alone; the database lets a unit have one job. Made sub-assemblies that lie on the shelf
    are taken before they are made. Free pieces on the shelf go first, then free pieces on their
    way, both to the earliest promise, then to the earliest payment; what is short is announced by
    `MaterialRequired`. Raises `NotCleared` and `BillIncomplete`, naming the order.
    """
    orders = lock_rows(Order, order_ids)
    machines = _machines(orders)
    if not machines:
        return
    today = timezone.localdate()
    _net(machines, bills.snapshots((one.configuration_sha256 for one in machines), on=today))
    outlook = planned_outlook(machines, today)
    plan_rows.write(machines, outlook)
    planned = list({machine.order.pk: machine.order for machine in machines}.values())
    _tell_shop(planned, machines, outlook)
    publish_all([MaterialRequired(order_id=order.pk) for order in planned])


def _machines(orders: Iterable[Order]) -> list[Machine]:
    """Every machine of the orders that are to be planned, the first to be served first."""
    wanted = {order.pk: order for order in orders if order.status != Order.Status.CANCELLED}
    with connection.cursor() as cursor:
        cursor.execute(LINES, [list(wanted)])
        lines = cursor.fetchall()
    numbers: dict[int, int] = {}
    found = []
    for line_id, order_id, quantity, sha256, cleared_at, is_planned in lines:
        order = wanted[order_id]
        if cleared_at is None:
            raise NotCleared(f"{order.number}: its payment has not cleared; nothing may be made.")
        if is_planned:
            continue
        first = order.promised_ships_on or order.likely_ships_on or date.max
        for unit in range(1, quantity + 1):
            numbers[order_id] = number = numbers.get(order_id, 0) + 1
            machine = Machine(order, line_id, sha256, unit, f"{order.number}-{number}")
            found.append(((first, cleared_at, order_id, number), machine))
    return [machine for _, machine in sorted(found, key=lambda it: it[0])]


def _net(machines: Sequence[Machine], snapshots: Mapping[str, Snapshot]) -> None:
    """Give every machine what is free of what it needs, in the order of the machines."""
    numbers = {need.part_number for one in snapshots.values() for need in one.needs}
    numbers |= {
        line.part_number for one in snapshots.values() for line in one.lines if line.is_stocked
    }
    supplies = {one.part_number: one for one in lock_free_supply(part_numbers=numbers)}
    found: dict[str, list[NetNeeds]] = {}
    for machine in machines:
        snapshot = snapshots[machine.configuration_sha256]
        try:
            needs = _needs(snapshot, supplies, found)
            machine.needs = [_serve(need, supplies) for need in needs]
        except KeyError as missing:
            raise BillIncomplete(
                f"{machine.order.number}: there is no part {missing.args[0]}."
            ) from missing
        machine.snapshot_sha256 = snapshot.sha256


def _needs(
    snapshot: Snapshot, supplies: Mapping[str, PartSupply], found: dict[str, list[NetNeeds]]
) -> Iterable[Need]:
    """What one machine takes: of a stocked sub-assembly what lies there, of the rest its parts.

    `found` remembers what came of it when as many lay there: seldom anything else does.
    """
    if not snapshot.has_stocked:
        return snapshot.needs
    shelf = Shelf(supplies)
    for known in found.get(snapshot.sha256, ()):
        if all(shelf.take(part, wanted) == taken for part, wanted, taken in known.asked):
            return known.needs
        shelf = Shelf(supplies)
    needs = net_needs(snapshot.lines, shelf.take)
    found.setdefault(snapshot.sha256, []).append(NetNeeds(shelf.asked, needs))
    return needs


def _serve(need: Need, supplies: Mapping[str, PartSupply]) -> PlannedNeed:
    supply, quantity = supplies[need.part_number], need.quantity
    if supply.shelf >= quantity:  # as `take`, without its detours
        supply.shelf -= quantity
        return PlannedNeed(supply, quantity, need.operation, quantity)
    from_stock, coming = take(supply, quantity)
    return PlannedNeed(supply, quantity, need.operation, from_stock, coming)


def _tell_shop(
    orders: Sequence[Order], machines: Sequence[Machine], outlook: PlannedOutlook
) -> None:
    fulfilment.start_planned(
        orders=orders,
        dates=outlook.dates,
        parts={(one.line_id, one.unit): outlook.parts[one.number] for one in machines},
    )
