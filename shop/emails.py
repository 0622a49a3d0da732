"""The mails of an order: one at each stage, queued in the transaction that gives reason for it.

Every key is made of the stage and the order, so that a repeated service queues nothing twice.
"""

from typing import Any

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.utils import timezone

from config.mail.models import OutgoingMail
from config.mail.services import message_id, queue_mail
from config.money import Money
from shop.models import Order, Payment, Refund


def queue_order_paid(*, order: Order) -> OutgoingMail:
    """The receipt: what was paid, when it ships and why then, and the link to follow it."""
    return _queue(
        order,
        stage="paid",
        action_label="Follow your order",
        has_lines=True,
        is_first=True,
    )


def queue_payment_under_way(*, payment: Payment) -> OutgoingMail:
    """The bank has been asked; days may pass before the money is here."""
    return _queue(
        payment.order,
        stage="payment_under_way",
        suffix=str(payment.attempt),
        action_label="See your order",
        has_lines=True,
        is_first=True,
    )


def queue_payment_failed(*, payment: Payment) -> OutgoingMail:
    """The bank refused after all: nothing was built, and it can be paid another way."""
    return _queue(
        payment.order,
        stage="payment_failed",
        suffix=str(payment.attempt),
        action_label="Pay another way",
        failure=payment.failure,
    )


def queue_date_moved(*, order: Order, reason: str) -> OutgoingMail:
    """What was promised will not be kept: the customer hears it from us, with the new date."""
    return _queue(
        order,
        stage="date_moved",
        suffix=str(order.likely_ships_on or f"unknown-{timezone.localdate()}"),
        action_label="See what it waits for",
        why=reason,
    )


def queue_kitting_started(*, order: Order) -> OutgoingMail:
    """All parts are here and laid out: from now on nothing can be changed."""
    return _queue(order, stage="kitting_started", action_label="Watch the build")


def queue_order_shipped(*, order: Order) -> OutgoingMail:
    collect_at = workshop_address() if order.shipping_method.is_collected else ""
    return _queue(
        order,
        stage="shipped",
        action_label="See your order",
        shipment=order.shipment,
        collect_at=collect_at,
    )


def queue_order_cancelled(
    *, order: Order, why: str, refund_due: str = "", is_under_way: bool = False
) -> OutgoingMail:
    """`refund_due`: what goes back, in words; `is_under_way`: a bank may still send the money."""
    return _queue(
        order,
        stage="cancelled",
        action_label="See your order",
        why=why,
        refund_due=refund_due,
        is_under_way=is_under_way,
        was_paid=hasattr(order, "clearance") and order.clearance.payment_id is not None,
    )


def queue_refunded(*, refund: Refund) -> OutgoingMail:
    """Money is on its way back: how much, why, and how long banks take."""
    return _queue_about_refund(
        refund,
        stage="refunded",
        lines=[(line.quantity, line.order_line.name) for line in refund.lines.all()],
        is_transfer=refund.way == Refund.Way.TRANSFER,
        is_debit=refund.payment.method not in {"card", "link"},
    )


def queue_refund_failed(*, refund: Refund) -> OutgoingMail | None:
    """What we said is on its way came back. Nobody is told of a refund that they never heard of."""
    order = refund.payment.order
    if not OutgoingMail.objects.filter(key=f"order-refunded-{order.pk}-{refund.pk}").exists():
        return None
    return _queue_about_refund(refund, stage="refund_failed")


def _queue_about_refund(refund: Refund, *, stage: str, **context: Any) -> OutgoingMail:
    return _queue(
        refund.payment.order,
        stage=stage,
        suffix=str(refund.pk),
        action_label="See your order",
        refund=refund,
        amount=Money(refund.amount_minor, refund.currency).format(),
        reason=refund.reason,
        **context,
    )


def _queue(
    order: Order,
    *,
    stage: str,
    action_label: str,
    suffix: str = "",
    has_lines: bool = False,
    is_first: bool = False,
    **context: Any,
) -> OutgoingMail:
    if has_lines:
        prefetch_related_objects([order], "lines", "shipping_method")
    return queue_mail(
        key="-".join(filter(None, (f"order-{stage}", str(order.pk), suffix))),
        about=order.number,
        to_email=order.email,
        template=f"shop/{stage}",
        context={
            "order": order,
            "machine": machine_words(order),
            "total": Money(order.total_minor, order.currency).format(),
            "site_url": settings.BASE_URL,
            "action_url": settings.BASE_URL + order.get_absolute_url(),
            "action_label": action_label,
            **context,
        },
        # A mail reader shows what follows under the receipt.
        in_reply_to="" if is_first else message_id(f"order-paid-{order.pk}"),
    )


def machine_words(order: Order) -> str:
    """How a sentence names what was ordered: "your Atelier", "your 2 machines"."""
    lines = list(order.lines.all())
    if len(lines) == 1 and lines[0].quantity == 1:
        return f"your {lines[0].name}"
    return f"your {sum(line.quantity for line in lines)} machines"


def workshop_address() -> str:
    """Where a customer collects, on one line."""
    return ", ".join(settings.COMPANY_ADDRESS.splitlines())
