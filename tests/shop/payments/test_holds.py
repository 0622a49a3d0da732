"""What keeps a paid order back, and what asks for a person once it is released."""

import time
from dataclasses import replace

import pytest
from django.utils import timezone

from config.outbox.models import Errand
from shop import selectors
from shop.errors import OrderHeld
from shop.models import Order, Payment, PaymentHold, StripeEvent
from shop.services import holds, payments
from shop.services.inbox import work_off
from shop.stripe.disputes import disputes_of
from shop.tasks import end_rests
from tests.factories.disputes import dispute
from tests.factories.shop import facts_of, paid_order, pay, payment_of, place_small_order
from tests.shop.sandbox import browser_double as browser

pytestmark = pytest.mark.django_db

Reason = PaymentHold.Reason


def look_again(order: Order, **changes) -> Order:
    payment = order.payments.get()
    payments.apply_facts(payment_id=payment.pk, facts=facts_of(payment, **changes))
    order.refresh_from_db()
    return order


def open_reasons(order: Order) -> list[str]:
    return list(order.holds.filter(closed_at=None).values_list("reason", flat=True))


def test_a_review_that_ends_well_releases_the_order_by_itself():
    order = pay(place_small_order(), is_under_review=True)
    assert open_reasons(order) == [Reason.REVIEW]
    assert look_again(order).status == Order.Status.RELEASED
    assert order.holds.get().closed_by == "stripe"


def test_whoever_closes_a_hold_has_the_word_over_what_it_stood_for():
    order = pay(place_small_order(), is_under_review=True)
    holds.close_hold(hold_id=order.holds.get().pk, actor="staff:anna")
    assert look_again(order, is_under_review=True).status == Order.Status.RELEASED


def test_a_dispute_before_release_holds_and_ends_with_it():
    order = pay(place_small_order(), is_disputed=True)
    assert order.status == Order.Status.AWAITING_PAYMENT
    assert order.holds.get().detail == "the customer's bank disputes this payment"
    dispute(order)
    assert order.holds.get().detail == "$558 disputed (fraudulent)"
    dispute(order, "won")
    assert look_again(order, is_disputed=True).status == Order.Status.RELEASED


def test_money_that_a_bank_has_taken_back_is_not_released_by_closing_the_hold():
    order = pay(place_small_order(), is_disputed=True)
    dispute(order)
    with pytest.raises(OrderHeld, match="taken the money back"):
        holds.close_hold(hold_id=order.holds.get().pk, actor="staff:anna")
    assert open_reasons(order) == [Reason.DISPUTE]


def test_a_dispute_after_release_takes_nothing_back_and_holds_the_box():
    order = paid_order()
    dispute(order)
    assert order.status == Order.Status.RELEASED
    assert open_reasons(order) == [Reason.DISPUTE]
    dispute(order, "won")
    assert open_reasons(order) == []


def test_a_persons_word_on_a_dispute_stays_good_until_it_is_lost():
    order = paid_order()
    dispute(order)
    holds.close_hold(hold_id=order.holds.get().pk, actor="staff:anna")
    dispute(order, "under_review")
    assert open_reasons(order) == []
    dispute(order, "lost")
    assert order.holds.get(closed_at=None).detail == "$558 disputed (fraudulent) and lost"


def test_a_refund_at_the_cashier_before_release_holds_until_a_person_decides():
    order = pay(place_small_order(), refunded_minor=55_800)
    assert open_reasons(order) == [Reason.REFUNDED]
    assert look_again(order).status == Order.Status.AWAITING_PAYMENT


def test_a_debit_rests_for_the_days_that_are_set_and_then_goes_on(settings):
    settings.SEASONING_DAYS = {"sepa_debit": 3}
    order = pay(place_small_order(), method="sepa_debit")
    assert open_reasons(order) == [Reason.SEASONING]
    assert look_again(order, method="sepa_debit").status == Order.Status.AWAITING_PAYMENT
    assert "rests until" in order.holds.get().detail
    order.holds.update(ends_at=timezone.now())
    assert look_again(order, method="sepa_debit").status == Order.Status.RELEASED


def test_a_rest_ends_on_its_day_without_anybody_looking_at_stripe(settings, drain, monkeypatch):
    settings.SEASONING_DAYS = {"sepa_debit": 3}
    order = pay(place_small_order(), method="sepa_debit")
    payment = order.payments.get()
    Payment.objects.update(last_synced_at=timezone.now())
    end_rests()
    assert open_reasons(order) == [Reason.SEASONING]
    monkeypatch.setattr(
        payments.gateway,
        "retrieve_checkout",
        lambda session_id: facts_of(payment, method="sepa_debit"),
    )
    monkeypatch.setattr(holds.risk, "fraud_warning", lambda intent_id: "")
    order.holds.update(ends_at=timezone.now())
    end_rests()
    end_rests()
    drain()
    order.refresh_from_db()
    assert order.status == Order.Status.RELEASED
    assert order.holds.get().closed_by == "system"


