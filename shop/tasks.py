import logging
from datetime import timedelta

from celery import shared_task
from django.db.models import F, Q
from django.utils import timezone

from config.locks import only_one
from shop.errors import CashierAway, CashierRefused
from shop.models import Payment, Refund
from shop.services import reconciliation, watching
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


@shared_task(name="shop.poll_payments")
def poll_payments() -> None:
    """Sync open payments that nobody has looked at for a while."""
    with only_one("shop.poll_payments") as is_mine:
        if not is_mine:
            return
        now = timezone.now()
        is_due = (
            Q(last_synced_at__isnull=True, created_at__lt=now - FRESH_EVERY)
            | Q(created_at__gte=now - FRESH, last_synced_at__lt=now - FRESH_EVERY)
            | Q(last_synced_at__lt=now - STALE_EVERY)
        )
        is_open = Q(status__in=[Payment.Status.PENDING, Payment.Status.PROCESSING])
        due = Payment.objects.filter(is_open, is_due).order_by(
            F("last_synced_at").asc(nulls_first=True)
        )
        for payment_id in due.values_list("pk", flat=True)[:BATCH]:
            if not _look_at(payment_id):
                return


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
        due = Refund.objects.filter(is_due, status__in=UNDER_WAY)
        for payment_id in set(due.values_list("payment_id", flat=True)[:BATCH]):
            if not _look_at_refunds(payment_id):
                return


def _look_at_refunds(payment_id: int) -> bool:
    """False when nobody answers at the cashier's; see `_look_at`."""
    try:
        sync_refunds(payment_id=payment_id)
    except CashierRefused:
        logger.exception("the cashier will not tell of the refunds of payment %s", payment_id)
    except CashierAway as error:
        logger.warning("poller stops for now: %s", error)
        return False
    except Exception:
        logger.exception("the refunds of payment %s could not be looked at", payment_id)
    else:
        return True
    Refund.objects.filter(payment=payment_id).update(last_synced_at=timezone.now())
    return True


def _look_at(payment_id: int) -> bool:
    """False when nobody answers at the cashier's. A payment that fails by itself goes to the end
    of the queue: whatever is wrong with it, the others must not wait for it.
    """
    try:
        sync_payment(payment_id=payment_id)
    except CashierRefused:
        logger.exception("the cashier will not tell of payment %s", payment_id)
    except CashierAway as error:
        logger.warning("poller stops for now: %s", error)
        return False
    except Exception:
        logger.exception("payment %s could not be looked at", payment_id)
    else:
        return True
    Payment.objects.filter(pk=payment_id).update(last_synced_at=timezone.now())
    return True


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


@shared_task(name="shop.end_rests")
def end_rests() -> None:
    """End the holds that time alone ends, when it does."""
    with only_one("shop.end_rests") as is_mine:
        if is_mine:
            watching.end_rests()
