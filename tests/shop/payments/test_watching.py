"""What no event tells of is found by looking: disputes, warnings and reviews of the account."""

from datetime import timedelta

import pytest
from django.utils import timezone

from shop.errors import OrderHeld
from shop.models import Dispute, Order, Payment, PaymentHold, StripeEvent
from shop.services import fulfilment, holds, payments, watching
from shop.services.inbox import work_off
from shop.stripe.sandbox.server import Server
from shop.tasks import poll_payments, watch_risk
from tests.factories.disputes import dispute
from tests.factories.shop import boxed_order, paid_order
from tests.shop.payments.banks import (
    approved,
    contested,
    decided,
    paid_at_the_cashier,
    reviewed,
    warned,
)
from tests.shop.sandbox.browser_double import REVIEWED

pytestmark = pytest.mark.django_db

Reason = PaymentHold.Reason
STAFF = "staff:anna"


def open_reasons(order: Order) -> list[str]:
    return list(order.holds.filter(closed_at=None).values_list("reason", flat=True))


def ship(order: Order) -> None:
    fulfilment.record_shipment(
        order_id=order.pk, carrier="Parcel Post", tracking_number="PP1", actor=STAFF
    )


def test_a_dispute_that_no_event_told_of_is_found_and_keeps_the_box_here(cashier: Server):
    order = boxed_order(paid_at_the_cashier())
    contested(cashier, order)
    watch_risk()
    found = Dispute.objects.get()
    assert found.payment.order == order
    with pytest.raises(OrderHeld, match="dispute"):
        ship(order)
    decided(cashier, found.stripe_id, "won")
    watch_risk()
    ship(order)
    order.refresh_from_db()
    assert order.status == Order.Status.SHIPPED


def test_looking_again_writes_down_only_what_is_new(cashier: Server):
    order = paid_at_the_cashier()
    contested(cashier, order)
    assert watching.look_for_disputes() == 1
    assert watching.look_for_disputes() == 0
    decided(cashier, Dispute.objects.get().stripe_id, "won")
    assert watching.look_for_disputes() == 1
    assert watching.look_for_disputes() == 0


def test_an_old_dispute_that_is_open_is_looked_at_by_itself(cashier: Server):
    order = paid_at_the_cashier()
    contested(cashier, order)
    watching.look_for_disputes()
    now = timezone.now() + timedelta(days=60)
    decided(cashier, Dispute.objects.get().stripe_id, "won")
    with pytest.MonkeyPatch.context() as later:
        later.setattr(watching.timezone, "now", lambda: now)
        watching.look_for_disputes()
    assert Dispute.objects.get().status == Dispute.Status.WON


def test_a_dispute_of_a_payment_that_is_not_ours_is_left_alone(cashier: Server):
    order = paid_at_the_cashier()
    contested(cashier, order)
    Payment.objects.update(payment_intent_id="pi_other")
    assert watching.look_for_disputes() == 0


def test_a_warning_that_no_event_told_of_is_found_and_holds_the_order(cashier: Server):
    order = boxed_order(paid_at_the_cashier())
    warned(cashier, order)
    watch_risk()
    assert open_reasons(order) == [Reason.EARLY_FRAUD_WARNING]
    assert watching.look_for_warnings() == 0
    with pytest.raises(OrderHeld, match="consider a refund"):
        ship(order)


def test_a_warning_that_is_settled_frees_the_order(cashier: Server):
    order = paid_at_the_cashier()
    warned(cashier, order)
    watch_risk()
    contested(cashier, order)  # a dispute overtakes it
    watch_risk()
    assert open_reasons(order) == [Reason.DISPUTE]
    assert watching.look_for_warnings() == 0


def test_a_warning_that_a_person_let_pass_is_not_raised_again(cashier: Server):
    order = paid_at_the_cashier()
    warned(cashier, order)
    watch_risk()
    holds.close_hold(hold_id=order.holds.get().pk, actor=STAFF)
    assert watching.look_for_warnings() == 0
    assert open_reasons(order) == []


def test_a_held_payment_is_asked_for_warnings_before_it_is_released(cashier: Server):
    order = paid_at_the_cashier(REVIEWED)
    assert open_reasons(order) == [Reason.REVIEW]
    warned(cashier, order)
    approved(cashier, order)
    payments.sync_payment(payment_id=order.payments.get().pk)
    order.refresh_from_db()
    assert order.status == Order.Status.AWAITING_PAYMENT
    assert open_reasons(order) == [Reason.EARLY_FRAUD_WARNING]


@pytest.mark.parametrize("way", ["event", "watch", "poll"])
def test_a_review_that_is_closed_releases_the_order_without_staff(cashier: Server, way):
    order = paid_at_the_cashier(REVIEWED)
    assert order.status == Order.Status.AWAITING_PAYMENT
    approved(cashier, order)
    payment = order.payments.get()
    if way == "event":
        event = StripeEvent.objects.create(
            event_id="evt_1",
            type="review.closed",
            payload={"data": {"object": {"payment_intent": payment.payment_intent_id}}},
        )
        work_off(event)
    elif way == "watch":
        watch_risk()
    else:
        Payment.objects.update(last_synced_at=timezone.now() - timedelta(minutes=20))
        poll_payments()
    order.refresh_from_db()
    assert order.status == Order.Status.RELEASED
    assert order.holds.get().closed_by == "stripe"


def test_a_review_that_begins_after_release_is_found_and_ends_by_itself(cashier: Server):
    order = boxed_order(paid_at_the_cashier())
    reviewed(cashier, order)
    watch_risk()
    assert open_reasons(order) == [Reason.REVIEW]
    with pytest.raises(OrderHeld, match="approved at Stripe"):
        ship(order)
    approved(cashier, order)
    watch_risk()
    assert open_reasons(order) == []
    assert watching.look_for_reviews() == 0


def test_a_review_that_a_person_let_pass_is_not_asked_about_again(cashier: Server):
    order = paid_at_the_cashier()
    reviewed(cashier, order)
    watch_risk()
    holds.close_hold(hold_id=order.holds.get().pk, actor=STAFF)
    assert watching.look_for_reviews() == 0


def test_one_that_cannot_be_written_down_does_not_stop_the_others(cashier: Server, monkeypatch):
    first, second = paid_at_the_cashier(), paid_at_the_cashier()
    for order in (first, second):
        contested(cashier, order)
    apply = watching.apply_disputes

    def odd(*, payment_id: int, found: object) -> None:
        if payment_id == first.payments.get().pk:
            raise ValueError("odd")
        apply(payment_id=payment_id, found=found)

    odd.__name__ = "odd"
    monkeypatch.setattr(watching, "apply_disputes", odd)
    watch_risk()
    assert Dispute.objects.get().payment.order == second


def test_without_stripe_the_look_is_put_off(no_cashier):
    found = dispute(paid_order())
    watch_risk()
    found.refresh_from_db()
    assert found.status == Dispute.Status.NEEDS_RESPONSE
