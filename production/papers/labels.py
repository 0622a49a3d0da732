"""Labels for jobs, boxes, parts and bins: one a page, at the size of the roll."""

import io
import re
from collections.abc import Sequence

from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from config.paper import INK, INK_2, draw_qr, load_fonts
from production.selectors.labels import LabelText

WIDTH, HEIGHT = 62 * mm, 36 * mm
PAD, CODE = 3 * mm, 24 * mm
# What stays together: up to a hyphen, or a word with the blanks after it.
BREAKS = re.compile(r"[^\s-]*-+|[^\s-]+\s*")
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
    size = 14.0 if len(_broken(label.head, BOLD, 14, room, most=9)) < 3 else 9.5
    for line in _broken(label.head, BOLD, size, room, most=3):
        y -= size + 1
        canvas.setFont(BOLD, _fitting(line, BOLD, size, room))
        canvas.drawString(x, y, line)
    y -= 4
    for text in label.lines:
        for line in _broken(text, PLAIN, 7.5, room, most=3):
            y -= 9.5
            if y > PAD + 8:
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
    for word in BREAKS.findall(text):
        if lines and stringWidth((lines[-1] + word).rstrip(), font, size) <= room:
            lines[-1] += word
        else:
            lines.append(word)
    lines = [line.rstrip() for line in lines]
    if len(lines) > most:
        lines = [*lines[: most - 1], f"{lines[most - 1]}…"]
    return lines
