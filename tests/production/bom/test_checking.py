"""A bill is asked against all that can be ordered of the small computer, by its own rules."""

from datetime import date
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from configurator.engine.evaluate import evaluate
from configurator.engine.ir import model_from_dict
from production.bom import Bill, Choice, read_check, read_line, read_step
from production.bom.checking import BillQuestions, paths_to
from production.bom.expression import compile_condition
from production.bom.reachable import Looks, Orderable
from tests.factories.configurator import DEFAULTS, GROUPS, RULES

ON = date(2026, 5, 4)
MODEL = model_from_dict(
    {
        "code": "small",
        "groups": [
            {
                "code": code,
                "name": name,
                "options": [
                    {"code": option, "name": told, "attributes": attributes}
                    for option, told, _, _, attributes in options
                ],
                **({"quantity_for": "memory"} if code == "memory_quantity" else {}),
            }
            for code, (name, options) in GROUPS.items()
        ],
        "rules": [{"severity": "block", **rule} for rule in RULES],
        "defaults": DEFAULTS,
    }
)
NUMBERS = {
    (group, option[0]): option[2] for group, (_, options) in GROUPS.items() for option in options
}
ORDERABLE = Orderable(MODEL, NUMBERS)


def line(component="SCREW", **fields):
    if "group" in fields:
        component = ""
    return read_line(component=component, schema=ORDERABLE.schema, where="a line", **fields)


def found(*lines, top="MCH", below=None, **rest):
    """The codes and places of what is found in the bill MCH, or in `below` under it."""
    bills = {"MCH": Bill("MCH", lines, **rest)} | (below or {})
    questions = BillQuestions(
        bills[top], paths_to(top, "MCH", bills, ORDERABLE.parts_of), ORDERABLE
    )
    return [str(one) for one in (*questions.dead(), *questions.findings(ON))]


def test_lines_that_something_takes_are_fine():
    assert (
        found(
            line(),
            line(group="graphics"),
            line(condition="graphics.length_mm > 300 and power_supply.wattage_w == 850"),
            line(quantity_per="memory.modules * memory_quantity.count - 1"),
        )
        == []
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"quantity_per": "0"},
        {"quantity_per": "min(graphics.length_mm, 0)"},
        {"condition": "cpu.tdp_w > 200"},
        # No option is like this only because a rule forbids it.
        {"condition": 'case == "mini" and graphics == "long-card"'},
        {"condition": 'cpu == "sixteen"', "quantity_per": "if graphics.fitted then 0 else 1"},
        {"group": "memory_quantity"},
    ],
)
def test_a_line_that_takes_nothing_in_any_configuration_is_dead(fields):
    assert found(line(), line(**fields)) == [
        "MCH, line 2: takes nothing in any configuration that can be ordered"
    ]


def test_a_step_and_a_check_that_apply_to_nothing_are_dead():
    step = read_step(operation="build", text="Fit a lamp.", condition="cpu.tdp_w > 200", where="")
    check = read_check(code="lamp", text="Shines.", condition="1 > 2", where="")
    assert found(line(), steps=(step,), checks=(check,)) == [
        "MCH, step “Fit a lamp.”: applies to no configuration that can be ordered",
        "MCH, check lamp: applies to no configuration that can be ordered",
    ]


def alternate(component, priority=1, condition="", **fields):
    return line(component, alternates="paste", priority=priority, condition=condition, **fields)


def test_alternates_of_which_always_one_is_the_best_are_fine():
    assert found(alternate("A", 1, 'graphics != "none"'), alternate("B", 2)) == []
    assert (
        found(alternate("A", 1, "graphics.fitted"), alternate("B", 1, "not graphics.fitted")) == []
    )
    # Sixteen cores have no graphics of their own, so a card is always there.
    assert found(alternate("A", 1, 'cpu == "six"'), alternate("B", 2, "graphics.fitted")) == []


