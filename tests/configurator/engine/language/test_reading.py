"""What each form of the language means."""

import pytest

from configurator.engine.ir import AnyOf, Compare, Ref, Rule, Sum, Table, Term
from configurator.engine.language import (
    parse_body,
    parse_rule,
    parse_rules,
    vocabulary_of,
    write_body,
    write_rule,
)
from tests.configurator.engine import machines

WORDS = vocabulary_of(machines.desktop())
WATTS, CARD_WATTS, SUPPLY = Ref("cpu", "watts"), Ref("graphics", "watts"), Ref("supply", "watts")
CARD, CASE, LENGTH = Ref("graphics", "code"), Ref("case", "code"), Ref("graphics", "length_mm")
MODULES, SLOTS = Ref("memory", "modules"), Ref("board", "slots")

CLAIMS = {
    "graphics.length_mm <= case.max_length_mm": Compare(LENGTH, "<=", Ref("case", "max_length_mm")),
    "graphics.length_mm < 300": Compare(LENGTH, "<", 300),
    "300 > graphics.length_mm": Compare(LENGTH, "<", 300),
    "graphics.length_mm ≥ 300": Compare(LENGTH, ">=", 300),
    "cpu.socket = AM5": Compare(Ref("cpu", "socket"), "==", "AM5"),
    'cpu.socket == "AM5"': Compare(Ref("cpu", "socket"), "==", "AM5"),
    "cpu.socket != board.socket": Compare(Ref("cpu", "socket"), "!=", Ref("board", "socket")),
    "cpu.socket in (AM5, LGA)": Compare(Ref("cpu", "socket"), "in", ("AM5", "LGA")),
    "cpu.socket not in ()": Compare(Ref("cpu", "socket"), "not in", ()),
    "cpu.graphics = yes": Compare(Ref("cpu", "graphics"), "==", True),
    "cpu.graphics is not no": Compare(Ref("cpu", "graphics"), "!=", False),
    "graphics is long": Compare(CARD, "==", "long"),
    "graphics is not none": Compare(CARD, "!=", "none"),
    "graphics.code = none": Compare(CARD, "==", "none"),
    "graphics in (short, long)": Compare(CARD, "in", ("short", "long")),
    "memory_quantity >= 2": Compare(Ref("memory_quantity", "count"), ">=", 2),
    "cpu.watts + graphics.watts + 50 <= supply.watts": Sum(
        (Term(WATTS), Term(CARD_WATTS)), SUPPLY, constant=50
    ),
    "supply.watts >= cpu.watts + graphics.watts + 50": Sum(
        (Term(WATTS), Term(CARD_WATTS)), SUPPLY, constant=50
    ),
    "cpu.watts + graphics.watts <= supply.watts - 50": Sum(
        (Term(WATTS), Term(CARD_WATTS)), SUPPLY, constant=50
    ),
    "cpu.watts + graphics.watts < 80 % of supply.watts": Sum(
        (Term(WATTS, weight=5), Term(CARD_WATTS, weight=5)), SUPPLY, constant=1, limit_weight=4
    ),
    "2 * cpu.watts - graphics.watts >= 100": Sum(
        (Term(WATTS, weight=-2), Term(CARD_WATTS)), 100, limit_weight=-1
    ),
    "memory_quantity * memory.modules <= board.slots": Sum(
        (Term(MODULES, "memory_quantity"),), SLOTS
    ),
    "memory.modules * memory_quantity.count * 2 <= 3 * board.slots": Sum(
        (Term(MODULES, "memory_quantity", 2),), SLOTS, limit_weight=3
    ),
    "cpu.graphics = yes or graphics is long": AnyOf(
        (Compare(Ref("cpu", "graphics"), "==", True), Compare(CARD, "==", "long"))
    ),
    "either graphics is long": AnyOf((Compare(CARD, "==", "long"),)),
    "table\n| cpu.socket | graphics |\n| AM5 | none |\n| LGA | long |": Table(
        (Ref("cpu", "socket"), CARD), (("AM5", "none"), ("LGA", "long"))
    ),
}


