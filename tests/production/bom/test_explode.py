"""A 150% bill and a configuration give what one machine is made of."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from production.bom import (
    Alternate,
    Bill,
    BillCycle,
    Choice,
    MissingBill,
    MissingChoice,
    MissingPart,
    NoAlternate,
    PartFacts,
    UnknownQuantity,
    as_json,
    explode,
    needs,
    net_needs,
    read_line,
    snapshot,
    snapshot_from_json,
)

ON = date(2026, 5, 4)
# How fast examples are made depends on what else the machine does.
SLOW_HERE = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
CHOICES = {
    "cpu": Choice("ryzen-7", "CPU-7", {"socket": "AM5"}),
    "graphics": Choice("none"),
    "memory": Choice("ddr5-32", "MEM-32"),
    "memory_quantity": Choice("two", attributes={"count": 2}),
    "case": Choice("tower", "CASE-T", {"fan_mounts": 3, "length_mm": None}),
}
BOUGHT = ["CPU-7", "MEM-32", "CASE-T", "SCREW", "TIE", "BRACKET", "PASTE-A", "PASTE-B", "PASTE-C"]
PARTS = {
    "ATELIER": PartFacts("make"),
    "CHASSIS": PartFacts("make", is_stocked=True),
    "CABLES": PartFacts("phantom"),
    **{part: PartFacts("buy", is_serial_tracked=part == "CPU-7") for part in BOUGHT},
}
CYCLE = "ATELIER → CHASSIS → CABLES, line 1: needs itself: ATELIER → CHASSIS → CABLES → CHASSIS"


def line(component="", group="", quantity_per="1", condition="", **rest):
    return read_line(
        component=component,
        group=group,
        quantity_per=quantity_per,
        condition=condition,
        where="a line",
        **rest,
    )


def bills(**by_part):
    return {part: Bill(part, tuple(lines)) for part, lines in by_part.items()}


def exploded(top="ATELIER", choices=CHOICES, on=ON, **by_part):
    return explode(top, bills=bills(**by_part), parts=PARTS, choices=choices, on=on)


def totals(lines):
    return {need.part_number: need.quantity for need in needs(lines)}


def test_quantities_multiply_down_through_made_parts_and_phantoms():
    lines = exploded(
        ATELIER=[line("CHASSIS", quantity_per="2")],
        CHASSIS=[line("CABLES", quantity_per="3"), line(group="case")],
        CABLES=[line("TIE", quantity_per="5")],
    )
    assert totals(lines) == {"TIE": 30, "CASE-T": 2}
    assert [(it.path, it.level, it.line, it.quantity, it.parent) for it in lines] == [
        ("ATELIER/CHASSIS", 1, 1, 2, "ATELIER"),
        ("ATELIER/CHASSIS/CABLES", 2, 1, 6, "CHASSIS"),
        ("ATELIER/CHASSIS/CABLES/TIE", 3, 1, 30, "CABLES"),
        ("ATELIER/CHASSIS/CASE-T", 2, 2, 2, "CHASSIS"),
    ]


def test_a_group_line_takes_the_chosen_part_as_often_as_its_quantity_group_says():
    lines = exploded(ATELIER=[line(group="memory", quantity_per="memory_quantity.count")])
    assert totals(lines) == {"MEM-32": 2}


def test_a_choice_of_nothing_and_a_quantity_of_nothing_leave_no_line():
    nothing = "memory_quantity.count - 2"
    assert exploded(ATELIER=[line(group="graphics"), line("TIE", quantity_per=nothing)]) == ()


def test_a_line_is_taken_only_where_its_condition_holds():
    fitted = 'graphics != "none"'
    lines = exploded(
        ATELIER=[line("SCREW", condition=fitted), line("TIE", condition=f"not ({fitted})")]
    )
    assert totals(lines) == {"TIE": 1}


def test_a_part_that_stands_on_two_lines_is_needed_once_by_its_first_operation():
    lines = exploded(
        ATELIER=[
            line("SCREW", quantity_per="4", operation="box"),
            line("SCREW", quantity_per="8", operation="build"),
        ]
    )
    (need,) = needs(lines)
    assert (need.part_number, need.quantity, need.operation) == ("SCREW", 12, "build")


def test_what_is_lost_in_making_is_added_and_rounded_up_once_a_line():
    lines = exploded(
        ATELIER=[
            line("CHASSIS", quantity_per="10", scrap_factor=Decimal("0.1")),
            line("TIE", quantity_per="100", scrap_factor=Decimal("0.0201"), setup_quantity=3),
        ],
        CHASSIS=[line("SCREW", quantity_per="3", scrap_factor=Decimal("0.05"))],
    )
    # 10 × 1.1 = 11 chassis; 11 × 3 × 1.05 = 34.65 screws; 100 × 1.0201 = 102.01 ties and 3 once.
    assert totals(lines) == {"SCREW": 35, "TIE": 106}
    assert {it.part_number: it.setup for it in lines} == {"CHASSIS": 0, "SCREW": 0, "TIE": 3}


@pytest.mark.parametrize(
    ("on", "taken"),
    [
        (date(2026, 4, 30), {"TIE": 1}),
        (date(2026, 5, 1), {"TIE": 1, "SCREW": 1}),
        (date(2026, 5, 31), {"TIE": 1, "SCREW": 1}),
        (date(2026, 6, 1), {"BRACKET": 1}),
    ],
)
def test_a_line_counts_from_its_first_day_to_its_last(on, taken):
    lines = exploded(
        on=on,
        ATELIER=[
            line("TIE", effective_until=date(2026, 5, 31)),
            line("SCREW", effective_from=date(2026, 5, 1), effective_until=date(2026, 5, 31)),
            line("BRACKET", effective_from=date(2026, 6, 1)),
        ],
    )
    assert totals(lines) == taken


def alternates(*lines):
    return [line(alternates="paste", **fields) for fields in lines]


def test_of_alternates_the_best_that_applies_is_taken_and_the_others_are_approved_for_it():
    lines = exploded(
        ATELIER=alternates(
            {"component": "PASTE-A", "condition": 'graphics != "none"', "priority": 1},
            {"component": "PASTE-B", "priority": 3, "quantity_per": "2"},
            {"component": "PASTE-C", "priority": 2},
        )
    )
    (used,) = lines
    assert (used.part_number, used.line) == ("PASTE-C", 3)
    assert used.alternates == (Alternate("PASTE-B", 2, 3),)


def test_alternates_of_which_none_applies_stop_the_explosion():
    with pytest.raises(NoAlternate) as refused:
        exploded(
            ATELIER=[
                *alternates({"component": "PASTE-A", "condition": 'graphics != "none"'}),
                line("TIE"),
            ]
        )
    assert str(refused.value) == "ATELIER: none of the alternates 'paste' applies"


def test_serial_tracked_and_stocked_parts_are_marked():
    lines = exploded(ATELIER=[line(group="cpu"), line("CHASSIS")], CHASSIS=[line("TIE")])
    assert [(it.part_number, it.is_serial_tracked, it.is_stocked) for it in lines] == [
        ("CPU-7", True, False),
        ("CHASSIS", False, True),
        ("TIE", False, False),
    ]


@pytest.mark.parametrize(
    ("on_shelf", "taken"),
    [
        (0, {"SCREW": 24, "TIE": 9}),
        (2, {"CHASSIS": 2, "SCREW": 12, "TIE": 5}),
        (9, {"CHASSIS": 4, "TIE": 1}),
    ],
)
def test_only_what_no_stocked_sub_assembly_covers_is_exploded_further(on_shelf, taken):
    lines = exploded(
        ATELIER=[line("CHASSIS", quantity_per="4"), line("TIE")],
        CHASSIS=[
            line("SCREW", quantity_per="5", scrap_factor=Decimal("0.2")),
            line("CABLES"),
        ],
        CABLES=[line("TIE", quantity_per="2")],
    )
    asked = []

    def take(part_number, wanted):
        asked.append((part_number, wanted))
        return on_shelf

    found = {need.part_number: need.quantity for need in net_needs(lines, take)}
    assert found == taken
    assert asked == [("CHASSIS", 4)]


def test_a_snapshot_reads_back_from_json_as_it_was():
    lines = exploded(
        ATELIER=[*alternates({"component": "PASTE-A"}, {"component": "PASTE-B", "priority": 2})]
    )
    made = snapshot("ab", lines)
    assert snapshot_from_json("ab", as_json(made.lines), [], []) == made


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
            {"ATELIER": [line("SCREW", quantity_per="cpu.count")]},
            UnknownQuantity,
            "ATELIER, line 1: cpu.count must be a whole number; got None",
        ),
        (
            {"ATELIER": [line("SCREW"), line("TIE", condition="case.length_mm > 1")]},
            UnknownQuantity,
            "ATELIER, line 2: case.length_mm must be a whole number; got None",
        ),
        (
            {
                "ATELIER": [line("CHASSIS", quantity_per="10000")],
                "CHASSIS": [line("TIE", quantity_per="10000")],
            },
            UnknownQuantity,
            "ATELIER → CHASSIS, line 1: takes 100,000,000 of 'TIE'",
        ),
    ],
)
def test_a_faulty_bill_is_refused_saying_what_and_where(by_part, error, said):
    with pytest.raises(error) as refused:
        exploded(**by_part)
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
    parts = {}
    by_part = {}
    for number, name in enumerate(names):
        later = names[number + 1 :]
        if number and (not later or draw(st.booleans())):
            parts[name] = PartFacts("buy")
            continue
        kind = draw(st.sampled_from(["make", "phantom"])) if number else "make"
        parts[name] = PartFacts(kind, is_stocked=kind == "make" and draw(st.booleans()))
        by_part[name] = draw(st.lists(rows(later, groups), max_size=4))
    return by_part, parts, groups


@st.composite
def rows(draw, later, groups):
    """One line as plain values: what, many, of which group, unless, scrap, setup."""
    down = [group for group, choice in groups.items() if choice.part_number in {"", *later}]
    return (
        draw(st.sampled_from([*later, *(f"@{group}" for group in down)])),
        draw(st.integers(0, 3)),
        draw(st.sampled_from(["", *groups])),
        draw(st.sampled_from([None, *((group, draw(st.integers(0, 3))) for group in groups)])),
        draw(st.integers(0, 9999)),
        draw(st.integers(0, 2)),
    )


def written(row):
    what, many, of, unless, scrap, setup = row
    return line(
        component="" if what.startswith("@") else what,
        group=what[1:] if what.startswith("@") else "",
        quantity_per=f"{many} * {of}.count" if of else str(many),
        condition=f"{unless[0]}.count != {unless[1]}" if unless else "",
        scrap_factor=Decimal(scrap) / 10_000,
        setup_quantity=setup,
    )


def by_hand(part, units, shop, shelf):
    """What so many of a part take, by plain recursion over exact fractions."""
    by_part, parts, groups = shop
    found = {}
    for what, many, of, unless, scrap, setup in by_part[part]:
        if unless and groups[unless[0]].attributes["count"] == unless[1]:
            continue
        child = groups[what[1:]].part_number if what.startswith("@") else what
        per = many * (groups[of].attributes["count"] if of else 1)
        if not (child and per and units):
            continue
        wanted = ceil(units * per * (1 + Fraction(scrap, 10_000))) + setup
        taken = wanted
        if parts[child].kind != "buy":
            taken = min(wanted, shelf.get(child, 0)) if parts[child].is_stocked else 0
            if taken:
                shelf[child] -= taken
            below = by_hand(child, wanted - taken, shop, shelf)
            for leaf, quantity in below.items():
                found[leaf] = found.get(leaf, 0) + quantity
        if taken:
            found[child] = found.get(child, 0) + taken
    return found


def lines_of(shop):
    by_part, parts, groups = shop
    read = {part: Bill(part, tuple(map(written, rows))) for part, rows in by_part.items()}
    return explode("P0", bills=read, parts=parts, choices=groups, on=ON)


@SLOW_HERE
@given(shops())
def test_what_is_needed_is_what_plain_recursion_over_exact_fractions_says(shop):
    try:
        lines = lines_of(shop)
    except UnknownQuantity:
        return  # more than a million of something
    assert totals(lines) == by_hand("P0", 1, shop, {})


@SLOW_HERE
@given(shops(), st.dictionaries(st.sampled_from([f"P{n}" for n in range(9)]), st.integers(0, 5)))
def test_netting_of_stocked_parts_is_what_plain_recursion_says(shop, shelf):
    try:
        lines = lines_of(shop)
    except UnknownQuantity:
        return
    left = dict(shelf)

    def take(part_number, wanted):
        taken = min(wanted, left.get(part_number, 0))
        left[part_number] = left.get(part_number, 0) - taken
        return taken

    found = {need.part_number: need.quantity for need in net_needs(lines, take)}
    assert found == by_hand("P0", 1, shop, dict(shelf))


@given(st.integers(1, 500), st.integers(1, 20), st.integers(0, 9999), st.integers(0, 5))
def test_rounding_never_loses_a_piece_and_never_adds_two(parents, per, scrap, setup):
    bill = [line("TIE", quantity_per=str(per), scrap_factor=Decimal(scrap) / 10_000)]
    (it,) = exploded(ATELIER=bill)
    exact = parents * per * (1 + Fraction(scrap, 10_000))
    assert 0 <= it.pieces(parents) - exact < 1
    assert it.quantity == it.pieces(1)


@SLOW_HERE
@given(shops())
def test_explosion_is_deterministic(shop):
    by_part, parts, groups = shop
    try:
        once = lines_of(shop)
    except UnknownQuantity:
        return
    assert lines_of((dict(reversed(list(by_part.items()))), parts, groups)) == once
