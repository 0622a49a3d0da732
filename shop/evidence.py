"""What our own records say for us when a bank asks: each with where it stands, and for the bank.

Only what was written down when it happened; nothing is made up for the occasion.
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format

from config.audit.models import StateChange
from config.mail.models import OutgoingMail
from config.money import Money
from configurator.selectors import chosen_options
from shop.models import Dispute, Order, Shipment

LONGEST_ANSWER = 20_000  # characters of one field, as Stripe takes them


@dataclass(frozen=True, slots=True)
class Evidence:
    """One record. `field`: Stripe's name for it; "" where it goes into our words instead."""

    title: str
    text: str
    field: str = ""


def evidence_of(dispute: Dispute) -> list[Evidence]:
    """Our records about a disputed payment, in the order in which a bank reads them."""
    order = dispute.payment.order
    found = [
        Evidence("Customer", order.name, "customer_name"),
        Evidence("E-mail", order.email, "customer_email_address"),
        Evidence("Machines", _machines(order), "product_description"),
        Evidence("Sent to", _address(order), "shipping_address"),
        *_shipment(order),
        *_promise(order),
        *_mails(order),
    ]
    return [one for one in found if one.text]


def fields_of(records: list[Evidence]) -> dict[str, str]:
    """The records as Stripe's fields of evidence."""
    return {one.field: one.text[:LONGEST_ANSWER] for one in records if one.field}


def suggested_words(dispute: Dispute) -> str:
    """A first draft of what we tell the bank: what happened, day by day, as it was written down."""
    order = dispute.payment.order
    paid = Money(dispute.payment.captured_minor or order.total_minor, order.currency).format()
    lines = [
        f"Order {order.number}, {paid}, placed on {_day(order.placed_at)} by {order.name}.",
        "It was configured by the customer, paid in full, and then built to order.",
        "",
        *(f"{_day(change.at)}: {_happened(change)}" for change in _stages(order)),
        *(f"{_day(mail.done_at)}: told by mail, “{mail.subject}”" for mail in _sent(order)),
    ]
    return "\n".join(lines)[:LONGEST_ANSWER]


def _machines(order: Order) -> str:
    lines = []
    for line in order.lines.select_related("configuration__version__product_model"):
        lines.append(
            f"{line.quantity} × {line.name} (configuration {line.configuration.share_code})"
        )
        lines += [
            f"  {it.group_name}: {f'{it.quantity} × ' if it.quantity > 1 else ''}{it.name}"
            for it in chosen_options(line.configuration)
            if it.quantity
        ]
    return "\n".join(lines)


def _address(order: Order) -> str:
    place = " ".join(filter(None, (order.postal_code, order.city, order.region)))
    parts = (order.name, order.line1, order.line2, place, order.country_name)
    return "\n".join(part for part in parts if part)


def _shipment(order: Order) -> list[Evidence]:
    shipment: Shipment | None = getattr(order, "shipment", None)
    if shipment is None:
        return []
    return [
        Evidence(
            "Shipped on", timezone.localdate(shipment.shipped_at).isoformat(), "shipping_date"
        ),
        Evidence("Carrier", shipment.carrier, "shipping_carrier"),
        Evidence("Tracking number", shipment.tracking_number, "shipping_tracking_number"),
    ]


def _promise(order: Order) -> list[Evidence]:
    if order.promised_ships_on is None:
        return []
    return [Evidence("Promised", f"ships by {order.promised_ships_on.isoformat()}")]


def _mails(order: Order) -> list[Evidence]:
    told = [f"{_day(mail.done_at)}: {mail.subject}" for mail in _sent(order)]
    return [Evidence("Mails sent", "\n".join(told))] if told else []


def _sent(order: Order) -> list[OutgoingMail]:
    mails = OutgoingMail.objects.filter(about=order.number, done_at__isnull=False)
    return list(mails.order_by("done_at"))


def _stages(order: Order) -> list[StateChange]:
    """The order's own states; what staff noted between them is not for the bank."""
    changes = StateChange.objects.filter(subject_type="shop.order", subject_id=order.pk)
    return [one for one in changes.order_by("pk") if one.from_state != one.to_state]


HAPPENED: dict[str, str] = {
    Order.Status.AWAITING_PAYMENT: "ordered",
    Order.Status.RELEASED: "paid; the build was released",
    Order.Status.PRE_PRODUCTION: "parts reserved and ordered",
    Order.Status.KITTING: "parts laid out for this machine",
    Order.Status.BUILD: "assembly began",
    Order.Status.TEST: "tested",
    Order.Status.BOXING: "boxed",
    Order.Status.SHIPPED: "shipped",
    Order.Status.DELIVERED: "delivered",
    Order.Status.CANCELLED: "cancelled",
}


def _happened(change: StateChange) -> str:
    return HAPPENED.get(change.to_state, change.to_state.replace("_", " "))


def _day(moment: datetime | None) -> str:
    return "" if moment is None else date_format(timezone.localtime(moment), "j F Y")
