"""The process that compiles: `python -m configurator.engine.circuit.worker DIRECTORY MEGABYTES`.

Reads `clauses` and writes `circuit` in the directory. It is a process of its own because the
compiler cannot be interrupted, and dies where its memory ends.
"""

import json
import sys
from pathlib import Path
from typing import TypedDict

import numpy as np

from configurator.engine.circuit.arrays import Circuit
from configurator.engine.circuit.nnf import read_nnf

CLAUSES, CIRCUIT = "clauses.json", "circuit.npz"
# The compiler would reserve 4 GB for its cache at once, whatever it needs.
PAGES = {"sizeFirstPage": str(2**26), "sizeAdditionalPage": str(2**26)}


class Asked(TypedDict):
    """What is compiled; literals 1 to `leaves` are kept."""

    clauses: list[list[int]]
    variables: int
    leaves: int


def limit_memory(megabytes: int) -> None:
    """Let allocations beyond it fail. Windows has no such limit; there only time is limited."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (megabytes * 2**20, megabytes * 2**20))


def compile_clauses(asked: Asked) -> Circuit:
    """The circuit of clauses, in this process."""
    import py_d4

    options = py_d4.load_options_from_dict({"cache": {"bucket": PAGES}})
    solver = py_d4.Solver(asked["clauses"], asked["variables"], options)
    return read_nnf(solver.compile().getNNFString().splitlines(), asked["leaves"])


def compile_in(folder: Path) -> None:
    """Compile the clauses of the folder into arrays beside them."""
    circuit = compile_clauses(json.loads((folder / CLAUSES).read_text()))
    np.savez(
        folder / CIRCUIT,
        kinds=circuit.kinds,
        starts=circuit.starts,
        children=circuit.children,
    )


if __name__ == "__main__":
    limit_memory(int(sys.argv[2]))
    compile_in(Path(sys.argv[1]))
