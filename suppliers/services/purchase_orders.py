"""Purchase orders on their way: the mail, and what the supplier answers."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from config.audit.services import change_status
from config.locks import lock_rows
from config.mail.models import OutgoingMail
from config.mail.services import Attachment, message_id, queue_mail
from config.rows import rows_of
from production.services.incoming import lock_receipts
from production.services.supply import withdraw_scheduled_receipts
from suppliers.errors import BadPromise, PurchaseOrderClosed
from suppliers.models import PurchaseOrder, PurchaseOrderLine
from suppliers.outbound.csv import purchase_order_csv
from suppliers.outbound.pdf import purchase_order_pdf
from suppliers.selectors import by_token, id_by_token
from suppliers.services.promised_days import Later, promised, put_together, write_down

Status = PurchaseOrder.Status


def confirm_url(purchase_order: PurchaseOrder) -> str:
    """The secret address at which the supplier answers, without a login."""
    path = reverse("suppliers:purchase_order", args=[purchase_order.token])
    return f"{settings.BASE_URL}{path}"


def mail_key(purchase_order: PurchaseOrder, *, revision: int | None = None) -> str:
    """What makes a purchase order's mail that mail: the same key, the same Message-ID."""
    return f"purchase-order-{purchase_order.number}-r{revision or purchase_order.revision}"


def queue_purchase_order_mail(
    *, purchase_order: PurchaseOrder, lines: Sequence[PurchaseOrderLine]
) -> OutgoingMail:
    """Queue the order with its CSV and PDF, rendered once. A revision answers its first mail.

    Lines come with their parts.
    """
    url = confirm_url(purchase_order)
    name = f"{purchase_order.number}-r{purchase_order.revision}"
    first = message_id(mail_key(purchase_order, revision=1))
    return queue_mail(
        key=mail_key(purchase_order),
        about=purchase_order.number,
        to_email=purchase_order.supplier.email,
        template="suppliers/purchase_order",
        context={"purchase_order": purchase_order, "lines": lines, "confirm_url": url},
        attachments=[
            Attachment(f"{name}.csv", "text/csv", purchase_order_csv(purchase_order, lines)),
            Attachment(
                f"{name}.pdf", "application/pdf", purchase_order_pdf(purchase_order, lines, url)
            ),
        ],
        in_reply_to=first if purchase_order.revision > 1 else "",
    )


LINES = """
SELECT purchase_order.number, line.line_number,
       ARRAY(SELECT requirement_id FROM suppliers_pegging WHERE line_id = line.id)
FROM suppliers_purchaseorder AS purchase_order
JOIN suppliers_purchaseorderline AS line ON line.purchase_order_id = purchase_order.id
WHERE purchase_order.id = %s
"""


def lock_orders_of(purchase_order_id: int, *, are_waiting_too: bool = False) -> set[int]:
    """Lock whom a purchase order serves, then its receipts: the first locks of every change.

    The orders that it was bought for and those that have been given pieces since; with
    `are_waiting_too` those that wait for its parts. Planning takes the same locks, so whoever
    holds them sees the purchase order at rest. Returns the orders.
    """
    with connection.cursor() as cursor:
        cursor.execute(LINES, [purchase_order_id])
        rows = cursor.fetchall()
    references: list[str] = []
    for number, line_number, _ in rows:
        line = PurchaseOrderLine(
            purchase_order=PurchaseOrder(number=number), line_number=line_number
        )
        references += line.references
    return lock_receipts(
        references=references,
        requirement_ids={requirement for *_, pegged in rows for requirement in pegged},
        is_for_waiting_too=are_waiting_too,
    )


def check_open(purchase_order: PurchaseOrder) -> None:
    """Raise `PurchaseOrderClosed` where nothing is to come any more."""
    if purchase_order.status not in PurchaseOrder.OPEN:
        state = purchase_order.get_status_display().lower()
        raise PurchaseOrderClosed(f"{purchase_order.number} is {state}; nothing more is to come.")


LINES_OF = "SELECT {columns} FROM {table} WHERE purchase_order_id = %s ORDER BY line_number"


@transaction.atomic
def confirm_purchase_order(
    *, token: str, promises: Mapping[int, date], later: Mapping[int, Later] | None = None
) -> PurchaseOrder:
    """Take the supplier's days: line number → day at our door. Lines not named are unanswered.

    `later`: of these lines, which have a day in `promises` too, some pieces come on a later one.
    What was said before is a no-op; what is new is written down beside the old. Raises
    `NotFound` for a token that is nobody's, `BadPromise` for a line, day or number of pieces that
    cannot be, and `PurchaseOrderClosed` once nothing more is to come.
    """
    order_ids = lock_orders_of(id_by_token(token))
    purchase_order = by_token(token)
    check_open(purchase_order)
    lines = {}
    for line in rows_of(PurchaseOrderLine, LINES_OF, [purchase_order.pk]):
        line.purchase_order = purchase_order
        lines[line.line_number] = line
    was_split = {line.pk for line in lines.values() if line.later_quantity}
    rest = later or {}
    if strangers := set(rest) - set(promises):
        raise BadPromise(f"Line {min(strangers)}: a later day needs a first one beside it.")
    changed = [
        promised(purchase_order, lines, number, day, rest.get(number))
        for number, day in sorted(promises.items())
    ]
    write_down(
        purchase_order,
        [line for line in changed if line is not None],
        was_split=was_split,
        order_ids=order_ids,
    )
    if promises and purchase_order.acknowledged_at is None:
        _acknowledge(purchase_order, f"confirmed {len(promises)} of {len(lines)} lines")
    return purchase_order


def _acknowledge(purchase_order: PurchaseOrder, why: str) -> None:
    lock_rows(PurchaseOrder, [purchase_order.pk])
    purchase_order.acknowledged_at = timezone.now()
    if purchase_order.status != Status.SENT:  # goods came before the word
        purchase_order.save(update_fields=["acknowledged_at"])
        return
    change_status(
        purchase_order,
        to=Status.ACKNOWLEDGED,
        why=why,
        actor=f"supplier:{purchase_order.supplier.code}",
        beside=["acknowledged_at"],
    )


@transaction.atomic
def call_off_purchase_order(*, purchase_order_id: int, why: str, actor: str) -> PurchaseOrder:
    """What has not come will not come: its needs are short again, and the supplier is told.

    An order of which nothing came is cancelled, of which some came is received. Raises
    `PurchaseOrderClosed` when nothing is to come.
    """
    lock_orders_of(purchase_order_id)
    purchase_order = PurchaseOrder.objects.select_related("supplier").get(pk=purchase_order_id)
    check_open(purchase_order)
    lines = list(purchase_order.lines.select_related("part", "purchase_order__supplier"))
    rest = [line for line in lines if line.open_quantity]
    put_together(rest)
    withdraw_scheduled_receipts(references=[line.reference for line in rest])
    lock_rows(PurchaseOrder, [purchase_order.pk])
    has_any = any(line.received_quantity for line in lines)
    state = Status.RECEIVED if has_any else Status.CANCELLED
    change_status(purchase_order, to=state, why=f"the rest is called off: {why}", actor=actor)
    queue_mail(
        key=f"purchase-order-{purchase_order.number}-called-off",
        about=purchase_order.number,
        to_email=purchase_order.supplier.email,
        template="suppliers/called_off",
        context={"purchase_order": purchase_order, "lines": rest, "why": why},
        in_reply_to=message_id(mail_key(purchase_order, revision=1)),
    )
    return purchase_order
