"""Models made of models: flat, prefixed, and refused where they cannot be put together."""

import json

import pytest

from configurator.engine.assemblies import DEEPEST, assemble
from configurator.engine.errors import ModelFormatError
from configurator.engine.evaluate import evaluate
from configurator.engine.explain import explain
from configurator.engine.ir import model_from_dict, model_to_dict
from tests.configurator.engine import machines


def side():
    """A cabinet's side: a door, some shelves, and how many of them."""
    return {
        "code": "side",
        "groups": [
            {
                "code": "door",
                "name": "Door",
                "options": [
                    {"code": "glass", "name": "Glass door", "attributes": {"heavy": True}},
                    {"code": "none", "name": "No door", "attributes": {"heavy": False}},
                ],
            },
            {
                "code": "shelf",
                "name": "Shelf",
                "options": [{"code": "oak", "name": "Oak shelf", "attributes": {"kg": 4}}],
            },
            {
                "code": "shelves",
                "name": "Shelves",
                "quantity_for": "shelf",
                "options": [
                    {"code": "two", "name": "Two", "attributes": {"count": 2}},
                    {"code": "five", "name": "Five", "attributes": {"count": 5}},
                ],
            },
        ],
        "rules": [
            {
                "code": "weight",
                "name": "Weight",
                "sentence": "{{{shelves}}} shelves are too many for {door} ({door.code}).",
                "severity": "block",
                "constraint": {
                    "sum": [{"ref": "shelf.kg", "times": "shelves"}],
                    "op": "<=",
                    "limit": 12,
                },
                "when": [{"left": "door.heavy", "op": "==", "value": True}],
            },
            {
                "code": "fits",
                "name": "Fits",
                "sentence": "{door}.",
                "severity": "warn",
                "constraint": {
                    "any_of": [
                        {"left": "door.code", "op": "==", "value": "none"},
                        {"left": "shelf.code", "op": "!=", "right": "door.code"},
                    ]
                },
            },
            {
                "code": "pairs",
                "name": "Pairs",
                "sentence": "",
                "severity": "block",
                "constraint": {
                    "table": {
                        "refs": ["door.code", "shelf.code"],
                        "rows": [["glass", "oak"], ["none", "oak"]],
                    }
                },
            },
        ],
        "defaults": {"door": "none", "shelf": "oak", "shelves": "two"},
    }


def cabinet(**changes):
    own = {
        "code": "cabinet",
        "groups": [
            {
                "code": "style",
                "name": "Style",
                "options": [{"code": "open", "name": "Open"}, {"code": "closed", "name": "Closed"}],
            }
        ],
        "rules": [
            {
                "code": "closed",
                "name": "Closed means doors",
                "sentence": "{style} needs a door, not {left-door}.",
                "severity": "block",
                "constraint": {"left": "left-door.code", "op": "==", "value": "glass"},
                "when": [{"left": "style.code", "op": "==", "value": "closed"}],
            }
        ],
        "defaults": {"style": "open"},
        "assemblies": [
            {"code": "left", "name": "Left side", "of": "side"},
            {"code": "right", "name": "Right side", "of": "side"},
        ],
    }
    return own | changes


def room():
    return {
        "code": "room",
        "groups": [],
        "rules": [],
        "defaults": {"wall-left-door": "glass"},
        "assemblies": [{"code": "wall", "name": "Wall", "of": "cabinet"}],
    }


def models(**more):
    return {"side": side(), "cabinet": cabinet(), "room": room()} | more


def test_groups_rules_and_defaults_get_the_prefix_of_their_sub_assembly():
    flat = model_from_dict(assemble(models(), "cabinet"))
    assert [group.code for group in flat.groups] == [
        *("style", "left-door", "left-shelf", "left-shelves"),
        *("right-door", "right-shelf", "right-shelves"),
    ]
    assert flat.groups[1].name == "Left side: Door"
    assert flat.groups[3].quantity_for == "left-shelf"
    assert [rule.code for rule in flat.rules[:3]] == ["closed", "left-weight", "left-fits"]
    assert flat.rules[1].name == "Left side: Weight"
    assert flat.defaults["right-shelves"] == "two"


