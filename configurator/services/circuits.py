"""Circuits of published models: asked for in the publishing transaction, compiled by a worker."""

from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from configurator.engine.circuit import rungs
from configurator.engine.circuit.compiling import Limits
from configurator.engine.errors import ArtefactError
from configurator.models import EngineCircuit
from configurator.selectors import model_by_sha256

# Of one attempt; what takes longer is answered by the solver.
LIMITS = Limits(seconds=60)
# There may be two: the whole model, then all but its widest sum.
LEASE = timedelta(seconds=3 * LIMITS.seconds)


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
    answering, artefact = rungs.publish(model_by_sha256(circuit.ir_sha256), LIMITS)
    EngineCircuit.objects.filter(pk=circuit.pk).update(
        artefact=artefact, outcome=f"{answering.rung}: {answering.reason}"[:300]
    )


def store_circuit(*, ir_sha256: str, artefact: bytes) -> bool:
    """Take an artefact that was compiled elsewhere; False when it is not of this model."""
    try:
        rungs.use_artefact(ir_sha256, artefact)
    except ArtefactError:
        return False
    EngineCircuit.objects.update_or_create(
        ir_sha256=ir_sha256,
        defaults={"artefact": artefact, "outcome": "circuit: shipped", "done_at": timezone.now()},
    )
    return True
