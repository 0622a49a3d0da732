"""Purchase orders on their way: the mail, and what the supplier answers."""

from collections.abc import Mapping
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from config.audit.services import change_status
from config.locks import lock_rows
from config.mail.models import OutgoingMail
from config.mail.services import Attachment, message_id, queue_mail
from production.services.supply import record_scheduled_receipt
from suppliers.errors import BadPromise, NotFound
from suppliers.models import PromiseEvent, PurchaseOrder, PurchaseOrderLine
from suppliers.outbound.csv import purchase_order_csv
from suppliers.outbound.pdf import purchase_order_pdf

# A promise further away than this is a slip of the keyboard.
FARTHEST = timedelta(days=365)

OPEN = {
    PurchaseOrder.Status.SENT,
    PurchaseOrder.Status.ACKNOWLEDGED,
    PurchaseOrder.Status.PARTLY_RECEIVED,
}


def confirm_url(purchase_order: PurchaseOrder) -> str:
    """The secret address at which the supplier answers, without a login."""
    path = reverse("suppliers:purchase_order", args=[purchase_order.token])
    return f"{settings.BASE_URL}{path}"


def mail_key(purchase_order: PurchaseOrder) -> str:
    return f"purchase-order-{purchase_order.number}-r{purchase_order.revision}"


def queue_purchase_order_mail(*, purchase_order: PurchaseOrder) -> OutgoingMail:
    """Queue the order with its CSV and PDF, rendered once. A revision answers its first mail."""
    lines = list(purchase_order.lines.select_related("part"))
    url = confirm_url(purchase_order)
    name = f"{purchase_order.number}-r{purchase_order.revision}"
    first_key = f"purchase-order-{purchase_order.number}-r1"
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
        in_reply_to=message_id(first_key) if purchase_order.revision > 1 else "",
    )


@transaction.atomic
def confirm_purchase_order(*, token: str, promises: Mapping[int, date]) -> PurchaseOrder:
    """Take the supplier's dates: line number → day at our door. Lines not named are unanswered.

    Confirming again replaces the dates of the lines it names. Raises `NotFound` for a token that
    is nobody's, `BadPromise` for a line or date that cannot be, `IllegalTransition` once the
    order is received or cancelled.
    """
    purchase_order = PurchaseOrder.objects.filter(token=token).select_related("supplier").first()
    if purchase_order is None:
        raise NotFound("This link names no purchase order.")
    lines = {line.line_number: line for line in purchase_order.lines.all()}
    for number, promised_on in promises.items():
        _check_promise(purchase_order, lines, number, promised_on)
    for number, promised_on in promises.items():
        _promise(purchase_order, lines[number], promised_on)
    (locked,) = lock_rows(PurchaseOrder, [purchase_order.pk])
    if locked.status not in OPEN:
        raise BadPromise(f"{locked.number} is {locked.get_status_display().lower()}.")
    if locked.status == PurchaseOrder.Status.SENT and promises:
        change_status(
            locked, to=PurchaseOrder.Status.ACKNOWLEDGED,
            why=f"confirmed {len(promises)} of {len(lines)} lines",
            actor=f"supplier:{purchase_order.supplier.code}",
        )  # fmt: skip
        locked.acknowledged_at = timezone.now()
        locked.save(update_fields=["acknowledged_at"])
    return locked


def _check_promise(
    purchase_order: PurchaseOrder,
    lines: Mapping[int, PurchaseOrderLine],
    number: int,
    promised_on: date,
) -> None:
    if number not in lines:
        raise BadPromise(f"{purchase_order.number} has lines 1 to {len(lines)}, got {number}.")
    today = timezone.localdate()
    if not today <= promised_on <= today + FARTHEST:
        raise BadPromise(
            f"Line {number}: expected a day from {today} to {today + FARTHEST}, got {promised_on}."
        )


def _promise(purchase_order: PurchaseOrder, line: PurchaseOrderLine, promised_on: date) -> None:
    """Write down what was said, and pass it on to planning."""
    record_scheduled_receipt(
        reference=line.reference,
        part_id=line.part_id,
        quantity=line.quantity,
        due_on=promised_on,
        supplier_name=purchase_order.supplier.name,
        pegs=list(line.peggings.order_by("pk").values_list("requirement_id", "quantity")),
        is_confirmed=True,
    )
    PromiseEvent.objects.create(line=line, promised_on=promised_on, quantity=line.quantity)
    line.promised_on = promised_on
    line.save(update_fields=["promised_on"])
