"""Could what is offered be built? Every option's part must be known, and a bill must take it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from configurator.ports import Offered, Unbuildable
from production.bom import Bill, BillError, Line
from production.bom.as_ordered import BUY
from production.bom.lines import AnyOf, Reference
from production.models import Part
from production.services.bills import bills_of


def unbuildable(*, product_slug: str, offered: Sequence[Offered]) -> Sequence[Unbuildable]:
    """The port `configurator.ports.Builder`.

    The product needs a released bill that can be read and asks for no group that the product
    does not have. Every part number must be that of a part, and some line of the bill, however
    deep, must take what is chosen in the option's group.
    """
    with_part = [one for one in offered if one.part_number]
    numbers = {one.part_number for one in with_part}
    known = set(Part.objects.filter(part_number__in=numbers).values_list("part_number", flat=True))
    faults = [
        Unbuildable(f"production knows no part {one.part_number}", one.group, one.option)
        for one in with_part
        if one.part_number not in known
    ]
    try:
        bills, kinds, tops = bills_of(slugs={product_slug}, part_numbers=set())
    except BillError as error:
        return [Unbuildable(f"its bill of material cannot be read: {error}"), *faults]
    if product_slug not in tops:
        return [Unbuildable("it has no released bill of material"), *faults]
    faults += _in_bills(bills, kinds, {one.group for one in offered})
    taken = {line.group for bill in bills.values() for line in bill.lines}
    return faults + [
        Unbuildable(
            f"no line of the bill takes what is chosen in {one.group}", one.group, one.option
        )
        for one in with_part
        if one.part_number in known and one.group not in taken
    ]


def _in_bills(
    bills: Mapping[str, Bill], kinds: Mapping[str, str], groups: set[str]
) -> Iterator[Unbuildable]:
    """What would stop every explosion: groups that are not there, and missing bills."""
    for part_number, kind in kinds.items():
        if kind != BUY and part_number not in bills:
            yield Unbuildable(f"{part_number} is {kind}, but has no released bill")
    for part_number, bill in bills.items():
        asked = dict.fromkeys(group for line in bill.lines for group in _groups_of(line))
        for group in asked:
            if group not in groups:
                yield Unbuildable(
                    f"the bill of {part_number} asks for {group}, a group that it does not have"
                )


def _groups_of(line: Line) -> Iterable[str]:
    if line.group:
        yield line.group
    if line.quantity.of is not None:
        yield line.quantity.of.group
    for condition in line.conditions:
        for compare in condition.options if isinstance(condition, AnyOf) else (condition,):
            yield compare.left.group
            if isinstance(compare.right, Reference):
                yield compare.right.group
