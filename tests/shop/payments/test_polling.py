"""Payments that are looked at because nobody told us: one that is odd never stops the others."""

from datetime import timedelta

import pytest
from django.utils import timezone

from shop import tasks
from shop.errors import CashierAway, IllegalTransition, PaymentUnderWay
from shop.models import Order, Payment, Refund
from shop.services import payments, refund_requests
from shop.services.asking import open_payment
from shop.services.orders import cancel_order
from shop.stripe import gateway
from shop.stripe.sandbox.server import Server
from shop.tasks import FRESH, FRESH_EVERY, STALE_EVERY, poll_payments
from tests.factories.shop import facts_of, paid_order, payment_of, place_small_order
from tests.shop.sandbox.browser_double import GOOD, visit

pytestmark = pytest.mark.django_db


def look_again(payment: Payment) -> None:
    """Make the poller think that the payment was not looked at for a while."""
    long_ago = timezone.now() - 2 * FRESH_EVERY
    Payment.objects.filter(pk=payment.pk).update(last_synced_at=long_ago, created_at=long_ago)


def let_time_pass(payment: Payment, minutes: int) -> None:
    assert payment.expires_at is not None
    earlier = payment.expires_at - timedelta(minutes=minutes)
    Payment.objects.filter(pk=payment.pk).update(expires_at=earlier)


def paid_at_the_cashier() -> Order:
    """Paid, and no event of it ever reached us."""
    order = place_small_order()
    visit(payments.open_payment(order_id=order.pk), GOOD)
    look_again(order.payments.get())
    return order


def test_a_payment_whose_webhook_never_came_is_found_by_the_poller(cashier):
    order = place_small_order()
    visit(payments.open_payment(order_id=order.pk), GOOD)
    look_again(order.payments.get())
    poll_payments()
    order.refresh_from_db()
    assert order.status == Order.Status.RELEASED


def test_the_poller_leaves_alone_what_was_looked_at_just_now(cashier):
    order = place_small_order()
    visit(payments.open_payment(order_id=order.pk), GOOD)
    Payment.objects.update(last_synced_at=timezone.now())
    poll_payments()
    order.refresh_from_db()
    assert order.status == Order.Status.AWAITING_PAYMENT


def test_a_payment_that_the_cashier_does_not_know_does_not_stop_the_poller(cashier: Server):
    stranger = payment_of(place_small_order())
    Payment.objects.filter(pk=stranger.pk).update(session_id="cs_test_of_another_account")
    order = paid_at_the_cashier()
    poll_payments()
    order.refresh_from_db()
    assert order.status == Order.Status.RELEASED


def test_a_payment_that_contradicts_another_does_not_stop_the_poller(cashier: Server):
    odd = paid_at_the_cashier().payments.get()
    intent_id = gateway.retrieve_checkout(str(odd.session_id)).intent_id
    twin = payment_of(place_small_order())
    Payment.objects.filter(pk=twin.pk).update(payment_intent_id=intent_id)
    order = paid_at_the_cashier()
    poll_payments()
    order.refresh_from_db()
    assert order.status == Order.Status.RELEASED


def test_checkouts_that_were_never_opened_do_not_starve_the_others(cashier: Server, monkeypatch):
    monkeypatch.setattr(tasks, "BATCH", 1)
    never_opened = payment_of(place_small_order())
    let_time_pass(never_opened, minutes=40)
    look_again(never_opened)
    Payment.objects.filter(pk=never_opened.pk).update(last_synced_at=None)
    order = paid_at_the_cashier()
    poll_payments()
    poll_payments()
    order.refresh_from_db()
    assert order.status == Order.Status.RELEASED
    never_opened.refresh_from_db()
    assert never_opened.status == Payment.Status.FAILED


