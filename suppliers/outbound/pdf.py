"""A purchase order as a paper that a person likes to read: one card, lines, one thing to do."""

import io
from collections.abc import Sequence
from functools import cache
from xml.sax.saxutils import escape

import segno
from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    Flowable,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from config.money import Money
from suppliers.models import PurchaseOrder, PurchaseOrderLine

INK, INK_2 = HexColor("#1f1c18"), HexColor("#625b51")
LINE, SIGNAL = HexColor("#ddd5c7"), HexColor("#c8371b")
MARGIN = 20 * mm
FRAME_PADDING = 6  # points that reportlab adds inside its margins
# Columns of figures and dates.
RIGHT = frozenset({"Quantity", "Each", "Amount", "Please by"})
QR_SIZE = 26 * mm


@cache
def _fonts() -> None:
    folder = settings.BASE_DIR / "static" / "fonts" / "pdf"
    for name in ("Regular", "SemiBold"):
        pdfmetrics.registerFont(
            TTFont(f"InstrumentSans-{name}", folder / f"InstrumentSans-{name}.ttf")
        )


def _style(
    size: float, *, bold: bool = False, right: bool = False, quiet: bool = False
) -> ParagraphStyle:
    return ParagraphStyle(
        f"{size}{bold}{right}{quiet}",
        fontName=f"InstrumentSans-{'SemiBold' if bold else 'Regular'}",
        fontSize=size,
        leading=size * 1.4,
        textColor=INK_2 if quiet else INK,
        alignment=TA_RIGHT if right else 0,
    )


def _text(text: str, size: float = 9, **style: bool) -> Paragraph:
    return Paragraph(escape(text).replace("\n", "<br/>"), _style(size, **style))


def purchase_order_pdf(
    purchase_order: PurchaseOrder, lines: Sequence[PurchaseOrderLine], confirm_url: str
) -> bytes:
    """The whole document, A4, fonts embedded; the same input gives the same bytes."""
    _fonts()
    out = io.BytesIO()
    title = f"Purchase order {purchase_order.number}"
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=MARGIN - FRAME_PADDING,
        rightMargin=MARGIN - FRAME_PADDING,
        topMargin=30 * mm,
        bottomMargin=22 * mm,
        title=title,
        author="Cartwright",
        invariant=1,
    )
    story = [
        _text(title, 22, bold=True),
        Spacer(1, 9 * mm),
        _parties(purchase_order, confirm_url),
        Spacer(1, 8 * mm),
        _lines(purchase_order, lines),
        Spacer(1, 9 * mm),
        *_request(confirm_url),
    ]

    def frame(canvas: Canvas, _: SimpleDocTemplate) -> None:
        _draw_frame(canvas, purchase_order)

    document.build(story, onFirstPage=frame, onLaterPages=frame)
    return out.getvalue()


def _parties(purchase_order: PurchaseOrder, confirm_url: str) -> Table:
    supplier = purchase_order.supplier
    to = [supplier.name, *(supplier.address_lines or [supplier.email])]
    ordered_on = date_format(timezone.localtime(purchase_order.created_at), "j F Y")
    columns = {
        "To": "\n".join(to),
        "Ship to": f"{settings.COMPANY_NAME}\n{settings.COMPANY_ADDRESS}",
        "Ordered": f"{ordered_on}\nrevision {purchase_order.revision}",
    }
    cells = [[_text(head, quiet=True), _text(text, 10)] for head, text in columns.items()]
    table = Table(
        [[*cells, _QrCode(confirm_url)]],
        colWidths=[52 * mm, 52 * mm, 38 * mm, 28 * mm],
        hAlign="LEFT",
    )
    table.setStyle(
        TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)])
    )
    return table


def _request(confirm_url: str) -> list[Flowable]:
    """What the reader is asked to do."""
    url = escape(confirm_url)
    return [
        _text("Please confirm the days, without a login, by the code above or at", 10, bold=True),
        Paragraph(f'<link href="{url}"><u>{url}</u></link>', _style(9)),
        Spacer(1, 2 * mm),
        _text(
            "Every part is for a machine that a customer has paid for; "
            "an honest later day helps us more than silence.",
            quiet=True,
        ),
    ]


