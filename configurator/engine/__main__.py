"""`python -m configurator.engine FILE`: compile a model, count it, measure clicks, check them.

FILE is a product model in the engine's JSON (`*.json`), or a feature model in UVL (`*.uvl`) or in
DIMACS CNF (`*.dimacs`, `*.cnf`). `./manage.py export_model` writes what is on sale into such files.
Ends with 1 when the circuit and the solver differ, with 2 when a file cannot be read or written.
"""

import argparse
import gzip
import json
import sys
from collections.abc import Callable
from pathlib import Path

from configurator.engine.circuit.artefact import Artefact, to_bytes
from configurator.engine.circuit.compiling import Limits
from configurator.engine.circuit.passes import warm_up
from configurator.engine.circuit.rungs import answering, circuit_for, publish, use_artefact
from configurator.engine.classes import classify
from configurator.engine.compiled import Compiled
from configurator.engine.errors import EngineError
from configurator.engine.exchange import read_model as read
from configurator.engine.exchange import write_model
from configurator.engine.nodes import Model
from configurator.engine.possible import possible_classes
from configurator.engine.sessions import Answer, Fixed, by_circuit, click_through

__all__ = ["describe", "main", "read"]

type Told = dict[str, str | int | float | None]


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    options = _parser().parse_args(arguments)
    at = options.file
    try:
        model = read(options.file)
        if options.export is not None:
            at = options.export
            write_model(model, options.export)
            return 0
        if options.circuit is not None:
            at = options.circuit
            use_artefact(model.sha256, options.circuit.read_bytes())
        told = describe(
            model,
            None if options.circuit else Limits(options.seconds, options.megabytes),
            sessions=options.sessions,
            seed=options.seed,
            check=options.check,
        )
    except EngineError as error:
        sys.stderr.write(f"{at}: {error.message}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"{at}: {error.strerror}\n")
        return 2
    sys.stdout.write(json.dumps(told) + "\n" if options.json else _table(told))
    return 1 if told.get("mismatches") else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m configurator.engine", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument(
        "--sessions", type=_count, default=10, help="random sessions to click through"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--check", action="store_true", help="compare every option of every click with the solver"
    )
    parser.add_argument("--json", action="store_true", help="tell it as JSON")
    parser.add_argument(
        "--seconds", type=_more_than_nothing, default=Limits().seconds, help="of an attempt"
    )
    parser.add_argument(
        "--megabytes", type=_count, default=Limits().megabytes, help="of an attempt"
    )
    parser.add_argument("--circuit", type=Path, help="a compiled artefact, instead of compiling")
    parser.add_argument(
        "--export", type=Path, help="write the model into this file (.uvl, .json), and no more"
    )
    return parser


def _count(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 10**9:
        raise argparse.ArgumentTypeError("must be 0 or more")
    return number


def _more_than_nothing(text: str) -> float:
    number = float(text)
    if not 0 < number < 10**9:
        raise argparse.ArgumentTypeError("must be more than 0")
    return number


def describe(model: Model, limits: Limits | None, *, sessions: int, seed: int, check: bool) -> Told:
    """Compile the model, click through it, and tell what was found.

    Without limits nothing is compiled: the artefact that was handed over answers.
    """
    classed = classify(model)
    told: Told = {
        "model": model.code,
        "groups": len(model.groups),
        "options": sum(len(group.options) for group in model.groups),
        "classes": sum(group.size for group in classed.groups),
        "rules": len(model.rules),
    }
    if limits is not None:
        publish(model, limits)
    circuit = circuit_for(classed)
    answer = _by_solver(Compiled(model)) if circuit is None else by_circuit(circuit)
    told |= _answered(model, None if circuit is None else circuit.artefact)
    clicks = click_through(classed, answer, sessions=sessions, seed=seed, check=check)
    told |= {
        "clicks": len(clicks.cpu_ms),
        "click_cpu_ms_p50": round(clicks.quantile(0.5), 3),
        "click_cpu_ms_p99": round(clicks.quantile(0.99), 3),
    }
    if check:
        told |= {"checked": clicks.checked, "mismatches": clicks.mismatches}
    return told


def _answered(model: Model, artefact: Artefact | None) -> Told:
    """Who answers, and what its circuit is like."""
    who = answering(model.sha256)
    told: Told = {"answered_by": who.rung, "because": who.reason}
    if artefact is None:
        return told | {"variants": None}
    stored = to_bytes(artefact)
    return told | {
        "evaluated_by": warm_up(),
        "left_out": artefact.wide,
        "variants": artefact.variants,
        "compile_s": round(artefact.seconds, 2),
        "nodes": artefact.circuit.size,
        "edges": len(artefact.circuit.children),
        "artefact_bytes": len(stored),
        "gzip_bytes": len(gzip.compress(stored)),
    }


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
