"""A purchase order as a paper that a person likes to read: one card, lines, one thing to do."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from reportlab.lib.units import mm
from reportlab.platypus import (
    Flowable,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from config.money import Money
from config.paper import INK, LINE, QrCode, a4, style, text
from suppliers.models import PurchaseOrder, PurchaseOrderLine

# Columns of figures and dates.
RIGHT = frozenset({"Quantity", "Each", "Amount", "Please by"})
QR_SIZE = 26 * mm


def purchase_order_pdf(
    purchase_order: PurchaseOrder, lines: Sequence[PurchaseOrderLine], confirm_url: str
) -> bytes:
    """The whole document, A4, fonts embedded; the same input gives the same bytes."""
    title = f"Purchase order {purchase_order.number}"
    story = [
        text(title, 22, bold=True),
        Spacer(1, 9 * mm),
        _parties(purchase_order, confirm_url),
        Spacer(1, 8 * mm),
        _lines(purchase_order, lines),
        Spacer(1, 9 * mm),
        *_request(confirm_url),
    ]
    return a4(title, f"{purchase_order.number}, revision {purchase_order.revision}", story)


def _parties(purchase_order: PurchaseOrder, confirm_url: str) -> Table:
    supplier = purchase_order.supplier
    to = [supplier.name, *(supplier.address_lines or [supplier.email])]
    ordered_on = date_format(timezone.localtime(purchase_order.created_at), "j F Y")
    columns = {
        "To": "\n".join(to),
        "Ship to": f"{settings.COMPANY_NAME}\n{settings.COMPANY_ADDRESS}",
        "Ordered": f"{ordered_on}\nrevision {purchase_order.revision}",
    }
    cells = [[text(head, quiet=True), text(words, 10)] for head, words in columns.items()]
    table = Table(
        [[*cells, QrCode(confirm_url, QR_SIZE)]],
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
        text("Please confirm the days, without a login, by the code above or at", 10, bold=True),
        Paragraph(f'<link href="{url}"><u>{url}</u></link>', style(9)),
        Spacer(1, 2 * mm),
        text(
            "Every part is for a machine that a customer has paid for; "
            "an honest later day helps us more than silence.",
            quiet=True,
        ),
    ]


def _lines(purchase_order: PurchaseOrder, lines: Sequence[PurchaseOrderLine]) -> Table:
    def money(minor: int) -> str:
        return f"{Money(minor, purchase_order.currency).decimal:,}"

    heads = ("Line", "Your number", "Part", "Quantity", "Each", "Amount", "Please by")
    rows = [[text(head, 8, quiet=True, right=head in RIGHT) for head in heads]]
    for line in lines:
        mpn = f"\n{line.part.manufacturer} {line.part.mpn}".rstrip()
        rows.append(
            [
                text(str(line.line_number)),
                text(line.sku, 8),
                text(f"{line.description}{mpn}"),
                text(f"{line.quantity}", right=True, bold=True),
                text(money(line.price_minor), right=True),
                text(money(line.price_minor * line.quantity), right=True),
                text(date_format(line.requested_on, "D j M Y"), 8.5, right=True),
            ]
        )
    total = f"{purchase_order.currency} {money(purchase_order.total_minor)}"
    rows.append(["", "", text("Total", bold=True), "", text(total, bold=True, right=True)])
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