def _lines(purchase_order: PurchaseOrder, lines: Sequence[PurchaseOrderLine]) -> Table:
    def money(minor: int) -> str:
        return f"{Money(minor, purchase_order.currency).decimal:,}"

    heads = ("Line", "Your number", "Part", "Quantity", "Each", "Amount", "Please by")
    rows = [[_text(head, 8, quiet=True, right=head in RIGHT) for head in heads]]
    for line in lines:
        mpn = f"\n{line.part.manufacturer} {line.part.mpn}".rstrip()
        rows.append(
            [
                _text(str(line.line_number)),
                _text(line.sku, 8),
                _text(f"{line.description}{mpn}"),
                _text(f"{line.quantity}", right=True, bold=True),
                _text(money(line.price_minor), right=True),
                _text(money(line.price_minor * line.quantity), right=True),
                _text(date_format(line.requested_on, "D j M Y"), 8.5, right=True),
            ]
        )
    total = f"{purchase_order.currency} {money(purchase_order.total_minor)}"
    rows.append(["", "", _text("Total", bold=True), "", _text(total, bold=True, right=True)])
    widths = [8, 37, 46, 15, 18, 19, 27]
    table = Table(
        [row + [""] * (len(heads) - len(row)) for row in rows],
        colWidths=[width * mm for width in widths],
        repeatRows=1,
        hAlign="LEFT",
    )
    last = len(rows) - 1
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("RIGHTPADDING", (0, 0), (-1, -1), 4),
                ("LINEBELOW", (0, 0), (-1, 0), 0.9, INK),
                ("LINEBELOW", (0, 1), (-1, last - 1), 0.4, LINE),
                ("SPAN", (4, last), (5, last)),
            ]
        )
    )
    return table


class _QrCode(Flowable):
    """A QR code drawn as squares: sharp at any size, a few hundred bytes."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.matrix = [list(row) for row in segno.make(content, error="m", micro=False).matrix]
        self.width = self.height = QR_SIZE

    def draw(self) -> None:
        side = QR_SIZE / len(self.matrix)
        self.canv.setFillColor(INK)
        for y, row in enumerate(self.matrix):
            for x, is_dark in enumerate(row):
                if is_dark:
                    top = QR_SIZE - (y + 1) * side
                    self.canv.rect(x * side, top, side, side, stroke=0, fill=1)


def _draw_frame(canvas: Canvas, purchase_order: PurchaseOrder) -> None:
    """The mark above, the number and the page below."""
    width, height = A4
    canvas.saveState()
    mark = canvas.beginPath()
    x, y, w, h = MARGIN, height - 21 * mm, 5 * mm, 6.6 * mm
    for step, (px, py) in enumerate(((0, 0), (0, h), (w * 0.7, h), (w, h * 0.78), (w, 0)), start=0):
        (mark.moveTo if step == 0 else mark.lineTo)(x + px, y + py)
    mark.close()
    canvas.setFillColor(SIGNAL)
    canvas.drawPath(mark, stroke=0, fill=1)
    canvas.setFillColor(INK)
    canvas.setFont("InstrumentSans-SemiBold", 12)
    canvas.drawString(x + w + 2.5 * mm, y + 1.7 * mm, "Cartwright")
    canvas.setStrokeColor(LINE)
    canvas.line(MARGIN, 16 * mm, width - MARGIN, 16 * mm)
    canvas.setFillColor(INK_2)
    canvas.setFont("InstrumentSans-Regular", 8)
    canvas.drawString(
        MARGIN, 11.5 * mm, f"{purchase_order.number}, revision {purchase_order.revision}"
    )
    canvas.drawRightString(width - MARGIN, 11.5 * mm, f"page {canvas.getPageNumber()}")
    canvas.restoreState()
