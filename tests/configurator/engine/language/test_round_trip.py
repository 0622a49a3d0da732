"""Everything that a model can hold is written, and read again as it was."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.demo.catalogue.machines import machine, to_engine
from configurator.engine.ir import Compare, Ref, Rule, Sum, Term, model_from_dict, model_to_dict
from configurator.engine.language import (
    RuleSyntaxError,
    parse_body,
    parse_rule,
    parse_rules,
    vocabulary_of,
    write_body,
    write_rule,
    write_rules,
)
from configurator.engine.references import rule_problems
from tests.configurator.engine import machines
from tests.configurator.engine.machines import models, thorough

NAMES = (*"abcdenstxyzw", "qty", "o0", "o1", "o2", "o3", "q0", "q1", "q2", "q3")
A_REF = re.compile(r"([a-e]|qty)\.(\w+)")
ODD = (
    "in",
    "none",
    "say",
    "rule",
    "yes",
    "5",
    "-5",
    "05",
    "a b",
    'a"b',
    "a\\",
    "a\nb",
    "é",
    "-",
    "#",
)


@st.composite
def odd_models(draw):
    """Models whose codes, attributes and texts are anything at all."""
    names = st.one_of(
        st.sampled_from(ODD), st.text(min_size=1, max_size=8).filter(lambda name: "." not in name)
    )
    chosen = draw(
        st.lists(
            names.filter(lambda name: name not in {"base", "code", "count"}),
            min_size=len(NAMES),
            max_size=len(NAMES),
            unique=True,
        )
    )
    renamed = dict(zip(NAMES, chosen, strict=True))
    data = _renamed(model_to_dict(draw(models())), renamed)
    for rule in data["rules"]:
        rule["name"] = draw(st.text(max_size=20))
        rule["sentence"] = draw(st.text(max_size=20)).replace("{", "{{").replace("}", "}}")
    return model_from_dict(data)


def _renamed(value, names):
    if isinstance(value, dict):
        return {names.get(key, key): _renamed(member, names) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_renamed(member, names) for member in value]
    if isinstance(value, str) and (ref := A_REF.fullmatch(value)):
        return ".".join(names.get(part, part) for part in ref.groups())
    return names.get(value, value) if isinstance(value, str) else value


def assert_survives(model):
    words = vocabulary_of(model)
    assert parse_rules(write_rules(model.rules), words) == model.rules
    for rule in model.rules:
        assert parse_rule(write_rule(rule), words) == rule
        assert parse_body(write_body(rule), words) == (rule.when, rule.constraint)


@thorough
@given(models())
def test_rules_are_read_as_they_were_written(model):
    assert_survives(model)


@thorough
@given(odd_models())
def test_rules_are_read_as_they_were_written_whatever_things_are_called(model):
    assert_survives(model)


@pytest.mark.parametrize("slug", ["compact", "atelier", "bench"])
def test_the_rules_of_the_demo_survive_being_written(slug):
    assert_survives(model_from_dict(to_engine(machine(slug))))


def numbers(largest=60):
    return st.integers(-largest, largest)


@thorough
@given(
    st.lists(st.builds(Term, st.just(Ref("cpu", "watts")), st.none(), numbers()), min_size=1),
    st.one_of(st.just(Ref("supply", "watts")), numbers()),
    numbers(400),
    numbers(),
    st.sampled_from((1, 2, 4, 5, 20, 25, 100)),
)
def test_every_sum_survives_as_a_percentage_as_at_least_or_as_it_is(
    terms, limit, constant, weight, times
):
    terms = tuple(Term(term.ref, term.times, times * term.weight) for term in terms)
    total = Sum(terms, limit, constant=times * constant, limit_weight=weight)
    assert_survives(machines.desktop(rules=(Rule("r", "R", "", "block", total),)))


def test_one_attribute_as_a_sum_is_told_from_a_comparison():
    watts, limit = Ref("cpu", "watts"), Ref("supply", "watts")
    for constraint in (Compare(watts, "<=", limit), Sum((Term(watts),), limit)):
        assert_survives(machines.desktop(rules=(Rule("r", "R", "", "block", constraint),)))


def read_or_refused(text, words):
    """The rules of a text, all of them sound; or nothing, with an error that says where."""
    try:
        rules = parse_rules(text, words)
    except RuleSyntaxError as error:
        assert_says_where(error, text)
        return
    for rule in rules:
        assert not list(rule_problems(rule, words.groups, "rule"))
    assert parse_rules(write_rules(rules), words) == rules


def assert_says_where(error, text):
    line = (text + "\n").split("\n")[error.line - 1]
    assert 1 <= error.column <= len(line) + 1
    assert error.excerpt.endswith("^")
    assert error.expected
    assert error.found


DESKTOP = vocabulary_of(machines.desktop())
PIECES = (
    *("rule", "r", '"Name"', "blocks", "warns", "when", "and", "or", "either", "say", "requires"),
    *("excludes", "is", "not", "in", "table", "cpu", "cpu.socket", "cpu.watts", "supply.watts"),
    *("memory.modules", "memory_quantity", "graphics", "short", "AM5", "case", "big", "yes", "of"),
    *("cpu.graphics", "5", "-1", "80", "%", "*", "+", "-", "|", "(", ")", ",", "=", "<=", ">"),
    *("!=", "\n", "#", '"', ".", "{", "\\", "é"),
)


@thorough
@given(st.text())
def test_any_text_is_read_or_refused(text):
    read_or_refused(text, DESKTOP)


@thorough
@given(st.lists(st.sampled_from(PIECES)).map(" ".join))
def test_any_words_of_the_language_are_read_or_refused(text):
    read_or_refused(f'rule r "R" blocks {text}', DESKTOP)
    read_or_refused(text, DESKTOP)


@thorough
@given(models(), st.data())
def test_a_damaged_text_is_read_or_refused(model, data):
    text = write_rules(model.rules)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 5)))
    damaged = text[:start] + data.draw(st.sampled_from(("", *PIECES))) + text[end:]
    read_or_refused(damaged, vocabulary_of(model))
