"""Bills as they are written: the lines, steps and checks of every configuration, read strictly."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from production.bom.as_ordered import OPERATIONS, SCRAP_SCALE
from production.bom.errors import BillFormatError, ExpressionError
from production.bom.expression import (
    Condition,
    Quantity,
    Schema,
    Template,
    compile_condition,
    compile_quantity,
    compile_template,
)

ONE = compile_quantity("1")
ALWAYS = compile_condition("")


@dataclass(frozen=True, slots=True)
class PartFacts:
    """What an explosion must know of a part. `kind` is "buy", "make" or "phantom"."""

    kind: str
    is_stocked: bool = False
    is_serial_tracked: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a fixed component, or whatever is chosen in `group`. Exactly one is set.

    `scrap` is in ten-thousandths. Of the lines of a bill that share a name in `alternates` the
    applicable one with the lowest priority is used, and the others that apply may replace it.
    """

    component: str = ""
    group: str = ""
    quantity: Quantity = ONE
    condition: Condition = ALWAYS
    operation: str = "build"
    scrap: int = 0
    setup: int = 0
    effective_from: date | None = None
    effective_until: date | None = None
    alternates: str = ""
    priority: int = 1

    def is_effective(self, on: date) -> bool:
        """Is it in use on that day? The last day counts."""
        return (self.effective_from is None or self.effective_from <= on) and (
            self.effective_until is None or on <= self.effective_until
        )


@dataclass(frozen=True, slots=True)
class BillStep:
    """An instruction for one operation, where its condition holds."""

    operation: str
    text: Template
    condition: Condition = ALWAYS


@dataclass(frozen=True, slots=True)
class BillCheck:
    """Something to be tested, where its condition holds; limits are decimals as text."""

    code: str
    text: Template
    condition: Condition = ALWAYS
    unit: str = ""
    at_least: str | None = None
    at_most: str | None = None


@dataclass(frozen=True, slots=True)
class Bill:
    """The bill of one part, in the order in which things are taken and done."""

    part_number: str
    lines: tuple[Line, ...]
    steps: tuple[BillStep, ...] = ()
    checks: tuple[BillCheck, ...] = ()


def read_line(
    *,
    component: str = "",
    group: str = "",
    quantity_per: str = "1",
    condition: str = "",
    operation: str = "build",
    scrap_factor: Decimal | int = 0,
    setup_quantity: int = 0,
    effective_from: date | None = None,
    effective_until: date | None = None,
    alternates: str = "",
    priority: int = 1,
    schema: Schema | None = None,
    where: str,
) -> Line:
    """A line as it is stored. Raises BillFormatError naming `where`.

    With a schema, expressions may only speak of what is in it.
    """
    if bool(component) == bool(group):
        raise BillFormatError("needs a component or an option group, not both", where=where)
    scrap = scrap_factor * SCRAP_SCALE
    if not 0 <= scrap < SCRAP_SCALE or scrap != int(scrap):
        raise BillFormatError(
            f"the scrap factor must be from 0 to 0.9999, got {scrap_factor}", where=where
        )
    if setup_quantity < 0:
        raise BillFormatError(
            f"the setup quantity must be 0 or more, got {setup_quantity}", where=where
        )
    if effective_from and effective_until and effective_until < effective_from:
        raise BillFormatError("is effective until before it is effective", where=where)
    if schema is not None and group and group not in schema.groups:
        raise BillFormatError(f"takes what is chosen in {group}, which is no group", where=where)
    return Line(
        component=component,
        group=group,
        quantity=_quantity(quantity_per, schema, where),
        condition=_condition(condition, schema, where),
        operation=_operation(operation, where),
        scrap=int(scrap),
        setup=setup_quantity,
        effective_from=effective_from,
        effective_until=effective_until,
        alternates=alternates,
        priority=priority,
    )


def read_step(
    *, operation: str, text: str, condition: str = "", schema: Schema | None = None, where: str
) -> BillStep:
    """An instruction as it is stored. Raises BillFormatError naming `where`."""
    return BillStep(
        operation=_operation(operation, where),
        text=_template(text, schema, where),
        condition=_condition(condition, schema, where),
    )


def read_check(
    *,
    code: str,
    text: str,
    condition: str = "",
    unit: str = "",
    at_least: Decimal | None = None,
    at_most: Decimal | None = None,
    schema: Schema | None = None,
    where: str,
) -> BillCheck:
    """A check as it is stored. Raises BillFormatError naming `where`."""
    if not unit and (at_least is not None or at_most is not None):
        raise BillFormatError("limits need a unit", where=where)
    if at_least is not None and at_most is not None and at_most < at_least:
        raise BillFormatError(f"nothing is at least {at_least} and at most {at_most}", where=where)
    return BillCheck(
        code=code,
        text=_template(text, schema, where),
        condition=_condition(condition, schema, where),
        unit=unit,
        at_least=None if at_least is None else f"{at_least.normalize():f}",
        at_most=None if at_most is None else f"{at_most.normalize():f}",
    )


def _operation(operation: str, where: str) -> str:
    if operation not in OPERATIONS:
        raise BillFormatError(
            f"the operation must be one of {', '.join(OPERATIONS)}; got {operation!r}", where=where
        )
    return operation


def _quantity(text: str, schema: Schema | None, where: str) -> Quantity:
    try:
        return compile_quantity(text, schema)
    except ExpressionError as error:
        raise BillFormatError(f"quantity: {error}", where=where) from error


def _condition(text: str, schema: Schema | None, where: str) -> Condition:
    try:
        return compile_condition(text, schema)
    except ExpressionError as error:
        raise BillFormatError(f"condition: {error}", where=where) from error


def _template(text: str, schema: Schema | None, where: str) -> Template:
    try:
        return compile_template(text, schema)
    except ExpressionError as error:
        raise BillFormatError(f"text: {error}", where=where) from error
