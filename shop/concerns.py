"""What of selling waits for a person, as the console's first page tells it."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst

from config.audit.actors import who
from config.console.registry import Concern, concerns_about, sentence, told_by_their_apps
from config.mail.models import OutgoingMail
from config.money import Money
from config.outbox.models import Delivery, Errand
from config.outbox.work_item import WorkItem
from config.templatetags.cartwright import day
from shop import selectors
from shop.dispute_words import reason_words
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
from shop.services import holds
from shop.staff_words import status_words


def concerns() -> Iterable[Concern]:
    """Disputes, holds, money owed back, refunds that wait or failed, and what did not work out."""
    yield from concerns_about(
        selectors.disputes_for_a_person(),
        _dispute,
        rest="Disputes that wait for our answer.",
        url=reverse("ops:disputes"),
    )
    waiting = f"{reverse('ops:orders')}?{urlencode({'status': selectors.WAITING})}"
    for rows, concern_of, rest in (
        (selectors.holds_for_a_person().order_by("opened_at", "pk"), _hold, "Orders on hold."),
        (selectors.payments_to_refund().order_by("pk"), _owed, "Payments due for refund."),
        (selectors.refunds_for_a_person(), _refund, "Refunds that wait or failed."),
        (selectors.undelivered_mails(), _mail, "Mails that did not reach their customers."),
    ):
        yield from concerns_about(rows, concern_of, rest=rest, url=waiting)
    yield from concerns_about(
        StripeEvent.objects.filter(dead_at__isnull=False).order_by("pk"),
        _event,
        rest="Stripe events that could not be worked off.",
        url=_list_of_dead(StripeEvent),
    )


def given_up() -> Iterable[Concern]:
    """Work that failed so often that it is not tried again by itself: an order may stand still."""
    deliveries = _dead(Delivery).exclude(subscriber__in=told_by_their_apps())
    for rows in (deliveries, _dead(Errand)):
        yield from concerns_about(
            rows, _work, rest="Work that was given up.", url=_list_of_dead(rows.model)
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


def _dead[W: WorkItem](model: type[W]) -> QuerySet[W]:
    dead = model._default_manager.filter(dead_at__isnull=False, done_at__isnull=True)
    return dead.order_by("pk")


def _list_of_dead(model: type[WorkItem]) -> str:
    name = model._meta.label_lower.replace(".", "_")
    return f"{reverse(f'admin:{name}_changelist')}?{urlencode({'dead_at__isempty': 0})}"


def _page_of(row: WorkItem) -> str:
    name = row._meta.label_lower.replace(".", "_")
    return reverse(f"admin:{name}_change", args=[row.pk])


def _work(row: Delivery | Errand) -> Concern:
    name = row.subscriber if isinstance(row, Delivery) else row.name
    return Concern(
        title=f"Work was given up after {row.failures} tries: {name}",
        detail=f"{sentence(row.last_error)} Have it tried again.",
        url=_page_of(row),
    )


def _event(event: StripeEvent) -> Concern:
    return Concern(
        title=f"A Stripe event could not be worked off: {event.type}",
        detail=event.last_error,
        url=_page_of(event),
    )


def _mail(mail: OutgoingMail) -> Concern:
    return Concern(
        title=f"A mail of {mail.about} did not reach its customer",
        detail=f"{mail.to_email}: {mail.last_error}",
        url=reverse("ops:order", args=[mail.about]),
    )


def _owed(payment: Payment) -> Concern:
    owed = Money(payment.refund_due_minor, payment.currency).format()
    return Concern(
        title=f"{owed} of {payment.order} is due for refund",
        detail=f"{payment.order} was cancelled after it was paid: decide what goes back.",
        url=reverse("ops:refund", args=[payment.pk]),
    )


def _hold(hold: PaymentHold) -> Concern:
    return Concern(
        title=f"{hold.order} {_held_words(hold)}: {hold.get_reason_display().lower()}",
        detail=hold.detail or "Money came; the order waits for your word.",
        url=reverse("ops:order", args=[hold.order.number]),
    )


def _held_words(hold: PaymentHold) -> str:
    """Before release a hold keeps the order back, then the box; once that has left, nothing."""
    if hold.order.status == Order.Status.AWAITING_PAYMENT:
        return "is held"
    word = "contested" if hold.order.status in holds.GONE else "held"
    return f"is {status_words(hold.order.status)} and {word}"


def _dispute(dispute: Dispute) -> Concern:
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


def _refund(refund: Refund) -> Concern:
    order = refund.payment.order
    amount = Money(refund.amount_minor, refund.currency).format()
    if refund.status == Refund.Status.REQUESTED:
        title = f"A refund of {amount} of {order} waits for a second person"
        detail = f"{sentence(refund.reason)} Asked for by {who(refund.requested_by)}."
    elif refund.status == Refund.Status.APPROVED:
        url = reverse("admin:shop_refundcall_change", args=[refund.call.pk])
        error = sentence(refund.call.last_error)
        return Concern(
            title=f"Stripe could not be asked for a refund of {amount} of {order}",
            detail=f"{error} The customer still waits: have it tried again.",
            url=url,
        )
    else:
        title = f"A refund of {amount} of {order} failed"
        detail = (
            f"{refund.failure or 'The bank sent it back'}. The customer still waits for it: "
            "ask again, or pay it another way and note how."
        )
    return Concern(title=title, detail=detail, url=reverse("ops:order", args=[order.number]))
