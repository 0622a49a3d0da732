"""Pieces on the move: bins, origins and costs follow every change of the shelf."""

from decimal import Decimal

import pytest

from production.errors import MoveRefused, ShortOfStock, UnknownBin, UnknownPart
from production.models import Bin, BinStock, MaterialRequirement, StockLevel, StockMovement
from production.selectors.bins import picking_bins
from production.services import supply
from production.services.cancelling import cancel_jobs
from production.services.counting import adjust_stock
from production.services.moving import Move, move_stock, place_for
from production.services.opening import BinFacts, record_bins, record_opening
from production.services.putaway import move_between_bins
from production.services.shop_floor import finish_operation, start_operation
from tests.factories.production import makeable_model, part, planned_order, stock_part

pytestmark = pytest.mark.django_db


@pytest.fixture
def screw():
    one = part("SCREW")
    record_opening(rows=[(one.pk, 10, "A-01")], costs={one.pk: Decimal(20)})
    return one


def bins(one):
    held = BinStock.objects.filter(part=one, quantity__gt=0)
    return dict(held.values_list("bin__code", "quantity"))


def origins(one):
    level = StockLevel.objects.get(part=one)
    return level.pegged_on_hand, level.kanban_on_hand, level.push_on_hand


def new_bin(code, sequence=50):
    return Bin.objects.create(code=code, zone="Shelf B", sequence=sequence)


def carry(one, source, target, quantity, key="carry-1", **more):
    move_between_bins(
        part_id=one.pk,
        from_bin_id=source.pk,
        to_bin_id=target.pk,
        quantity=quantity,
        key=key,
        actor="staff:anna",
        **more,
    )


def come(one, quantity, cost=None, *, origin="push", key="in-1", bin_id=None):
    move_stock(
        [
            Move(
                part_id=one.pk,
                kind="receipt",
                quantity=quantity,
                key=key,
                origin=origin,
                bin_id=bin_id,
                unit_cost_minor=None if cost is None else Decimal(cost),
            )
        ],
        actor="staff:anna",
    )


def test_the_first_stock_lies_in_its_bin_as_push_at_its_cost(screw):
    assert bins(screw) == {"A-01": 10}
    assert origins(screw) == (0, 0, 10)
    assert StockLevel.objects.get(part=screw).average_cost_minor == 20
    moved = StockMovement.objects.get()
    assert (moved.bin.code, moved.unit_cost_minor, moved.kind) == ("A-01", 20, "opening")


def test_pieces_carried_to_another_bin_stay_on_hand(screw):
    carry(screw, Bin.objects.get(code="A-01"), new_bin("B-01"), 4)
    assert bins(screw) == {"A-01": 6, "B-01": 4}
    assert StockLevel.objects.get(part=screw).on_hand == 10
    pair = StockMovement.objects.filter(kind="transfer")
    assert sorted(pair.values_list("bin__code", "quantity")) == [("A-01", -4), ("B-01", 4)]


def test_a_form_sent_twice_carries_once(screw):
    target = new_bin("B-01")
    for _ in range(2):
        carry(screw, Bin.objects.get(code="A-01"), target, 4)
    assert bins(screw) == {"A-01": 6, "B-01": 4}


def test_a_new_home_is_where_people_pick_first(screw):
    carry(screw, Bin.objects.get(code="A-01"), new_bin("B-01"), 4, is_new_home=True)
    picked = [row.bin.code for row in picking_bins([screw.pk])[screw.pk]]
    assert picked == ["B-01", "A-01"]


@pytest.mark.parametrize(
    ("ends", "quantity", "error", "said"),
    [
        (("A-01", "B-01"), 11, ShortOfStock, "10 there, 11 wanted"),
        (("A-01", "A-01"), 1, MoveRefused, "got A-01 twice"),
        (("A-01", "B-01"), 0, MoveRefused, "got 0"),
        (("A-01", "B-01"), -3, MoveRefused, "got -3"),
        (("A-01", "B-01"), 10**12, MoveRefused, "got 1,000,000,000,000"),
        (("B-01", "A-01"), 1, ShortOfStock, "0 there, 1 wanted"),
        (("A-01", "ON-HOLD"), 1, UnknownBin, "leaves by a decision"),
    ],
)
def test_what_cannot_be_carried_is_refused_in_words(screw, ends, quantity, error, said):
    new_bin("B-01")
    place_for(Bin.Purpose.QUALITY)
    codes = {one.code: one for one in Bin.objects.all()}
    with pytest.raises(error, match=said):
        carry(screw, codes[ends[0]], codes[ends[1]], quantity)
    assert bins(screw) == {"A-01": 10}


def test_a_bin_or_part_that_does_not_exist_is_said_to_be_unknown(screw):
    known = Bin.objects.get()
    with pytest.raises(UnknownBin):
        carry(screw, known, Bin(pk=0), 1)
    screw.pk = 0
    with pytest.raises(UnknownPart):
        carry(screw, known, new_bin("B-01"), 1)


def test_bins_keep_their_place_on_the_walk_when_they_are_written_down_again():
    facts = [BinFacts("A-01", "Shelf A", 1), BinFacts("A-02", "Shelf A", 2)]
    record_bins(bins=facts)
    record_bins(bins=[BinFacts("A-02", "Shelf A", 0), facts[0]])
    assert [one.code for one in Bin.objects.all()] == ["A-02", "A-01"]


