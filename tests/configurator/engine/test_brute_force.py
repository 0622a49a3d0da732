"""The whole engine against brute force, on every rung: validity, count, cheapest, explanation.

`PASSES` are the two ways to go through a circuit; `None` stands for the solver.
"""

import itertools
from contextlib import contextmanager
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configurator.engine.circuit import compiling, extract, passes
from configurator.engine.circuit.artefact import to_bytes
from configurator.engine.circuit.rungs import do_without, use_artefact
from configurator.engine.compiled import compile_model
from configurator.engine.evaluate import evaluate
from configurator.engine.explain import explain
from configurator.engine.optimise import ContradictingChoices, cheapest
from configurator.engine.price import total_minor
from tests.configurator.engine.circuit.compiled import artefact_of
from tests.configurator.engine.machines import (
    books,
    configurations,
    models,
    some_choices,
    thorough,
)

PASSES = ("numba", "numpy")
RUNGS = (*PASSES, None) if compiling.is_compiler_installed() else (None,)
quick = settings(thorough, max_examples=15)  # each part has a thorough test of its own


@contextmanager
def answered_by(model, rung):
    """Within, this rung answers for the model."""
    if rung is None:
        do_without(model.sha256)
    else:
        use_artefact(model.sha256, to_bytes(artefact_of(model)))
    compile_model(model).possible_cache.clear()
    with pytest.MonkeyPatch.context() as patched:
        if rung == "numpy":
            patched.setattr(passes, "_compiled_loops", lambda: None)
            patched.setattr(extract, "_loops", lambda: (extract._weigh, extract._walk))
        try:
            yield
        finally:
            do_without(model.sha256)
            compile_model(model).possible_cache.clear()


@st.composite
def questions(draw):
    """A model that allows something, choices (perhaps contradicting), prices."""
    model = draw(models().filter(lambda model: any(configurations(model, {}))))
    return model, draw(some_choices(model)), draw(books(model))


def with_option(model, choices, group, option):
    """The valid configurations with the option and the choices of the other groups."""
    return configurations(model, {**choices, group: option})


@pytest.mark.parametrize("rung", RUNGS)
@quick
@given(question=questions())
def test_validity_and_totals_are_those_of_brute_force(rung, question):
    model, choices, book = question
    with answered_by(model, rung):
        evaluation = evaluate(model, choices, book=book)
    for (group, option), state in evaluation.states.items():
        assert state.is_possible == any(with_option(model, choices, group, option))
    valid = list(configurations(model, choices))
    assert evaluation.is_consistent == bool(valid)
    if valid:
        assert evaluation.chosen in valid
        assert evaluation.total_minor == total_minor(model, evaluation.chosen, book)


@pytest.mark.parametrize("rung", sorted({RUNGS[0], None}, key=str))
@quick
@given(question=questions())
def test_an_explanation_cannot_do_without_any_part(rung, question):
    model, choices, _ = question
    with answered_by(model, rung):
        states = evaluate(model, choices).states
        told = {
            key: explain(model, choices, *key)
            for key, state in states.items()
            if not state.is_possible
        }
    for key, explanation in told.items():
        named = {code: choices[code] for code in explanation.choices}
        ruled = replace(
            model, rules=tuple(rule for rule in model.rules if rule.code in explanation.rules)
        )
        assert not any(with_option(ruled, named, *key))
        for code in named:
            fewer = {other: option for other, option in named.items() if other != code}
            assert any(with_option(model, fewer, *key))
        for rules in itertools.combinations(ruled.rules, len(ruled.rules) - 1):
            assert any(with_option(replace(model, rules=rules), named, *key))


@pytest.mark.parametrize("rung", RUNGS)
@quick
@given(question=questions())
def test_counts_and_cheapest_configurations_are_those_of_brute_force(rung, question):
    model, choices, book = question
    found = {}
    with answered_by(model, rung):
        circuit = compile_model(model).circuit
        for group in model.groups:
            for option in group.options:
                taken = {**choices, group.code: option.code}
                try:
                    found[group.code, option.code] = cheapest(model, taken, book=book).total_minor
                except ContradictingChoices:
                    found[group.code, option.code] = None
    assert (circuit is None) == (rung is None)
    if circuit is not None:
        assert circuit.artefact.variants == sum(1 for _ in configurations(model, {}))
    for key, total in found.items():
        valid = with_option(model, choices, *key)
        assert total == min((total_minor(model, whole, book) for whole in valid), default=None)
