"""A circuit as bytes that tell what they are: portable, immutable, and verified when loaded.

Layout, little-endian: the magic, the header's length (u32), the header (JSON), the arrays
(`starts` and `children` as int32, then `kinds` as uint8), and a sha256 of all that.
"""

import hashlib
import json
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np

from configurator.engine.circuit.arrays import Circuit, problem_of
from configurator.engine.errors import ArtefactError

MAGIC = b"CWCIRC\x00\x01"  # the last byte is the version of the format
HASH_BYTES = 32
FIELDS = {"model", "wide", "variants", "seconds", "leaves", "nodes", "edges"}


@dataclass(frozen=True, slots=True)
class Artefact:
    """A compiled model.

    `model` is the sha256 of the model, `wide` the code of the rule that was left out, `variants`
    the exact number of configurations (None: not counted), `seconds` what compiling took.
    """

    model: str
    circuit: Circuit
    wide: str | None
    variants: int | None
    seconds: float


def to_bytes(artefact: Artefact) -> bytes:
    """The artefact to store."""
    circuit = artefact.circuit
    header = {
        "model": artefact.model,
        "wide": artefact.wide,
        "variants": None if artefact.variants is None else str(artefact.variants),
        "seconds": round(artefact.seconds, 3),
        "leaves": circuit.leaves,
        "nodes": len(circuit.kinds),
        "edges": len(circuit.children),
    }
    written = json.dumps(header, sort_keys=True).encode()
    written += b" " * (-len(written) % 4)  # arrays begin at a multiple of four
    body = b"".join(
        (
            MAGIC,
            struct.pack("<I", len(written)),
            written,
            circuit.starts.astype("<i4").tobytes(),
            circuit.children.astype("<i4").tobytes(),
            circuit.kinds.tobytes(),
        )
    )
    return body + hashlib.sha256(body).digest()


def from_bytes(data: bytes, *, model: str) -> Artefact:
    """The artefact of the model with this sha256.

    Raises ArtefactError when the bytes are damaged, no artefact, or another model's.
    """
    if data[: len(MAGIC) - 1] != MAGIC[:-1]:
        raise ArtefactError("these bytes are not a compiled model")
    if data[: len(MAGIC)] != MAGIC:
        version = int.from_bytes(data[len(MAGIC) - 1 : len(MAGIC)])
        raise ArtefactError(f"the artefact has format {version}, not {MAGIC[-1]}")
    body, told = data[:-HASH_BYTES], data[-HASH_BYTES:]
    if hashlib.sha256(body).digest() != told:
        raise ArtefactError("the artefact is damaged: its bytes do not match its hash")
    try:
        (length,) = struct.unpack_from("<I", body, len(MAGIC))
        begin = len(MAGIC) + 4
        header = json.loads(body[begin : begin + length])
    except (struct.error, ValueError) as error:
        raise ArtefactError(f"the artefact's header cannot be read: {error}") from error
    if not isinstance(header, dict) or set(header) != FIELDS:
        raise ArtefactError("the artefact's header does not have the fields it should")
    if header["model"] != model:
        raise ArtefactError(
            f"the artefact was made from model {header['model'][:12]}, not from {model[:12]}"
        )
    circuit = _circuit(header, body[begin + length :])
    variants = header["variants"]
    return Artefact(
        model,
        circuit,
        header["wide"],
        None if variants is None else int(variants),
        header["seconds"],
    )


def _circuit(header: dict[str, Any], payload: bytes) -> Circuit:
    leaves, nodes, edges = header["leaves"], header["nodes"], header["edges"]
    after_starts = 4 * (nodes + 1)
    after_children = after_starts + 4 * edges
    if len(payload) != after_children + nodes:
        raise ArtefactError("the artefact's arrays are not as long as its header says")
    circuit = Circuit(
        leaves,
        np.frombuffer(payload, np.uint8, offset=after_children),
        np.frombuffer(payload, "<i4", nodes + 1).astype(np.int32, copy=False),
        np.frombuffer(payload, "<i4", edges, after_starts).astype(np.int32, copy=False),
    )
    if problem := problem_of(circuit):
        raise ArtefactError(f"the artefact's circuit is malformed: {problem}")
    return circuit
