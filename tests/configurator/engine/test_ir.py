"""The model's JSON: a lossless round trip, a stable identity, errors that say where."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configurator.engine.errors import ModelFormatError
from configurator.engine.ir import model_from_dict, model_to_dict
from tests.configurator.engine import machines
from tests.configurator.engine.machines import models, thorough


def written():
    """The desktop as fresh JSON values, free to be damaged."""
    return json.loads(json.dumps(model_to_dict(machines.desktop())))


def shuffled(value, random):
    if isinstance(value, list):
        return [shuffled(item, random) for item in value]
    if not isinstance(value, dict):
        return value
    items = [(key, shuffled(item, random)) for key, item in value.items()]
    random.shuffle(items)
    return dict(items)


@thorough
@given(models(), st.randoms())
def test_a_model_survives_json_and_keeps_its_identity_whatever_the_order_of_keys(model, random):
    again = model_from_dict(shuffled(json.loads(json.dumps(model_to_dict(model))), random))
    assert again == model
    assert again.sha256 == model.sha256


def test_any_change_of_meaning_changes_the_identity():
    changed = written()
    changed["rules"][0]["severity"] = "warn"
    assert model_from_dict(changed).sha256 != machines.desktop().sha256


def damage(path, value):
    def apply(model):
        *parents, last = path
        place = model
        for step in parents:
            place = place[step]
        if value is None:
            del place[last]
        else:
            place[last] = value

    return apply


def table(refs, rows):
    return {"table": {"refs": refs, "rows": rows}}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (damage(["colour"], "red"), "model.colour: unknown key"),
        (damage(["groups", 0, "name"], None), "model.groups[0]: missing key 'name'"),
        (
            damage(["groups", 0, "options", 1, "attributes", "watts"], 6.5),
            "model.groups[0].options[1].attributes['watts']: wrong type; expected text, a whole ",
        ),
        (damage(["groups", 1, "code"], "cpu"), "model.groups: a code is used twice"),
        (damage(["groups", 1, "code"], "base"), "bad group code"),
        (damage(["groups", 0, "options"], []), "model.groups[0] (cpu): a group without options"),
        (damage(["groups", 3, "quantity_for"], "wheels"), "quantity of what?"),
        (damage(["groups", 3, "options", 0, "attributes"], {}), "a quantity without count"),
        (damage(["defaults", "cpu"], "z80"), "model.defaults['cpu']: unknown default"),
        (damage(["defaults", "cpu"], None), "a group without default"),
        (damage(["rules", 0, "severity"], "hard"), "model.rules[0].severity: unknown severity"),
        (damage(["rules", 0, "constraint", "op"], "~"), "constraint.op: unknown operator"),
        (damage(["rules", 0, "constraint", "left"], "cpu"), "malformed reference"),
        (
            damage(["rules", 0, "constraint", "left"], "cpu.colour"),
            "an attribute that some option of cpu has, got 'cpu.colour'",
        ),
        (damage(["rules", 0, "constraint", "left"], "wheels.size"), "unknown group"),
        (damage(["rules", 0, "constraint", "left"], "cpu.watts"), "wrong kind of value"),
        (damage(["rules", 0, "constraint", "value"], "AM5"), "one right side is needed"),
        (damage(["rules", 1, "constraint", "sum", 0, "times"], "cpu"), "not a quantity"),
        (damage(["rules", 1, "constraint", "sum"], []), "empty sum"),
        (damage(["rules", 4, "constraint", "any_of"], []), "empty any_of"),
        (damage(["rules", 0, "sentence"], "{cpu"), "malformed sentence"),
        (damage(["rules", 0, "sentence"], "{cpu:>20}"), "nothing may follow 'cpu' in the braces"),
        (damage(["groups", 0, "options", 0, "attributes", "code"], "x"), "reserved attribute"),
        (
            damage(["rules", 0, "constraint"], {"left": "cpu.code", "op": "==", "value": "z80"}),
            "unknown option; expected the code of an option of cpu, got 'z80'",
        ),
        (
            damage(["rules", 0, "constraint"], {"left": "cpu.code", "op": "in", "value": ["z80"]}),
            "unknown option",
        ),
        (damage(["rules", 0, "constraint"], {"table": {}}), "table: missing key 'refs'"),
        (damage(["rules", 0, "constraint"], table([], [])), "empty table"),
        (damage(["rules", 0, "constraint"], table(["cpu.socket"], [])), "empty table"),
        (
            damage(["rules", 0, "constraint"], table(["cpu.socket", "cpu.watts"], [["AM5"]])),
            "rows[0]: a row of another length; expected as many cells as columns (2)",
        ),
        (
            damage(["rules", 0, "constraint"], table(["cpu.watts"], [["AM5"]])),
            "table.refs[0]: wrong kind of value; expected cpu.watts to be text in every option",
        ),
        (damage(["rules", 0, "constraint"], table(["cpu.socket"], [["A"], [1]])), "several kinds"),
        (damage(["rules", 0, "constraint"], table(["cpu.socket"], [[None]])), "with unknown"),
        (damage(["rules", 0, "constraint"], table(["cpu.code"], [["z80"]])), "unknown option"),
        (
            damage(["rules", 0, "constraint"], table(["cpu.code", "cpu.code"], [["core", "core"]])),
            "a column is there twice",
        ),
        (damage(["rules", 0, "sentence"], "{cpu.__class__}"), "unknown attribute"),
    ],
)
def test_a_malformed_model_is_refused_with_what_and_where(change, message):
    model = written()
    change(model)
    with pytest.raises(ModelFormatError) as error:
        model_from_dict(model)
    assert message in error.value.message
    assert error.value.where
    assert error.value.expected
    assert error.value.code == "model_format"


@pytest.mark.parametrize("nonsense", [None, [], "model", 3, {}])
def test_what_is_not_a_model_at_all_is_refused(nonsense):
    with pytest.raises(ModelFormatError):
        model_from_dict(nonsense)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            damage(["rules", 3, "constraint", "sum", 0, "weight"], 2**45),
            "a sum that can overflow; expected amounts of at most 1,125,899,906,842,624 together",
        ),
        (damage(["rules", 3, "constraint", "limit_weight"], 2**45), "a sum that can overflow"),
        (damage(["rules", 3, "constraint", "constant"], -(2**51)), "a sum that can overflow"),
        (
            damage(["groups", 0, "options", 0, "attributes", "watts"], 2**50 + 1),
            "model.groups[0].options[0].attributes['watts']: a number too large; expected at most",
        ),
        (
            damage(["rules", 0, "constraint"], {"left": "cpu.watts", "op": "<", "value": 10**6000}),
            "got a number of thousands of digits",
        ),
        (
            damage(["rules", 0, "sentence"], "x" * 2001),
            "rules[0].sentence: a text too long; expected at most 2,000 characters, got 2,001",
        ),
        (damage(["groups", 0, "code"], "x" * 201), "model.groups[0].code: a text too long"),
        (damage(["groups", 0, "options", 0, "attributes", "x" * 201], 1), "a text too long"),
        (
            damage(["groups", 0, "options"], [{"code": str(n), "name": ""} for n in range(10_001)]),
            "model.groups[0].options: too many options; expected at most 10,000, got 10,001",
        ),
        (
            damage(["rules", 0, "constraint"], table(["cpu.socket"], [["AM5"]] * 2001)),
            "model.rules[0].constraint.table.rows: too many rows",
        ),
    ],
)
def test_what_is_too_large_to_be_meant_is_refused_with_the_limit(change, message):
    model = written()
    change(model)
    with pytest.raises(ModelFormatError) as error:
        model_from_dict(model)
    assert message in error.value.message


def test_two_counts_of_a_large_amount_overflow_where_one_does_not():
    model = written()
    model["rules"][1]["constraint"]["sum"][0]["weight"] = 2**48
    with pytest.raises(ModelFormatError, match="a sum that can overflow"):
        model_from_dict(model)
    model["groups"][3]["options"] = model["groups"][3]["options"][:1]
    assert model_from_dict(model)
