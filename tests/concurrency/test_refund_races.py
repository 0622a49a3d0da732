"""Refunds asked for at the same instant: together never more than what was captured."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import IntegrityError, connection, transaction

from shop.errors import NotRefundable
from shop.models import Payment, Refund
from shop.services.refund_requests import request_refund
from tests.concurrency.races import race
from tests.factories.shop import paid_order

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]

RACERS = 4


def most_of(payment: Payment) -> int:
    return payment.captured_minor * 6 // 10


def test_of_many_who_give_back_more_than_half_one_does():
    payment = paid_order().payments.get()

    def give() -> Refund:
        return request_refund(
            payment_id=payment.pk, amount_minor=most_of(payment), reason="x", actor="staff:mira"
        )

    results = race(*[give] * RACERS)
    assert sum(isinstance(result, Refund) for result in results) == 1
    assert sum(isinstance(result, NotRefundable) for result in results) == RACERS - 1


def write_rows_together(payment: Payment) -> list[object]:
    """Past the service and its locks: every writer waits for the others before it commits."""
    all_have_written = Barrier(2)

    def write(number: int) -> None:
        with transaction.atomic():
            Refund.objects.create(
                payment=payment,
                amount_minor=most_of(payment),
                currency=payment.currency,
                reason="x",
                idempotency_key=f"race-{number}",
                requested_by="staff:mira",
            )
            try:
                all_have_written.wait(timeout=1)
            except BrokenBarrierError:
                return  # the other is not let in before this one commits

    return race(lambda: write(1), lambda: write(2))


def test_past_the_services_lock_the_database_lets_one_in():
    payment = paid_order().payments.get()
    results = write_rows_together(payment)
    assert sum(isinstance(result, IntegrityError) for result in results) == 1
    assert Refund.objects.count() == 1


@contextmanager
def without_the_promise() -> Iterator[None]:
    trigger = "TRIGGER refund_within_capture_of_refund"
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE shop_refund DISABLE {trigger}")
        try:
            yield
        finally:
            cursor.execute(f"ALTER TABLE shop_refund ENABLE {trigger}")


def test_without_the_trigger_more_would_go_back_than_came():
    """The negative control: the same race, the guard taken away."""
    payment = paid_order().payments.get()
    with without_the_promise():
        assert write_rows_together(payment) == [None, None]
    assert sum(refund.amount_minor for refund in Refund.objects.all()) > payment.captured_minor
