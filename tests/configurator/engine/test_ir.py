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