def test_the_rules_of_each_sub_assembly_hold_on_their_own_and_those_over_them_too():
    flat = model_from_dict(assemble(models(), "cabinet"))
    states = evaluate(flat, {"style": "closed"}, groups=("left-shelves", "right-shelves")).states
    assert not states["left-shelves", "five"].is_possible
    assert states["right-shelves", "five"].is_possible


def test_sentences_name_the_groups_of_their_sub_assembly():
    flat = model_from_dict(assemble(models(), "cabinet"))
    told = explain(flat, {"left-door": "glass"}, "left-shelves", "five")
    assert told.sentences == ("{Five} shelves are too many for Glass door (glass).",)


def test_sub_assemblies_may_have_sub_assemblies_and_outer_defaults_win():
    flat = model_from_dict(assemble(models(), "room"))
    assert [group.code for group in flat.groups][:2] == ["wall-style", "wall-left-door"]
    assert flat.groups[1].name == "Wall: Left side: Door"
    assert (flat.defaults["wall-left-door"], flat.defaults["wall-right-door"]) == ("glass", "none")
    assert evaluate(flat, {}).chosen["wall-left-door"] == "glass"


def test_a_model_without_sub_assemblies_stays_as_it_is():
    desktop = model_to_dict(machines.desktop())
    assert assemble({"desktop": desktop}, "desktop") == desktop


def refused(models, code="cabinet"):
    with pytest.raises(ModelFormatError) as error:
        assemble(json.loads(json.dumps(models)), code)
    return error.value.message


def test_a_circle_is_refused_and_shown():
    circle = room() | {"assemblies": [{"code": "x", "name": "X", "of": "room"}]}
    assert refused(models(room=circle), "room") == (
        "models['room'].assemblies[0].of: a circle of sub-assemblies; "
        "expected none that contains itself, got room → room"
    )
    longer = side() | {"assemblies": [{"code": "in", "name": "In", "of": "room"}]}
    assert "got cabinet → side → room → cabinet" in refused(models(side=longer))


def test_an_unknown_model_is_refused_with_those_that_are_known():
    other = cabinet(assemblies=[{"code": "left", "name": "Left", "of": "sides"}])
    assert refused(models(cabinet=other)) == (
        "models['cabinet'].assemblies[0].of: unknown model; "
        "expected a model's code (side, cabinet, room), got 'sides'"
    )
    assert "unknown model" in refused({}, "cabinet")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"assemblies": [{"code": "a", "name": "A", "of": "side"}] * 2},
            "models['cabinet'].assemblies[1]: a code comes about twice; expected another code than",
        ),
        (
            {"groups": [{"code": "left-door", "name": "Door", "options": []}]},
            "assemblies[0]: a code comes about twice",
        ),
        (
            {"assemblies": [{"code": "a.b", "name": "A", "of": "side"}]},
            "bad code of a sub-assembly",
        ),
        ({"assemblies": [{"code": "a", "of": "side"}]}, "assemblies[0]: missing key 'name'"),
        ({"assemblies": "side"}, "models['cabinet'].assemblies: wrong type; expected a list"),
        ({"parts": []}, "models['cabinet'].parts: unknown key"),
    ],
)
def test_what_cannot_be_put_together_is_refused_with_what_and_where(changes, message):
    assert message in refused(models(cabinet=cabinet(**changes)))


def test_a_malformed_sentence_is_found_where_it_was_written():
    broken = side()
    broken["rules"][1]["sentence"] = "{door"
    assert "models['side'].rules[1].sentence: malformed sentence" in refused(models(side=broken))


def chain(length, copies):
    """Models of which each has `copies` of the next."""
    made = {f"m{length}": side()}
    for number in range(length):
        parts = [
            {"code": f"c{copy}", "name": "C", "of": f"m{number + 1}"} for copy in range(copies)
        ]
        made[f"m{number}"] = {"code": "m", "groups": [], "rules": [], "defaults": {}} | {
            "assemblies": parts
        }
    return made


def test_a_model_that_multiplies_without_end_is_refused_before_it_is_built():
    assert "too many groups; expected at most 20,000" in refused(chain(20, 5), "m0")
    assert "sub-assemblies too deep" in refused(chain(DEEPEST + 2, 1), "m0")
    assert len(assemble(chain(5, 2), "m0")["groups"]) == 3 * 2**5
