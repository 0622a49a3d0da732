"""Reading orders: by their secret link, for staff, and what of them needs a person."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from config.audit.models import StateChange
from config.mail.models import OutgoingMail
from configurator.ports import Held
from shop.models import (
    CartLine,
    Dispute,
    DisputeAnswer,
    Order,
    OrderLine,
    Payment,
    PaymentHold,
    Refund,
    StripeEvent,
)

# Beside the states of an order: those of which something waits for a person.
WAITING = "waiting"

# Everything that a customer's page shows and that can change, in one value and one query.
FINGERPRINT = """
SELECT md5(concat_ws('|',
    o.status, o.likely_ships_on, o.promise_reason,
    (SELECT max(c.id) FROM audit_statechange c
      WHERE c.subject_type = 'shop.order' AND c.subject_id = o.id),
    (SELECT string_agg(concat_ws(',', p.status, p.failure, p.refund_due_minor), ';' ORDER BY p.id)
       FROM shop_payment p WHERE p.order_id = o.id),
    (SELECT string_agg(concat_ws(',', r.id, r.status), ';' ORDER BY r.id)
       FROM shop_refund r JOIN shop_payment p ON p.id = r.payment_id WHERE p.order_id = o.id),
    (SELECT count(*) FROM shop_paymenthold h WHERE h.order_id = o.id AND h.closed_at IS NULL),
    (SELECT string_agg(
                concat_ws(',', t.id, t.state, t.quantity, t.due_on, t.supplier_name, t.serial), ';'
                ORDER BY t.id)
       FROM shop_trackedpart t JOIN shop_orderline l ON l.id = t.order_line_id
      WHERE l.order_id = o.id)
)) FROM shop_order o WHERE o.token = %s
"""


def order_by_token(token: str) -> Order | None:
    """The order of a secret link, with what its page shows of it; None for any other token."""
    return (
        Order.objects.select_related("shipping_method", "clearance__payment", "shipment")
        .filter(token=token)
        .first()
    )


def order_fingerprint(token: str) -> str | None:
    """A value that changes whenever the order's page does; None for an unknown token."""
    with connection.cursor() as cursor:
        cursor.execute(FINGERPRINT, [token])
        row = cursor.fetchone()
    return row[0][:12] if row else None


def history_of(order: Order) -> QuerySet[StateChange]:
    """What happened to an order, its payments, refunds and disputes, newest first."""
    payments = Payment.objects.filter(order=order).values("pk")
    refunds = Refund.objects.filter(payment__order=order).values("pk")
    disputes = Dispute.objects.filter(payment__order=order).values("pk")
    return StateChange.objects.filter(
        Q(subject_type="shop.order", subject_id=order.pk)
        | Q(subject_type="shop.payment", subject_id__in=payments)
        | Q(subject_type="shop.refund", subject_id__in=refunds)
        | Q(subject_type="shop.dispute", subject_id__in=disputes)
    ).order_by("-at", "-pk")


def history_of_dispute(dispute: Dispute) -> QuerySet[StateChange]:
    """What happened to a dispute and to our answers, newest first."""
    answers = DisputeAnswer.objects.filter(dispute=dispute).values("pk")
    return StateChange.objects.filter(
        Q(subject_type="shop.dispute", subject_id=dispute.pk)
        | Q(subject_type="shop.disputeanswer", subject_id__in=answers)
    ).order_by("-at", "-pk")


def disputes(*, is_open: bool) -> QuerySet[Dispute]:
    """Open disputes, the most urgent first; or those that have ended, the latest first."""
    found = Dispute.objects.select_related("payment__order__shipment", "payment__order")
    if not is_open:
        return found.filter(status__in=Dispute.ENDED).order_by("-ended_at", "-pk")
    is_waiting = Q(status__in=Dispute.TO_ANSWER)
    return (
        found.exclude(status__in=Dispute.ENDED)
        .annotate(is_waiting=is_waiting)
        .order_by("-is_waiting", F("evidence_due_at").asc(nulls_last=True), "pk")
    )


def disputes_for_a_person() -> QuerySet[Dispute]:
    """Those whose bank waits for our answer while none is on its way, or one that two must make."""
    on_its_way = DisputeAnswer.objects.filter(
        dispute=OuterRef("pk"), status=DisputeAnswer.Status.APPROVED, call__dead_at=None
    )
    to_answer = disputes(is_open=True).filter(status__in=Dispute.TO_ANSWER)
    return to_answer.exclude(Exists(on_its_way)).prefetch_related("answers")


