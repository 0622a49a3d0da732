"""What is wrong with a rule is told with its place, what was expected and what was meant."""

import re
from pathlib import Path

import pytest

from config.demo.catalogue.machines import machine, to_engine
from configurator.engine.ir import model_from_dict
from configurator.engine.language import (
    RuleSyntaxError,
    parse_body,
    parse_rule,
    parse_rules,
    vocabulary_of,
)
from tests.configurator.engine import machines

WORDS = vocabulary_of(machines.desktop())


def refused(text, read=parse_body):
    with pytest.raises(RuleSyntaxError) as error:
        read(text, WORDS)
    return error.value


def test_an_error_says_where_what_and_what_was_probably_meant():
    text = 'rule length "Card length" blocks\n  graphics.length_mm <= case.max_lenght_mm\n'
    error = refused(text, parse_rules)
    assert (error.line, error.column) == (2, 25)
    assert error.suggestion == "case.max_length_mm"
    assert error.message == (
        "line 2, column 25: expected an attribute of case, found case.max_lenght_mm; "
        "did you mean case.max_length_mm?"
    )
    assert error.excerpt == (
        "  graphics.length_mm <= case.max_lenght_mm\n                        ^"
    )
    assert error.code == "rule_syntax"


MEANT = [
    ("grafics.length_mm <= 300", "graphics.length_mm"),
    ("Graphics.length_mm <= 300", "graphics.length_mm"),
    ("case.length_mm <= 300", "case.max_length_mm"),
    ("max_length_mm >= 300", "case.max_length_mm"),
    ("grafics is long", "graphics"),
    ("graphics is lon", "long"),
    ("graphics in (short, lon)", "long"),
    ("cpu.graphics = true", "yes"),
    ("cpu.socket = 5", '"5"'),
    ("cpu.socket in AM5", "(AM5)"),
    ("memory.modules * memory_quantety <= 4", "memory_quantity"),
    ("whem cpu.watts > 5 case is big", "when"),
    ("if cpu.watts > 5", "when"),
    ("graphics is long requiers case is big", "requires"),
    ("supply.watts >= 80 % off supply.watts", "of"),
]


@pytest.mark.parametrize(("text", "meant"), MEANT)
def test_what_was_probably_meant_is_suggested(text, meant):
    assert refused(text).suggestion == meant


FAULTS = [
    ("cpu.watts", 1, 10, "a comparison (=, !=,"),
    ("cpu.watts <= 300 W", 1, 18, "numbers are written whole, without unit"),
    ("cpu.watts <= 1,200", 1, 15, "numbers are written whole"),
    ("cpu.watts <= 2.5", 1, 14, "expected a whole number, found 2.5"),
    ("cpu.watts <= 1234567890123456789", 1, 14, "a number of at most 18 digits"),
    ("cpu.watts <= supply", 1, 14, "an attribute is written supply.attribute"),
    ("cpu.watts = AM5", 1, 13, "expected a number, as cpu.watts is, found AM5"),
    ("cpu.socket <= 5", 1, 1, "expected a number before <=, found cpu.socket, which is a text"),
    ("cpu.watts in (a, b)", 1, 1, "expected a text to be one of a list"),
    ("cpu.socket in board.socket", 1, 15, "expected a list of texts after 'in'"),
    ("cpu.socket = (AM5, LGA)", 1, 14, "asked with 'in': cpu.socket in (…)"),
    ("cpu.socket = M.2", 1, 14, 'a text with a dot is written in quotes: "M.2"'),
    ("cpu.watts = cpu.socket", 1, 1, "expected a text like cpu.socket"),
    ("cpu . watts = 5", 1, 5, "group.attribute, without spaces"),
    ("5 = 5", 1, 1, "an attribute (group.attribute) or a group"),
    ("2 * (cpu.watts + graphics.watts) <= 4", 1, 5, "sums have no parentheses"),
    ("cpu.watts + graphics.watts = 5", 1, 28, "<= (at most) or >= (at least)"),
    ("cpu.watts + graphics.watts <= cpu.watts + supply.watts", 1, 31, "one limit for the sum"),
    ("cpu.watts * graphics.watts <= 5", 1, 13, "one attribute, one quantity and numbers"),
    ("memory.modules * cpu <= 5", 1, 18, "expected a quantity (memory_quantity), found cpu"),
    ("80 % of cpu.watts + graphics.watts <= 5", 1, 1, "a share (% of) only as the limit"),
    ("5 + 4 <= 10", 1, 10, "an attribute (group.attribute) in the sum"),
    ("cpu.watts <= 5 <= 6", 1, 16, "write a second rule for the third"),
    ("cpu.watts > 5 and case is big", 1, 30, "a rule claims one thing"),
    ("case is big when cpu.watts > 5", 1, 13, "'when' comes before"),
    ("when cpu.watts > 5", 1, 19, "what the rule demands"),
    ("not case is big", 1, 1, "'not' is written: a is not b"),
    ("case is big or", 1, 15, "found the end"),
    ("case is big or cpu.watts + 5 <= 6", 1, 16, "without calculation after 'or'"),
    ("case is big excludes supply is w300 or supply is w650", 1, 37, "list options"),
    ("case is big or case is small requires supply is w300", 1, 30, "a rule for each of them"),
    ("in = 5", 1, 1, "a group or text that is called 'in' is written in quotes"),
    ("cpu.watts * 9999999999999 + graphics.watts <= 4", 1, 1, "a sum that can overflow"),
    ("cpu.watts <= 9999999999999999", 1, 1, "a number too large"),
    ("cpu.socket = “AM5”", 1, 14, "expected straight quotes"),
    ('cpu.socket = "AM5', 1, 14, 'expected a closing "'),
    ('cpu.socket = "A\\q"', 1, 16, "after a backslash, found \\q"),
    ("cpu.watts = 5 & 6", 1, 15, "found &"),
    ("table cpu.socket", 1, 7, "the columns of the table"),
    ("table\n| cpu.socket |", 2, 15, "the rows of the table"),
    ("table\n| cpu.socket | case\n| AM5 | big |", 3, 1, "| at the end of the line before"),
    ("table\n| cpu.socket | case |\n| AM5 |", 3, 1, "expected 2 cells, one a column, found 1"),
    ("table\n| cpu.socket |\n| M.2 |", 3, 3, 'in quotes: "M.2"'),
    ("table\n| cpu.socket |\n| 5 |", 3, 3, "expected a text, as cpu.socket is"),
    ("table\n| case | case |\n| big | big |", 2, 1, "expected each column once"),
]


