"""Holds: pieces set aside, whose promises they were, and what is decided about them."""

import pytest

from config.outbox.models import OutboxEvent
from production.errors import IllegalTransition, MoveRefused, ShortOfStock, UnknownHold
from production.models import (
    AssemblyJob,
    BinStock,
    MaterialRequirement,
    QualityHold,
    StockLevel,
    StockMovement,
)
from production.selectors import open_shortages
from production.services.quality import close_hold, hold_stock
from production.services.shop_floor import start_operation
from tests.factories.production import makeable_model, part, planned_order, stock_part

pytestmark = pytest.mark.django_db


def hold(one, quantity, key="hold-1", **more):
    return hold_stock(
        part_id=one.pk, quantity=quantity, reason="bent", key=key, actor="staff:anna", **more
    )


def decide(held, outcome, **more):
    return close_hold(hold_id=held.pk, outcome=outcome, actor="staff:bo", **more)


def level(one):
    return StockLevel.objects.values_list("on_hand", "allocated", "on_hold").get(part=one)


def bins(one):
    held = BinStock.objects.filter(part=one, quantity__gt=0)
    return dict(held.values_list("bin__code", "quantity"))


def short_again():
    return list(
        OutboxEvent.objects.filter(name="production.material_short_again")
        .order_by("pk")
        .values_list("payload__order_id", flat=True)
    )


@pytest.fixture
def tie():
    makeable_model()
    return stock_part("TIE", 10)


def test_held_pieces_lie_apart_and_are_nobodys(tie):
    hold(tie, 3)
    assert level(tie) == (10, 0, 3)
    assert bins(tie) == {"A-01": 7, "ON-HOLD": 3}
    assert StockLevel.objects.get(part=tie).free == 7


def test_a_hold_sent_twice_is_one(tie):
    assert hold(tie, 3) == hold(tie, 3)
    assert level(tie) == (10, 0, 3)


def test_released_pieces_go_back_to_their_bin(tie):
    held = decide(hold(tie, 3), "released", note="only dusty")
    assert level(tie) == (10, 0, 0)
    assert bins(tie) == {"A-01": 10}
    assert (held.outcome, held.closed_by, held.note) == ("released", "staff:bo", "only dusty")


@pytest.mark.parametrize(("outcome", "kind"), [("scrapped", "scrap"), ("returned", "return")])
def test_scrapped_and_returned_pieces_leave_the_house(tie, outcome, kind):
    decide(hold(tie, 3), outcome)
    assert level(tie) == (7, 0, 0)
    moved = StockMovement.objects.get(kind=kind)
    assert (moved.quantity, moved.reason, moved.actor) == (-3, "bent", "staff:bo")


def test_a_decision_about_some_leaves_the_rest_on_hold(tie):
    decide(hold(tie, 3), "scrapped", quantity=1)
    assert level(tie) == (9, 0, 2)
    assert list(
        QualityHold.objects.order_by("pk").values_list("quantity", "outcome", "opened_by")
    ) == [(1, "scrapped", "staff:anna"), (2, "", "staff:anna")]


def test_a_decision_is_made_once(tie):
    held = hold(tie, 3)
    decide(held, "scrapped")
    decide(held, "scrapped")
    assert level(tie) == (7, 0, 0)
    with pytest.raises(IllegalTransition, match="is scrapped already"):
        decide(held, "released")


@pytest.mark.parametrize("quantity", [0, 4, -1])
def test_more_than_is_held_cannot_be_decided(tie, quantity):
    with pytest.raises(MoveRefused, match="expected 1 to 3"):
        decide(hold(tie, 3), "released", quantity=quantity)


def test_what_makes_no_sense_is_refused_in_words(tie):
    with pytest.raises(ShortOfStock, match="10 can be held, 11 wanted"):
        hold(tie, 11)
    with pytest.raises(MoveRefused, match="got -1"):
        hold(tie, -1)
    with pytest.raises(UnknownHold):
        close_hold(hold_id=0, outcome="released", actor="staff:bo")
    with pytest.raises(MoveRefused, match="got 'eaten'"):
        decide(hold(tie, 1), "eaten")


@pytest.fixture
def two_orders():
    """Two orders with a processor each, and none left over; the second one ships later."""
    version = makeable_model()
    cpu = stock_part("CPU-6", 2)
    first, second = planned_order(version=version), planned_order(version=version)
    AssemblyJob.objects.filter(clearance=second.pk).update(due_on="2099-01-01")
    return cpu, first, second


def status(order):
    return AssemblyJob.objects.get(clearance=order.pk).status


def test_the_least_urgent_job_gives_its_piece_up_and_its_need_is_announced(two_orders):
    cpu, first, second = two_orders
    hold(cpu, 1)
    assert (status(first), status(second)) == ("ready", "waiting_for_parts")
    assert level(cpu) == (2, 1, 1)
    assert [it.short for it in open_shortages(second.pk)] == [1]
    assert short_again() == [second.pk]
    second.refresh_from_db()
    assert second.promise_reason  # the customer's date follows


def test_a_free_piece_is_held_before_a_promised_one(two_orders):
    cpu, first, second = two_orders
    stock_part("CPU-6", 3)
    hold(cpu, 1)
    assert (status(first), status(second)) == ("ready", "ready")
    assert short_again() == []


def test_a_released_piece_goes_back_to_the_job_that_waits(two_orders):
    cpu, _, second = two_orders
    decide(hold(cpu, 1), "released")
    assert status(second) == "ready"
    assert level(cpu) == (2, 2, 0)


def test_a_job_that_is_being_kitted_gives_up_last(two_orders):
    cpu, first, second = two_orders
    job = AssemblyJob.objects.get(clearance=second.pk)
    start_operation(job_id=job.pk, kind="kitting", actor="staff:anna")
    hold(cpu, 1)
    assert (status(first), status(second)) == ("waiting_for_parts", "in_progress")
    hold(cpu, 1, key="hold-2")
    assert short_again() == [first.pk, second.pk]
    assert MaterialRequirement.objects.get(part=cpu, job=job).allocated_quantity == 0


def test_a_scrapped_piece_that_was_bought_for_an_order_is_no_push_stock(tie):
    decide(hold(tie, 10), "scrapped")
    found = StockLevel.objects.get(part=tie)
    assert (found.on_hand, found.pegged_on_hand, found.push_on_hand) == (0, 0, 0)
    assert part("TIE").free_quantity == 0
