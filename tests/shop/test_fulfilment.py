"""What production writes down about an order: forward only, told to the customer once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from config.audit.models import StateChange
from config.calendar import add_working_days
from config.mail.models import OutgoingMail
from config.outbox.models import OutboxEvent
from shop.errors import IllegalTransition, OrderFrozen, OrderHeld, ShopError
from shop.models import LedgerEntry, Order, PaymentHold, Shipment, TrackedPart
from shop.services.fulfilment import (
    freeze_order,
    record_progress,
    record_shipment,
    start_pre_production,
)
from shop.services.holds import close_hold, place_hold
from shop.services.likely_dates import revise_likely_date
from shop.services.orders import cancel_order
from shop.services.tracked_parts import TrackedPartFacts, record_tracked_parts
from tests.factories.shop import boxed_order, paid_order, place_small_order

pytestmark = pytest.mark.django_db

STAFF = "staff:mira"


def kitted_order() -> Order:
    order = paid_order()
    start_pre_production(order_id=order.pk)
    return freeze_order(order_id=order.pk, actor=STAFF)


def subjects(order: Order) -> list[str]:
    mails = OutgoingMail.objects.filter(about=order.number).order_by("pk")
    return [mail.subject.removeprefix(f"Order {order.number}: ") for mail in mails]


def states(order: Order) -> list[str]:
    changes = StateChange.objects.filter(subject_type="shop.order", subject_id=order.pk)
    return list(changes.order_by("pk").values_list("to_state", flat=True))


def test_an_order_goes_through_every_stage_and_writes_each_down():
    order = kitted_order()
    for stage in ("build", "test", "boxing"):
        record_progress(order_id=order.pk, stage=stage, actor=STAFF)
    record_shipment(order_id=order.pk, carrier="Parcel Post", tracking_number="PP1", actor=STAFF)
    assert states(order) == [
        "awaiting_payment", "released", "pre_production", "kitting", "build", "test", "boxing",
        "shipped",
    ]  # fmt: skip


def test_each_stage_that_matters_to_the_customer_sends_one_mail():
    order = kitted_order()
    record_progress(order_id=order.pk, stage="boxing", actor=STAFF)
    record_shipment(order_id=order.pk, carrier="Parcel Post", tracking_number="PP1", actor=STAFF)
    assert subjects(order) == [
        f"paid, your {order.lines.get().name} will be built",
        "every part is here",
        "on its way to you",
    ]


def test_a_repeat_of_any_step_changes_nothing():
    order = kitted_order()
    steps = [
        lambda: start_pre_production(order_id=order.pk),
        lambda: freeze_order(order_id=order.pk, actor=STAFF),
        lambda: record_progress(order_id=order.pk, stage="test", actor=STAFF),
        lambda: record_progress(order_id=order.pk, stage="build", actor=STAFF),
        lambda: record_progress(order_id=order.pk, stage="boxing", actor=STAFF),
        lambda: record_shipment(order_id=order.pk, carrier="PP", tracking_number="", actor=STAFF),
    ]
    for step in steps:
        step()
    before = (states(order), subjects(order), LedgerEntry.objects.count())
    for step in steps:
        step()
    assert (states(order), subjects(order), LedgerEntry.objects.count()) == before


def test_progress_never_goes_back():
    order = kitted_order()
    record_progress(order_id=order.pk, stage="test", actor=STAFF)
    assert record_progress(order_id=order.pk, stage="build", actor=STAFF).status == "test"


def test_an_unknown_stage_says_which_are_known():
    order = kitted_order()
    with pytest.raises(ShopError, match="expected one of build, test, boxing, got 'paint'"):
        record_progress(order_id=order.pk, stage="paint", actor=STAFF)


def test_nothing_is_built_before_the_money_has_cleared():
    order = place_small_order()
    for step in (
        lambda: start_pre_production(order_id=order.pk),
        lambda: freeze_order(order_id=order.pk, actor=STAFF),
        lambda: record_progress(order_id=order.pk, stage="build", actor=STAFF),
        lambda: record_shipment(order_id=order.pk, carrier="x", tracking_number="", actor=STAFF),
    ):
        with pytest.raises(IllegalTransition):
            step()
    assert states(order) == ["awaiting_payment"]


HOLDS = ["amount_mismatch", "review", "early_fraud_warning", "dispute", "refunded", "staff"]


@pytest.mark.parametrize("reason", HOLDS)
def test_under_a_hold_of_any_kind_nothing_ships_and_it_says_why_and_who_can_end_it(reason):
    order = boxed_order(paid_order())
    hold = PaymentHold.objects.create(order=order, reason=reason, detail="Looks odd.")
    with pytest.raises(OrderHeld) as refused:
        record_shipment(order_id=order.pk, carrier="PP", tracking_number="", actor=STAFF)
    words = str(refused.value)
    assert words.startswith(f"{order.number} stays in the house. Held since ")
    assert f"{hold.get_reason_display().lower()} (Looks odd.)" in words
    assert "Who may close holds can end it on the order's page." in words
    assert states(order)[-1] == "boxing"
    assert not Shipment.objects.exists()
    close_hold(hold_id=hold.pk, actor=STAFF)
    record_shipment(order_id=order.pk, carrier="PP", tracking_number="", actor=STAFF)
    assert states(order)[-1] == "shipped"


def test_under_a_hold_making_goes_on_up_to_the_box():
    order = paid_order()
    place_hold(order_id=order.pk, actor=STAFF, why="Looks odd.")
    assert boxed_order(order).status == Order.Status.BOXING


def test_what_has_left_can_neither_be_held_nor_shipped_again():
    order = boxed_order(paid_order())
    for _ in range(2):
        record_shipment(order_id=order.pk, carrier="PP", tracking_number="", actor=STAFF)
    with pytest.raises(IllegalTransition, match="nothing to hold"):
        place_hold(order_id=order.pk, actor=STAFF, why="Too late.")


def test_shipping_turns_what_was_owed_into_revenue(drain):
    order = kitted_order()
    record_progress(order_id=order.pk, stage="boxing", actor=STAFF)
    record_shipment(order_id=order.pk, carrier="Parcel Post", tracking_number="PP1", actor=STAFF)
    drain()
    balance: dict[str, int] = {}
    for entry in LedgerEntry.objects.filter(transaction__order=order):
        balance[entry.account] = balance.get(entry.account, 0) + entry.amount_minor
    assert balance == {
        "stripe_clearing": order.total_minor,
        "customer_prepayments": 0,
        "revenue": -order.total_minor,
    }


def test_tracked_parts_are_written_and_rewritten_in_place():
    order = paid_order()
    line = order.lines.get()
    facts = TrackedPartFacts(part_number="CPU-6", name="Six cores", quantity=1, state="on_order")
    due_on = timezone.localdate() + timedelta(days=3)
    record_tracked_parts(order_line_id=line.pk, unit=1, parts=[facts])
    record_tracked_parts(
        order_line_id=line.pk,
        unit=1,
        parts=[
            TrackedPartFacts(
                part_number="CPU-6",
                name="Six cores",
                quantity=1,
                state="on_order",
                due_on=due_on,
                supplier_name="Nordkomp",
            )
        ],
    )
    part = TrackedPart.objects.get()
    assert (part.due_on, part.supplier_name) == (due_on, "Nordkomp")


def test_a_likely_date_within_the_promise_moves_quietly():
    order = paid_order()
    start_pre_production(order_id=order.pk)
    revise_likely_date(order_id=order.pk, likely_on=order.promised_ships_on, reason="case, 2 days")
    assert len(subjects(order)) == 1
    assert states(order)[-1] == "pre_production"


def test_a_promise_that_will_not_be_kept_is_told_once_and_never_rebased():
    order = paid_order()
    late = order.promised_ships_on + timedelta(days=5)
    for _ in range(2):
        revise_likely_date(order_id=order.pk, likely_on=late, reason="The case comes late.")
    assert subjects(order)[1:] == ["it will ship later than we promised"]
    promised = order.promised_ships_on
    order.refresh_from_db()
    assert (order.promised_ships_on, order.likely_ships_on) == (promised, late)


@pytest.mark.parametrize(("promised_in", "is_told"), [(-1, True), (0, False), (5, False)])
def test_that_nobody_knows_a_day_is_told_once_the_promise_has_passed(promised_in, is_told):
    order = paid_order()
    promised_on = timezone.localdate() + timedelta(days=promised_in)
    Order.objects.filter(pk=order.pk).update(promised_ships_on=promised_on, told_ships_on=None)
    for _ in range(3):
        revise_likely_date(order_id=order.pk, likely_on=None, reason="case: nobody has said")
    assert subjects(order)[1:] == ["it will ship later than we promised"] * is_told
    if is_told:
        mail = OutgoingMail.objects.filter(about=order.number).latest("pk")
        assert "nobody can name another day yet" in mail.body_text
        assert "Decided by: case: nobody has said." in mail.body_text


def test_after_an_unknown_day_the_first_one_that_is_known_is_told():
    order = paid_order()
    today = timezone.localdate()
    Order.objects.filter(pk=order.pk).update(promised_ships_on=today - timedelta(days=5))
    revise_likely_date(order_id=order.pk, likely_on=None, reason="case: nobody has said")
    for days in (7, 8):
        likely_on = add_working_days(today, days)
        revise_likely_date(order_id=order.pk, likely_on=likely_on, reason="case, Mon 7 Dec")
    assert subjects(order)[1:] == ["it will ship later than we promised"] * 2


def test_an_unpaid_order_is_cancelled_without_anybody_upstream_hearing_of_it():
    order = place_small_order()
    cancel_order(order_id=order.pk, actor="customer", why="You cancelled it before paying.")
    assert states(order)[-1] == "cancelled"
    assert not OutboxEvent.objects.filter(name="shop.order_cancelled").exists()


def test_cancelling_a_paid_order_tells_production_and_owes_the_money_back():
    order = paid_order()
    for _ in range(2):
        cancel_order(order_id=order.pk, actor=STAFF, why="The customer asked.")
    assert OutboxEvent.objects.filter(name="shop.order_cancelled").count() == 1
    assert order.payments.get().refund_due_minor == order.total_minor
    assert subjects(order)[1:] == ["cancelled"]


def test_a_customer_who_cancels_in_the_moment_of_payment_does_not_cancel_a_paid_order():
    order = paid_order()
    with pytest.raises(IllegalTransition, match="has just been paid"):
        cancel_order(order_id=order.pk, actor="customer", why="x", only_if_unpaid=True)
    assert states(order)[-1] == "released"


def test_from_kitting_on_nothing_is_cancelled():
    order = kitted_order()
    with pytest.raises(OrderFrozen, match="kitting has begun"):
        cancel_order(order_id=order.pk, actor=STAFF, why="The customer asked.")


def test_kitting_does_not_start_on_a_cancelled_order():
    order = paid_order()
    start_pre_production(order_id=order.pk)
    cancel_order(order_id=order.pk, actor=STAFF, why="The customer asked.")
    with pytest.raises(IllegalTransition):
        freeze_order(order_id=order.pk, actor=STAFF)
