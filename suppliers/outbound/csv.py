"""A purchase order as CSV for machines: exact values, ISO dates, no formatting."""

import csv
import io
from collections.abc import Iterable

from config.money import Money
from suppliers.models import PurchaseOrder, PurchaseOrderLine

COLUMNS = (
    "po_number",
    "revision",
    "line",
    "sku",
    "mpn",
    "description",
    "quantity",
    "unit",
    "unit_price",
    "currency",
    "requested_on",
)


def purchase_order_csv(purchase_order: PurchaseOrder, lines: Iterable[PurchaseOrderLine]) -> bytes:
    """UTF-8, comma, CRLF, one row a line. Part numbers stay text, prices are plain decimals.

    Cells are not prefixed against spreadsheet formulas: this file is for machines, and a prefix
    would corrupt part numbers such as "-12V-FAN".
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for line in lines:
        writer.writerow(
            (
                purchase_order.number,
                purchase_order.revision,
                line.line_number,
                line.sku,
                line.part.mpn,
                line.description,
                line.quantity,
                line.part.unit,
                Money(line.price_minor, purchase_order.currency).decimal,
                purchase_order.currency,
                line.requested_on.isoformat(),
            )
        )
    return out.getvalue().encode()
