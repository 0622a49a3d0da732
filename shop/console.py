"""What the shop puts into the operations console."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.text import capfirst

from config.console.registry import (
    MOST_SHOWN,
    Concern,
    MenuEntry,
    register_concerns,
    register_entry,
    register_finder,
)
from config.money import Money
from config.outbox.models import Delivery, Errand
from config.templatetags.cartwright import day
from shop import selectors
from shop.dispute_words import reason_words, tone_of, words_of
from shop.models import (
    BalanceDifference,
    Dispute,
    DisputeAnswer,
    Order,
    Payment,
    PaymentHold,
    Refund,
    StripeEvent,
)
from shop.panels import Panel, register_order_panel
from shop.services import holds
from shop.services.refund_requests import refundable_minor

TONES = {
    Payment.Status.PENDING: "wait",
    Payment.Status.PROCESSING: "wait",
    Payment.Status.CLEARED: "go",
    Payment.Status.FAILED: "stop",
}
REFUND_TONES = {
    Refund.Status.REQUESTED: "wait",
    Refund.Status.APPROVED: "wait",
    Refund.Status.PENDING: "wait",
    Refund.Status.REQUIRES_ACTION: "wait",
    Refund.Status.SUCCEEDED: "go",
    Refund.Status.FAILED: "stop",
    Refund.Status.WITHDRAWN: "stop",
}


def register() -> None:
    """Called once, in `ready()`."""
    _register_entries()
    register_concerns("shop.view_order", concerns)
    register_concerns("shop.view_order", given_up)
    register_concerns("shop.view_balancedifference", differences)
    register_finder("shop.view_order", find_order)
    _register_panels()


def _register_entries() -> None:
    register_entry(
        MenuEntry(
            section="Sell",
            title="Orders",
            url_name="ops:orders",
            permission="shop.view_order",
            count=lambda: selectors.trouble().of_orders,
        )
    )
    register_entry(
        MenuEntry(
            section="Sell",
            title="Disputes",
            url_name="ops:disputes",
            permission="shop.view_dispute",
            count=lambda: selectors.disputes_for_a_person().count(),
            position=1,
        )
    )
    register_entry(
        MenuEntry(
            section="Sell",
            title="Books",
            url_name="ops:books",
            permission="shop.view_ledgerentry",
            position=8,
        )
    )
    register_entry(
        MenuEntry(
            section="Sell",
            title="Reconciliation",
            url_name="ops:reconciliation",
            permission="shop.view_balancedifference",
            count=lambda: BalanceDifference.objects.filter(resolved_at=None).count(),
            position=9,
        )
    )


def _register_panels() -> None:
    register_order_panel(
        column=Panel.PAYMENTS,
        title="Payments",
        template="ops/panels/order_payments.html",
        provider=payments_panel,
        permission="shop.view_payment",
    )
    register_order_panel(
        column=Panel.PAYMENTS,
        title="Refunds",
        template="ops/panels/order_refunds.html",
        provider=refunds_panel,
        permission="shop.view_refund",
        position=1,
    )
    register_order_panel(
        column=Panel.PAYMENTS,
        title="Disputes",
        template="ops/panels/order_disputes.html",
        provider=disputes_panel,
        permission="shop.view_dispute",
        position=2,
    )


def concerns() -> Iterable[Concern]:
    """Disputes, holds, money owed back, refunds that wait or failed, and what did not work out."""
    for dispute in selectors.disputes_for_a_person()[:MOST_SHOWN]:
        yield _dispute_concern(dispute)
    for hold in selectors.holds_for_a_person().order_by("opened_at")[:MOST_SHOWN]:
        yield Concern(
            title=f"{hold.order} {_held_words(hold)}: {hold.get_reason_display().lower()}",
            detail=hold.detail or "Money came; the order waits for your word.",
            url=order_url(hold.order),
        )
    for payment in selectors.payments_to_refund()[:MOST_SHOWN]:
        owed = Money(payment.refund_due_minor, payment.currency).format()
        yield Concern(
            title=f"{owed} of {payment.order} is due for refund",
            detail=f"{payment.order} was cancelled after it was paid: decide what goes back.",
            url=reverse("ops:refund", args=[payment.pk]),
        )
    for refund in selectors.refunds_for_a_person()[:MOST_SHOWN]:
        yield _refund_concern(refund)
    for mail in selectors.undelivered_mails()[:MOST_SHOWN]:
        yield Concern(
            title=f"A mail of {mail.about} did not reach its customer",
            detail=f"{mail.to_email}: {mail.last_error}",
            url=reverse("ops:order", args=[mail.about]),
        )
    for event in StripeEvent.objects.filter(dead_at__isnull=False).order_by("pk")[:MOST_SHOWN]:
        yield Concern(
            title=f"A Stripe event could not be worked off: {event.type}",
            detail=event.last_error,
            url=reverse("admin:shop_stripeevent_change", args=[event.pk]),
        )


def given_up() -> Iterable[Concern]:
    """Work that failed so often that it is not tried again by itself: an order may stand still."""
    for model in (Delivery, Errand):
        dead = model._default_manager.filter(dead_at__isnull=False, done_at__isnull=True)
        for row in dead.order_by("pk")[:MOST_SHOWN]:
            name = row.subscriber if isinstance(row, Delivery) else row.name
            yield Concern(
                title=f"Work was given up after {row.failures} tries: {name}",
                detail=f"{row.last_error} Have it tried again in the admin.",
                url=reverse(
                    f"admin:{row._meta.label_lower.replace('.', '_')}_change", args=[row.pk]
                ),
            )


def differences() -> Iterable[Concern]:
    """Stripe's balance and the books disagree: one line for all of it."""
    count = BalanceDifference.objects.filter(resolved_at=None).count()
    if count:
        yield Concern(
            title="Stripe's balance and our books disagree",
            detail=f"{count} difference{'' if count == 1 else 's'} without a reason",
            url=reverse("ops:reconciliation"),
        )


