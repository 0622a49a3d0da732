"""A click by the circuit: the same machine and prices as by search, and no surprise when taken."""

from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configurator.engine.circuit import extract, passes
from configurator.engine.circuit.artefact import to_bytes
from configurator.engine.circuit.extract import least_pass
from configurator.engine.circuit.rungs import do_without, use_artefact
from configurator.engine.evaluate import evaluate
from configurator.engine.price import PriceBook, total_minor
from tests.configurator.engine import machines
from tests.configurator.engine.circuit.compiled import answers_of, artefact_of
from tests.configurator.engine.machines import (
    books,
    configurations,
    models,
    some_choices,
    thorough,
)
from tests.configurator.engine.test_evaluate import changes, taking

pytest.importorskip("py_d4", reason="the compiler has no wheel for this machine")


@contextmanager
def circuit_of(model):
    """Within, the model's circuit answers."""
    use_artefact(model.sha256, to_bytes(artefact_of(model)))
    try:
        yield
    finally:
        do_without(model.sha256)


@st.composite
def questions(draw):
    """A model that allows something, choices (perhaps contradicting), and a book or none."""
    model = draw(models().filter(lambda model: any(configurations(model, {}))))
    return model, draw(some_choices(model)), draw(st.none() | books(model))


@thorough
@given(questions())
def test_the_circuit_says_what_the_search_says(question):
    model, choices, book = question
    by_search = evaluate(model, choices, book=book)
    with circuit_of(model):
        by_circuit = evaluate(model, choices, book=book)
    assert by_circuit.is_consistent == by_search.is_consistent
    assert by_circuit.total_minor == by_search.total_minor
    assert list(by_circuit.states) == list(by_search.states)
    for key, state in by_circuit.states.items():
        assert state.is_possible == by_search.states[key].is_possible
        assert state.delta_minor == by_search.states[key].delta_minor


@thorough
@given(questions())
def test_as_few_groups_leave_their_default_as_by_search(question):
    model, choices, book = question
    by_search = evaluate(model, choices, book=book, groups=())
    with circuit_of(model):
        by_circuit = evaluate(model, choices, book=book, groups=())
    assert by_circuit.chosen in list(configurations(model, choices)) or not by_search.chosen

    def left(chosen):
        return sum(option != model.defaults[group] for group, option in chosen.items())

    assert left(by_circuit.chosen) == left(by_search.chosen)


@thorough
@given(questions())
def test_taking_an_option_does_exactly_what_its_state_says(question):
    model, choices, book = question
    with circuit_of(model):
        now = evaluate(model, choices, book=book)
        if not now.is_consistent:
            return
        for (group, option), state in now.states.items():
            if not state.is_possible:
                continue
            then = evaluate(model, taking(choices, group, option), book=book, groups=())
            assert state.changes == changes(now, then, apart_from=group)
            assert then.chosen[group] == option
            if book is not None:
                assert then.total_minor - now.total_minor == state.delta_minor
                assert then.total_minor == total_minor(model, then.chosen, book)


@thorough
@given(questions())
def test_plain_loops_and_numpy_find_the_configurations_of_machine_code(question):
    model, choices, book = question
    with circuit_of(model):
        by_default = evaluate(model, choices, book=book)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(passes, "_compiled_loops", lambda: None)
            patched.setattr(extract, "_loops", lambda: (extract._weigh, extract._walk))
            assert evaluate(model, choices, book=book) == by_default


def test_contradicting_choices_still_tell_what_would_resolve_them():
    model = machines.desktop()
    with circuit_of(model):
        evaluation = evaluate(model, {"cpu": "core", "board": "b650"})
    assert (evaluation.is_consistent, evaluation.chosen) == (False, {})
    assert evaluation.states["board", "z790"] == (True, (), None)
    assert not evaluation.states["board", "x670"].is_possible


@pytest.mark.parametrize("times", [2**40, 10**18])
def test_prices_beyond_the_arithmetic_of_a_pass_are_searched_for(times):
    model, book = machines.desktop(), machines.desktop_prices()
    dear = PriceBook("USD", 0, {key: minor * times for key, minor in book.option_minor.items()})
    by_search = evaluate(model, {"cpu": "core"}, book=dear)
    with circuit_of(model):
        assert evaluate(model, {"cpu": "core"}, book=dear) == by_search


def test_where_nothing_is_left_there_is_no_cheapest_configuration():
    answers = answers_of(machines.desktop())
    blocked = answers.fix(answers._amounts, {0: 1, 1: 0})
    assert least_pass(answers.circuit, blocked, answers.leaves.owner).cheapest() is None
