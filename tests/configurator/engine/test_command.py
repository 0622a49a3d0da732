"""The command: what it tells of a file, who answers, and what it refuses."""

import json

import pytest

from config.demo.catalogue.machines import machine, to_engine
from config.demo.loading.circuits import FOLDER
from configurator.engine.__main__ import main
from configurator.engine.circuit import compiling, rungs
from configurator.engine.exchange import read_model
from tests.configurator.engine.circuit.test_models import MODELS, VARIANTS, needs_compiler

E_SHOP = MODELS / "e-shop.dimacs"
UVL = "features\n    Shop\n        optional\n            Cash\n            Card\n"


@pytest.fixture(autouse=True)
def _no_circuits(monkeypatch):
    monkeypatch.setattr(rungs, "_entries", type(rungs._entries)())


@pytest.fixture
def compact(tmp_path):
    file = tmp_path / "compact.json"
    file.write_text(json.dumps(to_engine(machine("compact"))))
    return file


def told(capsys, *arguments, status=0):
    assert main([*map(str, arguments), "--json"]) == status
    return json.loads(capsys.readouterr().out)


@needs_compiler
def test_it_tells_what_it_found(capsys):
    found = told(capsys, E_SHOP, "--sessions", 1, "--check")
    assert found["answered_by"] == "circuit"
    assert found["variants"] == VARIANTS["e-shop"]
    assert found["rules"] == 289
    assert found["clicks"] > 0
    assert found["checked"] == found["clicks"] * 2 * 173
    assert found["mismatches"] == 0
    assert found["artefact_bytes"] > 0
    assert 0 < found["click_cpu_ms_p50"] <= found["click_cpu_ms_p99"]


@needs_compiler
def test_it_reads_uvl_and_prints_a_table(capsys, tmp_path):
    (tmp_path / "shop.uvl").write_text(UVL)
    assert main([str(tmp_path / "shop.uvl"), "--check"]) == 0
    lines = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert (lines["model"], lines["variants"], lines["mismatches"]) == ("shop", "4", "0")


def test_it_checks_every_option_not_only_every_class(capsys, compact):
    circuit = FOLDER / "compact.circuit"
    found = told(capsys, compact, "--circuit", circuit, "--sessions", 1, "--check")
    assert (found["answered_by"], found["mismatches"]) == ("circuit", 0)
    assert found["classes"] < found["options"]
    assert found["checked"] == found["clicks"] * found["options"]


@needs_compiler
@pytest.mark.parametrize(
    ("limit", "because"),
    [
        (("--seconds", "0.01"), "compiling took more than 0.01 s"),
        (("--megabytes", "120"), "120 MB"),
    ],
)
def test_beyond_the_limits_the_solver_answers_and_it_says_so(capsys, compact, limit, because):
    found = told(capsys, compact, "--sessions", 1, "--check", *limit)
    assert found["answered_by"] == "solver"
    assert because in found["because"]
    assert found["variants"] is None
    assert found["mismatches"] == 0


def test_without_the_compiler_the_solver_answers_and_it_says_so(capsys, compact, monkeypatch):
    monkeypatch.setattr(compiling, "is_compiler_installed", lambda: False)
    assert main([str(compact), "--sessions", "1", "--check"]) == 0
    out = capsys.readouterr().out
    assert "answered_by       solver" in out
    assert "the circuit compiler (d4solver) is not installed on this machine" in out


def test_it_ends_with_1_where_circuit_and_solver_differ(capsys, compact, monkeypatch):
    def everything(leaves, flags, g):
        return (1 << leaves.sizes[g]) - 1

    monkeypatch.setattr("configurator.engine.circuit.leaves.Leaves.mask", everything)
    circuit = FOLDER / "compact.circuit"
    found = told(capsys, compact, "--circuit", circuit, "--check", "--sessions", 1, status=1)
    assert found["mismatches"] > 0


