"""Product models as UVL: the same variants come back."""

import dataclasses
import json

import pytest
from hypothesis import given

from config.demo.catalogue.machines import machine, to_engine
from configurator.engine.dimacs import read_dimacs
from configurator.engine.ir import Compare, Option, Ref, Rule, Sum, Table, Term, model_from_dict
from configurator.engine.uvl import read_uvl, write_uvl
from tests.configurator.engine import machines
from tests.configurator.engine.circuit.test_models import MODELS, VARIANTS
from tests.configurator.engine.machines import configurations, models, thorough
from tests.configurator.engine.uvl.written import count


def again(model):
    return read_uvl(write_uvl(model), code=model.code)


@thorough
@given(models())
def test_any_model_comes_back_with_the_same_configurations(model):
    read = again(model)
    codes = [group.code for group in model.groups]
    assert [group.code for group in read.groups][: len(codes)] == codes  # helpers come last
    found = [{code: whole[code] for code in codes} for whole in configurations(read, {})]
    expected = list(configurations(model, {}))
    assert len(found) == len(expected)
    assert all(whole in expected for whole in found)
    assert {code: read.defaults[code] for code in codes} == model.defaults


def test_a_desktop_comes_back_with_its_words():
    model = machines.desktop()
    read = again(model)
    assert count(read) == count(model)
    names = {option.name for group in read.groups for option in group.options}
    assert names == {option.name for group in model.groups for option in group.options}
    assert {rule.sentence for rule in read.rules} == {rule.sentence for rule in model.rules}
    assert read.quantity_group_of == model.quantity_group_of


def test_sums_are_written_as_sums():
    text = write_uvl(machines.desktop())
    assert "sum(modules, memory) * sum(count, memory_quantity) <= sum(slots, board)" in text
    assert "sum(watts, cpu) + sum(watts, graphics) + 50 <= sum(watts, supply)" in text
    assert "sum(length_mm, graphics) <= sum(max_length_mm, case)" in text


def test_a_feature_model_is_written_as_features():
    model = read_dimacs("c 1 Shop\nc 2 Cash\np cnf 2 2\n1 0\n-1 2 0\n", code="shop")
    text = write_uvl(model)
    assert "            Cash {code 'f2', name 'Cash'}" in text
    assert [group.code for group in again(model).groups] == ["f1", "f2"]
    assert count(again(model)) == 1


def test_advice_is_a_comment():
    advice = Rule("loud", "Loud", "{cpu} is loud.", "warn", Compare(Ref("cpu", "watts"), "<", 100))
    text = write_uvl(machines.desktop(rules=(advice,)))
    assert text.endswith("// Advice, which forbids nothing:\n// Loud: {cpu} is loud.\n")
    assert not read_uvl(text, code="loud").rules


def test_a_rule_that_nothing_keeps_comes_back():
    never = Rule("never", "Never", "Never.", "block", Sum((Term(Ref("cpu", "watts")),), 1))
    assert count(again(machines.desktop(rules=(never,)))) == 0


def test_awkward_names_come_back_distinct():
    odd = ('a"b', "a.b", "a_b", "true", "it's", "zwei Wörter", "{x}")
    options = tuple(Option(code, code, {code: 1}) for code in odd)
    model = machines.desktop()
    first = dataclasses.replace(model.groups[0], options=options)
    groups = (first, *model.groups[1:])
    model = machines.desktop(groups=groups, rules=(), defaults={**model.defaults, "cpu": "a.b"})
    codes = [option.code for option in again(model).groups[0].options]
    assert len(set(codes)) == len(odd)


def test_rules_that_name_options_and_tables_come_back():
    named = Rule(
        "named",
        "Named",
        "{cpu} needs {board}.",
        "block",
        Compare(Ref("board", "code"), "in", ("x670", "z790")),
        (Compare(Ref("cpu", "code"), "==", "core"),),
    )
    listed = Rule(
        "listed",
        "Listed",
        "Not these.",
        "block",
        Table(
            (Ref("cpu", "code"), Ref("graphics", "is_card"), Ref("case", "max_length_mm")),
            (("ryzen", True, 400), ("core", True, 400), ("core", False, 250)),
        ),
    )
    model = machines.desktop(rules=(named, listed))
    expected = [tuple(whole.values()) for whole in configurations(model, {})]
    read = again(model)
    found = [tuple(whole[code] for code in model.defaults) for whole in configurations(read, {})]
    assert sorted(found) == sorted(expected)


def variants(model):
    pytest.importorskip("py_d4", reason="the compiler has no wheel for this machine")
    from tests.configurator.engine.circuit.compiled import artefact_of

    return artefact_of(model).variants


@pytest.mark.parametrize("slug", ["compact", "atelier"])
def test_a_machine_of_the_shop_comes_back_with_all_its_variants(slug):
    model = model_from_dict(to_engine(machine(slug)))
    assert variants(again(model)) == variants(model)


@pytest.mark.parametrize("name", ["e-shop", "pc-richmond"])
def test_a_feature_model_comes_back_with_all_its_variants(name):
    model = read_dimacs((MODELS / f"{name}.dimacs").read_text(), code=name)
    assert variants(again(model)) == VARIANTS[name]


def test_what_is_written_does_not_depend_on_anything_else():
    model = model_from_dict(json.loads(json.dumps(to_engine(machine("compact")))))
    assert write_uvl(model) == write_uvl(model_from_dict(to_engine(machine("compact"))))