@pytest.mark.parametrize("minutes", [26, 34])
def test_a_checkout_that_stripe_would_not_open_any_more_is_given_up(cashier: Server, minutes):
    """Its expiry must lie half an hour ahead; a little more, for the clocks."""
    payment = payment_of(place_small_order())
    let_time_pass(payment, minutes=minutes)
    assert payments.sync_payment(payment_id=payment.pk).status == Payment.Status.FAILED


def test_no_checkout_is_opened_for_an_order_that_was_cancelled_meanwhile(cashier: Server):
    order = place_small_order()
    payment = payment_of(order)
    cancel_order(order_id=order.pk, actor="customer", why="changed my mind")
    synced = payments.sync_payment(payment_id=payment.pk)
    assert (synced.status, synced.session_id) == (Payment.Status.FAILED, None)


def test_paid_before_we_noted_the_session_is_cleared_at_the_first_look(cashier: Server):
    """A repeat under the key is answered as the first time: an open session, nothing paid."""
    payment = payment_of(place_small_order())
    visit(gateway.create_checkout(payment).url, GOOD)
    assert payments.sync_payment(payment_id=payment.pk).status == Payment.Status.CLEARED


def test_paid_in_the_last_second_is_found_before_another_checkout_is_opened(cashier: Server, drain):
    order = paid_at_the_cashier()
    let_time_pass(order.payments.get(), minutes=61)
    with pytest.raises(CashierAway, match="no answer yet"):
        open_payment(order_id=order.pk)
    drain()
    with pytest.raises(IllegalTransition, match="released"):
        open_payment(order_id=order.pk)
    assert order.payments.get().status == Payment.Status.CLEARED


def test_while_an_older_attempt_is_under_way_no_other_is_offered():
    order = place_small_order()
    older = payment_of(order)
    closed = facts_of(older, session_status="expired", intent_status="")
    payments.apply_facts(payment_id=older.pk, facts=closed)
    assert payment_of(order).attempt == 2
    late = facts_of(older, intent_status="processing")
    payments.apply_facts(payment_id=older.pk, facts=late)
    with pytest.raises(PaymentUnderWay):
        payments.open_payment(order_id=order.pk)


def refund_under_way(**looked_at) -> Refund:
    refund = refund_requests.request_refund(
        payment_id=paid_order().payments.get().pk, amount_minor=100, reason="x", actor="staff:mira"
    )
    Refund.objects.filter(pk=refund.pk).update(status=Refund.Status.PENDING, **looked_at)
    return refund


def payments_looked_at(monkeypatch) -> list[int]:
    seen: list[int] = []
    monkeypatch.setattr(tasks, "sync_refunds", lambda *, payment_id: seen.append(payment_id))
    tasks.poll_refunds()
    return seen


def test_a_fresh_refund_under_way_is_looked_at_every_half_minute(monkeypatch):
    now = timezone.now()
    due = refund_under_way(last_synced_at=now - FRESH_EVERY)
    refund_under_way(last_synced_at=now)
    refund_under_way(last_synced_at=now - 2 * FRESH_EVERY, requested_at=now - 2 * FRESH)
    assert payments_looked_at(monkeypatch) == [due.payment_id]


def test_an_old_refund_under_way_is_looked_at_seldom(monkeypatch):
    now = timezone.now()
    due = refund_under_way(last_synced_at=now - STALE_EVERY, requested_at=now - 2 * FRESH)
    assert payments_looked_at(monkeypatch) == [due.payment_id]


def overdue(order: Order, *, fresh: bool, status: str = Payment.Status.PENDING) -> Payment:
    """A payment with a checkout that nobody has looked at for a while."""
    payment = payment_of(order)
    now = timezone.now()
    Payment.objects.filter(pk=payment.pk).update(
        session_id=f"cs_test_{payment.pk}",
        status=status,
        created_at=now - (2 * FRESH_EVERY if fresh else 2 * FRESH),
        last_synced_at=now - (2 * FRESH_EVERY if fresh else 2 * STALE_EVERY),
    )
    return payment


