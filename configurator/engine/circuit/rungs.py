"""Which rung of the ladder answers for a model, and why: its circuit, else the solver.

A circuit is never needed for a right answer, only for a quick one. So artefacts are handed over
from outside, at any time and by the model's sha256, and every reason not to use one ends at the
solver, which is complete too.
"""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Literal

from configurator.engine.circuit.answers import CircuitAnswers
from configurator.engine.circuit.artefact import Artefact, from_bytes, to_bytes
from configurator.engine.circuit.compiling import Limits, compile_to_circuit
from configurator.engine.classes import ClassedModel
from configurator.engine.errors import ArtefactError, NoCircuit
from configurator.engine.nodes import Model

KEPT_ARTEFACTS = 32  # live versions and those that carts still hold; a few hundred kB each
NO_ARTEFACT = "no artefact was handed over"


@dataclass(frozen=True, slots=True)
class Answering:
    """Who answers for a model, in words that may be shown to staff."""

    rung: Literal["circuit", "solver"]
    reason: str


@dataclass(slots=True)
class _Entry:
    artefact: Artefact | None
    reason: str
    answers: CircuitAnswers | None = None


_entries: OrderedDict[str, _Entry] = OrderedDict()
_lock = Lock()


def use_artefact(model_sha256: str, artefact: bytes) -> Answering:
    """Let the artefact answer for the model from now on.

    Raises ArtefactError when the bytes are damaged or foreign; the solver answers then.
    """
    try:
        loaded = from_bytes(artefact, model=model_sha256)
    except ArtefactError as error:
        _keep(model_sha256, _Entry(None, error.message))
        raise
    _keep(model_sha256, _Entry(loaded, "compiled"))
    return answering(model_sha256)


def do_without(model_sha256: str, reason: str = NO_ARTEFACT) -> Answering:
    """Let the solver answer for the model from now on."""
    _keep(model_sha256, _Entry(None, reason))
    return answering(model_sha256)


def publish(model: Model, limits: Limits | None = None) -> tuple[Answering, bytes | None]:
    """Compile a model and use the circuit, or say why the solver has to answer.

    The second value is the artefact to store, None on the solver's rung.
    """
    try:
        artefact = to_bytes(compile_to_circuit(model, limits))
    except NoCircuit as error:
        return do_without(model.sha256, error.message), None
    return use_artefact(model.sha256, artefact), artefact


def answering(model_sha256: str) -> Answering:
    """Who answers for a model, and why."""
    with _lock:
        entry = _entries.get(model_sha256)
    if entry is None:
        return Answering("solver", NO_ARTEFACT)
    return Answering("solver" if entry.artefact is None else "circuit", entry.reason)


def circuit_for(classed: ClassedModel) -> CircuitAnswers | None:
    """The circuit that answers for the model, if there is one."""
    with _lock:
        entry = _entries.get(classed.model.sha256)
        if entry is None or entry.artefact is None:
            return None
        _entries.move_to_end(classed.model.sha256)
        if entry.answers is None:
            try:
                entry.answers = CircuitAnswers(classed, entry.artefact)
            except ArtefactError as error:
                entry.artefact, entry.reason = None, error.message
        return entry.answers


def _keep(model_sha256: str, entry: _Entry) -> None:
    with _lock:
        _entries[model_sha256] = entry
        _entries.move_to_end(model_sha256)
        if len(_entries) > KEPT_ARTEFACTS:
            _entries.popitem(last=False)
