"""`python -m configurator.engine FILE`: compile a model, count it, measure clicks, check them.

FILE is a feature model in DIMACS CNF, or a product model in the engine's JSON (`*.json`).
Ends with 1 when the circuit and the solver differ, with 2 when the file cannot be read.
"""

import argparse
import gzip
import json
import sys
from collections.abc import Callable
from pathlib import Path

from configurator.engine.circuit.compiling import Limits
from configurator.engine.circuit.passes import warm_up
from configurator.engine.circuit.rungs import circuit_for, publish
from configurator.engine.classes import classify
from configurator.engine.compiled import Compiled
from configurator.engine.dimacs import read_dimacs
from configurator.engine.errors import EngineError
from configurator.engine.nodes import Model
from configurator.engine.parse import model_from_dict
from configurator.engine.possible import possible_classes
from configurator.engine.sessions import Answer, Fixed, by_circuit, click_through

type Told = dict[str, str | int | float | None]


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    options = _parser().parse_args(arguments)
    try:
        model = read(options.file)
    except (EngineError, OSError, ValueError) as error:
        sys.stderr.write(f"{options.file}: {error}\n")
        return 2
    told = describe(
        model,
        Limits(options.seconds, options.megabytes),
        sessions=options.sessions,
        seed=options.seed,
        check=options.check,
    )
    sys.stdout.write(json.dumps(told) + "\n" if options.json else _table(told))
    return 1 if told.get("mismatches") else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m configurator.engine", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--sessions", type=int, default=10, help="random sessions to click through")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--check", action="store_true", help="compare each option with the solver")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seconds", type=float, default=Limits().seconds, help="of an attempt")
    parser.add_argument("--megabytes", type=int, default=Limits().megabytes, help="of an attempt")
    return parser


def read(path: Path) -> Model:
    """The model in a file. Raises EngineError, OSError, ValueError."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        return model_from_dict(json.loads(text))
    return read_dimacs(text, code=path.stem)


def describe(model: Model, limits: Limits, *, sessions: int, seed: int, check: bool) -> Told:
    """Compile the model, click through it, and tell what was found."""
    classed = classify(model)
    told: Told = {
        "model": model.code,
        "groups": len(model.groups),
        "options": sum(len(group.options) for group in model.groups),
        "classes": sum(group.size for group in classed.groups),
        "rules": len(model.rules),
    }
    answering, stored = publish(model, limits)
    told |= {"answered_by": answering.rung, "because": answering.reason}
    circuit = circuit_for(classed)
    if circuit is None or stored is None:
        answer = _by_solver(Compiled(model))
    else:
        answer = by_circuit(circuit)
        told |= {
            "evaluated_by": warm_up(),
            "left_out": circuit.artefact.wide,
            "variants": circuit.artefact.variants,
            "compile_s": round(circuit.artefact.seconds, 2),
            "nodes": circuit.circuit.size,
            "edges": len(circuit.circuit.children),
            "artefact_bytes": len(stored),
            "gzip_bytes": len(gzip.compress(stored)),
        }
    clicks = click_through(classed, answer, sessions=sessions, seed=seed, check=check)
    told |= {
        "clicks": len(clicks.cpu_ms),
        "click_cpu_ms_p50": round(clicks.quantile(0.5), 3),
        "click_cpu_ms_p99": round(clicks.quantile(0.99), 3),
    }
    if check:
        told |= {"checked": clicks.checked, "mismatches": clicks.mismatches}
    return told


def _by_solver(compiled: Compiled) -> Answer:
    groups = range(len(compiled.classed.groups))

    def answer(fixed: Fixed) -> Callable[[int], int]:
        compiled.possible_cache.clear()
        return possible_classes(compiled, fixed, groups, {}).__getitem__

    return answer


def _table(told: Told) -> str:
    width = max(map(len, told))
    return "".join(f"{name.ljust(width)}  {_shown(value)}\n" for name, value in told.items())


def _shown(value: str | float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else str(value)


if __name__ == "__main__":
    sys.exit(main())