def looked_at(monkeypatch, *, away: frozenset[int] = frozenset()) -> list[int]:
    """The payments that one round asks about, in their order."""
    seen: list[int] = []

    def look(*, payment_id: int) -> None:
        seen.append(payment_id)
        if payment_id in away:
            raise CashierAway("500")
        Payment.objects.filter(pk=payment_id).update(last_synced_at=timezone.now())

    monkeypatch.setattr(tasks, "sync_payment", look)
    poll_payments()
    return seen


def test_a_crowd_of_old_debits_does_not_starve_a_payment_of_today(monkeypatch):
    monkeypatch.setattr(tasks, "BATCH", 4)
    for _ in range(6):
        overdue(place_small_order(), fresh=False, status=Payment.Status.PROCESSING)
    fresh = overdue(place_small_order(), fresh=True)
    assert fresh.pk in looked_at(monkeypatch)


def test_a_crowd_of_payments_of_today_does_not_starve_an_old_debit(monkeypatch):
    monkeypatch.setattr(tasks, "BATCH", 4)
    old = overdue(place_small_order(), fresh=False, status=Payment.Status.PROCESSING)
    for _ in range(6):
        overdue(place_small_order(), fresh=True)
    assert old.pk in looked_at(monkeypatch)


def test_new_payments_do_not_starve_one_that_was_looked_at_before_it_was_paid(monkeypatch):
    """Every new one was never looked at; that must not put it before one that has waited longer."""
    monkeypatch.setattr(tasks, "BATCH", 4)
    waiting = overdue(place_small_order(), fresh=True)
    for _ in range(6):
        new = payment_of(place_small_order())
        just_due = timezone.now() - FRESH_EVERY
        Payment.objects.filter(pk=new.pk).update(created_at=just_due, session_id=f"cs_{new.pk}")
    assert looked_at(monkeypatch)[0] == waiting.pk


def test_in_the_end_everybody_is_looked_at(monkeypatch):
    monkeypatch.setattr(tasks, "BATCH", 4)
    due = {overdue(place_small_order(), fresh=number % 3 > 0).pk for number in range(9)}
    seen = [payment_id for _ in range(3) for payment_id in looked_at(monkeypatch)]
    assert sorted(seen) == sorted(due)


def test_one_payment_that_stripe_fails_at_does_not_stop_the_others(monkeypatch):
    bad, good = (overdue(place_small_order(), fresh=True) for _ in range(2))
    assert looked_at(monkeypatch, away=frozenset({bad.pk})) == [bad.pk, good.pk]
    assert looked_at(monkeypatch) == []


def test_a_cashier_that_is_away_is_not_asked_about_every_payment(monkeypatch):
    due = [overdue(place_small_order(), fresh=True).pk for _ in range(4)]
    assert len(looked_at(monkeypatch, away=frozenset(due))) == tasks.MOST_IN_VAIN


def test_refunds_are_looked_at_by_how_long_they_have_waited(monkeypatch):
    monkeypatch.setattr(tasks, "BATCH", 1)
    now = timezone.now()
    refund_under_way(last_synced_at=now - 2 * FRESH_EVERY)
    waiting = refund_under_way(last_synced_at=now - 3 * FRESH_EVERY)
    assert payments_looked_at(monkeypatch) == [waiting.payment_id]


def test_only_stripe_says_that_a_checkout_which_was_opened_came_to_nothing(cashier: Server, drain):
    """Somebody may be at the bank's page when the hour is over; a second checkout is opened, and
    what comes by the first is still looked for.
    """
    order = place_small_order()
    url = payments.open_payment(order_id=order.pk)
    first = order.payments.get()
    let_time_pass(first, minutes=61)
    Payment.objects.filter(pk=first.pk).update(last_synced_at=timezone.now())
    assert payments.open_payment(order_id=order.pk) != url
    visit(url, GOOD)
    look_again(first)
    poll_payments()
    order.refresh_from_db()
    assert order.status == Order.Status.RELEASED
