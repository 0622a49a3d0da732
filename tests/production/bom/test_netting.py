"""Who gets what lies free on the shelf."""

from hypothesis import given
from hypothesis import strategies as st

from production.bom import Requirement, net

PARTS = st.integers(1, 4)


def test_the_first_in_line_is_served_first():
    served = net([Requirement("early", 1, 3), Requirement("late", 1, 3)], {1: 4})
    assert [(it.key, it.from_stock, it.short) for it in served] == [("early", 3, 0), ("late", 1, 2)]


def test_a_part_that_never_lay_on_a_shelf_is_short():
    (served,) = net([Requirement("one", 7, 2)], {})
    assert (served.from_stock, served.short) == (0, 2)


@given(
    st.lists(st.tuples(PARTS, st.integers(1, 9)), max_size=20),
    st.dictionaries(PARTS, st.integers(-2, 20)),
)
def test_netting_conserves_every_requirement_and_never_takes_more_than_is_free(wanted, free):
    requirements = [Requirement(i, part, many) for i, (part, many) in enumerate(wanted)]
    served = net(requirements, free)
    assert [it.from_stock + it.short for it in served] == [it.quantity for it in requirements]
    for part in {part for part, _ in wanted}:
        taken = sum(it.from_stock for it in served if it.part == part)
        asked = sum(it.quantity for it in requirements if it.part == part)
        assert taken == min(asked, max(0, free.get(part, 0)))
