"""Real models: exact counts, and the circuit against the solver on random sessions.

Here the solver is asked about every option of some clicks. In full, for the feature models:

    python -m configurator.engine tests/configurator/engine/models/automotive01.dimacs --check

and for the machines of the demo, with the circuits that ship with it:

    ./manage.py export_model bench --output bench.json
    python -m configurator.engine bench.json --circuit config/demo/data/circuits/bench.circuit \\
        --sessions 50 --check
"""

from functools import cache
from pathlib import Path

import pytest

from config.demo.catalogue.machines import machine, to_engine
from config.demo.loading.circuits import FOLDER
from configurator.engine.circuit import compiling
from configurator.engine.circuit.answers import CircuitAnswers
from configurator.engine.circuit.artefact import from_bytes
from configurator.engine.classes import classify
from configurator.engine.exchange import read_model
from configurator.engine.ir import model_from_dict
from configurator.engine.sessions import by_circuit, click_through
from tests.configurator.engine.circuit.compiled import artefact_of

needs_compiler = pytest.mark.skipif(
    not compiling.is_compiler_installed(), reason="the compiler has no wheel for this machine"
)
MODELS = Path(__file__).parents[1] / "models"
# The last one as Ganak counts it, a program that shares nothing with our compiler.
VARIANTS = {
    "e-shop": 247_496_437_923_840,
    "pc-richmond": 3_326_549_945_784_326_553_600,
    "automotive01": int(
        "52785392198213146702745776989782496142263297641800352587686504281394313169434789504931"
        "64460261562310215535134411549961261182654628944393235199702191846914047929088235490694"
        "238744799357173760000000000000000000000"
    ),
}


@cache
def feature_model(name):
    """A model and its circuit."""
    model = read_model(MODELS / f"{name}.dimacs")
    return model, artefact_of(model)


@needs_compiler
@pytest.mark.parametrize("name", VARIANTS)
def test_the_variants_of_a_feature_model_are_counted_exactly(name):
    assert feature_model(name)[1].variants == VARIANTS[name]


def mismatches(model, artefact, *, sessions=1, every=1):
    classed = classify(model)
    answer = by_circuit(CircuitAnswers(classed, artefact))
    clicks = click_through(classed, answer, sessions=sessions, seed=7, check=True, every=every)
    assert clicks.checked > 500
    return clicks.mismatches


@needs_compiler
@pytest.mark.parametrize(
    ("name", "every"), [("e-shop", 2), ("pc-richmond", 3), ("automotive01", 15)]
)
def test_the_circuit_of_a_feature_model_agrees_with_the_solver(name, every):
    assert mismatches(*feature_model(name), every=every) == 0


def shop(slug):
    return model_from_dict(to_engine(machine(slug)))


@pytest.mark.parametrize(("slug", "every"), [("compact", 1), ("atelier", 1), ("bench", 4)])
def test_the_shipped_circuit_of_a_machine_agrees_with_the_solver(slug, every):
    model = shop(slug)
    artefact = from_bytes((FOLDER / f"{slug}.circuit").read_bytes(), model=model.sha256)
    assert mismatches(model, artefact, sessions=2, every=every) == 0


@needs_compiler
@pytest.mark.parametrize("slug", ["compact", "atelier"])
def test_a_circuit_without_the_widest_sum_agrees_with_the_solver(slug):
    model = shop(slug)
    assert mismatches(model, artefact_of(model, "power-budget"), sessions=3) == 0


@needs_compiler
@pytest.mark.parametrize("slug", ["compact", "atelier"])
def test_a_sum_counts_the_same_variants_compiled_or_left_out(slug):
    model = shop(slug)
    assert artefact_of(model).variants == artefact_of(model, "power-budget").variants
