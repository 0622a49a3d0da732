"""Labels for jobs, boxes, parts and bins: one a page, at the size of the roll."""

import io
from collections.abc import Sequence

from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from config.paper import INK, INK_2, draw_qr, load_fonts
from production.selectors.labels import LabelText

WIDTH, HEIGHT = 62 * mm, 36 * mm
PAD, CODE = 3 * mm, 24 * mm
BOLD, PLAIN = "InstrumentSans-SemiBold", "InstrumentSans-Regular"


def labels_pdf(labels: Sequence[LabelText], title: str) -> bytes:
    """A page of 62 × 36 mm for each; the same labels give the same bytes."""
    load_fonts()
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), invariant=1)
    canvas.setTitle(title)
    canvas.setAuthor("Cartwright")
    for label in labels:
        _draw(canvas, label)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _draw(canvas: Canvas, label: LabelText) -> None:
    draw_qr(canvas, label.code, PAD, HEIGHT - PAD - CODE, CODE)
    x = PAD + CODE + PAD
    room = WIDTH - x - PAD
    y = HEIGHT - PAD - 7
    canvas.setFillColor(INK_2)
    canvas.setFont(PLAIN, 7)
    canvas.drawString(x, y, label.kind)
    canvas.setFillColor(INK)
    for line in _broken(label.head, BOLD, 14, room, most=2):
        y -= 15
        canvas.setFont(BOLD, _fitting(line, BOLD, 14, room))
        canvas.drawString(x, y, line)
    y -= 4
    for text in label.lines:
        for line in _broken(text, PLAIN, 7.5, room, most=3):
            y -= 9.5
            if y > PAD:
                canvas.setFont(PLAIN, 7.5)
                canvas.drawString(x, y, line)
    canvas.setFillColor(INK_2)
    canvas.setFont(PLAIN, _fitting(label.code, PLAIN, 6.5, WIDTH - 2 * PAD))
    canvas.drawString(PAD, PAD, label.code)


def _fitting(text: str, font: str, size: float, room: float) -> float:
    """The largest size up to `size` at which a text stays on the label."""
    wide = stringWidth(text, font, size)
    return size if wide <= room else max(4, size * room / wide)


def _broken(text: str, font: str, size: float, room: float, *, most: int) -> list[str]:
    """The words of a text in at most so many lines; what is too long is cut with an ellipsis."""
    lines: list[str] = []
    for word in text.split():
        if lines and stringWidth(f"{lines[-1]} {word}", font, size) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    if len(lines) > most:
        lines = [*lines[: most - 1], f"{lines[most - 1]}…"]
    return lines