@pytest.mark.parametrize(("text", "meant"), CLAIMS.items(), ids=CLAIMS)
def test_a_claim_means(text, meant):
    assert parse_body(text, WORDS) == ((), meant)


IMPLIED = {
    "graphics is long requires case is big": Compare(CASE, "==", "big"),
    "graphics is long excludes case is small": Compare(CASE, "!=", "small"),
    "graphics is long excludes case in (small)": Compare(CASE, "not in", ("small",)),
    "when graphics is long graphics.length_mm <= 300": Compare(LENGTH, "<=", 300),
    "graphics is long requires case is big or case is small": AnyOf(
        (Compare(CASE, "==", "big"), Compare(CASE, "==", "small"))
    ),
    "graphics is long requires cpu.watts + graphics.watts <= 300": Sum(
        (Term(WATTS), Term(CARD_WATTS)), 300
    ),
}


@pytest.mark.parametrize(("text", "meant"), IMPLIED.items(), ids=IMPLIED)
def test_a_claim_under_a_condition_means(text, meant):
    assert parse_body(text, WORDS) == ((Compare(CARD, "==", "long"),), meant)


def test_conditions_are_joined_with_and_or_stand_one_below_the_other():
    conditions = (Compare(CARD, "==", "long"), Compare(WATTS, ">", 100))
    for text in (
        "when graphics is long and cpu.watts > 100 case is big",
        "when graphics is long\nwhen cpu.watts > 100\ncase is big",
        "graphics is long and cpu.watts > 100 requires case is big",
    ):
        assert parse_body(text, WORDS) == (conditions, Compare(CASE, "==", "big"))


BLOCK = """
# Cards are measured without their plugs.
rule length "Card length" warns   # advice
  when graphics is not none
  graphics.length_mm <= case.max_length_mm
  say "{graphics} is {graphics.length_mm} mm, \\"long\\"."
"""
LINE = (
    'rule length "Card length" warns: when graphics is not none '
    'graphics.length_mm <= case.max_length_mm say "{graphics} is {graphics.length_mm} mm, '
    '\\"long\\"."'
)


@pytest.mark.parametrize("text", [BLOCK, LINE, BLOCK.replace("\n", "\r\n")])
def test_a_rule_is_a_block_or_a_line(text):
    assert parse_rule(text, WORDS) == Rule(
        "length",
        "Card length",
        '{graphics} is {graphics.length_mm} mm, "long".',
        "warn",
        Compare(LENGTH, "<=", Ref("case", "max_length_mm")),
        (Compare(CARD, "!=", "none"),),
    )


def test_a_text_without_rules_has_none():
    assert parse_rules("\n  # nothing yet\n", WORDS) == ()


WRITTEN = [
    "graphics is long requires case is big",
    "graphics in (short, long) excludes case is small",
    "graphics.length_mm <= case.max_length_mm",
    "cpu.watts + graphics.watts + 50 <= 80 % of supply.watts",
    "cpu.watts + graphics.watts >= 2 * supply.watts",
    "1 * cpu.watts <= supply.watts",
    "when cpu.socket = AM5 and graphics is long\ncase is big or supply is w650",
    "table\n  | cpu.socket | graphics |\n  | AM5        | none     |\n  | LGA        | long     |",
]


@pytest.mark.parametrize("text", WRITTEN)
def test_rules_are_written_the_way_people_write_them(text):
    when, constraint = parse_body(text, WORDS)
    assert write_body(Rule("r", "R", "", "block", constraint, when)) == text


def test_what_does_not_fit_on_a_line_is_broken():
    text = " or ".join(f"cpu.watts = {number}" for number in range(10))
    _, constraint = parse_body(text, WORDS)
    written = write_rule(Rule("r", "R", "", "block", constraint))
    assert written.startswith('rule r "R" blocks\n  cpu.watts = 0\n    or cpu.watts = 1\n    or')
