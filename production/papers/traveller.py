"""The traveller on paper: what the machine is, and per operation what to take, do and test."""

from collections.abc import Sequence

from django.utils.formats import date_format
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer, Table, TableStyle

from config.paper import INK, LINE, QrCode, a4, text
from production.bom import Check
from production.selectors.checks import limits_in_words
from production.selectors.travellers import Traveller, TravelOperation
from production.services.scan_codes import Action, action_label, job_label

JOB_CODE, ACTION_CODE = 28 * mm, 14 * mm
NAMES = {"kitting": "Kitting", "build": "Build", "test": "Test", "box": "Boxing"}
TOP_LEFT = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)]


def traveller_pdf(sheet: Traveller) -> bytes:
    """A4; nothing on it says who the customer is."""
    job = sheet.job
    story: list[Flowable] = [
        _head(sheet),
        Spacer(1, 4 * mm),
        text("As ordered", 12, bold=True),
        _chosen(sheet),
    ]
    for operation in sheet.operations:
        story += [Spacer(1, 5 * mm), *_operation(operation)]
        if operation.kind == "test" and sheet.checks:
            story += [Spacer(1, 2 * mm), _checks(sheet.checks)]
    return a4(f"Traveller {job.number}", f"{job.number}, {job.order_line.name}", story)


def _head(sheet: Traveller) -> Table:
    job = sheet.job
    whose = f"{job.order_line.name}, order {sheet.order_number}"
    facts = [f"{whose}, machine {job.unit} of {job.order_line.quantity}"]
    if sheet.promised_on:
        facts.append(f"Promised to ship on {date_format(sheet.promised_on, 'D j F Y')}")
    if job.due_on:
        facts.append(f"Boxed by {date_format(job.due_on, 'D j F Y')}")
    if sheet.hold:
        facts.append(f"ON HOLD: {sheet.hold.reason}")
    words = [text(f"Traveller {job.number}", 22, bold=True), Spacer(1, 3 * mm)]
    words += [text(fact, 10) for fact in facts]
    table = Table(
        [[words, QrCode(job_label(job.number), JOB_CODE)]],
        colWidths=[138 * mm, 32 * mm],
        hAlign="LEFT",
    )
    table.setStyle(TableStyle(TOP_LEFT))
    return table


def _chosen(sheet: Traveller) -> Table:
    rows = [
        [
            text(one.group_name, 8.5, quiet=True),
            text(f"{one.quantity} × {one.name}" if one.quantity > 1 else one.name),
        ]
        for one in sheet.chosen
    ]
    return _lined(rows or [["", ""]], [45, 125])


def _operation(operation: TravelOperation) -> list[Flowable]:
    """Its codes and lines to sign keep together with the first of what is to be done."""
    codes = Table(
        [
            [
                text(NAMES[operation.kind], 14, bold=True),
                _code("Start", Action.START),
                _code("Finish", Action.FINISH),
                text("By ____________________   at ____________", 9, quiet=True),
            ]
        ],
        colWidths=[34 * mm, 30 * mm, 30 * mm, 76 * mm],
        hAlign="LEFT",
    )
    codes.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("LINEABOVE", (0, 0), (-1, 0), 1.2, INK),
            ]
        )
    )
    steps = [text(f"{at}. {step}") for at, step in enumerate(operation.steps, 1)]
    story: list[Flowable] = [KeepTogether([codes, *steps[:2]]), *steps[2:]]
    if operation.parts:
        story += [Spacer(1, 2 * mm), _parts(operation)]
    return story


def _code(word: str, action: Action) -> Table:
    table = Table(
        [[QrCode(action_label(action), ACTION_CODE), text(word, 8, quiet=True)]],
        colWidths=[16 * mm, 14 * mm],
    )
    table.setStyle(
        TableStyle([("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("LEFTPADDING", (0, 0), (-1, -1), 0)])
    )
    return table


def _parts(operation: TravelOperation) -> Table:
    rows: list[list[object]] = []
    for need in operation.parts:
        told = need.part.part_number
        if need.replaces is not None:
            told += f" · in place of {need.replaces.part_number}"
        level = getattr(need.part, "stock_level", None)
        home = level.home_bin.code if level and level.home_bin else ""
        rows.append(
            [
                text(f"{need.quantity} ×", bold=True, right=True),
                [text(need.part.name), text(told, 7.5, quiet=True)],
                text(home, 8.5),
                text("serial ____________________" if need.part.is_serial_tracked else "", 8.5),
            ]
        )
    return _lined(rows, [14, 84, 24, 48])


def _checks(checks: Sequence[Check]) -> Table:
    """The list to test by, with room for what was found."""
    rows: list[list[object]] = []
    for check in checks:
        room = f"____________ {check.unit}" if check.unit else "passed ____   failed ____"
        rows.append([text(check.text), text(limits_in_words(check), 8.5, quiet=True), text(room)])
    return _lined(rows, [80, 42, 48])


def _lined(rows: list[list[object]], widths: Sequence[float]) -> Table:
    table = Table(rows, colWidths=[width * mm for width in widths], hAlign="LEFT")
    table.setStyle(
        TableStyle(
            [
                *TOP_LEFT,
                ("LINEBELOW", (0, 0), (-1, -1), 0.3, LINE),
                ("TOPPADDING", (0, 0), (-1, -1), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
            ]
        )
    )
    return table