def test_a_configuration_without_any_of_the_alternates_is_told():
    assert found(alternate("A", 1, "graphics.fitted")) == [
        "MCH, alternates paste: none applies on 04.05.2026 where graphics is none"
    ]


def test_a_configuration_with_two_best_alternates_is_told():
    assert found(alternate("A", 1), alternate("B", 1, 'cpu == "sixteen"'), alternate("C", 2)) == [
        "MCH, alternates paste: two apply with the same priority on 04.05.2026 where cpu is sixteen"
    ]


def test_alternates_are_asked_for_every_day_on_which_one_of_them_changes():
    until, since = date(2026, 6, 30), date(2026, 7, 2)
    assert found(
        alternate("A", 1, effective_until=until), alternate("B", 1, effective_from=since)
    ) == ["MCH, alternates paste: none applies on 01.07.2026"]


def test_a_bill_is_only_asked_where_it_is_reached():
    below = {"PASTE": Bill("PASTE", (alternate("A", 1, "graphics.fitted"),))}
    only_with_a_card = line("PASTE", condition='graphics != "none"')
    assert found(only_with_a_card, top="PASTE", below=below) == []
    assert found(line("PASTE"), top="PASTE", below=below) != []


def test_a_value_that_some_option_does_not_have_is_told_where_it_would_be_asked():
    model = model_from_dict(
        {
            "code": "drives",
            "groups": [
                {
                    "code": "drive",
                    "name": "Drive",
                    "options": [
                        {"code": "fast", "name": "Fast", "attributes": {"slots": 1}},
                        {"code": "odd", "name": "Odd", "attributes": {"slots": None}},
                    ],
                }
            ],
            "rules": [],
            "defaults": {"drive": "fast"},
        }
    )
    asked = read_line(component="A", quantity_per="drive.slots - 1", where="")
    bill = Bill("MCH", (asked,))
    (only,) = BillQuestions(bill, [()], Orderable(model, {})).dead()
    assert str(only) == (
        "MCH, line 1: has no answer where drive is odd: "
        "drive.slots must be a whole number; got None"
    )


CLAIMS = [
    'case == "mini"',
    'cpu in ("six")',
    "graphics.length_mm > 200",
    "power_supply.wattage_w >= 850",
    "cpu.integrated_graphics",
    "memory.modules * memory_quantity.count > 2",
    'graphics != "card"',
]


def every_configuration():
    groups = {group.code: [option.code for option in group.options] for group in MODEL.groups}
    for codes in product(*groups.values()):
        choices = dict(zip(groups, codes, strict=True))
        if evaluate(MODEL, choices, groups=()).is_consistent:
            options = MODEL.options_by_code
            yield {
                group: Choice(code, NUMBERS[group, code], options[group][code].attributes)
                for group, code in choices.items()
            }


EVERY = list(every_configuration())


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.tuples(st.sampled_from(CLAIMS), st.booleans()), min_size=1, max_size=4))
def test_what_is_found_is_what_trying_every_configuration_finds(claims):
    text = " and ".join(claim if holds else f"not ({claim})" for claim, holds in claims)
    condition = compile_condition(text, ORDERABLE.schema)
    looks = Looks()
    looks.add(condition.node)
    witness = ORDERABLE.find(looks, condition)
    holding = [choices for choices in EVERY if condition(choices)]
    assert (witness is not None) == bool(holding)
    if witness is not None:
        assert condition(witness)


def test_ways_to_a_part_end_even_where_bills_run_in_a_circle():
    bills = {
        "MCH": Bill("MCH", (line("A"), line("B"))),
        "A": Bill("A", (line("B"), line("SCREW"))),
        "B": Bill("B", (line("A"), line("SCREW"))),
    }
    ways = paths_to("SCREW", "MCH", bills, ORDERABLE.parts_of)
    assert sorted([link.part for link in way] for way in ways) == [
        ["A", "B", "SCREW"],
        ["A", "SCREW"],
        ["B", "A", "SCREW"],
        ["B", "SCREW"],
    ]