def test_the_average_cost_moves_with_what_comes_in_and_not_with_what_goes(screw):
    come(screw, 30, 40)
    assert StockLevel.objects.get(part=screw).average_cost_minor == 35  # (10·20 + 30·40) / 40
    adjust_stock(part_id=screw.pk, quantity=-5, reason="lost", key="k", actor="staff:anna")
    assert StockLevel.objects.get(part=screw).average_cost_minor == 35
    assert StockMovement.objects.get(key="k").unit_cost_minor == 35


def test_the_average_cost_is_kept_to_a_ten_thousandth_of_a_cent(screw):
    come(screw, 1, 21)
    assert StockLevel.objects.get(part=screw).average_cost_minor == Decimal("20.0909")


def test_a_cost_that_nobody_knows_stays_unknown_until_a_receipt_tells_it():
    tie = stock_part("TIE", 5)
    assert StockLevel.objects.get(part=tie).average_cost_minor is None
    come(tie, 5, 12)
    assert StockLevel.objects.get(part=tie).average_cost_minor == 12
    come(tie, 5, key="in-2")
    assert StockLevel.objects.get(part=tie).average_cost_minor == 12


def test_pieces_without_a_home_lie_where_goods_come_in():
    tie = part("TIE")
    come(tie, 5)
    assert bins(tie) == {"GOODS-IN": 5}


def test_an_issue_takes_what_was_bought_for_orders_first_then_kanban_then_push(screw):
    come(screw, 2, origin="kanban", key="k")
    come(screw, 3, origin="pegged", key="p")
    move_stock([Move(part_id=screw.pk, kind="issue", quantity=-4, key="out")], actor="staff:anna")
    assert origins(screw) == (0, 1, 10)
    gone = StockMovement.objects.filter(kind="issue").order_by("pk")
    assert list(gone.values_list("key", "origin", "quantity")) == [
        ("out", "pegged", -3),
        ("out#2", "kanban", -1),
    ]


def test_an_issue_takes_the_home_bin_first_then_along_the_walk(screw):
    far, near = new_bin("C-01", 90), new_bin("B-01", 60)
    come(screw, 2, key="far", bin_id=far.pk)
    come(screw, 2, key="near", bin_id=near.pk)
    move_stock([Move(part_id=screw.pk, kind="issue", quantity=-11, key="out")], actor="staff:anna")
    assert bins(screw) == {"B-01": 1, "C-01": 2}


def test_a_loss_takes_what_nobody_called_for_first(screw):
    come(screw, 3, origin="pegged", key="p")
    adjust_stock(part_id=screw.pk, quantity=-2, reason="lost", key="k", actor="staff:anna")
    assert origins(screw) == (3, 0, 8)


def test_kitting_empties_the_bins_it_says():
    version = makeable_model()
    order = planned_order(version=version)
    need = MaterialRequirement.objects.get(part__part_number="SCREW")
    start_operation(job_id=need.job_id, kind="kitting", actor="staff:anna")
    finish_operation(job_id=need.job_id, kind="kitting", actor="staff:anna", by_hand="counted")
    assert bins(need.part) == {"A-01": 92}
    moved = StockMovement.objects.get(key=f"issue:{need.pk}")
    assert (moved.quantity, moved.actor, moved.reference) == (
        -8,
        "staff:anna",
        f"{order.number}-1",
    )


@pytest.fixture
def bought_for_an_order():
    """One order, and the processor that was bought for it, here."""
    version = makeable_model()
    stock_part("CPU-6", 0)
    order = planned_order(version=version)
    need = MaterialRequirement.objects.get(part__part_number="CPU-6")
    supply.record_scheduled_receipt(
        reference="PO-1/1",
        part_id=need.part_id,
        quantity=1,
        due_on=None,
        supplier_name="Nordkomp",
        pegs=[(need.pk, 1)],
    )
    supply.record_goods_receipt(
        reference="PO-1/1", quantity=1, key="r1", actor="staff:anna", unit_cost_minor=Decimal(19900)
    )
    return version, order, need.part


def test_what_was_bought_for_a_cancelled_order_turns_into_push_by_a_pair(bought_for_an_order):
    _, order, cpu = bought_for_an_order
    assert origins(cpu) == (1, 0, 0)
    cancel_jobs(order_id=order.pk)
    assert origins(cpu) == (0, 0, 1)
    pair = StockMovement.objects.filter(kind="origin", part=cpu).order_by("pk")
    assert list(pair.values_list("origin", "quantity")) == [("pegged", -1), ("push", 1)]
    cancel_jobs(order_id=order.pk)
    assert StockMovement.objects.filter(kind="origin").count() == 2


def test_what_another_paid_order_takes_over_stays_pegged(bought_for_an_order):
    version, order, cpu = bought_for_an_order
    planned_order(version=version)  # waits for a processor
    cancel_jobs(order_id=order.pk)
    assert origins(cpu) == (1, 0, 0)
    assert StockLevel.objects.get(part=cpu).allocated == 1
