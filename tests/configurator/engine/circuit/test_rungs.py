"""The ladder: a circuit where there is one, else the solver, and always in words who and why."""

from dataclasses import replace

import pytest

from configurator.engine.circuit import compiling, rungs
from configurator.engine.circuit.arrays import ALL, circuit_of
from configurator.engine.circuit.artefact import Artefact, to_bytes
from configurator.engine.circuit.compiling import Limits, compile_to_circuit
from configurator.engine.circuit.rungs import (
    NO_ARTEFACT,
    Answering,
    answering,
    do_without,
    publish,
    use_artefact,
)
from configurator.engine.compiled import compile_model
from configurator.engine.errors import ArtefactError, CompilerFailed, LimitExceeded, NoCircuit
from configurator.engine.evaluate import evaluate
from configurator.engine.ir import Model
from configurator.engine.possible import is_consistent
from tests.configurator.engine.machines import desktop

needs_compiler = pytest.mark.skipif(
    not compiling.is_compiler_installed(), reason="the compiler has no wheel for this machine"
)
CHOICES = ({}, {"case": "small"}, {"cpu": "core", "supply": "w300"}, {"graphics": "long"})


@pytest.fixture
def model():
    """A model that no other test has compiled, forgotten afterwards."""
    made = replace(desktop(), code="ladder")
    yield made
    rungs._entries.pop(made.sha256, None)
    compile_model(made).possible_cache.clear()


def answers(model):
    compile_model(model).possible_cache.clear()
    return [evaluate(model, choices) for choices in CHOICES]


def test_a_model_without_artefact_is_answered_by_the_solver(model):
    assert answering(model.sha256) == Answering("solver", NO_ARTEFACT)
    assert compile_model(model).circuit is None


@needs_compiler
def test_a_circuit_gives_the_answers_of_the_solver(model):
    by_solver = answers(model)
    told, artefact = publish(model)
    assert told == Answering("circuit", "compiled")
    assert answers(model) == by_solver
    do_without(model.sha256)
    assert use_artefact(model.sha256, artefact).rung == "circuit"
    assert answers(model) == by_solver


@needs_compiler
def test_a_model_without_groups_is_not_compiled():
    with pytest.raises(NoCircuit, match="has no groups, so there is nothing to compile"):
        compile_to_circuit(Model("empty", (), (), {}))


@needs_compiler
def test_contradicting_choices_are_known_to_the_circuit(model):
    publish(model)
    compiled = compile_model(model)
    classed = compiled.classed
    for choices in ({"cpu": "ryzen"}, {"cpu": "ryzen", "board": "z790"}):
        fixed = classed.classes(classed.locate_all(choices))
        assert is_consistent(compiled, fixed) == (len(choices) == 1)


@needs_compiler
def test_too_little_time_ends_at_the_solver_and_says_so(model):
    told, artefact = publish(model, Limits(seconds=0.01))
    assert told == Answering("solver", "compiling took more than 0.01 s")
    assert artefact is None
    assert evaluate(model, {}).is_consistent


@needs_compiler
@pytest.mark.skipif("sys.platform == 'win32'", reason="no limit of memory there")
def test_too_little_memory_ends_at_the_solver_and_says_so(model):
    told, _ = publish(model, Limits(megabytes=150))
    assert told.rung == "solver"
    assert "150 MB" in told.reason


def test_a_machine_without_compiler_answers_by_the_solver(model, monkeypatch):
    monkeypatch.setattr(compiling, "is_compiler_installed", lambda: False)
    told, _ = publish(model)
    assert told.rung == "solver"
    assert "not installed" in told.reason


def test_a_compiler_that_dies_is_not_blamed_on_limits(model, monkeypatch):
    monkeypatch.setattr(compiling, "is_compiler_installed", lambda: True)
    monkeypatch.setattr(compiling, "WORKER", "configurator.engine.circuit.nowhere")
    with pytest.raises(CompilerFailed, match="nowhere"):
        compile_to_circuit(model)
    assert publish(model)[0].rung == "solver"


@needs_compiler
def test_where_the_whole_exceeds_the_limits_the_widest_sum_is_left_out(model, monkeypatch):
    def only_without_the_sum(clauses, leaves, limits):
        attempts.append(len(clauses.clauses))
        if len(attempts) == 1:
            raise LimitExceeded("compiling took more than 1 s")
        return run(clauses, leaves, limits)

    attempts, run = [], compiling.run
    by_solver = answers(model)
    monkeypatch.setattr("configurator.engine.circuit.wide.NARROW", 1)
    monkeypatch.setattr(compiling, "run", only_without_the_sum)
    assert compile_to_circuit(model).wide == "power"
    attempts.clear()
    assert publish(model)[0].rung == "circuit"
    assert attempts[1] < attempts[0]
    assert answers(model) == by_solver


def test_a_damaged_artefact_is_refused_and_the_solver_answers(model):
    with pytest.raises(ArtefactError):
        use_artefact(model.sha256, b"nothing of the kind")
    assert answering(model.sha256) == Answering("solver", "these bytes are not a compiled model")


def test_an_artefact_of_another_shape_is_not_used(model):
    circuit = circuit_of(1, [ALL], [[0]])
    use_artefact(model.sha256, to_bytes(Artefact(model.sha256, circuit, None, 1, 0.0)))
    assert compile_model(model).circuit is None
    assert answering(model.sha256).rung == "solver"
    assert "1 leaves" in answering(model.sha256).reason


def test_only_so_many_artefacts_are_kept(monkeypatch, model):
    monkeypatch.setattr(rungs, "_entries", type(rungs._entries)())
    for number in range(rungs.KEPT_ARTEFACTS + 5):
        do_without(str(number))
    assert len(rungs._entries) == rungs.KEPT_ARTEFACTS
    assert answering("0").reason == NO_ARTEFACT
