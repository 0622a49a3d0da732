"""What is ordered, made and bought, wrongly."""

import time
from collections import Counter
from typing import Any

from tests.storm.bugs.bug import Bug
from tests.storm.bugs.replacing import replace, right_one, set_constant
from tests.storm.world import Faults


def _ordered_twice() -> None:
    """The second click does not wait for the first, and neither sees the other's order."""

    def wrong(right: Any) -> Any:
        def lock_rows(model: Any, keys: Any) -> Any:
            rows = list(model.objects.filter(pk__in=keys).order_by("pk"))
            time.sleep(0.3)
            return rows

        return lock_rows

    def moment(right: Any) -> Any:
        def review_cart(cart: Any) -> Any:
            lines = right(cart)
            time.sleep(0.3)  # in which the other click has read the same cart
            return lines

        return review_cart

    replace("shop.services.checkout:lock_rows", wrong, only_there=True)
    replace("shop.services.checkout:review_cart", moment, only_there=True)


def _planned_twice() -> None:
    def wrong(right: Any) -> Any:
        return lambda order: [machine for machine in right(order) for _ in range(2)]

    replace("production.services.planning:_machines", wrong)


def _part_is_forgotten() -> None:
    # Of a machine with all that it takes, and of one that gets sub-assemblies from the shelf.
    replace("production.bom.as_ordered:_summed", lambda right: lambda wanted: right(wanted)[:-1])


def _levels_are_read_and_written() -> None:
    """Read, compute, write, as one does it the first time; and nobody holds the rows meanwhile."""

    def rewritten(right: Any) -> Any:
        from production.models import StockLevel

        def write(machines: Any, outlook: Any) -> None:
            promised: Counter[int] = Counter()
            for need in (need for machine in machines for need in machine.needs):
                promised[need.supply.part_id] += need.from_stock
            levels = list(StockLevel.objects.filter(pk__in=promised).order_by("pk"))
            time.sleep(0.5)
            right(machines, outlook)
            for level in levels:
                level.allocated += promised[level.pk]
                level.save(update_fields=["allocated"])

        return write

    free_supply = "production.services.free_supply:FREE_SUPPLY"
    set_constant(free_supply, right_one(free_supply).replace("FOR UPDATE", "--"))
    replace("production.services.plan_rows:write", rewritten)


def _cancelled_work_goes_on() -> None:
    replace("production.services.cancelling:cancel_jobs", lambda right: lambda *, order_id: None)


def _base_price_is_forgotten() -> None:
    def wrong(right: Any) -> Any:
        from configurator.selectors import price_lines

        def recomputed_minor(line: Any) -> int:
            first, *rest = price_lines(line.configuration)
            return sum(one.amount_minor for one in rest) or first.amount_minor

        return recomputed_minor

    replace("shop.services.checkout:recomputed_minor", wrong)


BUGS = (
    Bug(
        name="ordered_twice",
        sentence="A double click makes two orders, and no constraint stops it.",
        catches=("I11",),
        patch=_ordered_twice,
        faults=Faults(),
        orders=20,
        sql=("ALTER TABLE shop_order DROP CONSTRAINT shop_order_checkout_key_key",),
    ),
    Bug(
        name="planned_twice",
        sentence="Each machine is planned twice, and no constraint stops it.",
        catches=("I2", "I4"),
        patch=_planned_twice,
        faults=Faults(),
        orders=6,
        sql=("DROP INDEX job_once_per_unit",),
    ),
    Bug(
        name="part_is_forgotten",
        sentence="The last part of a bill is not asked for.",
        catches=("I4",),
        patch=_part_is_forgotten,
        faults=Faults(),
        orders=6,
    ),
    Bug(
        name="levels_are_read_and_written",
        sentence="Stock is read, reckoned and written back, instead of changed where it stands.",
        catches=("I6",),
        patch=_levels_are_read_and_written,
        faults=Faults(duplicate=0.1),
        orders=20,
    ),
    Bug(
        name="cancelled_work_goes_on",
        sentence="Production is not told to stop what was cancelled.",
        catches=("I2",),
        patch=_cancelled_work_goes_on,
        faults=Faults(),
        orders=30,
    ),
    Bug(
        name="base_price_is_forgotten",
        sentence="An order costs its options alone.",
        catches=("I7",),
        patch=_base_price_is_forgotten,
        faults=Faults(),
        orders=6,
    ),
)
