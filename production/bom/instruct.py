"""What is to be done and tested for one configuration: the steps and checks of its bills."""

from collections.abc import Iterable, Mapping

from production.bom.as_ordered import BUY, OPERATIONS, Check, ExplodedLine, Step
from production.bom.choices import Choice
from production.bom.errors import BillError, BillFormatError
from production.bom.lines import Bill


def instruct(
    top: str,
    lines: Iterable[ExplodedLine],
    *,
    bills: Mapping[str, Bill],
    choices: Mapping[str, Choice],
) -> tuple[tuple[Step, ...], tuple[Check, ...]]:
    """The steps by operation, and the checks, of `top` and of all that is made for it.

    What is made comes before what it is built into; a bill that is reached twice speaks once.
    Raises a BillError that says where.
    """
    reached = [bills[part] for part in _made(top, lines) if part in bills]
    steps, checks = [], []
    for bill in reached:
        try:
            steps += _steps(bill, choices)
            checks += _checks(bill, choices)
        except BillError as error:
            raise type(error)(error.what, where=bill.part_number) from error
    codes: dict[str, str] = {}
    for check in checks:
        if check.code in codes:
            raise BillFormatError(
                f"the check {check.code!r} also stands in {codes[check.code]}",
                where=check.part_number,
            )
        codes[check.code] = check.part_number
    steps.sort(key=lambda step: OPERATIONS.index(step.operation))
    return tuple(steps), tuple(checks)


def _made(top: str, lines: Iterable[ExplodedLine]) -> list[str]:
    """The parts that have a bill, what goes into a thing before the thing."""
    begun: list[ExplodedLine] = []
    done: dict[str, None] = {}
    for line in lines:
        while begun and begun[-1].level >= line.level:
            done[begun.pop().part_number] = None
        if line.kind != BUY:
            begun.append(line)
    done |= dict.fromkeys(line.part_number for line in reversed(begun))
    return [*done, top]


def _steps(bill: Bill, choices: Mapping[str, Choice]) -> list[Step]:
    return [
        Step(step.operation, step.text(choices), bill.part_number)
        for step in bill.steps
        if step.condition(choices)
    ]


def _checks(bill: Bill, choices: Mapping[str, Choice]) -> list[Check]:
    return [
        Check(
            code=check.code,
            text=check.text(choices),
            part_number=bill.part_number,
            unit=check.unit,
            at_least=check.at_least,
            at_most=check.at_most,
        )
        for check in bill.checks
        if check.condition(choices)
    ]
