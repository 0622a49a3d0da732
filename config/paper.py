"""The house's hand on paper: fonts, text, tables, codes and the frame of a page."""

import io
from collections.abc import Sequence
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from django.conf import settings
from reportlab import rl_config
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate

from config.qr import qr

INK, INK_2 = HexColor("#1f1c18"), HexColor("#625b51")
LINE, SIGNAL = HexColor("#ddd5c7"), HexColor("#c8371b")
MARGIN = 20 * mm
FRAME_PADDING = 6  # points that reportlab adds inside its margins
# Nobody carries papers over a wire of seven bits: a fifth smaller, and sooner written.
rl_config.useA85 = 0


@cache
def load_fonts() -> None:
    folder = settings.BASE_DIR / "static" / "fonts" / "pdf"
    for name in ("Regular", "SemiBold"):
        pdfmetrics.registerFont(
            TTFont(f"InstrumentSans-{name}", folder / f"InstrumentSans-{name}.ttf")
        )


@cache
def style(
    size: float, *, bold: bool = False, right: bool = False, quiet: bool = False
) -> ParagraphStyle:
    load_fonts()
    return ParagraphStyle(
        f"{size}{bold}{right}{quiet}",
        fontName=f"InstrumentSans-{'SemiBold' if bold else 'Regular'}",
        fontSize=size,
        leading=size * 1.4,
        textColor=INK_2 if quiet else INK,
        alignment=TA_RIGHT if right else 0,
    )


def text(words: str, size: float = 9, **look: bool) -> Paragraph:
    return Paragraph(escape(words).replace("\n", "<br/>"), style(size, **look))


class QrCode(Flowable):
    """A QR code drawn as squares, `size` points wide: a few hundred bytes."""

    def __init__(self, content: str, size: float) -> None:
        super().__init__()
        self.code = qr(content)
        self.width = self.height = size

    def draw(self) -> None:
        draw_qr(self.canv, self.code.content, 0, 0, self.width)


def draw_qr(canvas: Canvas, content: str, x: float, y: float, size: float) -> None:
    """Draw a code with its lower left corner at x, y."""
    code = qr(content)
    side = size / code.side
    canvas.saveState()
    canvas.setFillColor(INK)
    canvas.transform(side, 0, 0, -side, x, y + size)
    runs = [f"{column} {row} {length} 1 re" for column, row, length in code.runs]
    canvas.addLiteral(" ".join([*runs, "f"]))
    canvas.restoreState()


def a4(title: str, foot: str, story: Sequence[Flowable]) -> bytes:
    """A document of A4 pages in the frame of the house; the same input gives the same bytes."""
    load_fonts()
    out = io.BytesIO()
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

    def frame(canvas: Canvas, _: Any) -> None:
        draw_frame(canvas, foot)

    document.build(list(story), onFirstPage=frame, onLaterPages=frame)
    return out.getvalue()


def draw_frame(canvas: Canvas, foot: str) -> None:
    """The mark above, `foot` and the page below."""
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
    canvas.drawString(MARGIN, 11.5 * mm, foot)
    canvas.drawRightString(width - MARGIN, 11.5 * mm, f"page {canvas.getPageNumber()}")
    canvas.restoreState()
