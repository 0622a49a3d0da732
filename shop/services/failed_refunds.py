"""What staff do about a refund that Stripe could not give."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from shop.errors import NotRefundable
from shop.models import Refund
from shop.services import ledger
from shop.services.refund_requests import Transfer, locked_refund, request_refund
from shop.services.refunds import settle


@transaction.atomic
def retry_refund(*, refund_id: int, actor: str) -> Refund:
    """Ask again for what failed: a new refund of the same amount under a new key."""
    failed = _open_failure(refund_id)
    again = _replace(failed, actor=actor)
    settle(failed, how=f"asked for again as {again}", actor=actor)
    return again


@transaction.atomic
def replace_by_transfer(*, refund_id: int, paid_on: date, reference: str, actor: str) -> Refund:
    """Staff have sent the money from our bank. Booked once a second person says so too.

    `reference` is what the bank statement shows. Raises `NotRefundable`.
    """
    if not reference.strip():
        raise NotRefundable("Reference: expected what our bank statement shows, got nothing.")
    if paid_on > timezone.localdate():
        raise NotRefundable(f"Day: expected today or earlier, got {paid_on.isoformat()}.")
    failed = _open_failure(refund_id)
    transfer = _replace(failed, actor=actor, transfer=Transfer(paid_on, reference.strip()[:60]))
    settle(failed, how=f"to be transferred as {transfer}", actor=actor)
    return transfer


@transaction.atomic
def drop_refund(*, refund_id: int, actor: str, why: str) -> Refund:
    """Nothing is to be paid for a failed refund any more, for this reason."""
    failed = _open_failure(refund_id)
    ledger.post_refund_dropped(refund=failed)
    settle(failed, how=why, actor=actor)
    return failed


def _open_failure(refund_id: int) -> Refund:
    """A failed refund that nobody has dealt with, under lock. Raises `NotRefundable`."""
    refund = locked_refund(refund_id)
    if refund.status != Refund.Status.FAILED:
        raise NotRefundable(f"{refund} is {refund.get_status_display()}, not failed.")
    if refund.settled_by:
        raise NotRefundable(f"{refund} was dealt with already: {refund.settlement}")
    return refund


def _replace(failed: Refund, *, actor: str, transfer: Transfer | None = None) -> Refund:
    """A refund of the same sum for the same machines."""
    return request_refund(
        payment_id=failed.payment_id,
        amount_minor=failed.amount_minor,
        reason=failed.reason,
        actor=actor,
        quantities={line.order_line_id: line.quantity for line in failed.lines.all()},
        replaces=failed,
        transfer=transfer,
    )
