"""Counting a bin: what differs is explained, and promised pieces are not counted away."""

import pytest

from production.errors import CountRefused, ShortOfStock, UnknownBin, UnknownPart
from production.models import AssemblyJob, Bin, BinCount, BinStock, StockLevel, StockMovement
from production.services.counting import Counted, adjust_stock, record_count
from production.services.moving import place_for
from production.services.opening import record_opening
from tests.factories.production import makeable_model, part, planned_order, stock_part

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf():
    """Ten screws and five ties in one bin."""
    screw, tie = part("SCREW"), part("TIE")
    record_opening(rows=[(screw.pk, 10, "A-01"), (tie.pk, 5, "A-01")])
    return screw, tie


def count(*counts, key="sheet-1", bin_id=None):
    place = Bin.objects.get(code="A-01").pk if bin_id is None else bin_id
    return record_count(bin_id=place, counts=counts, key=key, actor="staff:anna")


def on_hand(one):
    return StockLevel.objects.get(part=one).on_hand


def test_a_difference_is_corrected_with_its_reason_and_a_right_count_is_kept_too(shelf):
    screw, tie = shelf
    count(Counted(screw.pk, 8, 10, "two lost"), Counted(tie.pk, 5, 5))
    assert (on_hand(screw), on_hand(tie)) == (8, 5)
    moved = StockMovement.objects.get(kind="adjustment")
    assert (moved.quantity, moved.reason, moved.actor, moved.bin.code) == (
        -2,
        "two lost",
        "staff:anna",
        "A-01",
    )
    rows = BinCount.objects.order_by("part__part_number")
    assert list(rows.values_list("expected", "counted")) == [(10, 8), (5, 5)]


def test_a_sheet_sent_twice_counts_once(shelf):
    screw, _ = shelf
    assert count(Counted(screw.pk, 8, 10, "two lost")) == 1
    assert count(Counted(screw.pk, 8, 10, "two lost")) == 0
    assert on_hand(screw) == 8


def test_what_is_found_where_nothing_was_expected_is_push_stock(shelf):
    label = part("LABEL")
    count(Counted(label.pk, 3, 0, "lay behind the others"))
    level = StockLevel.objects.get(part=label)
    assert (level.on_hand, level.push_on_hand) == (3, 3)
    assert BinStock.objects.get(part=label).bin.code == "A-01"


@pytest.mark.parametrize(
    ("counted", "expected", "reason", "said"),
    [
        (8, 10, "", r"-2 needs a reason, got none"),
        (8, 10, "   ", r"-2 needs a reason, got none"),
        (8, 9, "lost", "The books said 9 and say 10 now. Count it again."),
        (-1, 10, "lost", "expected 0 to 1,000,000, got -1"),
        (10**12, 10, "found", "got 1,000,000,000,000"),
    ],
)
def test_a_count_that_cannot_be_believed_changes_nothing(shelf, counted, expected, reason, said):
    screw, tie = shelf
    with pytest.raises(CountRefused, match=said):
        count(Counted(tie.pk, 4, 5, "one lost"), Counted(screw.pk, counted, expected, reason))
    assert (on_hand(screw), on_hand(tie)) == (10, 5)
    assert not BinCount.objects.exists()


def test_a_part_that_stands_twice_on_a_sheet_is_refused(shelf):
    screw, _ = shelf
    with pytest.raises(CountRefused, match="got one twice"):
        count(Counted(screw.pk, 8, 10, "lost"), Counted(screw.pk, 9, 10, "lost"))


def test_unknown_parts_and_bins_and_what_is_on_hold_are_not_counted(shelf):
    screw, _ = shelf
    with pytest.raises(UnknownPart):
        count(Counted(0, 1, 0, "found"))
    with pytest.raises(UnknownBin, match="no bin"):
        count(Counted(screw.pk, 1, 0, "found"), bin_id=0)
    with pytest.raises(UnknownBin, match="on hold"):
        count(Counted(screw.pk, 1, 0, "x"), bin_id=place_for(Bin.Purpose.QUALITY).pk)


@pytest.mark.parametrize("quantity", [0, 10**12, -(10**12)])
def test_a_correction_by_nothing_or_by_too_much_is_refused(shelf, quantity):
    with pytest.raises(CountRefused, match="Expected a difference"):
        adjust_stock(
            part_id=shelf[0].pk, quantity=quantity, reason="?", key="k", actor="staff:anna"
        )


def test_promised_pieces_are_not_counted_away_and_the_error_says_whose_they_are():
    version = makeable_model()
    order = planned_order(version=version)
    screw = stock_part("SCREW", 10)  # 8 of them are kept
    with pytest.raises(ShortOfStock) as caught:
        count(Counted(screw.pk, 5, 10, "a box fell"))
    said = str(caught.value)
    assert "5 cannot be missing, for 2 of 10 are free" in said
    assert f"Kept: 8 for {order.number}-1." in said
    assert on_hand(screw) == 10


def test_what_a_count_finds_goes_to_the_job_that_waits():
    version = makeable_model()
    stock_part("CPU-6", 0)
    order = planned_order(version=version)
    count(Counted(part("CPU-6").pk, 1, 0, "lay in the wrong box"))
    assert AssemblyJob.objects.get(clearance=order.pk).status == "ready"
