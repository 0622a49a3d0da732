"""Circuits made in the test's own process: no limits, and no start of a process per example."""

from configurator.engine.circuit.answers import CircuitAnswers
from configurator.engine.circuit.artefact import Artefact
from configurator.engine.circuit.count import variants
from configurator.engine.circuit.encode import encode
from configurator.engine.circuit.leaves import leaves_of
from configurator.engine.circuit.wide import wide_of
from configurator.engine.circuit.worker import compile_clauses
from configurator.engine.classes import classify


def artefact_of(model, without=None):
    """The artefact of a model; `without` is the code of a rule to treat as the wide one."""
    classed = classify(model)
    leaves = leaves_of(classed)
    wide = None if without is None else wide_of(classed, leaves, without)
    clauses = encode(classed, leaves, without=None if wide is None else wide.rule)
    circuit = compile_clauses(
        {"clauses": clauses.clauses, "variables": clauses.variables, "leaves": leaves.total}
    )
    code = None if wide is None else wide.code
    return Artefact(model.sha256, circuit, code, variants(circuit, leaves, classed, wide), 0.0)


def answers_of(model, without=None):
    return CircuitAnswers(classify(model), artefact_of(model, without))
