"""Real models: exact counts, and the circuit against the solver on random sessions."""

import json
from pathlib import Path

import pytest

from config.demo.catalogue.machines import machine, to_engine
from configurator.engine.__main__ import main, read
from configurator.engine.circuit.answers import CircuitAnswers
from configurator.engine.classes import classify
from configurator.engine.ir import model_from_dict
from configurator.engine.sessions import by_circuit, click_through
from tests.configurator.engine.circuit.compiled import artefact_of

pytest.importorskip("py_d4", reason="the compiler has no wheel for this machine")
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


@pytest.mark.parametrize("name", VARIANTS)
def test_the_variants_of_a_feature_model_are_counted_exactly(name):
    assert artefact_of(read(MODELS / f"{name}.dimacs")).variants == VARIANTS[name]


def mismatches(model, *, sessions=1, every=1, without=None):
    classed = classify(model)
    answer = by_circuit(CircuitAnswers(classed, artefact_of(model, without)))
    clicks = click_through(classed, answer, sessions=sessions, seed=7, check=True, every=every)
    assert clicks.checked > 500
    return clicks.mismatches


@pytest.mark.parametrize(
    ("name", "every"), [("e-shop", 2), ("pc-richmond", 3), ("automotive01", 15)]
)
def test_the_circuit_of_a_feature_model_agrees_with_the_solver(name, every):
    assert mismatches(read(MODELS / f"{name}.dimacs"), every=every) == 0


@pytest.mark.parametrize("without", [None, "power-budget"])
@pytest.mark.parametrize("slug", ["compact", "atelier"])
def test_the_circuit_of_a_shop_agrees_with_the_solver(slug, without):
    model = model_from_dict(to_engine(machine(slug)))
    assert mismatches(model, sessions=3, without=without) == 0


@pytest.mark.parametrize("slug", ["compact", "atelier"])
def test_a_sum_counts_the_same_variants_compiled_or_left_out(slug):
    model = model_from_dict(to_engine(machine(slug)))
    assert artefact_of(model).variants == artefact_of(model, "power-budget").variants


def test_the_command_tells_what_it_found(capsys):
    assert main([str(MODELS / "e-shop.dimacs"), "--sessions", "1", "--check", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["answered_by"] == "circuit"
    assert told["variants"] == VARIANTS["e-shop"]
    assert told["clicks"] > 0
    assert told["checked"] == told["clicks"] * 2 * 173
    assert told["mismatches"] == 0


def test_the_command_falls_back_to_the_solver_and_says_so(capsys, tmp_path):
    file = tmp_path / "compact.json"
    file.write_text(json.dumps(to_engine(machine("compact"))))
    assert main([str(file), "--sessions", "1", "--seconds", "0.01", "--check"]) == 0
    told = capsys.readouterr().out
    assert "solver" in told
    assert "compiling took more than 0.01 s" in told


def test_the_command_ends_with_1_where_circuit_and_solver_differ(capsys, monkeypatch):
    def everything(answers, flags, g):
        return (1 << answers.sizes[g]) - 1

    monkeypatch.setattr("configurator.engine.circuit.leaves.Leaves.mask", everything)
    assert main([str(MODELS / "e-shop.dimacs"), "--sessions", "1", "--check"]) == 1
    assert "mismatches" in capsys.readouterr().out


def test_the_command_ends_with_2_where_the_file_is_no_model(capsys, tmp_path):
    for name, text in (("a.dimacs", "nothing"), ("b.json", "{"), ("c.json", "[]")):
        (tmp_path / name).write_text(text)
        assert main([str(tmp_path / name)]) == 2
        assert name in capsys.readouterr().err
    assert main([str(tmp_path / "missing.dimacs")]) == 2