def test_a_rest_that_ends_while_stripe_is_away_is_not_forgotten(settings, drain, no_cashier):
    settings.SEASONING_DAYS = {"sepa_debit": 3}
    order = pay(place_small_order(), method="sepa_debit")
    order.holds.update(ends_at=timezone.now())
    end_rests()
    drain()
    errand = Errand.objects.get()
    assert (errand.done_at, errand.failures) == (None, 1)
    assert open_reasons(order) == []


def test_a_card_does_not_rest(settings):
    settings.SEASONING_DAYS = {"sepa_debit": 3}
    assert pay(place_small_order(), method="card").status == Order.Status.RELEASED


def test_staff_may_cut_a_rest_short(settings):
    settings.SEASONING_DAYS = {"sepa_debit": 3}
    order = pay(place_small_order(), method="sepa_debit")
    holds.close_hold(hold_id=order.holds.get().pk, actor="staff:anna")
    assert look_again(order, method="sepa_debit").status == Order.Status.RELEASED


def test_a_hold_by_staff_keeps_paid_money_waiting():
    order = place_small_order()
    for _ in range(2):
        hold = holds.place_hold(order_id=order.pk, actor="staff:anna", why="Looks odd.")
    assert pay(order).status == Order.Status.AWAITING_PAYMENT
    holds.close_hold(hold_id=hold.pk, actor="staff:anna")
    assert look_again(order).status == Order.Status.RELEASED


def test_every_hold_and_its_end_are_written_down_and_kept_from_the_customer(client):
    order = paid_order()
    hold = holds.place_hold(order_id=order.pk, actor="staff:anna", why="Looks odd.")
    for _ in range(2):
        holds.close_hold(hold_id=hold.pk, actor="staff:ben")
    noted = selectors.history_of(order).filter(from_state=order.status)
    assert [(one.why, one.actor) for one in noted] == [
        ("hold ended (asked for by staff): Looks odd.", "staff:ben"),
        ("held: Looks odd.", "staff:anna"),
    ]
    assert "odd" not in client.get(order.get_absolute_url()).text


def test_two_reasons_both_have_to_pass():
    order = place_small_order()
    holds.place_hold(order_id=order.pk, actor="staff:anna", why="Looks odd.")
    pay(order, is_under_review=True)
    holds.close_hold(hold_id=order.holds.get(reason=Reason.STAFF).pk, actor="staff:anna")
    assert look_again(order, is_under_review=True).status == Order.Status.AWAITING_PAYMENT
    assert look_again(order).status == Order.Status.RELEASED


def test_an_early_fraud_warning_is_looked_up_and_holds(cashier, monkeypatch):
    payment = payment_of(place_small_order())
    payments.apply_facts(
        payment_id=payment.pk, facts=replace(facts_of(payment), intent_status="processing")
    )
    monkeypatch.setattr(holds.risk, "fraud_warning", lambda intent_id: "the card's bank says so")
    assert holds.heed_warning(payment_id=payment.pk)
    assert open_reasons(payment.order) == [Reason.EARLY_FRAUD_WARNING]


def test_disputes_and_warnings_are_read_from_the_cashier(cashier):
    order = place_small_order()
    browser.visit(payments.open_payment(order_id=order.pk), browser.GOOD)
    payment = payments.sync_payment(payment_id=order.payments.get().pk)
    assert holds.heed_warning(payment_id=payment.pk) == ""
    assert disputes_of(str(payment.payment_intent_id)) == []


def test_an_event_about_a_warning_leads_to_a_look_at_the_cashier(cashier):
    order = place_small_order()
    browser.visit(payments.open_payment(order_id=order.pk), browser.GOOD)
    payment = payments.sync_payment(payment_id=order.payments.get().pk)
    event = StripeEvent.objects.create(
        event_id="evt_1",
        type="radar.early_fraud_warning.created",
        payload={
            "data": {"object": {"id": "issfr_1", "payment_intent": payment.payment_intent_id}}
        },
    )
    work_off(event)
    event.refresh_from_db()
    assert event.outcome == f"{payment}: cleared"


@pytest.mark.parametrize("card", [browser.DISPUTED, browser.WARNED], ids=["dispute", "warning"])
def test_what_banks_have_against_a_card_at_the_cashier_is_found_and_told(cashier, card):
    order = place_small_order()
    browser.visit(payments.open_payment(order_id=order.pk), card)
    payment = payments.sync_payment(payment_id=order.payments.get().pk)
    cashier.cashier.clock = lambda: time.time() + 4_000  # banks take their time
    cashier.cashier.store.changed.set()
    deadline = time.monotonic() + 20
    while not order.holds.exists() and time.monotonic() < deadline:
        payments.sync_payment(payment_id=payment.pk)
        holds.heed_warning(payment_id=payment.pk)
    detail = order.holds.get().detail
    assert "disputed (fraudulent)" in detail or "consider a refund" in detail
