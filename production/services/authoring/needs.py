"""What one configuration needs: exploded by the bills as they are, or with a draft among them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from configurator.models import Configuration, ModelVersion
from configurator.selectors import configuration_by_code
from production.bom import BillError, ExplodedLine, explode, instruct, needs
from production.errors import BillIncomplete
from production.models import Part
from production.selectors.bills_costs import Cost, total
from production.services.bills import choices_of
from production.services.reached_bills import reached_bills
from shop.models import Order, OrderLine

LONGEST_CODE = 12


@dataclass(frozen=True, slots=True)
class NeededPart:
    """So much of one bought part. `before` is what it takes without the draft; None: no draft."""

    part: Part
    quantity: int
    operation: str
    each_minor: Decimal | None
    free: int
    before: int | None = None

    @property
    def cost(self) -> Cost:
        if self.each_minor is None:
            return Cost(unknown=1 if self.quantity else 0)
        return Cost(self.each_minor * self.quantity)

    @property
    def short(self) -> int:
        return max(0, self.quantity - self.free)

    @property
    def is_different(self) -> bool:
        return self.before is not None and self.before != self.quantity


@dataclass(frozen=True, slots=True)
class ExplodedBill:
    """What a number of machines need. `lines` are every level, `names` of the parts in them."""

    needed: tuple[NeededPart, ...]
    lines: tuple[ExplodedLine, ...]
    names: Mapping[str, str]
    steps: int
    checks: int

    @property
    def cost(self) -> Cost:
        return total(one.cost for one in self.needed)

    @property
    def short(self) -> int:
        """Parts of which not enough lie free."""
        return sum(one.short > 0 for one in self.needed)


def what_is_needed(
    *,
    version: ModelVersion,
    choices: Mapping[str, str],
    machines: int,
    on: date,
    draft_id: int | None = None,
) -> ExplodedBill:
    """Explode complete choices; nothing is stored. With a draft as if it were released.

    Everything is made: what lies there of stocked sub-assemblies is not taken into account.
    Raises BillIncomplete.
    """
    lines, steps, checks = _exploded(version, choices, on, draft_id)
    before: dict[str, int] | None = None
    if draft_id is not None:
        try:
            before = {one.part_number: one.quantity for one in needs(_exploded(
                version, choices, on, None
            )[0])}  # fmt: skip
        except BillIncomplete:
            before = None  # there is no released bill yet
    wanted = {one.part_number: one for one in needs(lines)}
    numbers = {*wanted, *(before or ()), *(line.part_number for line in lines)}
    parts = {
        part.part_number: part
        for part in Part.objects.filter(part_number__in=numbers).select_related(
            "stock_level", "supply_profile"
        )
    }
    needed = [
        NeededPart(
            part=parts[number],
            quantity=machines * (wanted[number].quantity if number in wanted else 0),
            operation=wanted[number].operation if number in wanted else "",
            each_minor=cost_of(parts[number]),
            free=parts[number].free_quantity,
            before=None if before is None else machines * before.get(number, 0),
        )
        for number in dict.fromkeys([*wanted, *(before or ())])
    ]
    names = {number: part.name for number, part in parts.items()}
    return ExplodedBill(tuple(needed), lines, names, steps, checks)


def _exploded(
    version: ModelVersion, choices: Mapping[str, str], on: date, draft_id: int | None
) -> tuple[tuple[ExplodedLine, ...], int, int]:
    slug = version.product_model.slug
    chosen = choices_of(version, choices)
    try:
        reached = reached_bills(
            slugs=[slug],
            part_numbers={choice.part_number for choice in chosen.values()},
            on=on,
            draft_id=draft_id,
        )
        if slug not in reached.tops:
            raise BillIncomplete(f"The product {slug} has no released bill of material.")
        top, bills = reached.tops[slug], reached.bills
        lines = explode(top, bills=bills, parts=reached.parts, choices=chosen, on=on)
        steps, checks = instruct(top, lines, bills=bills, choices=chosen)
    except BillError as error:
        raise BillIncomplete(str(error)) from error
    return lines, len(steps), len(checks)


def cost_of(part: Part) -> Decimal | None:
    """What one costs: on average so far, else by standard, else as the supplier asks."""
    level = getattr(part, "stock_level", None)
    profile = getattr(part, "supply_profile", None)
    known = (
        level.average_cost_minor if level else None,
        part.standard_cost_minor,
        profile.price_minor if profile else None,
    )
    return next((Decimal(cost) for cost in known if cost is not None), None)


def configurations_named(text: str) -> list[Configuration]:
    """What somebody pasted: a share code, a configuration's address, or an order's number.

    An order gives the configuration of each of its lines. Raises UnknownConfiguration.
    """
    words = [word for word in text.strip().split("?")[0].split("/") if word]
    last = words[-1] if words else ""
    lines = OrderLine.objects.filter(order__in=Order.objects.filter(number__iexact=last))
    found = [
        line.configuration
        for line in lines.select_related("configuration__version__product_model").defer(
            "configuration__version__ir"
        )
    ]
    return list({one.pk: one for one in found}.values()) or [
        configuration_by_code(last[: 2 * LONGEST_CODE])
    ]
