"""The walk on paper: jobs with their slots, then bin after bin what goes into which."""

from collections.abc import Sequence

from django.utils import timezone
from django.utils.formats import date_format
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer, Table, TableStyle

from config.paper import INK, LINE, QrCode, a4, text
from production.selectors.pick_lists import PickList, Slot, WalkLine
from production.services.scan_codes import job_label, part_label

JOB_CODE, PART_CODE, BOX = 17 * mm, 11 * mm, 5 * mm
MOST_NAMED = 6  # up to so many jobs each amount names its job; a longer list names the slot alone


def pick_list_pdf(cart: PickList) -> bytes:
    """A4; what is picked already is left out."""
    title = "Pick list"
    printed = date_format(timezone.localtime(), "j F Y, H:i")
    lines = [line for line in cart.lines if line.left]
    story: list[Flowable] = [
        text(title, 22, bold=True),
        Spacer(1, 5 * mm),
        _slots(cart.slots),
        Spacer(1, 6 * mm),
        _walk(lines, is_named=len(cart.slots) <= MOST_NAMED),
    ]
    if not lines:
        story.append(text("Everything is picked.", 10))
    return a4(title, f"{title}, {len(cart.slots)} jobs, printed {printed}", story)


def _slots(slots: Sequence[Slot]) -> Table:
    """Two jobs a row: slot, code, number and machine."""
    cells: list[list[object]] = []
    for slot in slots:
        told = f"On hold: {slot.reason}" if slot.cause else slot.machine
        words = [text(slot.number, 11, bold=True), text(told, 8, quiet=True)]
        code = QrCode(job_label(slot.number), JOB_CODE)
        cells.append([text(str(slot.place), 20, bold=True), code, words])
    cells += [["", "", ""]] * (len(cells) % 2)
    rows = [[*cells[at], *cells[at + 1]] for at in range(0, len(cells), 2)] or [[""] * 6]
    half = [12 * mm, 21 * mm, 52 * mm]
    table = Table(rows, colWidths=half * 2, hAlign="LEFT")
    table.setStyle(
        TableStyle([("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("LEFTPADDING", (0, 0), (-1, -1), 0)])
    )
    return table


def _walk(lines: Sequence[WalkLine], *, is_named: bool) -> Table:
    heads = ("Bin", "Pieces", "Part", "Into slot", "", "Done")
    rows: list[list[object]] = [[text(head, 8, quiet=True) for head in heads]]
    rules = []
    last = None
    for place, line in enumerate(lines, 1):
        is_new = line.bin != last
        last = line.bin
        rules.append(("LINEABOVE", (0, place), (-1, place), 0.9 if is_new else 0.3,
                      INK if is_new else LINE))  # fmt: skip
        rows.append(
            [
                text(line.bin or "in no bin", 11, bold=True) if is_new else "",
                text(str(line.left), 12, bold=True),
                [text(line.part.name), text(_details(line), 7.5, quiet=True)],
                text(_puts(line, is_named=is_named), 9, bold=not is_named),
                QrCode(part_label(line.part.part_number), PART_CODE),
                _Box(),
            ]
        )
    widths = [25, 14, 65, 38, 16, 12]
    table = Table(rows, colWidths=[width * mm for width in widths], repeatRows=1, hAlign="LEFT")
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                # A code needs white around it.
                ("TOPPADDING", (0, 1), (-1, -1), 5),
                ("BOTTOMPADDING", (0, 1), (-1, -1), 5),
                *rules,
            ]
        )
    )
    return table


class _Box(Flowable):
    """A box to tick."""

    def __init__(self) -> None:
        super().__init__()
        self.width = self.height = BOX

    def draw(self) -> None:
        self.canv.setStrokeColor(INK)
        self.canv.rect(0, 0, BOX, BOX, stroke=1, fill=0)


def _details(line: WalkLine) -> str:
    """What is to be known of a line before the hand goes into the bin."""
    told = [line.part.part_number]
    if line.short:
        told.append(f"{line.short} short")
    if line.instead_of:
        told.append(f"substitute for {line.instead_of}")
    if line.part.is_serial_tracked:
        told.append("serial number")
    if len(line.part.bins) > 1:
        told.append(f"then {', '.join(line.part.bins[1:3])}")
    return " · ".join(told)


def _puts(line: WalkLine, *, is_named: bool) -> str:
    takes = [take for take in line.takes if take.left]
    if is_named:
        return "\n".join(
            f"{take.left} for {take.slot.number} ({take.slot.place})" for take in takes
        )
    return ", ".join(f"{take.slot.place}: {take.left}" for take in takes)