@pytest.mark.parametrize(("text", "line", "column", "message"), FAULTS)
def test_a_fault_is_told_where_it_is(text, line, column, message):
    error = refused(text)
    assert message in error.message
    assert (error.line, error.column) == (line, column)


BLOCKS = [
    ("case is big", "expected 'rule', with which each rule begins"),
    ("rule", "expected the rule's code"),
    ("rule r blocks cpu.watts = 5", "expected the rule's name in quotes, found blocks"),
    ('rule r "R" cpu.watts = 5', "expected 'blocks' or 'warns' after the name"),
    ('rule r "R" block cpu.watts = 5', "did you mean blocks?"),
    ('rule r "R" blocks say "x"', "expected what the rule demands"),
    ('rule r "R" blocks cpu.watts = 5 say hello', "the customer's sentence in quotes"),
    ('rule r "R" blocks cpu.watts = 5 sya "hello"', "did you mean say?"),
    ('rule r "R" blocks cpu.watts = 5 say "{cpuu}"', "found {cpuu}; did you mean {cpu}?"),
    ('rule r "R" blocks cpu.watts = 5 say "{cpu.wats}"', "did you mean {cpu.watts}?"),
    ('rule r "R" blocks cpu.watts = 5 say "{cpu"', "braces come in pairs"),
    ('rule r "R" blocks cpu.watts = 5\nrule r "S" blocks cpu.watts = 5', "r again, after line 1"),
]


@pytest.mark.parametrize(("text", "message"), BLOCKS)
def test_a_fault_around_what_a_rule_demands_is_told(text, message):
    assert message in refused(text, parse_rules).message


def test_where_one_rule_is_asked_for_two_are_refused():
    rule = 'rule r "R" blocks cpu.watts = 5\n'
    assert "one rule was asked for" in refused(rule + rule.replace("r ", "s "), parse_rule).message


def test_a_long_line_is_shown_around_the_fault():
    error = refused("case is big or " * 50 + "case is bik")
    line, caret = error.excerpt.split("\n")
    assert len(line) <= 100
    assert line[len(caret) - 1 :].startswith("bik")


def test_an_endless_text_is_refused():
    assert "1,000,000 characters" in refused("#" * 1_000_001).message


PAGE = Path(__file__).parents[4] / "docs" / "rules.md"


def test_every_example_of_the_documentation_is_read_with_the_words_of_the_demo():
    words = vocabulary_of(model_from_dict(to_engine(machine("bench"))))
    examples = re.findall(r"```text\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert len(examples) > 10
    for example in examples:
        if example.lstrip().startswith(("rule", "#")):
            assert parse_rules(example, words)
        else:
            for body in example.split("\n\n"):
                assert parse_body(body, words)
