"""Handing stored circuits over to the engine of this process."""

import logging
import time

from django.conf import settings

from configurator.engine.circuit import rungs
from configurator.engine.errors import ArtefactError
from configurator.models import EngineCircuit

logger = logging.getLogger(__name__)

# A circuit that is still being compiled is looked for this often, by each process.
LOOK_EVERY_S = 30.0

_looked_at: dict[str, float] = {}


def equip(ir_sha256: str) -> None:
    """Let the model's circuit answer in this process if there is one; cheap when it does."""
    if not settings.COMPILE_CIRCUITS or rungs.answering(ir_sha256).rung == "circuit":
        return
    now = time.monotonic()
    if now - _looked_at.get(ir_sha256, -LOOK_EVERY_S) < LOOK_EVERY_S:
        return
    _looked_at[ir_sha256] = now
    found = EngineCircuit.objects.filter(ir_sha256=ir_sha256, artefact__isnull=False)
    artefact = found.values_list("artefact", flat=True).first()
    if artefact is not None:
        try:
            rungs.use_artefact(ir_sha256, bytes(artefact))
        except ArtefactError as error:
            logger.warning("circuit of %s not used: %s", ir_sha256[:12], error.message)
