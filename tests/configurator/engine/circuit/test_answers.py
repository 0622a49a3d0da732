"""A circuit against brute force: what is possible, and how many there are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from configurator.engine.circuit import passes
from configurator.engine.circuit.leaves import leaves_of
from configurator.engine.circuit.wide import wide_of
from configurator.engine.classes import classify
from configurator.engine.ir import Ref, Rule, Sum, Term
from tests.configurator.engine import machines
from tests.configurator.engine.circuit.compiled import answers_of, artefact_of
from tests.configurator.engine.machines import (
    configurations,
    models,
    some_choices,
    thorough,
)

pytest.importorskip("py_d4", reason="the compiler has no wheel for this machine")


def others_than(choices, group):
    return {code: option for code, option in choices.items() if code != group}


def sums_of(model):
    """Rules that may be left out of the circuit, and None for leaving nothing out."""
    classed = classify(model)
    leaves = leaves_of(classed)
    codes = [rule.code for rule, _ in classed.rules if wide_of(classed, leaves, rule.code)]
    return [None, *codes]


@st.composite
def questions(draw):
    model = draw(models())
    return model, draw(some_choices(model)), draw(st.sampled_from(sums_of(model)))


@thorough
@given(questions())
def test_an_option_is_possible_exactly_when_a_configuration_has_it(question):
    model, choices, without = question
    answers, classed = answers_of(model, without), classify(model)
    fixed = classed.classes(classed.locate_all(choices))
    masks = answers.possible(fixed)
    for g, held in enumerate(classed.groups):
        group = held.group.code
        found = {whole[group] for whole in configurations(model, others_than(choices, group))}
        told = {
            option.code
            for index, option in enumerate(held.group.options)
            if masks[g] >> held.class_of[index] & 1
        }
        assert told == found
    assert answers.is_consistent(fixed) == any(configurations(model, choices))


@thorough
@given(questions())
def test_variants_are_counted_exactly(question):
    model, _, without = question
    assert artefact_of(model, without).variants == sum(1 for _ in configurations(model, {}))


@thorough
@given(questions())
def test_numpy_gives_the_numbers_of_numba_and_of_plain_loops(question):
    model, choices, without = question
    answers, classed = answers_of(model, without), classify(model)
    costs = answers.fix(answers._amounts, classed.classes(classed.locate_all(choices)))
    by_numpy = passes._by_layers(answers.circuit, costs)
    rows = np.empty((2, answers.circuit.size), dtype=np.int64)
    by_loops = passes._by_loops((passes._up, passes._down), answers.circuit, costs, rows)
    for one, other, whole in zip(
        by_numpy, by_loops, passes.whole_pass(answers.circuit, costs), strict=True
    ):
        assert one.tolist() == other.tolist() == whole.tolist()
    least, outside = passes.least_costs(answers.circuit, costs)
    assert least == by_numpy[0][-1]
    assert outside.tolist() == by_numpy[1][: answers.circuit.leaves].tolist()


def test_without_numba_numpy_answers(monkeypatch):
    monkeypatch.setattr(passes, "_compiled_loops", lambda: None)
    assert passes.warm_up() == "numpy"
    model = machines.desktop()
    assert answers_of(model).possible({}) == tuple((1 << len(g.options)) - 1 for g in model.groups)


def test_a_rule_that_nothing_keeps_leaves_no_variant():
    never = Rule("never", "Never", "Never.", "block", Sum((), 0, constant=1))
    artefact = artefact_of(machines.desktop(rules=(never,)))
    assert artefact.variants == 0
    assert not answers_of(machines.desktop(rules=(never,))).is_consistent({})


def test_without_rules_everything_is_possible():
    model = machines.desktop(rules=())
    assert artefact_of(model).variants == sum(1 for _ in configurations(model, {}))


def test_a_sum_too_large_for_the_arithmetic_is_compiled_like_any_other_rule():
    huge = Rule(
        "huge",
        "Huge",
        "Huge.",
        "block",
        Sum((Term(Ref("cpu", "watts"), weight=2**60), Term(Ref("graphics", "watts"))), 2**66),
    )
    model = machines.desktop(rules=(huge,))
    assert sums_of(model) == [None]
    assert artefact_of(model).variants == sum(1 for _ in configurations(model, {}))
