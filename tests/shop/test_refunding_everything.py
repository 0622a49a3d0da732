"""Who gives back all that a machine was paid with stops its box, and is told so before."""

import pytest

from shop.errors import OrderHeld
from shop.models import Order, Payment, PaymentHold, Refund
from shop.services import holds, payments, refund_requests
from shop.services.fulfilment import record_shipment
from shop.services.orders import cancel_order
from tests.factories.shop import boxed_order, facts_of, paid_order, payment_of, place_small_order
from tests.shop.payments.test_refunding import ask, say
from tests.shop.test_ops_orders import staff, url_of
from tests.shop.test_ops_refunds import form_of, page_of

pytestmark = pytest.mark.django_db

TOLD = "the machine is not shipped until somebody closes the hold"
MORE = ("view_order", "view_payment", "view_refund", "add_refund", "approve_refund")


def reasons(order: Order) -> list[str]:
    return list(order.holds.filter(closed_at=None).values_list("reason", flat=True))


def ship(order: Order) -> None:
    record_shipment(order_id=order.pk, carrier="Parcel Post", tracking_number="PP1", actor="x")


def test_a_refund_of_everything_keeps_the_box_here_until_somebody_lets_it_leave():
    order = boxed_order(paid_order())
    payment = order.payments.get()
    refund = ask(payment, order.total_minor)
    assert reasons(order) == [PaymentHold.Reason.REFUNDED]
    with pytest.raises(OrderHeld, match="all of this payment is given back"):
        ship(order)
    holds.close_hold(hold_id=order.holds.get().pk, actor="staff:mira")
    say(refund, "succeeded")
    assert reasons(order) == []  # somebody has said so, and it is the same refund
    ship(order)


def test_the_last_part_of_everything_stops_it_and_what_waits_for_approval_does_not(settings):
    settings.REFUND_ALONE_UP_TO_MINOR = {"USD": 1_000}
    order = paid_order()
    payment = order.payments.get()
    ask(payment, 1_000)
    rest = ask(payment, order.total_minor - 1_000)
    assert reasons(order) == []
    refund_requests.approve_refund(refund_id=rest.pk, actor="staff:second")
    assert reasons(order) == [PaymentHold.Reason.REFUNDED]


def test_a_part_stops_nothing():
    order = paid_order()
    ask(order.payments.get(), order.total_minor - 1)
    assert reasons(order) == []


def test_a_surplus_that_goes_back_stops_nothing():
    order = place_small_order()
    first = payment_of(order)
    second = Payment.objects.create(
        order=order,
        attempt=2,
        amount_minor=order.total_minor,
        currency=order.currency,
        idempotency_key="second",
    )
    for payment in (first, second):
        payments.apply_facts(payment_id=payment.pk, facts=facts_of(payment))
    refund = Refund.objects.get()
    assert refund.amount_minor == order.total_minor
    say(refund, "succeeded")
    assert reasons(order) == []


@pytest.mark.parametrize("is_shipped", [True, False])
def test_of_what_is_gone_or_cancelled_nothing_is_stopped(is_shipped):
    order = boxed_order(paid_order()) if is_shipped else paid_order()
    if is_shipped:
        ship(order)
    else:
        cancel_order(order_id=order.pk, actor="staff:mira", why="Asked for.")
    ask(order.payments.get(), order.total_minor)
    assert reasons(order) == []


def test_an_order_that_is_cancelled_after_it_was_refunded_has_nothing_to_keep_here():
    order = paid_order()
    ask(order.payments.get(), order.total_minor)
    assert reasons(order) == [PaymentHold.Reason.REFUNDED]
    cancel_order(order_id=order.pk, actor="staff:mira", why="Asked for.")
    assert reasons(order) == []
    assert order.holds.get().closed_by == "staff:mira"


def test_the_page_says_so_before_and_after():
    finance = staff(*MORE, "change_order")
    order = paid_order()
    page = finance.get(page_of(order)).text
    assert TOLD in page
    assert "To end the order, cancel it instead." in page
    said = finance.post(page_of(order), form_of(kind="all", reason="It came late."), follow=True)
    assert f"That is everything: {order} is not shipped until its hold is closed." in said.text
    assert "Does not ship: refunded" in said.text
    part = paid_order()
    form = form_of(kind="sum", amount="10", reason="A scratch.")
    assert "That is everything" not in finance.post(page_of(part), form, follow=True).text
    assert TOLD in finance.get(page_of(part)).text


def test_whoever_approves_it_is_told_too(settings):
    settings.REFUND_ALONE_UP_TO_MINOR = {}
    order = paid_order()
    some = ask(order.payments.get(), 1_000)
    second = staff(*MORE)
    assert TOLD not in second.get(url_of(order)).text
    refund_requests.withdraw_refund(refund_id=some.pk, actor="staff:mira")
    refund = ask(order.payments.get(), order.total_minor)
    assert f"This refunds everything: once it is approved, {TOLD}" in second.get(url_of(order)).text
    said = second.post(f"/ops/refunds/{refund.pk}/approve/", follow=True).text
    assert "That is everything" in said


@pytest.mark.parametrize("is_shipped", [True, False])
def test_where_nothing_can_be_stopped_nothing_is_said(is_shipped):
    order = boxed_order(paid_order()) if is_shipped else paid_order()
    if is_shipped:
        ship(order)
    else:
        cancel_order(order_id=order.pk, actor="staff:mira", why="Asked for.")
    finance = staff(*MORE)
    assert TOLD not in finance.get(page_of(order)).text
    said = finance.post(page_of(order), form_of(kind="all", reason="It came late."), follow=True)
    assert "That is everything" not in said.text