def holds_for_a_person() -> QuerySet[PaymentHold]:
    """Open holds that somebody has to decide on: not what time ends, nor what a bank decides."""
    undecided = Dispute.objects.filter(payment__order=OuterRef("order")).exclude(
        status__in=Dispute.ENDED
    )
    waits_for_bank = Q(reason=PaymentHold.Reason.DISPUTE) & Exists(undecided)
    waits_for_time = Q(reason=PaymentHold.Reason.SEASONING)
    open_ones = PaymentHold.objects.filter(closed_at=None)
    return open_ones.exclude(waits_for_time).exclude(waits_for_bank).select_related("order")


def orders_for_staff(*, status: str = "", query: str = "") -> QuerySet[Order]:
    """Orders, newest first; `query` is part of a number, a name or an e-mail address.

    `status` is a state or `WAITING`. Each has `has_hold` and `machines` (how many are ordered).
    """
    open_holds = PaymentHold.objects.filter(order=OuterRef("pk"), closed_at__isnull=True)
    orders = (
        Order.objects.annotate(has_hold=Exists(open_holds))
        .select_related("shipment")
        .order_by("-placed_at", "-pk")
    )
    if status == WAITING:
        orders = orders.filter(_waits_for_a_person())
    elif status:
        orders = orders.filter(status=status)
    if query:
        orders = orders.filter(
            Q(number__icontains=query) | Q(name__icontains=query) | Q(email__icontains=query)
        )
    return orders


def _waits_for_a_person() -> Q:
    """Orders with a hold to decide on, money to give back, or a mail that did not arrive."""
    return (
        Q(pk__in=holds_for_a_person().values("order"))
        | Q(pk__in=payments_to_refund().values("order"))
        | Q(pk__in=refunds_for_a_person().order_by().values("payment__order"))
        | Q(number__in=undelivered_mails().order_by().values("about"))
    )


def counts_by_status() -> dict[str, int]:
    """How many orders are in each state; of `WAITING` as well."""
    counts = dict(Order.objects.values_list("status").annotate(Count("pk")).order_by())
    return counts | {WAITING: Order.objects.filter(_waits_for_a_person()).count()}


@dataclass(frozen=True, slots=True)
class Trouble:
    """How many things in the shop wait for a person."""

    holds: int
    disputes: int
    refunds: int
    dead_events: int
    dead_mails: int

    @property
    def total(self) -> int:
        return self.of_orders + self.disputes

    @property
    def of_orders(self) -> int:
        return self.holds + self.refunds + self.dead_events + self.dead_mails


def trouble() -> Trouble:
    return Trouble(
        holds=holds_for_a_person().count(),
        disputes=disputes_for_a_person().count(),
        refunds=payments_to_refund().count() + refunds_for_a_person().count(),
        dead_events=StripeEvent.objects.filter(dead_at__isnull=False).count(),
        dead_mails=undelivered_mails().count(),
    )


def undelivered_mails() -> QuerySet[OutgoingMail]:
    """Mails to customers that no mail server would take."""
    return OutgoingMail.objects.filter(
        dead_at__isnull=False, about__in=Order.objects.values("number")
    ).order_by("pk")


def payments_to_refund() -> QuerySet[Payment]:
    return Payment.objects.filter(refund_due_minor__gt=0).select_related("order")


def refunds_for_a_person() -> QuerySet[Refund]:
    """Refunds that wait for a second person, those that failed and nobody dealt with, and those
    that Stripe could not be asked for however often it was tried.
    """
    has_failed = Q(status=Refund.Status.FAILED, settled_by="")
    is_stuck = Q(status=Refund.Status.APPROVED, call__dead_at__isnull=False)
    waits = Q(status=Refund.Status.REQUESTED) | has_failed | is_stuck
    return Refund.objects.filter(waits).select_related("payment__order").order_by("pk")


def configurations_held(*, product_slug: str) -> Mapping[int, Held]:
    """The port `configurator.ports.Demand`: what carts and unpaid orders hold of a product."""
    of_product = {"configuration__version__product_model__slug": product_slug}
    in_carts = CartLine.objects.filter(**of_product).values_list("configuration", "cart")
    in_orders = OrderLine.objects.filter(
        order__status=Order.Status.AWAITING_PAYMENT, **of_product
    ).values_list("configuration", "order")
    carts = Counter(configuration for configuration, _ in in_carts.distinct())
    orders = Counter(configuration for configuration, _ in in_orders.distinct())
    return {key: Held(carts[key], orders[key]) for key in carts | orders}
