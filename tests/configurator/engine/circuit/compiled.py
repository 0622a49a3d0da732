"""Circuits of examples: no limits, and one process for all of them instead of one each.

Not the test's own process: once in some thousand compilations the compiler corrupts its memory.
"""

from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from functools import cache
from multiprocessing import get_context

from configurator.engine.circuit import worker
from configurator.engine.circuit.answers import CircuitAnswers
from configurator.engine.circuit.artefact import Artefact
from configurator.engine.circuit.count import variants
from configurator.engine.circuit.encode import encode
from configurator.engine.circuit.leaves import leaves_of
from configurator.engine.circuit.wide import wide_of
from configurator.engine.classes import classify


@cache
def compiler():
    return ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn"))


def compiled(asked):
    """The circuit of clauses; where the compiler dies of an earlier example, it is begun anew."""
    try:
        made = compiler().submit(worker.compile_clauses, asked).result()
    except BrokenProcessPool:
        compiler.cache_clear()
        made = compiler().submit(worker.compile_clauses, asked).result()
    return replace(made)  # as every circuit is made, with arrays that cannot be written


def artefact_of(model, without=None):
    """The artefact of a model; `without` is the code of a rule to treat as the wide one."""
    classed = classify(model)
    leaves = leaves_of(classed)
    wide = None if without is None else wide_of(classed, leaves, without)
    clauses = encode(classed, leaves, without=None if wide is None else wide.rule)
    circuit = compiled(
        {"clauses": clauses.clauses, "variables": clauses.variables, "leaves": leaves.total}
    )
    code = None if wide is None else wide.code
    return Artefact(model.sha256, circuit, code, variants(circuit, leaves, classed, wide), 0.0)


def answers_of(model, without=None):
    return CircuitAnswers(classify(model), artefact_of(model, without))