def test_it_converts(capsys, tmp_path, compact):
    uvl, back = tmp_path / "compact.uvl", tmp_path / "back.json"
    assert main([str(compact), "--export", str(uvl)]) == 0
    assert main([str(uvl), "--export", str(back)]) == 0
    assert capsys.readouterr().out == ""
    before, after = read_model(compact), read_model(back)
    assert [group.code for group in after.groups] == [group.code for group in before.groups]


def refused(capsys, *arguments):
    assert main(list(map(str, arguments))) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert len(err) < 600
    return err


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.dimacs", b"nothing", "line 1: expected 'p cnf"),
        ("a.dimacs", bytes(range(256)), "not a text in UTF-8, from byte 129 on"),
        ("a.cnf", b"p cnf 5 1\n" + b"1 " * 500_000, "the last clause does not end with 0"),
        ("a.cnf", b"p cnf 5 1\n" + b"x" * 10_000_000, "'xxxxxxxxxxxxxxxxxxxx' is not a whole"),
        ("a.cnf", b"p cnf " + b"9" * 9_000 + b" 1", "at most 20,000 variables, got 999"),
        ("a.cnf", b"p cnf 2 1\n" + b"9" * 9_000 + b" 0", "variable 99999999999999999999 of only 2"),
        ("b.json", b"{", "line 1, column 2: not JSON"),
        ("b.json", b"[]", "model: wrong type; expected an object"),
        ("b.json", b"[" * 200_000, "nested too deep"),
        ("b.json", b'{"code": ' + b"9" * 10_000 + b"}", "a number in it is too long"),
        ("b.json", b'{"code": "a", "code": "b"}', "the key 'code' is there twice"),
        (
            "b.json",
            b'{"code": "a", "groups": [], "rules": [], "defaults": {}}',
            "the model has no groups, so there is nothing to choose",
        ),
        ("c.uvl", b"\xff\xfe", "not a text in UTF-8, from byte 1 on"),
        ("c.uvl", b"features\n    A {", "line 2, column 8: expected the name of an attribute"),
        ("d.txt", b"", "a model file ends with .json, .uvl, .dimacs, .cnf"),
    ],
)
def test_a_file_that_is_no_model_is_refused(capsys, tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    err = refused(capsys, tmp_path / name)
    assert message in err
    assert name in err


def test_a_file_that_is_too_large_is_not_read(capsys, tmp_path):
    with (tmp_path / "huge.uvl").open("wb") as file:
        file.truncate(10**9)  # takes no space on the disk
    assert "more than 64,000,000 bytes" in refused(capsys, tmp_path / "huge.uvl")


def test_missing_files_and_foreign_circuits_are_refused(capsys, tmp_path, compact):
    assert "No such file" in refused(capsys, tmp_path / "missing.uvl")
    assert "No such file" in refused(capsys, compact, "--circuit", tmp_path / "missing.circuit")
    assert "not from" in refused(capsys, compact, "--circuit", FOLDER / "bench.circuit")
    assert "ends with .json, .uvl" in refused(capsys, compact, "--export", tmp_path / "a.cnf")
    assert "No such file" in refused(capsys, compact, "--export", tmp_path / "no" / "a.uvl")


@pytest.mark.parametrize("option", [("--seconds", "0"), ("--sessions", "-1"), ("--seed", "x")])
def test_options_beyond_reason_are_refused(capsys, compact, option):
    with pytest.raises(SystemExit) as caught:
        main([str(compact), *option])
    assert caught.value.code == 2
    assert option[0] in capsys.readouterr().err


def test_a_file_cut_off_anywhere_is_refused(capsys, tmp_path, compact):
    for source in (compact, E_SHOP):
        text = source.read_bytes()
        cut = tmp_path / f"cut{source.suffix}"
        for length in range(0, len(text) - 2, len(text) // 8):
            cut.write_bytes(text[:length])
            refused(capsys, cut)
