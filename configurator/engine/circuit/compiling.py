"""Compile a model to a circuit in a process with limits of time and memory."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import configurator.engine
from configurator.engine.circuit.arrays import Circuit
from configurator.engine.circuit.artefact import Artefact
from configurator.engine.circuit.count import variants
from configurator.engine.circuit.encode import encode
from configurator.engine.circuit.ladders import Clauses
from configurator.engine.circuit.leaves import Leaves, leaves_of
from configurator.engine.circuit.wide import Wide, widest
from configurator.engine.circuit.worker import CIRCUIT, CLAUSES, Asked
from configurator.engine.classes import ClassedModel, classify
from configurator.engine.errors import CompilerFailed, CompilerMissing, LimitExceeded, NoCircuit
from configurator.engine.nodes import Model

WORKER = "configurator.engine.circuit.worker"
ROOT = Path(configurator.engine.__file__).parents[2]  # where the worker finds our packages
# What Python, the loader and the compiler say when an allocation fails.
OUT_OF_MEMORY = (
    "bad_alloc",
    "MemoryError",
    "could not be translated",
    "failed to map segment",
    "annot allocate",
)
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}  # each thread would reserve memory it never uses


@dataclass(frozen=True, slots=True)
class Limits:
    """What one attempt to compile may use."""

    seconds: float = 120  # of the clock; the largest demo machine needs 12 of an idle one
    megabytes: int = 3000


def is_compiler_installed() -> bool:
    return find_spec("py_d4") is not None


def compile_to_circuit(model: Model, limits: Limits | None = None) -> Artefact:
    """Compile the whole model, or, where that exceeds the limits, all but its widest sum.

    Raises CompilerMissing, LimitExceeded, CompilerFailed, and NoCircuit itself for a model without
    groups; all of them are NoCircuit.
    """
    if not model.groups:
        raise NoCircuit(f"{model.code} has no groups, so there is nothing to compile")
    if not is_compiler_installed():
        raise CompilerMissing("the circuit compiler (d4solver) is not installed on this machine")
    classed = classify(model)
    leaves = leaves_of(classed)
    began = time.perf_counter()
    problem: LimitExceeded | None = None
    for wide in _attempts(classed, leaves):
        clauses = encode(classed, leaves, without=None if wide is None else wide.rule)
        try:
            circuit = run(clauses, leaves.total, limits or Limits())
        except LimitExceeded as exceeded:
            problem = exceeded
            continue
        return Artefact(
            model=model.sha256,
            circuit=circuit,
            wide=None if wide is None else wide.code,
            variants=variants(circuit, leaves, classed, wide),
            seconds=time.perf_counter() - began,
        )
    raise problem or LimitExceeded("nothing was attempted")


def _attempts(classed: ClassedModel, leaves: Leaves) -> Iterator[Wide | None]:
    """A circuit of all rules also answers what is cheapest, so it is tried first."""
    yield None
    if (wide := widest(classed, leaves)) is not None:
        yield wide


def run(clauses: Clauses, leaves: int, limits: Limits) -> Circuit:
    """The circuit of the clauses, of which variables 1 to `leaves` are kept."""
    asked: Asked = {"clauses": clauses.clauses, "variables": clauses.variables, "leaves": leaves}
    with TemporaryDirectory(prefix="circuit-") as name:
        folder = Path(name)
        (folder / CLAUSES).write_text(json.dumps(asked))
        try:
            done = subprocess.run(  # noqa: S603 - our own module
                [sys.executable, "-m", WORKER, name, str(limits.megabytes)],
                cwd=ROOT,
                env=os.environ | ONE_THREAD,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                timeout=limits.seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as expired:
            raise LimitExceeded(f"compiling took more than {limits.seconds:g} s") from expired
        if done.returncode != 0:
            raise _failure(done.returncode, done.stderr.decode(errors="replace"), limits)
        with np.load(folder / CIRCUIT) as made:
            return Circuit(leaves, made["kinds"], made["starts"], made["children"])


def _failure(status: int, told: str, limits: Limits) -> NoCircuit:
    if status < 0:  # killed by a signal: the kernel's answer to a full memory, or the compiler's
        return LimitExceeded(f"compiling ended by signal {-status}, at most {limits.megabytes} MB")
    if any(word in told for word in OUT_OF_MEMORY):
        return LimitExceeded(f"compiling took more than {limits.megabytes} MB")
    last = told.strip().rpartition("\n")[2] or "it said nothing"
    return CompilerFailed(f"the compiler ended with {status}: {last}")
