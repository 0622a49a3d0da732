"""What uses what: cycles and levels."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from production.bom.structure import find_cycle, low_level_codes


def test_a_part_that_needs_itself_is_found_with_the_way_back_to_it():
    uses = {"MACHINE": ["CHASSIS", "CORE"], "CHASSIS": ["RAIL"], "CORE": ["CHASSIS", "CORE-2"]}
    assert find_cycle(uses) == ()
    assert find_cycle({**uses, "RAIL": ["CORE"]}) in {
        ("CHASSIS", "RAIL", "CORE", "CHASSIS"),
        ("CORE", "CHASSIS", "RAIL", "CORE"),
        ("RAIL", "CORE", "CHASSIS", "RAIL"),
    }
    assert find_cycle({"A": ["A"]}) == ("A", "A")


def test_a_part_stands_on_the_deepest_level_on_which_it_is_used():
    uses = {"MACHINE": ["KIT", "SCREW"], "KIT": ["CABLES"], "CABLES": ["SCREW"], "OTHER": ["KIT"]}
    assert low_level_codes(uses) == {
        "MACHINE": 0,
        "OTHER": 0,
        "KIT": 1,
        "CABLES": 2,
        "SCREW": 3,
    }


def test_a_chain_of_thousands_does_not_exhaust_the_stack():
    chain = {f"P{n:05}": [f"P{n + 1:05}"] for n in range(5_000)}
    assert find_cycle(chain) == ()
    assert low_level_codes(chain)["P05000"] == 5_000
    assert len(find_cycle({**chain, "P05000": ["P00000"]})) == 5_002


@given(
    st.dictionaries(st.integers(0, 7), st.sets(st.integers(0, 7), max_size=4), max_size=8).map(
        lambda drawn: {f"P{part}": {f"P{n}" for n in below} for part, below in drawn.items()}
    )
)
def test_a_cycle_is_found_exactly_where_there_is_one_and_levels_otherwise(uses):
    def reach(part, seen=()):
        return {
            one for n in uses.get(part, ()) if n not in seen for one in {n, *reach(n, {*seen, n})}
        }

    cycle = find_cycle(uses)
    assert bool(cycle) == any(part in reach(part) for part in uses)
    assert all(below in uses[part] for part, below in pairwise(cycle))
    if not cycle:
        levels = low_level_codes(uses)
        assert all(levels[n] > levels[part] for part, below in uses.items() for n in below)
