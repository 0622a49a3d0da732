import logging
from collections.abc import Callable, Iterable
from datetime import timedelta

from celery import shared_task
from django.db.models import Min, Model, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from config.locks import only_one
from shop.errors import CashierAway, CashierRefused
from shop.models import Payment, Refund, RejectedEvent, StripeEvent
from shop.services import reconciliation, unpaid_orders, watching
from shop.services.payments import sync_payment
from shop.services.refunds import UNDER_WAY, sync_refunds
from shop.stripe import balance

logger = logging.getLogger(__name__)

# An event may never be sent at all, so open payments and refunds are looked at: fresh ones often,
# others not.
FRESH = timedelta(hours=2)
FRESH_EVERY = timedelta(seconds=30)
STALE_EVERY = timedelta(minutes=15)
BATCH = 50
# Longer than Stripe tells of an event again (`balance.EVENTS_KEPT`): none is worked off twice.
KEEP_EVENTS = timedelta(days=90)
# One that Stripe fails at is an accident; so many in a row mean that nobody is there.
MOST_IN_VAIN = 2


@shared_task(name="shop.poll_payments")
def poll_payments() -> None:
    """Sync open payments that nobody has looked at for a while."""
    with only_one("shop.poll_payments") as is_mine:
        if is_mine:
            _look_at_all(_due_payments(), sync_payment, Payment.objects.all(), "pk")


def _due_payments() -> list[int]:
    """Whose turn it is, who has waited longest first. Fresh ones come before the others, which are
    sure of a part of each round: no crowd of the one kind starves the other.
    """
    now = timezone.now()
    is_open = Q(status__in=[Payment.Status.PENDING, Payment.Status.PROCESSING])
    waiting = (
        Payment.objects.filter(is_open)
        .annotate(waits_since=Coalesce("last_synced_at", "created_at"))
        .order_by("waits_since", "pk")
        .values_list("pk", flat=True)
    )
    is_fresh = Q(created_at__gte=now - FRESH)
    fresh = list(waiting.filter(is_fresh, waits_since__lt=now - FRESH_EVERY)[:BATCH])
    stale = list(waiting.filter(~is_fresh, waits_since__lt=now - STALE_EVERY)[:BATCH])
    stale = stale[: max(BATCH // 4, BATCH - len(fresh))]
    return [*fresh[: BATCH - len(stale)], *stale]


@shared_task(name="shop.cancel_unpaid_orders")
def cancel_unpaid_orders() -> None:
    """Cancel the orders whose last day to pay is over, once Stripe knows of no money for them."""
    with only_one("shop.cancel_unpaid_orders") as is_mine:
        if not is_mine:
            return
        try:
            unpaid_orders.cancel_overdue()
        except CashierAway as error:
            logger.warning("unpaid orders wait: %s", error)


@shared_task(name="shop.fetch_undelivered_events")
def fetch_undelivered_events() -> None:
    """Take in what Stripe could not deliver, before it forgets."""
    with only_one("shop.fetch_undelivered_events") as is_mine:
        if not is_mine:
            return
        try:
            logger.info("%s undelivered events", balance.fetch_undelivered())
        except CashierAway as error:
            logger.warning("undelivered events: %s", error)


@shared_task(name="shop.reconcile")
def reconcile() -> None:
    """Compare Stripe's balance with the books."""
    with only_one("shop.reconcile") as is_mine:
        if not is_mine:
            return
        try:
            logger.info("%s", reconciliation.reconcile())
        except CashierAway as error:
            logger.warning("reconciliation waits: %s", error)


@shared_task(name="shop.poll_refunds")
def poll_refunds() -> None:
    """Sync refunds that are on their way and that nobody has looked at for a while."""
    with only_one("shop.poll_refunds") as is_mine:
        if not is_mine:
            return
        now = timezone.now()
        is_due = (
            Q(last_synced_at__isnull=True)
            | Q(requested_at__gte=now - FRESH, last_synced_at__lt=now - FRESH_EVERY)
            | Q(last_synced_at__lt=now - STALE_EVERY)
        )
        due = (
            Refund.objects.filter(is_due, status__in=UNDER_WAY)
            .values("payment_id")
            .annotate(waits_since=Min(Coalesce("last_synced_at", "requested_at")))
            .order_by("waits_since")
            .values_list("payment_id", flat=True)
        )
        _look_at_all(list(due[:BATCH]), sync_refunds, Refund.objects.all(), "payment")


def _look_at_all[M: Model](
    payment_ids: Iterable[int], look: Callable[..., object], rows: QuerySet[M], by: str
) -> None:
    """Ask Stripe about these payments, one after the other, until nobody answers there.

    What fails by itself goes to the end of the queue (`rows`, found `by` the payment): whatever
    is wrong with it, the others must not wait for it.
    """
    in_vain = 0
    for payment_id in payment_ids:
        try:
            look(payment_id=payment_id)
        except CashierRefused:
            logger.exception("the cashier will not tell of payment %s", payment_id)
            in_vain = 0
        except CashierAway as error:
            logger.warning("payment %s waits: %s", payment_id, error)
            in_vain += 1
        except Exception:
            logger.exception("payment %s could not be looked at", payment_id)
        else:
            in_vain = 0
            continue
        rows.filter(**{by: payment_id}).update(last_synced_at=timezone.now())
        if in_vain == MOST_IN_VAIN:
            return


@shared_task(name="shop.watch_risk")
def watch_risk() -> None:
    """Look for disputes, early fraud warnings and reviews that no event told us of."""
    with only_one("shop.watch_risk") as is_mine:
        if not is_mine:
            return
        for look in (
            watching.look_for_disputes,
            watching.look_for_warnings,
            watching.look_for_reviews,
        ):
            try:
                look()
            except CashierRefused:
                logger.exception("%s", look.__name__)
            except CashierAway as error:
                logger.warning("%s waits: %s", look.__name__, error)
                return


@shared_task(name="shop.forget_events")
def forget_events() -> None:
    """Delete events that were worked off, and rejected ones, after `KEEP_EVENTS`.

    What could not be worked off stays. Clearance, refunds and books do not hang on an event: one
    that came again would only have its payment looked at once more.
    """
    with only_one("shop.forget_events") as is_mine:
        if not is_mine:
            return
        long_ago = timezone.now() - KEEP_EVENTS
        StripeEvent.objects.filter(created_at__lt=long_ago, done_at__isnull=False).delete()
        RejectedEvent.objects.filter(received_at__lt=long_ago).delete()


@shared_task(name="shop.end_rests")
def end_rests() -> None:
    """End the holds that time alone ends, when it does."""
    with only_one("shop.end_rests") as is_mine:
        if is_mine:
            watching.end_rests()
