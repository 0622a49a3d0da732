"""Who gets what is free: from the shelf first, then from what is on its way."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from production.bom.netting import Requirement, Supply, net

PARTS = st.integers(1, 4)


def test_the_first_in_line_is_served_first():
    served = net([Requirement("early", 1, 3), Requirement("late", 1, 3)], {1: Supply(4)})
    assert [(it.key, it.from_stock, it.short) for it in served] == [("early", 3, 0), ("late", 1, 2)]


def test_a_part_that_never_lay_on_a_shelf_is_short():
    (served,) = net([Requirement("one", 7, 2)], {})
    assert (served.from_stock, served.coming, served.short) == (0, (), 2)


def test_what_the_shelf_lacks_comes_from_the_nearest_receipts():
    (served,) = net([Requirement("one", 1, 7)], {1: Supply(2, [(11, 3), (12, 9)])})
    assert (served.from_stock, served.coming, served.short) == (2, ((11, 3), (12, 2)), 0)


def test_a_receipt_is_dealt_out_until_nothing_is_left():
    wanted = [Requirement("early", 1, 2), Requirement("late", 1, 2)]
    early, late = net(wanted, {1: Supply(0, [(11, 3)])})
    assert (early.coming, early.short) == (((11, 2),), 0)
    assert (late.coming, late.short) == (((11, 1),), 1)


@settings(suppress_health_check=[HealthCheck.too_slow])  # a busy machine
@given(
    st.lists(st.tuples(PARTS, st.integers(1, 9)), max_size=20),
    st.dictionaries(PARTS, st.tuples(st.integers(-2, 20), st.lists(st.integers(0, 9), max_size=4))),
)
def test_netting_conserves_every_requirement_and_never_takes_more_than_is_free(wanted, free):
    requirements = [Requirement(i, part, many) for i, (part, many) in enumerate(wanted)]
    supplies = {
        part: Supply(shelf, list(enumerate(receipts))) for part, (shelf, receipts) in free.items()
    }
    served = net(requirements, supplies)
    for it in served:
        assert it.from_stock + sum(many for _, many in it.coming) + it.short == it.quantity
        assert it.from_stock >= 0
        assert all(many > 0 for _, many in it.coming)
    for part in {part for part, _ in wanted}:
        shelf, receipts = free.get(part, (0, []))
        taken = sum(it.quantity - it.short for it in served if it.part == part)
        asked = sum(it.quantity for it in requirements if it.part == part)
        assert taken == min(asked, max(0, shelf) + sum(receipts))
