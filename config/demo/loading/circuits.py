"""The demo's circuits ship with it: compiled on one machine, they answer on any."""

from pathlib import Path

from configurator.engine.circuit import rungs
from configurator.models import ModelVersion
from configurator.selectors import model_by_sha256
from configurator.services.circuits import LIMITS, store_circuit

FOLDER = Path(__file__).resolve().parents[1] / "data" / "circuits"


def _file(slug: str) -> Path:
    return FOLDER / f"{slug}.circuit"


def _on_sale() -> list[tuple[str, str]]:
    """(slug, sha256 of its model) of what is on sale."""
    versions = ModelVersion.objects.published().defer("ir")
    return [(version.product_model.slug, version.ir_sha256) for version in versions]


def load_circuits() -> int:
    """Store the shipped circuits that fit the present models; a worker compiles the others."""
    return sum(
        store_circuit(ir_sha256=sha256, artefact=_file(slug).read_bytes())
        for slug, sha256 in _on_sale()
        if _file(slug).exists()
    )


def refresh_circuits() -> int:
    """Compile what is on sale anew, into the files that ship. Needs the compiler."""
    count = 0
    for slug, sha256 in _on_sale():
        _, artefact = rungs.publish(model_by_sha256(sha256), LIMITS)
        if artefact is not None:
            _file(slug).write_bytes(artefact)
            count += 1
    return count
