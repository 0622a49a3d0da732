"""Eight times the same good news at once, and what happens when the guard is taken away."""

from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError

from config.outbox.models import OutboxEvent
from config.outbox.relay import drain
from production.models import AssemblyJob
from shop.models import LedgerEntry, Order, Payment, PaymentClearance
from shop.services import payments
from shop.stripe.gateway import CheckoutFacts
from tests.concurrency.races import race
from tests.factories.production import unpaid_order
from tests.factories.shop import facts_of, payment_of, place_small_order

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]

RACERS = 8


def all_at_once(payment: Payment, facts: CheckoutFacts) -> list[object]:
    return race(*[lambda: payments.apply_facts(payment_id=payment.pk, facts=facts)] * RACERS)


def test_eight_racing_webhooks_clear_once():
    order = unpaid_order(quantity=2)
    payment = payment_of(order)
    results = all_at_once(payment, facts_of(payment))
    assert [result for result in results if isinstance(result, Exception)] == []
    order.refresh_from_db()
    assert order.status == Order.Status.RELEASED
    assert PaymentClearance.objects.count() == 1
    assert OutboxEvent.objects.filter(name="shop.order_released").count() == 1
    assert LedgerEntry.objects.count() == 2
    drain()
    assert AssemblyJob.objects.filter(clearance__order=order).count() == 2


class FactsThatWait:
    """Facts whose last question is answered when all racers have asked it."""

    def __init__(self, facts: CheckoutFacts) -> None:
        self.facts = facts
        self.all_have_asked = Barrier(RACERS)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.facts, name)

    @property
    def is_under_review(self) -> bool:
        self.all_have_asked.wait(timeout=60)
        return self.facts.is_under_review


def test_without_the_lock_only_the_schema_stands_between_eight_clearances(monkeypatch):
    """The negative control: every racer sees an unpaid order and tries to clear it."""
    payment = payment_of(place_small_order())
    monkeypatch.setattr(
        payments, "lock_rows", lambda model, keys: list(model.objects.filter(pk__in=list(keys)))
    )
    # Writing the payment would lock its row, and hide what is missing.
    monkeypatch.setattr(Payment, "save", lambda self, **options: None)
    results = all_at_once(payment, FactsThatWait(facts_of(payment)))  # type: ignore[arg-type]
    refused = [result for result in results if isinstance(result, IntegrityError)]
    assert len(refused) == RACERS - 1
    assert PaymentClearance.objects.count() == 1
