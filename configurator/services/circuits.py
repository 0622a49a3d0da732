"""Circuits of models: compiled by a worker, compared with the solver, then stored for everybody.

A run of a version compiles before the version goes on sale, so customers get the circuit at once.
Where a version is published without a run, its circuit is asked for in the same transaction.
"""

from dataclasses import asdict, dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from configurator.engine.circuit import rungs
from configurator.engine.circuit.answers import CircuitAnswers
from configurator.engine.circuit.artefact import Artefact, from_bytes, to_bytes
from configurator.engine.circuit.compiling import Limits, compile_to_circuit
from configurator.engine.classes import classify
from configurator.engine.errors import ArtefactError, NoCircuit
from configurator.engine.ir import Model
from configurator.engine.sessions import by_circuit, click_through
from configurator.models import EngineCircuit, ModelVersion
from configurator.selectors import model_by_sha256

# Of one attempt; what takes longer is answered by the solver.
LIMITS = Limits(seconds=60)
# There may be two: the whole model, then all but its widest sum.
LEASE = timedelta(seconds=3 * LIMITS.seconds)
# Before it is stored, an artefact answers some sessions beside the solver: every option of every
# click, or, of large models, of every so many clicks. On the largest machine that takes seconds.
SESSIONS, SEED = 3, 20_261_121
LARGE, EVERY = 300, 6
KEPT_AFTER_CHANGE = timedelta(days=2)  # circuits of content that no version has any more


@dataclass(frozen=True, slots=True)
class Answering:
    """Who answers for a model, why, and what is known from compiling it.

    `variants` is the exact number of configurations in digits, "" where it was not counted.
    `size` is of the artefact in bytes, `compared` how many options were compared with the solver.
    """

    rung: str
    reason: str
    size: int = 0
    seconds: float = 0.0
    compared: int = 0
    variants: str = ""

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def request_circuit(*, ir_sha256: str) -> None:
    """Have the model compiled, unless it is or will be. Until then the solver answers."""
    if not settings.COMPILE_CIRCUITS:
        return
    _, is_new = EngineCircuit.objects.get_or_create(ir_sha256=ir_sha256)
    if is_new:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify('outbox', '')")


def compile_circuit(circuit: EngineCircuit) -> None:
    """Compile the model of a row, or note why its answers come from the solver. Idempotent.

    Runs under a lease, outside any transaction: it may take a minute.
    """
    _, artefact, outcome = compiled(model_by_sha256(circuit.ir_sha256))
    EngineCircuit.objects.filter(pk=circuit.pk).update(artefact=artefact, outcome=outcome)


def prepare_circuit(model: Model) -> Answering:
    """The model's circuit, compiled and stored unless it is there already. Idempotent.

    Runs outside any transaction: it may take two minutes.
    """
    if not settings.COMPILE_CIRCUITS:
        return Answering("solver", "circuits are switched off on this machine")
    row = EngineCircuit.objects.filter(ir_sha256=model.sha256, artefact__isnull=False).first()
    if row is not None and row.artefact is not None:
        try:
            rungs.use_artefact(model.sha256, bytes(row.artefact))
            stored = from_bytes(bytes(row.artefact), model=model.sha256)
        except ArtefactError as error:
            rungs.do_without(model.sha256, error.message)
        else:
            return _facts(stored, len(row.artefact), row.outcome, compared=0)
    answering, artefact, outcome = compiled(model)
    EngineCircuit.objects.update_or_create(
        ir_sha256=model.sha256,
        defaults={"artefact": artefact, "outcome": outcome, "done_at": timezone.now()},
    )
    return answering


def compiled(model: Model) -> tuple[Answering, bytes | None, str]:
    """Compile, compare with the solver, and let the circuit answer in this process if it may.

    The second value is what to store (None: the solver answers), the third says so in a line.
    """
    try:
        artefact = compile_to_circuit(model, LIMITS)
        data = to_bytes(artefact)
        compared = _compare(model, artefact)
        rungs.use_artefact(model.sha256, data)
    except (NoCircuit, ArtefactError) as error:
        rungs.do_without(model.sha256, error.message)
        return Answering("solver", error.message), None, f"solver: {error.message}"[:300]
    outcome = f"circuit: compiled, {compared:,} answers equal to the solver's"
    return _facts(artefact, len(data), outcome, compared), data, outcome


def _compare(model: Model, artefact: Artefact) -> int:
    """How many answers were compared. Raises ArtefactError where one differs."""
    classed = classify(model)
    answer = by_circuit(CircuitAnswers(classed, artefact))
    every = EVERY if sum(group.size for group in classed.groups) > LARGE else 1
    clicks = click_through(classed, answer, sessions=SESSIONS, seed=SEED, check=True, every=every)
    if clicks.mismatches:
        told = f"{clicks.mismatches} of {clicks.checked} answers of the circuit"
        raise ArtefactError(f"{told} differ from the solver's")
    return clicks.checked


def _facts(artefact: Artefact, size: int, outcome: str, compared: int) -> Answering:
    return Answering(
        rung="circuit",
        reason=outcome.partition(": ")[2],
        size=size,
        seconds=round(artefact.seconds, 1),
        compared=compared,
        variants="" if artefact.variants is None else str(artefact.variants),
    )


def store_circuit(*, ir_sha256: str, artefact: bytes) -> bool:
    """Take an artefact that was compiled elsewhere; False when it is not of this model."""
    try:
        rungs.use_artefact(ir_sha256, artefact)
    except ArtefactError:
        return False
    EngineCircuit.objects.update_or_create(
        ir_sha256=ir_sha256,
        defaults={
            "artefact": artefact,
            "outcome": "circuit: came compiled",
            "done_at": timezone.now(),
        },
    )
    return True


def forget_circuits() -> int:
    """Delete circuits that no version has use for: of drafts that were changed since."""
    old = EngineCircuit.objects.filter(created_at__lt=timezone.now() - KEPT_AFTER_CHANGE)
    used = ModelVersion.objects.exclude(ir_sha256="").values("ir_sha256")
    return old.exclude(ir_sha256__in=used).delete()[0]
