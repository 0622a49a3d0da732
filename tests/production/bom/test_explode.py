"""A 150% bill and a configuration give what one machine is made of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from production.bom import (
    Bill,
    BillCycle,
    Choice,
    MissingBill,
    MissingChoice,
    MissingPart,
    UnknownQuantity,
    explode,
    line_from_json,
    needs,
)

CHOICES = {
    "cpu": Choice("ryzen-7", "CPU-7", {"socket": "AM5"}),
    "graphics": Choice("none"),
    "memory": Choice("ddr5-32", "MEM-32"),
    "memory_quantity": Choice("two", attributes={"count": 2}),
    "case": Choice("tower", "CASE-T", {"fan_mounts": 3, "length_mm": None}),
}
KINDS = {
    "ATELIER": "make",
    "CHASSIS": "make",
    "CABLES": "phantom",
    "CPU-7": "buy",
    "MEM-32": "buy",
    "CASE-T": "buy",
    "SCREW": "buy",
    "TIE": "buy",
    "BRACKET": "buy",
}

CYCLE = "ATELIER → CHASSIS → CABLES, line 1: needs itself: ATELIER → CHASSIS → CABLES → CHASSIS"


def line(component="", group="", quantity_per=None, condition=(), operation="build"):
    return line_from_json(
        component=component,
        group=group,
        quantity_per=quantity_per or {"fixed": 1},
        condition=list(condition),
        operation=operation,
        where="a line",
    )


def bills(**by_part):
    return {part: Bill(part, tuple(lines)) for part, lines in by_part.items()}


def totals(lines):
    return {need.part_number: need.quantity for need in needs(lines)}


def test_quantities_multiply_down_through_made_parts_and_phantoms():
    lines = explode(
        "ATELIER",
        bills=bills(
            ATELIER=[line("CHASSIS", quantity_per={"fixed": 2})],
            CHASSIS=[line("CABLES", quantity_per={"fixed": 3}), line(group="case")],
            CABLES=[line("TIE", quantity_per={"fixed": 5})],
        ),
        kinds=KINDS,
        choices=CHOICES,
    )
    assert totals(lines) == {"TIE": 30, "CASE-T": 2}
    assert [(it.path, it.level, it.quantity, it.parent) for it in lines] == [
        ("ATELIER/CHASSIS", 1, 2, "ATELIER"),
        ("ATELIER/CHASSIS/CABLES", 2, 6, "CHASSIS"),
        ("ATELIER/CHASSIS/CABLES/TIE", 3, 30, "CABLES"),
        ("ATELIER/CHASSIS/CASE-T", 2, 2, "CHASSIS"),
    ]


def test_a_group_line_takes_the_chosen_part_as_often_as_its_quantity_group_says():
    lines = explode(
        "ATELIER",
        bills=bills(ATELIER=[line(group="memory", quantity_per={"of_group": "memory_quantity"})]),
        kinds=KINDS,
        choices=CHOICES,
    )
    assert totals(lines) == {"MEM-32": 2}


def test_a_choice_of_nothing_leaves_no_line():
    lines = explode(
        "ATELIER", bills=bills(ATELIER=[line(group="graphics")]), kinds=KINDS, choices=CHOICES
    )
    assert lines == ()


def test_a_quantity_may_come_from_an_attribute_of_the_choice():
    per_mount = {"of_attribute": "case.fan_mounts", "times": 4}
    lines = explode(
        "ATELIER",
        bills=bills(ATELIER=[line("SCREW", quantity_per=per_mount)]),
        kinds=KINDS,
        choices=CHOICES,
    )
    assert totals(lines) == {"SCREW": 12}


def test_a_part_that_stands_on_two_lines_is_needed_once_by_its_first_operation():
    lines = explode(
        "ATELIER",
        bills=bills(
            ATELIER=[
                line("SCREW", quantity_per={"fixed": 4}, operation="box"),
                line("SCREW", quantity_per={"fixed": 8}, operation="build"),
            ]
        ),
        kinds=KINDS,
        choices=CHOICES,
    )
    (need,) = needs(lines)
    assert (need.part_number, need.quantity, need.operation) == ("SCREW", 12, "build")


@pytest.mark.parametrize(
    ("condition", "is_there"),
    [
        ([{"left": "graphics", "op": "!=", "value": "none"}], False),
        ([{"left": "graphics", "op": "==", "value": "none"}], True),
        ([{"left": "cpu.socket", "op": "in", "value": ["AM4", "AM5"]}], True),
        ([{"left": "cpu.socket", "op": "not in", "value": ["AM4", "AM5"]}], False),
        ([{"left": "case.fan_mounts", "op": ">=", "value": 3}], True),
        ([{"left": "case.fan_mounts", "op": "<", "right": "memory_quantity.count"}], False),
        # Unknown equals nothing, and differs from everything.
        ([{"left": "case.length_mm", "op": "==", "value": 400}], False),
        ([{"left": "case.length_mm", "op": "!=", "value": 400}], True),
        (
            [
                {
                    "any_of": [
                        {"left": "graphics", "op": "!=", "value": "none"},
                        {"left": "cpu", "op": "==", "value": "ryzen-7"},
                    ]
                }
            ],
            True,
        ),
        (
            [
                {"left": "cpu", "op": "==", "value": "ryzen-7"},
                {"left": "graphics", "op": "!=", "value": "none"},
            ],
            False,
        ),
    ],
)
def test_a_line_is_taken_only_where_all_its_conditions_hold(condition, is_there):
    lines = explode(
        "ATELIER",
        bills=bills(ATELIER=[line("BRACKET", condition=condition)]),
        kinds=KINDS,
        choices=CHOICES,
    )
    assert bool(lines) is is_there


@pytest.mark.parametrize(
    ("by_part", "error", "said"),
    [
        (
            {
                "ATELIER": [line("CHASSIS")],
                "CHASSIS": [line("CABLES")],
                "CABLES": [line("CHASSIS")],
            },
            BillCycle,
            CYCLE,
        ),
        (
            {"ATELIER": [line("SCREW"), line("GHOST")]},
            MissingPart,
            "ATELIER, line 2: there is no part 'GHOST'",
        ),
        (
            {"ATELIER": [line("CHASSIS")]},
            MissingBill,
            "ATELIER, line 1: 'CHASSIS' is make, but has no released bill",
        ),
        ({}, MissingBill, "ATELIER: has no released bill"),
        (
            {"ATELIER": [line(group="drive")]},
            MissingChoice,
            "ATELIER, line 1: the configuration has no group 'drive'",
        ),
        (
            {"ATELIER": [line("SCREW", quantity_per={"of_group": "cpu"})]},
            UnknownQuantity,
            "ATELIER, line 1: cpu.count must be a whole number, zero or more; got None",
        ),
        (
            {
                "ATELIER": [
                    line("TIE", condition=[{"left": "case.length_mm", "op": ">", "value": 1}])
                ]
            },
            UnknownQuantity,
            "ATELIER, line 1: case.length_mm > 1 compares None with 1; both must be whole numbers",
        ),
    ],
)
def test_a_faulty_bill_is_refused_saying_what_and_where(by_part, error, said):
    with pytest.raises(error) as refused:
        explode("ATELIER", bills=bills(**by_part), kinds=KINDS, choices=CHOICES)
    assert str(refused.value) == said


@st.composite
def shops(draw):
    """Bills over parts P0…Pn where a part only needs parts with a higher number: no cycle."""
    size = draw(st.integers(2, 9))
    names = [f"P{number}" for number in range(size)]
    groups = {
        f"g{number}": Choice(
            "chosen",
            draw(st.sampled_from(["", *names[1:]])),
            {"count": draw(st.integers(0, 3))},
        )
        for number in range(3)
    }
    kinds = {names[0]: "make"}
    by_part = {}
    for number, name in enumerate(names):
        later = names[number + 1 :]
        if number and (not later or draw(st.booleans())):
            kinds[name] = "buy"
            continue
        kinds[name] = draw(st.sampled_from(["make", "phantom"])) if number else "make"
        by_part[name] = Bill(name, tuple(draw(st.lists(bill_lines(later, groups), max_size=4))))
    return by_part, kinds, groups


def bill_lines(later, groups):
    pointing_down = [g for g, choice in groups.items() if choice.part_number in {"", *later}]
    sources = st.one_of(
        st.fixed_dictionaries({"fixed": st.integers(1, 3)}),
        st.fixed_dictionaries(
            {"of_group": st.sampled_from(sorted(groups)), "times": st.integers(1, 2)}
        ),
    )
    condition = st.lists(
        st.fixed_dictionaries(
            {
                "left": st.sampled_from([f"{group}.count" for group in sorted(groups)]),
                "op": st.sampled_from(["<=", ">", "==", "!="]),
                "value": st.integers(0, 3),
            }
        ),
        max_size=2,
    )
    where = st.sampled_from([(part, "") for part in later] + [("", g) for g in pointing_down])
    return st.builds(
        lambda at, quantity_per, when: line(at[0], at[1], quantity_per, when),
        where,
        sources,
        condition,
    )


def by_hand(part, by_part, kinds, groups):
    """The leaves of one `part`, by plain recursion over plain numbers."""
    compare = {
        "<=": lambda a, b: a <= b,
        ">": lambda a, b: a > b,
        "==": lambda a, b: a == b,
        "!=": lambda a, b: a != b,
    }
    if kinds[part] == "buy":
        return {part: 1}
    found = {}
    for it in by_part[part].lines:
        if not all(
            compare[c.op](groups[c.left.group].attributes["count"], c.right) for c in it.conditions
        ):
            continue
        child = groups[it.group].part_number if it.group else it.component
        many = it.quantity.times
        if it.quantity.of:
            many *= groups[it.quantity.of.group].attributes["count"]
        if child and many:
            for leaf, quantity in by_hand(child, by_part, kinds, groups).items():
                found[leaf] = found.get(leaf, 0) + many * quantity
    return found


@given(shops())
def test_requirements_conserve_quantity_against_plain_recursion(shop):
    by_part, kinds, groups = shop
    lines = explode("P0", bills=by_part, kinds=kinds, choices=groups)
    assert totals(lines) == by_hand("P0", by_part, kinds, groups)


@given(shops())
def test_explosion_is_deterministic(shop):
    by_part, kinds, groups = shop
    once = explode("P0", bills=by_part, kinds=kinds, choices=groups)
    shuffled = dict(reversed(list(by_part.items())))
    assert explode("P0", bills=shuffled, kinds=kinds, choices=groups) == once
