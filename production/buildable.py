"""Could what is offered be built? Every option's part must be known, and a bill must take it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from django.utils import timezone

from configurator.engine.errors import EngineError
from configurator.engine.ir import Model
from configurator.ports import Offered, Unbuildable
from production.bom import Bill, BillError, PartFacts
from production.bom.as_ordered import BUY
from production.bom.checking import BillQuestions, paths_to, untyped
from production.bom.reachable import Orderable
from production.models import Part
from production.services.reached_bills import Reached, reached_bills


def unbuildable(
    *, product_slug: str, offered: Sequence[Offered], model: Model
) -> Sequence[Unbuildable]:
    """The port `configurator.ports.Builder`.

    The product needs a released bill that can be read and asks for no group that the product
    does not have. Every part number must be that of a part, and some line of the bill, however
    deep, must take what is chosen in the option's group. Where all that holds, the engine is
    asked whether every configuration that could be ordered gives a whole machine.
    """
    with_part = [one for one in offered if one.part_number]
    numbers = {one.part_number for one in with_part}
    known = set(Part.objects.filter(part_number__in=numbers).values_list("part_number", flat=True))
    faults = [
        Unbuildable(f"production knows no part {one.part_number}", one.group, one.option)
        for one in with_part
        if one.part_number not in known
    ]
    today = timezone.localdate()
    try:
        reached = reached_bills(slugs={product_slug}, part_numbers=numbers, on=today)
    except BillError as error:
        return [Unbuildable(f"its bill of material cannot be read: {error}"), *faults]
    if product_slug not in reached.tops:
        return [Unbuildable("it has no released bill of material"), *faults]
    faults += _in_bills(reached.bills, reached.parts, {one.group for one in offered})
    taken = {line.group for bill in reached.bills.values() for line in bill.lines}
    faults += [
        Unbuildable(
            f"no line of the bill takes what is chosen in {one.group}", one.group, one.option
        )
        for one in with_part
        if one.part_number in known and one.group not in taken
    ]
    return faults or _by_configuration(product_slug, offered, model, reached, today)


def _by_configuration(
    product_slug: str, offered: Sequence[Offered], model: Model, reached: Reached, today: date
) -> list[Unbuildable]:
    """Expressions that do not suit the model, and configurations that no bill could be made for.

    Lines that take nothing are not asked for: they may be there for what is on sale now.
    """
    try:
        orderable = Orderable(model, {(o.group, o.option): o.part_number for o in offered})
    except EngineError:
        return []  # the model's own check says what is wrong with it
    top, bills = reached.tops[product_slug], reached.bills
    made = [part for part in bills if paths_to(part, top, bills, orderable.parts_of)]
    found = [fault for part in made for fault in untyped(bills[part], orderable.schema)]
    for part in () if found else made:
        paths = paths_to(part, top, bills, orderable.parts_of)
        questions = BillQuestions(bills[part], paths, orderable)
        found += [fault for fault in questions.dead() if fault.code == "unanswered"]
        found += questions.findings(today)
    return [Unbuildable(f"its bill of material: {fault}") for fault in found if fault.is_blocking]


def _in_bills(
    bills: Mapping[str, Bill], parts: Mapping[str, PartFacts], groups: set[str]
) -> Iterator[Unbuildable]:
    """What would stop every explosion: groups that are not there, and missing bills."""
    for part_number, part in parts.items():
        if part.kind != BUY and part_number not in bills:
            yield Unbuildable(f"{part_number} is {part.kind}, but has no released bill")
    for part_number, bill in bills.items():
        asked = dict.fromkeys(_groups_of(bill))
        for group in asked:
            if group not in groups:
                yield Unbuildable(
                    f"the bill of {part_number} asks for {group}, a group that it does not have"
                )


def _groups_of(bill: Bill) -> Iterator[str]:
    """Every group that the bill asks for, sorted within each line, step and check."""
    for line in bill.lines:
        if line.group:
            yield line.group
        for asked in (line.quantity.references, line.condition.references):
            yield from sorted(reference.group for reference in asked)
    for text, condition in (
        *((step.text, step.condition) for step in bill.steps),
        *((check.text, check.condition) for check in bill.checks),
    ):
        for asked in (text.references, condition.references):
            yield from sorted(reference.group for reference in asked)