def _held_words(hold: PaymentHold) -> str:
    """Before release a hold keeps the order back, then the box; once that has left, nothing."""
    if hold.order.status == Order.Status.AWAITING_PAYMENT:
        return "is held"
    word = "contested" if hold.order.status in holds.GONE else "held"
    return f"is {hold.order.status.replace('_', ' ')} and {word}"


def _dispute_concern(dispute: Dispute) -> Concern:
    order = dispute.payment.order
    amount = Money(dispute.amount_minor, dispute.currency).format()
    due = f" by {day(dispute.evidence_due_at)}" if dispute.evidence_due_at else ""
    answers = list(dispute.answers.all())
    detail = f"{capfirst(reason_words(dispute))}."
    if any(one.status == DisputeAnswer.Status.REQUESTED for one in answers):
        detail = "Accepting the loss waits for a second person."
    elif answers and answers[-1].status == DisputeAnswer.Status.REFUSED:
        detail = f"Our answer was refused: {answers[-1].failure}"
    elif any(one.status == DisputeAnswer.Status.APPROVED for one in answers):
        detail = "Our answer could not be sent: try it again in the admin, or answer at Stripe."
    return Concern(
        title=f"Answer the dispute of {amount} of {order}{due}",
        detail=detail,
        url=reverse("ops:dispute", args=[dispute.pk]),
    )


def _refund_concern(refund: Refund) -> Concern:
    order = refund.payment.order
    amount = Money(refund.amount_minor, refund.currency).format()
    if refund.status == Refund.Status.REQUESTED:
        title = f"A refund of {amount} of {order} waits for a second person"
        detail = f"{refund.reason} Asked for by {refund.requested_by}."
    elif refund.status == Refund.Status.APPROVED:
        url = reverse("admin:shop_refundcall_change", args=[refund.call.pk])
        return Concern(
            title=f"Stripe could not be asked for a refund of {amount} of {order}",
            detail=f"{refund.call.last_error} The customer still waits: have it tried again.",
            url=url,
        )
    else:
        title = f"A refund of {amount} of {order} failed"
        detail = (
            f"{refund.failure or 'The bank sent it back'}. The customer still waits for it: "
            "ask again, or pay it another way and note how."
        )
    return Concern(title=title, detail=detail, url=order_url(order))


def find_order(query: str) -> str | None:
    """The page of the order with this number; "2041" finds CW-2041."""
    number = query.upper()
    order = Order.objects.filter(number__in=[number, f"CW-{number}"]).first()
    return order_url(order) if order else None


def order_url(order: Order) -> str:
    return reverse("ops:order", args=[order.number])


def refunds_panel(order_id: int) -> Mapping[str, Any] | None:
    refunds = Refund.objects.filter(payment__order=order_id).order_by("-pk")
    rows = [
        {"refund": one, "tone": REFUND_TONES[Refund.Status(one.status)]}
        for one in refunds.select_related("payment").prefetch_related("lines__order_line")
    ]
    return {"refunds": rows} if rows else None


def disputes_panel(order_id: int) -> Mapping[str, Any] | None:
    found = Dispute.objects.filter(payment__order=order_id).order_by("-pk")
    rows = [
        {"dispute": one, "tone": tone_of(one), "words": words_of(one)}
        for one in found.select_related("payment__order__shipment", "payment__order")
    ]
    return {"disputes": rows} if rows else None


def payments_panel(order_id: int) -> Mapping[str, Any]:
    payments = Payment.objects.filter(order=order_id).order_by("-attempt")
    return {
        "payments": [
            {
                "payment": one,
                "tone": TONES[Payment.Status(one.status)],
                "left_minor": refundable_minor(one),
            }
            for one in payments
        ]
    }
